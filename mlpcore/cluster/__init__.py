"""Runs on a Ray cluster; an extra, ``pip install 'mlp-explorer[cluster]'``."""

__all__ = ["connection", "many", "remote", "spread"]

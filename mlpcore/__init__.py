"""Replicated experiments on multi-layer perceptrons: stacked training, maps and theory."""

__version__ = "0.1.0"

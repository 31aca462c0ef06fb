"""Running experiments in the background: jobs and their line, how they are steered, their past."""

__all__ = ["control", "history", "jobs"]

"""What is kept for later: on disk, and in memory."""

__all__ = ["disk", "memory"]

"""Questions that a class answers on its phones."""

__all__ = ["poll", "route"]

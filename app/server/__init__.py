"""The server around the pages: settings, what it refuses, what it answers besides them."""

__all__ = ["operations", "presses", "settings", "uploads", "visitors"]

"""The server around the pages: settings, what it refuses, what it answers besides them."""

__all__ = [
    "bodies",
    "files",
    "metrics",
    "operations",
    "packed",
    "presses",
    "settings",
    "training",
    "uploads",
    "visitors",
]

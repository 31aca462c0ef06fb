"""Networks before they are trained, and to take away: sizes, initial weights, files of weights."""

__all__ = ["budget", "initialization", "weights", "widths"]

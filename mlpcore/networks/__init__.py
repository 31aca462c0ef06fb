"""Networks before they are trained, and to take away: sizes, activations, weights, their files."""

__all__ = ["activations", "budget", "initialization", "weights", "widths"]

"""How several measurements are put into words, and how many threads suit what is measured."""

import os
from collections.abc import Callable, Sequence

import numpy as np


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median (least to most)."""
    middle, least, most = (f"{f(values):.{digits}f}" for f in (np.median, np.min, np.max))
    return f"{middle} ({least} to {most})"


def score(shares: Sequence[float]) -> str:
    """Mean ± sample standard deviation of shares 0…1, in percent."""
    return f"{100 * np.mean(shares):.1f} ± {100 * np.std(shares, ddof=1):.1f}"


def best_threads(seconds: Callable[[int], float]) -> int:
    """Which is faster, one thread or as many as there are cores. It also warms up."""
    return min({1, os.cpu_count() or 1}, key=lambda threads: min(seconds(threads) for _ in (0, 1)))

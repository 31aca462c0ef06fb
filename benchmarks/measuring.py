"""How several measurements are put into words, and how many threads suit what is measured."""

import os
from collections.abc import Callable, Sequence

import numpy as np


def spread(values: Sequence[float], digits: int = 1) -> str:
    """Median (least to most)."""
    middle, least, most = (f"{f(values):.{digits}f}" for f in (np.median, np.min, np.max))
    return f"{middle} ({least} to {most})"


def rate(moments: Sequence[float]) -> float | None:
    """How often a second something happened, from the first to the last of its moments in seconds.

    None where there is no time between these.
    """
    length = moments[-1] - moments[0] if moments else 0
    return (len(moments) - 1) / length if length else None


def pace(rounds: Sequence[Sequence[float]]) -> str:
    """How often a second something happened in rounds; how often at all, if one has no rate.

    Args:
        rounds: the moments of each, in seconds.
    """
    rates = [one for one in map(rate, rounds) if one is not None]
    if len(rates) == len(rounds):
        return spread(rates)
    return f"no rate, {spread([len(moments) for moments in rounds], 0)} in all"


def score(shares: Sequence[float]) -> str:
    """Mean ± sample standard deviation of shares 0…1, in percent."""
    return f"{100 * np.mean(shares):.1f} ± {100 * np.std(shares, ddof=1):.1f}"


def best_threads(seconds: Callable[[int], float]) -> int:
    """Which is faster, one thread or as many as there are cores. It also warms up."""
    return min({1, os.cpu_count() or 1}, key=lambda threads: min(seconds(threads) for _ in (0, 1)))

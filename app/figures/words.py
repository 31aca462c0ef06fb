"""Numbers in words: accuracies with their uncertainty, counts with their nouns."""

import math

from mlpcore.experiments.wide_vs_deep import Score


def percent(share: float, digits: int = 1) -> str:
    """A share 0…1, as in "94.1%"."""
    return f"{100 * share:.{digits}f}%"


def accuracy(score: Score) -> str:
    """A mean with half its 95% interval, as in "94.1 ± 0.8%"; or what is known of it."""
    if not score.count:
        return "diverged"
    if math.isnan(score.margin):
        return percent(score.mean)
    return f"{100 * score.mean:.1f} ± {percent(score.margin)}"


def count(number: int, noun: str) -> str:
    """A number and its noun, as in "1 seed" or "3 hidden layers"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def agree(number: int, verb: str) -> str:
    """A verb that goes with :func:`count`, as in "1 hidden layer reaches", "2 … reach"."""
    if number != 1:
        return verb
    return f"{verb}es" if verb.endswith(("ch", "o")) else f"{verb}s"

"""Numbers in words: accuracies with their uncertainty, counts with their nouns."""

import math
from collections.abc import Sequence

from mlpcore.experiments.scores import Score
from mlpcore.experiments.verdicts import Difference, error_of

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


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


def covered(score: Score, tested: int) -> str:
    """What the ± of a mean accuracy covers, and what it does not if that is of its size."""
    if math.isnan(score.margin):
        return "One seed proves nothing: raise the number of seeds."
    text = f"± covers {count(score.count, 'seed')}"
    error = error_of(score.mean, tested)
    if error < score.margin / 2:
        return f"{text}."
    return f"{text}; testing on {tested:,} adds ± {100 * error:.1f} points."


def in_points(difference: Difference) -> str:
    """A difference of shares in points, with its interval, as in "2.9 points (0.4 to 5.4)"."""
    mean, low, high = (100 * end for end in (difference.mean, difference.low, difference.high))
    text = f"{mean:.1f} points"
    return f"{text} ({low:.1f} to {high:.1f})".replace("-", "−") if difference.known else text


def listed(words: Sequence[str]) -> str:
    """Words joined, as in "2, 3 or 4"."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def magnitude(value: float) -> str:
    """Two digits of a number of any size, as in "0.031", "68,000" or "3.1·10⁻¹¹"."""
    rounded = float(f"{value:.2g}")
    if not math.isfinite(value) or value == 0 or 1e-3 <= abs(rounded) < 1e6:
        return f"{rounded:,g}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits}·10{str(int(exponent)).translate(_RAISED)}"


def count(number: int, noun: str) -> str:
    """A number and its noun, as in "1 seed" or "3 hidden layers"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def agree(number: int, verb: str) -> str:
    """A verb that goes with :func:`count`, as in "1 hidden layer reaches", "2 … reach"."""
    if number != 1:
        return verb
    return f"{verb}es" if verb.endswith(("ch", "o")) else f"{verb}s"


def unit_name(unit: Sequence[int]) -> str:
    """A hidden unit by its layer and its place there, counted from 1."""
    return "layer {}, unit {}".format(*unit)

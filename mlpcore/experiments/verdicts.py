"""What seeds can decide: differences of means with their intervals, and which may be the best."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

LEVEL = 0.95


@dataclass(frozen=True)
class Difference:
    """How far one mean is above another.

    Attributes:
        mean: by how much.
        low, high: its interval; NaN where there are too few networks for one.
    """

    mean: float
    low: float
    high: float

    @property
    def known(self) -> bool:
        """Whether there is an interval."""
        return not math.isnan(self.low)

    @property
    def sure(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True)
class Ranking:
    """Which of several groups has the best mean, and which of them can't be told from it.

    Attributes:
        order: places of the groups that have any network, the highest mean first.
        tied: the places of the best, and of all that it can't be told from.
        ahead: how far the best is above the second; the interval holds 0 if and only if the second
            is tied. None if there is no second.
    """

    order: tuple[int, ...]
    tied: tuple[int, ...]
    ahead: Difference | None


def unpaired(a: ArrayLike, b: ArrayLike) -> Difference:
    """The mean of ``a`` less that of ``b``, of networks that have nothing in common.

    Welch's test (1947), which lets groups spread differently.

    Args:
        a, b: (M,) and (N,).
    """
    return _compare(_WELCH, a, b)(LEVEL)


def paired(a: ArrayLike, b: ArrayLike) -> Difference:
    """The mean of ``a`` less that of ``b``, of networks that come in pairs (Student's test).

    Args:
        a, b: (M,) each; a pair has the same place.
    """
    return _compare(stats.ttest_rel, a, b)(LEVEL)


_WELCH = partial(stats.ttest_ind, equal_var=False)


def _compare(test: Callable[..., Any], a: ArrayLike, b: ArrayLike) -> Callable[[float], Difference]:
    """A test of SciPy's, as what gives the difference with an interval of some level."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    mean = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return lambda level: Difference(mean, math.nan, math.nan)
    # From their first numbers: SciPy warns of numbers that are all the same, unless they are 0.
    found = test(a - a[0], b - b[0])

    def difference(level: float) -> Difference:
        ends = found.confidence_interval(level)
        # NaN where nothing spreads.
        low, high = (np.nan_to_num([ends.low, ends.high]) + a[0] - b[0]).tolist()
        return Difference(mean, low, high)

    return difference


def rank(groups: Sequence[ArrayLike]) -> Ranking:
    """Compare groups with the best of them.

    Any group may be the best unless the best is surely above it (Hsu 1981, *Simultaneous confidence
    intervals for all distances from the "best"*), by Welch's test with Holm's correction (1979, *A
    simple sequentially rejective multiple test procedure*): intervals are of level 1 − 0.05/m, m
    being the groups that are left, again and again until none of those leaves out 0. At least 95
    times in 100 the group with the highest true mean is among :attr:`Ranking.tied`.

    Args:
        groups: (M,) each, M may differ, and be 0 for a group that is left out.
    """
    numbers = [np.asarray(group, float) for group in groups]
    there = [place for place, group in enumerate(numbers) if len(group)]
    order = sorted(there, key=lambda place: -numbers[place].mean())

    ahead = {place: _compare(_WELCH, numbers[order[0]], numbers[place]) for place in order[1:]}
    left, before = order[1:], None
    while left != before:
        before, level = left, 1 - (1 - LEVEL) / max(len(left), 1)
        left = [place for place in left if not ahead[place](level).sure]
    second = ahead[order[1]](level) if len(order) > 1 else None
    return Ranking(tuple(order), (*order[:1], *left), second)


def error_of(share: float, size: int) -> float:
    """How far a share of right answers may be off because so few samples were tested.

    Half of Wilson's 95% interval of a binomial share.
    """
    low, high = stats.binomtest(round(share * size), size).proportion_ci(LEVEL, "wilson")
    return float(high - low) / 2

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
        ahead: of each in ``order`` but the first, how far the first is above it.
    """

    order: tuple[int, ...]
    ahead: tuple[Difference, ...]

    @property
    def tied(self) -> tuple[int, ...]:
        """Places of the best and of all that it can't be told from."""
        rest = zip(self.order[1:], self.ahead, strict=True)
        return self.order[:1] + tuple(place for place, ahead in rest if not ahead.sure)


def unpaired(a: ArrayLike, b: ArrayLike, level: float = LEVEL) -> Difference:
    """The mean of ``a`` less that of ``b``, of networks that have nothing in common.

    Welch's test (1947), which lets groups spread differently.

    Args:
        a, b: (M,) and (N,).
        level: of the interval.
    """
    return _compare(partial(stats.ttest_ind, equal_var=False), a, b, level)


def paired(a: ArrayLike, b: ArrayLike) -> Difference:
    """The mean of ``a`` less that of ``b``, of networks that come in pairs (Student's test).

    Args:
        a, b: (M,) each; a pair has the same place.
    """
    return _compare(stats.ttest_rel, a, b, LEVEL)


def _compare(test: Callable[..., Any], a: ArrayLike, b: ArrayLike, level: float) -> Difference:
    """A test of SciPy's as a difference."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    mean = float(a.mean() - b.mean())
    if min(len(a), len(b)) < 2:
        return Difference(mean, math.nan, math.nan)
    # From their first numbers: SciPy warns of numbers that are all the same, unless they are 0.
    ends = test(a - a[0], b - b[0]).confidence_interval(level)
    # NaN where nothing spreads.
    low, high = (np.nan_to_num([ends.low, ends.high]) + a[0] - b[0]).tolist()
    return Difference(mean, low, high)


def rank(groups: Sequence[ArrayLike]) -> Ranking:
    """Compare groups with the best of them.

    The idea is Hsu's (1981, *Simultaneous confidence intervals for all distances from the "best"*):
    any group may be the best unless its distance from the best is sure. Distances are Welch's, of
    level 1 − 0.05/(k − 1) with k groups, by Bonferroni's inequality: at least 95 times in 100 the
    group with the highest true mean is among :attr:`Ranking.tied`.

    Args:
        groups: (M,) each, M may differ, and be 0 for a group that is left out.
    """
    numbers = [np.asarray(group, float) for group in groups]
    there = [place for place, group in enumerate(numbers) if len(group)]
    order = sorted(there, key=lambda place: -numbers[place].mean())
    level = 1 - (1 - LEVEL) / max(len(order) - 1, 1)
    ahead = [unpaired(numbers[order[0]], numbers[place], level) for place in order[1:]]
    return Ranking(tuple(order), tuple(ahead))


def error_of(share: float, size: int) -> float:
    """How far a share of right answers may be off because so few samples were tested.

    Half of Wilson's 95% interval of a binomial share.
    """
    low, high = stats.binomtest(round(share * size), size).proportion_ci(LEVEL, "wilson")
    return float(high - low) / 2

"""Verdicts over seeds: SciPy's tests, and how often they are right of data that are made up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlpcore.experiments.verdicts import Difference, error_of, paired, rank, unpaired

DRAWS = 2000
# Shares of 2,000 draws that hold with a probability of 0.95 are within this of it (4 deviations).
SLACK = 4 * math.sqrt(0.95 * 0.05 / DRAWS)


def test_unpaired_is_welchs_test():
    a, b = [0.91, 0.93, 0.88, 0.9], [0.7, 0.95, 0.2]
    found, test = unpaired(a, b), stats.ttest_ind(a, b, equal_var=False)
    ends = test.confidence_interval(0.95)
    assert (found.mean, found.low, found.high) == pytest.approx(
        (np.mean(a) - np.mean(b), ends.low, ends.high)
    )
    assert found.sure is bool(test.pvalue < 0.05) is False
    assert unpaired(a, [0.7, 0.72, 0.71]).sure


def test_paired_is_students_test_of_pairs():
    a, b = np.array([0.91, 0.93, 0.88]), np.array([0.9, 0.91, 0.85])
    found = paired(a, b)
    ends = stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))
    one = stats.ttest_1samp(a - b, 0).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((one.low, one.high))


def test_the_unpaired_interval_covers_the_true_difference():
    """Groups as unlike as one hidden layer and five: 8 seeds that spread by 3 and by 24."""
    generator = np.random.default_rng(0)
    first, second = generator.normal(2, 3, (DRAWS, 8)), generator.normal(0, 24, (DRAWS, 8))
    found = [unpaired(a, b) for a, b in zip(first, second, strict=True)]
    covered = np.mean([difference.low < 2 < difference.high for difference in found])
    assert covered == pytest.approx(0.95, abs=SLACK)


def test_the_paired_interval_covers_the_true_difference():
    generator = np.random.default_rng(1)
    shared = generator.normal(0, 10, (DRAWS, 8))
    first, second = (shared + generator.normal(mean, 1, (DRAWS, 8)) for mean in (2, 0))
    found = [paired(a, b) for a, b in zip(first, second, strict=True)]
    covered = np.mean([difference.low < 2 < difference.high for difference in found])
    assert covered == pytest.approx(0.95, abs=SLACK)
    # What is shared makes the unpaired interval wider than it need be.
    unknowing = [unpaired(a, b) for a, b in zip(first[:50], second[:50], strict=True)]
    assert np.mean([d.high - d.low for d in unknowing]) > 5 * np.mean(
        [d.high - d.low for d in found[:50]]
    )


@pytest.mark.parametrize("means", [(0, 0, 0, 0, 0), (0, 0, -1, -3, -9)], ids=["equal", "two lead"])
def test_the_truly_best_is_among_the_tied(means):
    """Holm's steps by p-values, of all draws at once; ours go by intervals."""
    generator = np.random.default_rng(2)
    spreads = np.array([1, 2, 3, 10, 10])[:, None]
    draws = np.array(means)[:, None] + spreads * generator.normal(size=(DRAWS, 5, 8))
    best = draws.mean(-1).argmax(-1)
    leader = np.broadcast_to(draws[np.arange(DRAWS), best][:, None], draws.shape)
    p = stats.ttest_ind(leader, draws, axis=2, equal_var=False).pvalue
    p[np.arange(DRAWS), best] = np.inf
    order = p.argsort(1)
    rejected = np.take_along_axis(p, order, 1)[:, :4] <= 0.05 / np.array([4, 3, 2, 1])
    kept = np.ones((DRAWS, 5), bool)
    np.put_along_axis(kept, order[:, :4], ~np.logical_and.accumulate(rejected, 1), 1)
    for draw, expected in zip(draws[:100], kept, strict=False):
        assert set(rank(draw).tied) == set(np.flatnonzero(expected))
    assert kept[:, 0].mean() >= 0.95
    assert kept[:, 4].mean() < 1


def test_the_interval_and_the_tie_agree():
    generator = np.random.default_rng(4)
    for _ in range(200):
        ranking = rank(generator.normal(np.array([[0], [0], [1], [2], [3]]), 1, (5, 4)))
        assert ranking.ahead.sure is (ranking.order[1] not in ranking.tied)


def test_what_clearly_differs_is_told_apart():
    ranking = rank([[0.5, 0.51, 0.52], [0.9, 0.91, 0.93], [], [0.9, 0.9, 0.93]])
    assert ranking.order == (1, 3, 0)
    assert ranking.tied == (1, 3)
    assert rank([[], []]).tied == ()


def test_numbers_that_are_all_the_same_have_an_interval_too():
    same = [0.1, 0.1, 0.1]
    assert unpaired(same, [0.3] * 3).low == pytest.approx(-0.2)
    assert unpaired(same, [0.3] * 3).sure
    assert not unpaired(same, same).sure
    assert paired([0.3, 0.4], [0.1, 0.2]).low == pytest.approx(0.2)
    found = unpaired([0.9, 0.8, 0.85], same)
    # Welch's test is then Student's, of one sample.
    ends = stats.ttest_1samp([0.9, 0.8, 0.85], 0.1).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((ends.low - 0.1, ends.high - 0.1))


def test_one_network_tells_nothing():
    for difference in (unpaired([0.9], [0.1, 0.2]), paired([0.9], [0.1])):
        assert not difference.known
        assert not difference.sure
    assert not Difference(1.0, math.nan, math.nan).sure


accuracies = st.lists(st.integers(0, 800).map(lambda right: right / 800), min_size=2, max_size=8)


@given(accuracies, accuracies)
def test_signs_and_order(a, b):
    there, back = unpaired(a, b), unpaired(b, a)
    assert there.low <= there.mean + 1e-12
    assert there.mean <= there.high + 1e-12
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-12)


def test_the_error_of_a_finite_test_set():
    assert error_of(0.97, 800) == pytest.approx(0.012, abs=5e-4)
    generator = np.random.default_rng(3)
    shares = generator.binomial(800, 0.9, DRAWS) / 800
    covered = np.mean([abs(share - 0.9) < error_of(share, 800) for share in shares])
    assert covered == pytest.approx(0.95, abs=0.02)

"""Means and intervals over seeds, against SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlpcore.experiments.scores import Score


@given(st.lists(st.floats(0, 1, width=32), min_size=2, max_size=40))
def test_the_interval_is_students(values):
    score = Score.of(np.float32(values))
    exact = np.float64(np.float32(values))
    assert score.count == len(values)
    assert score.mean == pytest.approx(exact.mean())
    assert score.deviation == pytest.approx(exact.std(ddof=1), abs=1e-12)
    expected = stats.t.ppf(0.975, len(values) - 1) * exact.std(ddof=1) / math.sqrt(len(values))
    assert score.margin == pytest.approx(expected, abs=1e-12)


def test_without_numbers_nothing_is_known_and_of_one_no_spread():
    none, one = Score.of(np.float32([])), Score.of(np.float32([0.5]))
    assert (none.count, one.count, one.mean) == (0, 1, 0.5)
    assert all(math.isnan(n) for n in (none.mean, none.deviation, none.margin, one.margin))
    assert math.isnan(one.deviation)

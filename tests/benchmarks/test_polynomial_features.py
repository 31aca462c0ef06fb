"""Both ways of the benchmark run, with few epochs. The numbers are not tested."""

from benchmarks.polynomial_features import our_run, tutorials_run
from mlpcore.experiments import PolynomialFeatures


def test_both_ways_are_timed_phase_by_phase():
    split = PolynomialFeatures(samples=50).split()
    theirs, mine = tutorials_run(split, 1, 10), our_run(split, 2, 1, 10)
    assert theirs.keys() == mine.keys() == {"features", "training", "map"}

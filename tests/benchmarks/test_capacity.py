"""What follows for many learners from what a replica and a worker cost."""

import pytest

from benchmarks.capacity import Costs


def test_the_least_bound_says_how_many_are_needed():
    costs = Costs(
        {"page": (0.1, 0.0, 0.0, 10.0)},
        idle=0.0,
        asking=0.001,
        megabytes=500.0,
        a_page=0.1,
        descriptors=5.0,
    )
    assert costs.replica == pytest.approx(0.3 * 60 * 2 * 0.3 * 0.1)
    assert costs.worker == pytest.approx(0.5 * 0.3 * 10)
    bounds = {what: learners for (_, what), learners in costs.bounds.items()}
    assert bounds["60% of a core"] == pytest.approx(30)
    assert bounds["60% of 8 cores"] == pytest.approx(192)
    assert bounds["60 replicas or workers, which all ask"] == pytest.approx(60 * 30)
    # The last: replicas and heads take a core each, a worker a machine.
    assert costs.needed(1000) == (34, 6, 1, 5 + 6)
    assert costs.needed(10_000) == (334, 53, 6, 43 + 53)

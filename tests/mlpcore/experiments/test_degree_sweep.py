"""The sweep over degrees: its curve, its progress, and its fields."""

import json

import numpy as np
import pytest

from mlpcore.experiments import DegreeSweep, PolynomialFeatures
from mlpcore.params import ParameterError
from mlpcore.running.control import Cancelled, Control

SHARED = dict(seeds=2, samples=60, epochs=3, batch_size=32, scale=True)


def small(**changes):
    return DegreeSweep(**SHARED | dict(degree_from=2, degree_to=6, degree_step=2) | changes)


@pytest.fixture(scope="module")
def snapshots():
    return list(small().run())


def test_each_point_is_what_polynomial_features_trains(snapshots):
    points = snapshots[-1].points
    assert [(p.degree, p.basis) for p in points[:4]] == [
        (2, "monomial"),
        (2, "chebyshev"),
        (2, "legendre"),
        (4, "monomial"),
    ]
    assert len(points) == 9
    for point in points:
        *_, alone = PolynomialFeatures(**SHARED, degree=point.degree, basis=point.basis).run()
        np.testing.assert_array_equal(point.networks.test_accuracy, alone.polynomial.test_accuracy)
        assert point.networks.parameters == alone.polynomial.parameters


def test_the_sweep_streams_point_by_point(snapshots):
    assert [len(s.points) for s in snapshots] == sorted(len(s.points) for s in snapshots)
    assert {len(s.points) for s in snapshots} == set(range(1, 10))
    epochs, progress = [s.epoch for s in snapshots], [s.progress for s in snapshots]
    assert epochs == sorted(epochs)
    assert progress == sorted(progress)
    assert (epochs[0], progress[0]) == (0, 0)
    assert (epochs[-1], progress[-1]) == (27, 1)
    assert [s.finished for s in snapshots] == [False] * (len(snapshots) - 1) + [True]
    assert snapshots[0].label == "Monomials of degree 2, epoch 0 of 3"
    assert snapshots[-1].label == "Legendre of degree 6, epoch 3 of 3"


def test_a_curve_holds_one_basis(snapshots):
    assert [point.degree for point in snapshots[-1].curve("legendre")] == [2, 4, 6]
    assert small(basis="legendre").places == [(2, "legendre"), (4, "legendre"), (6, "legendre")]


def test_the_result_is_plain_data(snapshots):
    result = json.loads(json.dumps(snapshots[-1].result()))
    assert [point["features"] for point in result["points"][::3]] == [5, 14, 27]
    assert result["points"][0]["train_accuracy"]["count"] == 2


def test_a_sweep_can_be_cancelled():
    control = Control()
    run = small().run(control=control)
    next(run)
    control.cancel()
    with pytest.raises(Cancelled):
        list(run)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            dict(degree_from=7),
            "degree_to must be degree_from (7) or more; got 6. Swap the two.",
        ),
        (dict(degree_step=0), "degree_step must be a whole number from 1 to 59; got 0."),
        (
            dict(basis="fourier"),
            "basis must be one of all, monomial, chebyshev, legendre; got 'fourier'.",
        ),
        (
            dict(batch_size=4096),
            "batch_size must be at most the training set's 192 samples; got 4096. "
            "Lower it or raise samples.",
        ),
    ],
)
def test_bad_fields_are_refused_in_words(fields, message):
    with pytest.raises(ParameterError) as refused:
        small(**fields)
    assert str(refused.value) == message

"""What is kept of a run's past: how much, how evenly, and what that weighs."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.course import Course, Material
from mlpcore.running.history import History, arrays

DATA = np.zeros(1000, np.float32)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """Weights of its own beside data that all have."""

    epoch: int
    weights: tuple[np.ndarray, ...]
    data: np.ndarray


def snapshot(epoch, size=25):
    return Snapshot(epoch, (np.zeros(size, np.float32),), DATA)


def numbers(history):
    return [moment.number for moment in history.moments]


@given(
    sizes=st.lists(st.integers(0, 200), min_size=1, max_size=120),
    most_bytes=st.integers(0, 20_000),
    most_moments=st.integers(2, 40),
    thinned=st.sets(st.integers(0, 120)),
)
def test_a_history_stays_within_its_bounds_and_even(sizes, most_bytes, most_moments, thinned):
    history = History(most_bytes, most_moments)
    for epoch, size in enumerate(sizes):
        history.add(snapshot(epoch, size))
        if epoch in thinned:
            history.thin()
        kept = numbers(history)
        assert {kept[0], kept[-1]} == {0, epoch}
        assert kept == sorted({*range(0, epoch + 1, history.stride), epoch})
        assert [m.snapshot.epoch for m in history.moments] == kept
        assert history.bytes == sum(4 * sizes[number] for number in kept[1:])
        assert history.bytes <= most_bytes or len(kept) == 2
        assert len(kept) <= most_moments


@given(count=st.integers(1, 60), most=st.integers(2, 60), number=st.integers(-5, 70))
def test_a_moment_that_was_dropped_stands_for_its_nearest_neighbour(count, most, number):
    history = History(most_moments=most)
    for epoch in range(count):
        history.add(snapshot(epoch))
    found = history.at(number)
    assert abs(found.number - number) == min(abs(kept - number) for kept in numbers(history))


def test_thinning_ends_at_the_first_and_the_latest():
    history = History()
    for epoch in range(10):
        history.add(snapshot(epoch))
    while history.thin():
        pass
    assert numbers(history) == [0, 9]
    assert not history.thin()


def test_what_snapshots_share_counts_once_and_what_the_first_has_not_at_all():
    history, shared = History(), np.zeros(30)
    history.add(Snapshot(0, (), DATA))
    assert history.bytes == 0
    for epoch in (1, 2):
        history.add(Snapshot(epoch, (shared, np.zeros(5)), DATA[::-1]))
    assert history.bytes == 240 + 2 * 40


def test_moments_share_their_curves_until_the_next_evaluation():
    config = WideVsDeep(budget=40, depth_to=1, seeds=2, samples=40, batch_size=32, epochs=1)
    material = Material.of(config.split(), "cpu")
    course = Course(config, material, [config.sizes(1)], "relu")
    metrics = course.engine.evaluate([(course.ensemble, material.test)] * 2)
    course.record(0, *metrics)
    first, second = course.snapshot() + course.snapshot()
    course.record(1, *metrics)
    (third,), weights = course.snapshot(), first.weights[0].nbytes + first.weights[1].nbytes
    history = History()
    for taken in (Snapshot(0, (), DATA), first, second):
        history.add(taken)
    assert history.bytes == 2 * weights + sum(arrays(curves(first)).values())
    assert [len(a.epochs) for a in (first, second, third)] == [1, 1, 2]
    assert {len(curve) for curve in curves(third)[1:]} == {2}


def curves(taken):
    return (
        *(taken.diverged_at, taken.epochs, taken.train_accuracy, taken.test_accuracy),
        *(taken.train_loss, taken.test_loss),
    )


def test_arrays_are_found_wherever_they_are_and_views_are_no_more():
    whole, tensor = np.zeros((4, 8)), torch.zeros(6)
    found = arrays({"a": [whole[1:3], (whole.T, tensor[2:])], "b": tensor.numpy(), "c": Snapshot})
    assert sorted(found.values()) == [24, 256]


@pytest.mark.parametrize(
    "config",
    [
        WideVsDeep(budget=40, depth_to=2, seeds=2, samples=40, batch_size=32, epochs=3),
        PolynomialFeatures(degree=3, seeds=2, samples=40, batch_size=32, epochs=3),
        GainSweep(data="spirals", widths="8", gains=3, epochs=2),
        AnimalFaces(widths="8", epochs=1),
    ],
    ids=lambda config: type(config).__name__,
)
def test_a_real_run_costs_its_parameters_and_curves_not_its_data(config):
    history = History()
    for taken in config.run():
        history.add(taken)
    kept = [arrays(moment.snapshot) for moment in history.moments]
    assert history.bytes <= sum(sum(held.values()) for held in kept[1:])
    assert 0 < history.bytes < 200_000 * len(kept)

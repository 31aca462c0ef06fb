import dataclasses
from collections import deque

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcore.cli.report import to_csv
from mlpcore.engines import reference
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    PolynomialFeatures,
    Trainability,
    WideVsDeep,
)
from mlpcore.experiments.parts import Divisible
from mlpcore.params import replace

POINTS = dict(samples=20, batch_size=16, classes=2, epochs=3)
CONFIGS = {
    "wide-vs-deep": WideVsDeep(**POINTS, budget=40, depth_to=3, seeds=5, seed=7),
    "diverging": WideVsDeep(
        **POINTS,
        budget=40,
        depth_to=2,
        seeds=5,
        activation="linear",
        optimiser="sgd",
        learning_rate=1e6,
    ),
    "polynomial": PolynomialFeatures(**POINTS, degree=3, hidden_layers=2, seeds=4, dropout=0.2),
    "sweep": DegreeSweep(**POINTS, degree_to=10, seeds=3, seed=2),
    "faces": AnimalFaces(epochs=1, seeds=2, widths="3", batch_size=4096, dropout=0.4),
    "gains": GainSweep(
        **POINTS, data="moons", widths="5-4", gains=5, seeds=3, seed=3, learning_rate=0.1
    ),
    "trainability": Trainability(
        **POINTS, sigmas=3, depths=3, depth_to=6, width=4, seeds=3, seed=1
    ),
}


def last(run):
    (snapshot,) = deque(run, maxlen=1)
    return snapshot


def arrays(thing):
    """All arrays and numbers in a snapshot, in order."""
    if isinstance(thing, np.ndarray | torch.Tensor):
        return [np.asarray(thing)]
    if isinstance(thing, dict):
        return [found for value in thing.values() for found in arrays(value)]
    if isinstance(thing, tuple | list):
        return [found for value in thing for found in arrays(value)]
    if dataclasses.is_dataclass(thing) and not isinstance(thing, Divisible):
        return [
            found
            for field in dataclasses.fields(thing)
            for found in arrays(getattr(thing, field.name))
        ]
    return [np.asarray(thing)] if isinstance(thing, bool | int | float) else []


def joined(config, count):
    parts = config.divide(count)
    return config.join(parts, [last(config.run_part(part)) for part in parts])


@pytest.fixture(scope="module")
def wholes():
    return {name: last(config.run()) for name, config in CONFIGS.items()}


@pytest.mark.parametrize("name", CONFIGS)
@pytest.mark.parametrize("count", [1, 2, 7, 1000])
def test_the_parts_of_a_run_give_the_whole_bit_for_bit(wholes, name, count):
    config, whole = CONFIGS[name], wholes[name]
    ours, theirs = arrays(joined(config, count)), arrays(whole)
    assert len(ours) == len(theirs) >= 5
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        np.testing.assert_array_equal(mine, other)
    again = joined(config, count)
    assert to_csv(again) == to_csv(whole)
    assert str(again.result()) == str(whole.result())


def test_one_of_them_diverges(wholes):
    assert any((a.diverged_at >= 0).any() for a in wholes["diverging"].architectures)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 9), st.integers(1, 4), st.integers(0, 50), st.integers(1, 60), st.booleans())
def test_any_division_gives_the_whole(seeds, depths, seed, count, shared):
    if shared:
        config = replace(CONFIGS["gains"], seeds=seeds, gains=depths + 1, seed=seed, epochs=1)
    else:
        config = replace(CONFIGS["wide-vs-deep"], seeds=seeds, depth_to=depths, seed=seed, epochs=1)
    parts = config.divide(count)
    everything = [(kind, s) for part in parts for kind in part.kinds for s in part.seeds]
    assert sorted(everything) == [
        (kind, s) for kind in range(config.kinds) for s in config.network_seeds
    ]
    assert min(count, config.whole.networks) <= len(parts) < count + config.seeds
    sizes = [len(part.seeds) for part in parts]
    assert max(sizes) - min(sizes) <= 1
    for mine, other in zip(arrays(joined(config, count)), arrays(last(config.run())), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_a_gain_sweeps_networks_share_the_order_of_the_whole(wholes):
    """A run of its own, which begins with another seed, has another order."""
    config = CONFIGS["gains"]
    alone = last(replace(config, seed=config.seed + 1, seeds=1).run())
    assert (alone.train_accuracy[:, 0] != wholes["gains"].train_accuracy[:, 1]).any()


def test_with_torch_parts_give_the_whole_but_for_rounding(monkeypatch, wholes):
    monkeypatch.setattr("mlpcore.engines.engine", lambda device: reference.TorchEngine())
    config = CONFIGS["wide-vs-deep"]
    for mine, other in zip(arrays(joined(config, 7)), arrays(last(config.run())), strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)

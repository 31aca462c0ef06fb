"""The loss around a trained network: against torch's modules, and NumPy's eigenvectors."""

import numpy as np
import pytest
import torch

from mlpcore.experiments import WideVsDeep, loss_surface
from mlpcore.experiments.loss_surface import LossSurface
from mlpcore.params import specs

CONFIG = WideVsDeep(
    depth_from=2, depth_to=3, seeds=3, seed=5, samples=60, epochs=6, activation="tanh-elu",
    learning_rate=0.01, batch_size=32, dropout=0.1, l1=1e-4, weight_decay=1e-4,
)  # fmt: skip


@pytest.fixture(scope="module")
def snapshot():
    *_, last = LossSurface.of(CONFIG, depth=2, network=1).run()
    return last


@pytest.fixture(scope="module")
def path():
    return np.random.default_rng(3).standard_normal((9, 30)).cumsum(0)


def loss_of(architecture, moved, split):
    layers, start = [], 0
    for layer in architecture.network(0).layers:
        stop = start + layer.size
        weights = torch.tensor(moved[start:stop].reshape(layer.shape), dtype=torch.float32)
        start, linear = stop, torch.nn.Linear(weights.shape[1] - 1, len(weights))
        linear.weight.data, linear.bias.data = weights[:, :-1], weights[:, -1]
        layers += [linear, torch.nn.ELU() if len(layers) == 2 else torch.nn.Tanh()]
    logits = torch.nn.Sequential(*layers[:-1])(split.train_inputs)
    return torch.nn.functional.cross_entropy(logits, split.train_labels).item()


def test_what_says_how_a_network_is_trained_is_the_same():
    here, there = specs(LossSurface), specs(WideVsDeep)
    assert there.keys() - here.keys() == {"budget", "depth_from", "depth_to"}
    assert here.keys() - there.keys() == {"depth"}


def test_it_is_the_network_of_wide_vs_deep(snapshot):
    *_, whole = CONFIG.run()
    for mine, theirs in zip(snapshot.architecture.weights, whole.at_depth(2).weights, strict=True):
        np.testing.assert_array_equal(mine[0], theirs[1])


@pytest.mark.parametrize("kind", ["along", "random"])
def test_where_the_network_is_the_loss_is_the_trained_one(snapshot, kind):
    seen = getattr(snapshot, kind)
    (row,), (column,) = np.flatnonzero(seen.y == 0), np.flatnonzero(seen.x == 0)
    trained = snapshot.architecture.train_loss[-1, 0]
    assert seen.loss[row, column] == pytest.approx(trained, rel=1e-5)
    np.testing.assert_allclose(seen.path[-1], 0, atol=1e-12)


def test_places_of_the_grid_are_what_torch_says(snapshot):
    layers, split = snapshot.architecture.network(0).layers, snapshot.config.split()
    directions = loss_surface.random_directions(layers, snapshot.config.seed)
    seen = snapshot.random
    for row, column in ((0, 0), (3, 37), (40, 20)):
        steps = np.array([seen.x[column], seen.y[row]])
        expected = loss_of(
            snapshot.architecture, loss_surface.flat(layers) + steps @ directions, split
        )
        assert seen.loss[row, column] == pytest.approx(expected, rel=1e-4)


def test_the_path_is_on_its_grid_and_starts_where_training_did(snapshot):
    seen = snapshot.along
    for places, ticks in zip(seen.path.T, (seen.x, seen.y), strict=True):
        assert ticks[0] < places.min() <= places.max() < ticks[-1]
    assert len(seen.path) == len(snapshot.architecture.epochs)
    assert np.linalg.norm(seen.path[0]) > 0.1


def test_principal_directions_are_the_covariances_eigenvectors(path):
    values, vectors = np.linalg.eigh(np.cov(path.T))
    found = loss_surface.principal_directions(path)
    np.testing.assert_allclose(np.abs(found @ vectors[:, :-3:-1]), np.eye(2), atol=1e-9)
    shares = loss_surface.variance_shares(path, found)
    np.testing.assert_allclose(shares, values[:-3:-1] / values.sum())
    expected = (path - path[-1]) @ found.T
    np.testing.assert_allclose(loss_surface.coordinates(path, found), expected, atol=1e-9)


def test_what_leads_to_a_unit_is_as_long_as_its_weights(snapshot):
    layers = snapshot.architecture.network(0).layers
    for direction in loss_surface.random_directions(layers, 1):
        start = 0
        for layer in layers:
            step = direction[start : start + layer.size].reshape(layer.shape)
            start += layer.size
            norms = np.linalg.norm(step[:, :-1], axis=1)
            np.testing.assert_allclose(norms, np.linalg.norm(layer[:, :-1], axis=1), rtol=1e-6)
            assert not step[:, -1].any()


def test_one_epoch_and_a_network_that_diverges_are_no_trouble():
    quick = {"depth": 1, "width": 3, "samples": 20, "batch_size": 16}
    *_, short = LossSurface(**quick, epochs=1).run()
    assert np.isfinite(short.along.loss).all()
    *_, lost = LossSurface(**quick, epochs=3, optimiser="sgd", learning_rate=1e6).run()
    assert (lost.along is None) == (not lost.architecture.converged[0])

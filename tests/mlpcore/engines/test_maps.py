"""Networks seen over a square of the plane."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.engines import maps
from mlpcore.engines.network import Network
from mlpcore.networks.initialization import Initialization

SMOOTH = [name for name, activation in ACTIVATIONS.items() if not activation.piecewise_linear]


def made(layers, activation="relu"):
    return Network(tuple(np.asarray(layer, np.float32) for layer in layers), activation, 0.1)


def drawn(sizes, seed, activation="relu"):
    """A network as it is before training."""
    return made(Initialization().draw(sizes, seed), activation)


def half_planes(directions, activation="relu"):
    """A network whose hidden units are on where x·direction > 0."""
    hidden = np.concatenate([directions, np.zeros((len(directions), 1))], axis=1)
    return made([hidden, np.zeros((2, len(directions) + 1))], activation)


def regions(network):
    return maps.decision_map(network)[1]


def fan(units):
    """Unit vectors over a half turn, evenly but off the axes."""
    angles = (np.arange(units) + 0.3) * math.pi / units
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).tolist()


# The grid and the decision maps


def test_the_grid_runs_through_the_cells_centres_lowest_first():
    points = maps.grid_points(2.0, 4)
    assert points.shape == (16, 2)
    x, y = points.T.view(2, 4, 4)
    assert x[0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert y[:, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert torch.equal(x, x[:1].expand(4, 4))
    assert torch.equal(y, y[:, :1].expand(4, 4))


def test_row_0_is_the_lowest_y_and_column_0_the_lowest_x():
    """Two networks by hand: class 1 above y = 1, and class 1 right of x = -1."""
    above = [[0.0, 0.0, 0.0], [0.0, 50.0, -50.0]]
    right = [[0.0, 0.0, 0.0], [50.0, 0.0, 50.0]]
    up, across = (maps.decision_map(made([layer]), grid=40)[0] for layer in (above, right))
    rows, columns = np.indices((40, 40))
    np.testing.assert_array_equal(up[1] > 0.5, rows >= 30)
    np.testing.assert_array_equal(across[1] > 0.5, columns >= 10)


@pytest.mark.parametrize("activation", [*ACTIVATIONS, "relu-tanh", "linear-leaky_relu"])
@pytest.mark.parametrize("sizes", [[2, 3], [2, 6, 6, 4], [2, 40, 5, 3]], ids=str)
def test_maps_are_what_the_modules_put_out(sequential, activation, sizes):
    """On more points than are looked at together, and their number is no multiple of those."""
    network = drawn(sizes, 1, activation)
    modules = sequential(list(map(torch.from_numpy, network.layers)), activation, 0.1)
    points = maps.grid_points(2.0, 30)
    probabilities, _ = maps.decision_map(network, grid=30)
    expected = modules(points).softmax(1).T.reshape(-1, 30, 30).detach()
    np.testing.assert_allclose(probabilities, expected, rtol=1e-4, atol=1e-6)
    units = maps.unit_maps(network, grid=30, most=5)
    assert len(units) == len(sizes) - 2
    for number, layer in enumerate(units):
        hidden = modules[: 2 * number + 2](points)[:, :5].T.reshape(-1, 30, 30).detach()
        np.testing.assert_allclose(layer, hidden, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_probabilities_are_probabilities(activation):
    probabilities, _ = maps.decision_map(drawn([2, 6, 6, 4], 0, activation), grid=30)
    assert probabilities.shape == (4, 30, 30)
    assert probabilities.min() >= 0
    np.testing.assert_allclose(probabilities.sum(0), 1, rtol=1e-5)


def test_what_diverged_has_no_probabilities():
    network = drawn([2, 6, 3], 0)
    network.layers[0][2, 0] = np.nan
    assert np.isnan(maps.decision_map(network, grid=20)[0]).all()


def test_unit_maps_show_the_first_units_of_each_layer():
    network = half_planes([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    (layer,) = maps.unit_maps(network, half_width=2.0, grid=4, most=2)
    centres = np.array([0.0, 0.0, 0.5, 1.5])
    assert layer.shape == (2, 4, 4)
    np.testing.assert_array_equal(layer[0], np.tile(centres, (4, 1)))
    np.testing.assert_array_equal(layer[1], np.tile(centres[:, None], 4))


# Linear regions


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("units", [1, 2, 5, 14])
def test_n_lines_through_the_origin_make_2n_regions(units, activation):
    assert regions(half_planes(fan(units), activation)) == 2 * units


@given(
    units=st.integers(1, 14),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([0.1, 1.0, 10.0]),
)
def test_one_layer_never_exceeds_its_maximum(units, seed, scale):
    weights = np.random.default_rng(seed).standard_normal((units, 3))
    weights[:, :-1] *= scale
    count = regions(made([weights, np.zeros((2, units + 1))]))
    assert 1 <= count <= 1 + units + math.comb(units, 2)


def test_a_second_layer_cuts_further():
    """The first layer halves the plane, the second cuts one half at x = 1."""
    first, second, output = [[1.0, 0, 0]], [[1.0, -1.0]], np.zeros((2, 2))
    assert regions(made([first, output])) == 2
    assert regions(made([first, second, output])) == 3


@pytest.mark.parametrize("activation", SMOOTH)
def test_a_smooth_network_has_no_linear_regions(activation):
    assert regions(drawn([2, 4, 3], 0, activation)) is None


def test_a_linear_network_is_one_region():
    assert regions(drawn([2, 4, 3], 0, "linear")) == 1
    assert regions(drawn([2, 3], 0)) == 1


def test_a_linear_layer_cuts_nothing():
    first, second, output = [[1.0, 0, 0]], [[1.0, -1.0]], np.zeros((2, 2))
    assert regions(made([first, second, output], "linear-relu")) == 2
    assert regions(made([first, second, output], "relu-linear")) == 2
    assert regions(made([first, second, output], "relu-tanh")) is None


@given(
    widths=st.lists(st.integers(1, 100), min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
    power=st.integers(0, 5),
)
def test_patterns_are_counted_as_a_set_counts_them(widths, seed, power):
    """Small whole numbers on a grid of powers of 2: float32 is exact, and rounding decides none."""
    generator = np.random.default_rng(seed)
    network = made(
        generator.integers(-2, 3, (n_out, n_in + 1)) for n_in, n_out in pairwise([2, *widths, 2])
    )
    points = maps.grid_points(2.0, 2**power)
    hidden, on = points.double().T, []
    for layer in network.layers[:-1]:
        weights = torch.from_numpy(layer).double()
        pre = weights[:, :-1] @ hidden + weights[:, -1:]
        hidden = pre.relu()
        on.append(pre > 0)
    _, _, marks = network.look(points, patterns=True)
    seen = {}
    for mark, column in zip(marks.tolist(), torch.cat(on).T.tolist(), strict=True):
        assert seen.setdefault(mark, tuple(column)) == tuple(column)
    assert len(seen) == len(set(seen.values()))

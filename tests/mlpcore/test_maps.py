"""Networks seen over a square of the plane."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from mlpcore.stack import Stack

from mlpcore import maps
from mlpcore.activations import ACTIVATIONS

SMOOTH = [name for name, activation in ACTIVATIONS.items() if not activation.piecewise_linear]


def half_planes(directions, activation="relu"):
    """One network whose hidden units are on where x·direction > 0."""
    hidden = torch.cat([torch.tensor(directions), torch.zeros(len(directions), 1)], dim=1)
    return Stack([hidden[None], torch.zeros(1, 2, len(directions) + 1)], activation)


def fan(units):
    """Unit vectors over a half turn, evenly but off the axes."""
    angles = (np.arange(units) + 0.3) * math.pi / units
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32).tolist()


# The grid and the decision maps


def test_the_grid_runs_through_the_cells_centres_lowest_first():
    inputs = maps.grid_inputs(2.0, 4)
    assert inputs.shape == (3, 16)
    x, y, ones = inputs.view(3, 4, 4)
    assert x[0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert y[:, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert torch.equal(x, x[:1].expand(4, 4))
    assert torch.equal(y, y[:, :1].expand(4, 4))
    assert ones.eq(1).all()


def test_row_0_is_the_lowest_y_and_column_0_the_lowest_x():
    """Two networks by hand: class 1 above y = 1, and class 1 right of x = -1."""
    above = [[0.0, 0.0, 0.0], [0.0, 50.0, -50.0]]
    right = [[0.0, 0.0, 0.0], [50.0, 0.0, 50.0]]
    up, across = maps.decision_maps(Stack([torch.tensor([above, right])], "relu"), grid=40)
    is_above = (torch.arange(40) >= 30)[:, None].expand(40, 40)
    is_right = (torch.arange(40) >= 10)[None, :].expand(40, 40)
    assert torch.equal(up[1] > 0.5, is_above)
    assert torch.equal(across[1] > 0.5, is_right)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_probabilities_are_probabilities(activation):
    stack = Stack.initialised([2, 6, 6, 4], range(3), activation)
    probabilities = maps.decision_maps(stack, grid=30)
    assert probabilities.shape == (3, 4, 30, 30)
    assert probabilities.min() >= 0
    torch.testing.assert_close(probabilities.sum(1), torch.ones(3, 30, 30))


def test_all_networks_at_once_are_one_by_one():
    stack = Stack.initialised([2, 8, 8, 3], range(4), "relu")
    together = maps.decision_maps(stack, grid=25)
    regions = maps.linear_regions(stack, grid=25)
    units = maps.unit_maps(stack, grid=25)
    for i in range(4):
        alone = Stack([weights[i : i + 1] for weights in stack.weights], "relu")
        torch.testing.assert_close(maps.decision_maps(alone, grid=25)[0], together[i])
        assert maps.linear_regions(alone, grid=25) == [regions[i]]
        for one, all_of_them in zip(maps.unit_maps(alone, grid=25), units, strict=True):
            torch.testing.assert_close(one[0], all_of_them[i])


def test_chunks_do_not_change_what_is_seen(monkeypatch):
    stack = Stack.initialised([2, 8, 8, 3], range(3), "leaky_relu", 0.1)
    whole = maps.decision_maps(stack), maps.linear_regions(stack), maps.unit_maps(stack)
    monkeypatch.setattr("mlpcore.stack.CHUNK", 1)
    torch.testing.assert_close(maps.decision_maps(stack), whole[0])
    assert maps.linear_regions(stack) == whole[1]
    for chunked, layer in zip(maps.unit_maps(stack), whole[2], strict=True):
        torch.testing.assert_close(chunked, layer)


def test_unit_maps_show_the_first_units_of_each_layer():
    stack = half_planes([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    (layer,) = maps.unit_maps(stack, half_width=2.0, grid=4, most=2)
    centres = torch.tensor([0.0, 0.0, 0.5, 1.5])
    assert layer.shape == (1, 2, 4, 4)
    assert torch.equal(layer[0, 0], centres[None, :].expand(4, 4))
    assert torch.equal(layer[0, 1], centres[:, None].expand(4, 4))


# Linear regions


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
@pytest.mark.parametrize("units", [1, 2, 5, 14])
def test_n_lines_through_the_origin_make_2n_regions(units, activation):
    assert maps.linear_regions(half_planes(fan(units), activation)) == [2 * units]


@given(
    units=st.integers(1, 14),
    seed=st.integers(0, 2**32),
    scale=st.sampled_from([0.1, 1.0, 10.0]),
)
def test_one_layer_never_exceeds_its_maximum(units, seed, scale):
    weights = torch.randn(3, units, 3, generator=torch.Generator().manual_seed(seed))
    weights[:, :, :-1] *= scale
    stack = Stack([weights, torch.zeros(3, 2, units + 1)], "relu")
    for count in maps.linear_regions(stack):
        assert 1 <= count <= 1 + units + math.comb(units, 2)


def test_a_second_layer_cuts_further():
    """The first layer halves the plane, the second cuts one half at x = 1."""
    first, second = torch.tensor([[[1.0, 0, 0]]]), torch.tensor([[[1.0, -1.0]]])
    output = torch.zeros(1, 2, 2)
    assert maps.linear_regions(Stack([first, output], "relu")) == [2]
    assert maps.linear_regions(Stack([first, second, output], "relu")) == [3]


@pytest.mark.parametrize("activation", SMOOTH)
def test_a_smooth_network_has_no_linear_regions(activation):
    stack = Stack.initialised([2, 4, 3], range(2), activation)
    assert maps.linear_regions(stack) is None


def test_a_linear_network_is_one_region():
    assert maps.linear_regions(Stack.initialised([2, 4, 3], range(2), "linear")) == [1, 1]
    assert maps.linear_regions(Stack.initialised([2, 3], range(3), "relu")) == [1, 1, 1]


@given(
    npst.arrays(
        bool,
        npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=200),
        elements=st.booleans(),
    )
)
def test_patterns_are_counted_as_a_set_counts_them(on):
    assert maps.count_patterns(on) == len({tuple(column) for column in on.T.tolist()})


@given(
    units=st.integers(1, 300),
    points=st.integers(1, 300),
    patterns=st.integers(1, 40),
    seed=st.integers(0, 2**32),
)
def test_repeated_patterns_of_many_units_are_counted_once(units, points, patterns, seed):
    """Columns drawn from few patterns, some of which differ in one unit only."""
    rng = np.random.default_rng(seed)
    pool = np.repeat(rng.random((units, 1)) < 0.5, patterns, axis=1)
    pool[rng.integers(units, size=patterns), np.arange(patterns)] ^= True
    on = pool[:, rng.integers(patterns, size=points)]
    assert maps.count_patterns(on) == len({tuple(column) for column in on.T.tolist()})

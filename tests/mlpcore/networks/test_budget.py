"""Widths and parameter counts under a budget."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.networks.budget import WIDTH_RULES, parameter_count, width_by, width_for_budget

# Budget → (width, parameters) at 1…5 hidden layers, 2 inputs and 4 classes.
WIDTHS = {
    100: [(14, 102), (7, 109), (6, 130), (5, 129), (4, 112)],
    500: [(71, 501), (19, 517), (14, 522), (12, 556), (10, 514)],
    1000: [(143, 1005), (28, 1012), (21, 1075), (17, 1041), (15, 1069)],
}


@pytest.mark.parametrize(
    ("budget", "depth", "width", "count"),
    [
        (budget, depth, *row)
        for budget, rows in WIDTHS.items()
        for depth, row in enumerate(rows, start=1)
    ],
)
def test_the_tutorials_widths(budget, depth, width, count):
    assert width_for_budget(depth, budget) == width
    assert parameter_count([2, *[width] * depth, 4]) == count


@given(
    depth=st.integers(1, 12),
    budget=st.integers(1, 30_000),
    inputs=st.integers(1, 50),
    outputs=st.integers(1, 20),
)
def test_the_width_is_the_smallest_that_reaches_the_budget(depth, budget, inputs, outputs):
    width = 1
    while parameter_count([inputs, *[width] * depth, outputs]) < budget:
        width += 1
    assert width_for_budget(depth, budget, inputs, outputs) == width


@given(
    depth=st.integers(1, 12),
    budget=st.integers(1, 10**30),
    inputs=st.integers(1, 10**6),
    outputs=st.integers(1, 10**6),
)
def test_no_budget_is_too_large_for_exact_arithmetic(depth, budget, inputs, outputs):
    def count(width):
        return parameter_count([inputs, *[width] * depth, outputs])

    width = width_for_budget(depth, budget, inputs, outputs)
    assert count(width) >= budget
    assert width == 1 or count(width - 1) < budget


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        ("reaches_the_budget", [102, 109, 130, 129, 112]),
        ("nearest", [102, 109, 99, 92, 112]),
        ("never_above", [95, 88, 99, 92, 73]),
    ],
)
def test_the_rules_at_a_hundred_parameters(rule, counts):
    widths = [width_by(rule, depth, 100) for depth in range(1, 6)]
    found = [parameter_count([2, *[n] * d, 4]) for d, n in enumerate(widths, 1)]
    assert found == counts


@given(
    depth=st.integers(1, 12),
    budget=st.integers(1, 30_000),
    inputs=st.integers(1, 50),
    outputs=st.integers(1, 20),
)
def test_what_the_rules_promise(depth, budget, inputs, outputs):
    def count(width):
        return parameter_count([inputs, *[width] * depth, outputs])

    reaching, nearest, under = (
        width_by(rule, depth, budget, inputs, outputs) for rule in WIDTH_RULES
    )
    assert reaching == width_for_budget(depth, budget, inputs, outputs)
    assert under == 1 or count(under) <= budget
    assert count(under + 1) > budget
    away = {width: abs(count(width) - budget) for width in range(1, reaching + 2)}
    assert away[nearest] == min(away.values())


@pytest.mark.parametrize("sizes", [[5, 3], [2, 7, 4], [3, 8, 1, 6]])
def test_the_count_is_torchs(sizes):
    layers = [torch.nn.Linear(a, b) for a, b in pairwise(sizes)]
    expected = sum(p.numel() for p in torch.nn.Sequential(*layers).parameters())
    assert parameter_count(sizes) == expected

"""Parameter counts of MLPs, and the widths that spend a parameter budget."""

import math
from collections.abc import Sequence
from itertools import pairwise

# How a width is chosen for a budget. The first is the tutorial's.
WIDTH_RULES = ("reaches_the_budget", "nearest", "never_above")


def parameter_count(sizes: Sequence[int]) -> int:
    """Weights and biases of an MLP.

    Args:
        sizes: units in the input, each hidden layer and the output.
    """
    return sum((n_in + 1) * n_out for n_in, n_out in pairwise(sizes))


def width_for_budget(depth: int, budget: int, inputs: int = 2, outputs: int = 4) -> int:
    """The smallest width of ``depth`` equal hidden layers whose parameters reach the budget.

    params(d, n) = (d − 1)n² + (d + D + C)n + C, solved for n and rounded up
    (Neuromatch W1D3, tutorial 2, section 1, which counts n up instead).

    Args:
        depth: number of hidden layers d ≥ 1.
        budget: number of parameters to reach.
        inputs, outputs: D and C.
    """
    a, b, c = depth - 1, depth + inputs + outputs, outputs - budget
    if c >= 0:
        return 1
    if a == 0:
        return -(c // b)
    # isqrt rounds down, so the quotient can be one short of the answer, never past it.
    width = max(1, (math.isqrt(b * b - 4 * a * c) - b) // (2 * a))
    while a * width**2 + b * width + c < 0:
        width += 1
    return width


def width_by(rule: str, depth: int, budget: int, inputs: int = 2, outputs: int = 4) -> int:
    """The width of ``depth`` equal hidden layers that a rule gives for a budget; at least 1.

    Args:
        rule: of :data:`WIDTH_RULES`. Of two counts equally near, the one that reaches the budget.
        depth, budget, inputs, outputs: as for :func:`width_for_budget`.
    """
    width = width_for_budget(depth, budget, inputs, outputs)
    over, under = (
        parameter_count([inputs, *[n] * depth, outputs]) - budget for n in (width, width - 1)
    )
    down = {"reaches_the_budget": False, "nearest": -under < over, "never_above": over > 0}[rule]
    return width - 1 if down and width > 1 else width

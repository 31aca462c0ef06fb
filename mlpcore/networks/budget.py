"""Parameter counts of MLPs, and the width that spends a parameter budget."""

import math
from collections.abc import Sequence
from itertools import pairwise


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

"""Initial weights, drawn network by network from explicit seeds."""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor


def torch_default(sizes: Sequence[int], seed: int) -> list[Tensor]:
    """Draw the weights that ``torch.nn.Linear`` layers would get after ``torch.manual_seed(seed)``.

    Weights and biases are uniform on ±1/√n_in, drawn layer by layer, weights first.

    Args:
        sizes: units in the input, each hidden layer and the output.
        seed: seed of this network's own generator.

    Returns:
        For each layer a float32 tensor (out, in + 1) on the CPU; the last column is the bias.
    """
    generator = torch.Generator().manual_seed(seed)
    layers = []
    for n_in, n_out in pairwise(sizes):
        weight = torch.empty(n_out, n_in)
        torch.nn.init.kaiming_uniform_(weight, a=math.sqrt(5), generator=generator)
        bias = torch.empty(n_out, 1).uniform_(
            -1 / math.sqrt(n_in), 1 / math.sqrt(n_in), generator=generator
        )
        layers.append(torch.cat([weight, bias], dim=1))
    return layers

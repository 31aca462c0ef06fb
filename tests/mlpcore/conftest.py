"""What stacked networks are compared with."""

import pytest
import torch
from torch import nn

MODULES = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "selu": nn.SELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "linear": nn.Identity,
}


@pytest.fixture
def sequential():
    """Build one of a stack's networks as torch.nn has it."""

    def build(stack, network, activation):
        slope = [stack.negative_slope] if activation == "leaky_relu" else []
        layers = []
        for weights in stack.weights:
            n_out, n_in = weights.shape[1], weights.shape[2] - 1
            linear = nn.Linear(n_in, n_out, dtype=weights.dtype)
            with torch.no_grad():
                linear.weight.copy_(weights[network, :, :-1])
                linear.bias.copy_(weights[network, :, -1])
            layers += [linear, MODULES[activation](*slope)]
        return nn.Sequential(*layers[:-1])

    return build

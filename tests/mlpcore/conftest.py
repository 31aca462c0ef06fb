"""What networks are compared with."""

from itertools import repeat

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
TORCH_OPTIMISERS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}


@pytest.fixture(scope="session")
def sequential():
    """Build a network as torch.nn has it, from its layers (out, in + 1).

    Of several activations, as "relu-tanh", the last is that of all further layers.
    """

    def build(layers, activation, negative_slope=0.2):
        names = activation.split("-")
        modules = []
        for place, weights in enumerate(layers):
            name = names[min(place, len(names) - 1)]
            slope = [negative_slope] if name == "leaky_relu" else []
            n_out, n_in = weights.shape[0], weights.shape[1] - 1
            linear = nn.Linear(n_in, n_out, dtype=weights.dtype)
            with torch.no_grad():
                linear.weight.copy_(weights[:, :-1])
                linear.bias.copy_(weights[:, -1])
            modules += [linear, MODULES[name](*slope)]
        return nn.Sequential(*modules[:-1])

    return build


@pytest.fixture(scope="session")
def with_biases():
    """The layers (out, in + 1) of an nn.Sequential."""

    def layers(network):
        linears = [layer for layer in network if isinstance(layer, nn.Linear)]
        return [
            torch.cat([linear.weight, linear.bias[:, None]], dim=1).detach() for linear in linears
        ]

    return layers


@pytest.fixture(scope="session")
def learn_alone():
    """Train an nn.Sequential by torch.optim on batches, which are pairs of inputs and labels.

    Dropout's masks are, for each batch, what to multiply each hidden layer's activations by.
    """

    def forward(network, inputs, masks):
        for place, module in enumerate(network):
            inputs = module(inputs)
            if place % 2:  # an activation
                inputs = inputs * masks[place // 2]
        return inputs

    def learn(network, rule, batches, rate, masks=None):
        options = dict(momentum=rule.momentum) if rule.optimiser in ("sgd", "rmsprop") else {}
        optimiser = TORCH_OPTIMISERS[rule.optimiser](
            network.parameters(), lr=rate, weight_decay=rule.weight_decay, **options
        )
        for (inputs, labels), dropped in zip(batches, masks or repeat(None), strict=False):
            optimiser.zero_grad()
            penalty = rule.l1 * sum(each.abs().sum() for each in network.parameters())
            outputs = network(inputs) if dropped is None else forward(network, inputs, dropped)
            (nn.functional.cross_entropy(outputs, labels) + penalty).backward()
            optimiser.step()

    return learn

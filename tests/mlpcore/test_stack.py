"""Stacked networks against torch.nn, one network at a time."""

import gc
import weakref
from itertools import pairwise

import pytest
import torch
from torch import nn

from mlpcore.activations import ACTIVATIONS
from mlpcore.initialization import Initialization
from mlpcore.stack import Stack, with_ones

TOLERANCE = {torch.float64: dict(rtol=1e-11, atol=1e-13), torch.float32: dict(rtol=1e-4, atol=1e-6)}
SIZES = [[2, 4], [2, 5, 4], [3, 6, 6, 6, 2]]

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])
every_size = pytest.mark.parametrize("sizes", SIZES, ids=str)


def normal(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def random_stack(sizes, models, activation, dtype=torch.float64, seed=0):
    weights = [
        normal(models, n_out, n_in + 1, dtype=dtype, seed=seed + layer)
        for layer, (n_in, n_out) in enumerate(pairwise(sizes))
    ]
    return Stack(weights, activation, negative_slope=0.2)


def one_hot(labels, classes, dtype):
    """(M, B) labels as (M, C, B) targets."""
    return nn.functional.one_hot(labels, classes).transpose(1, 2).to(dtype)


@every_activation
@every_size
@every_dtype
@pytest.mark.parametrize("batch", [1, 100])
def test_outputs_and_gradients_are_torchs(sequential, activation, sizes, dtype, batch):
    models, classes = 3, sizes[-1]
    stack = random_stack(sizes, models, activation, dtype)
    inputs = normal(models, batch, sizes[0], dtype=dtype, seed=9)
    labels = torch.arange(models * batch).reshape(models, batch) * 7 % classes
    laid_out = with_ones(inputs.transpose(1, 2))
    logits = stack.logits(laid_out)
    stack.compute_gradients(laid_out, one_hot(labels, classes, dtype))
    counts = [weights.numel() for weights in stack.weights]
    parts = stack.gradients[: sum(counts)].split(counts)
    gradients = [part.view_as(w) for part, w in zip(parts, stack.weights, strict=True)]
    assert logits.dtype == stack.gradients.dtype == dtype

    for i in range(models):
        network = sequential(stack, i, activation)
        outputs = network(inputs[i])
        torch.testing.assert_close(logits[i].T, outputs, **TOLERANCE[dtype])
        nn.functional.cross_entropy(outputs, labels[i]).backward()
        linears = [layer for layer in network if isinstance(layer, nn.Linear)]
        for layer, gradient in zip(linears, gradients, strict=True):
            expected = torch.cat([layer.weight.grad, layer.bias.grad[:, None]], dim=1)
            torch.testing.assert_close(gradient[i], expected, **TOLERANCE[dtype])


@pytest.mark.parametrize("activation", ["tanh", "leaky_relu", "gelu"])
def test_gradients_of_deep_networks_are_torchs(sequential, activation):
    """Fifty layers; in float64 rounding does not add up to anything that would hide an error."""
    widths = [2, *[12] * 50, 3]
    law = Initialization(scheme="he_normal", gain=1.4, bias="normal", bias_std=0.3)
    drawn = [[layer.double() for layer in law.draw(widths, seed)] for seed in (0, 1)]
    stack = Stack([torch.stack(layer) for layer in zip(*drawn, strict=True)], activation, 0.2)
    inputs, labels = normal(20, 2), torch.arange(20) % 3
    stack.compute_gradients(with_ones(inputs.T[None]), one_hot(labels[None], 3, torch.float64))
    counts = [weights.numel() for weights in stack.weights]
    parts = stack.gradients[: sum(counts)].split(counts)
    for i in range(2):
        network = sequential(stack, i, activation)
        nn.functional.cross_entropy(network(inputs), labels).backward()
        linears = [layer for layer in network if isinstance(layer, nn.Linear)]
        for linear, part, weights in zip(linears, parts, stack.weights, strict=True):
            gradient = part.view_as(weights)[i]
            expected = torch.cat([linear.weight.grad, linear.bias.grad[:, None]], dim=1)
            assert expected.abs().max() > 0
            torch.testing.assert_close(
                gradient, expected, rtol=1e-9, atol=1e-12 * float(expected.abs().max())
            )


@every_activation
@every_size
def test_shared_inputs_give_what_each_networks_own_copy_gives(activation, sizes):
    models, batch, classes = 4, 13, sizes[-1]
    inputs = with_ones(normal(1, sizes[0], batch, seed=3))
    targets = one_hot(torch.arange(batch)[None] % classes, classes, torch.float64)
    shared, copied = (random_stack(sizes, models, activation) for _ in range(2))
    shared.compute_gradients(inputs, targets)
    copied.compute_gradients(inputs.repeat(models, 1, 1), targets.repeat(models, 1, 1))
    torch.testing.assert_close(shared.gradients, copied.gradients, **TOLERANCE[torch.float64])
    torch.testing.assert_close(
        shared.logits(inputs), copied.logits(inputs.repeat(models, 1, 1)), rtol=1e-12, atol=1e-14
    )


@every_activation
def test_gradients_do_not_depend_on_the_batch_before(activation):
    """Buffers are kept a batch size; what an earlier batch left in them must not matter."""
    stack, fresh = (random_stack([2, 5, 3], 2, activation) for _ in range(2))
    for batch in (8, 3, 8, 5):
        inputs = with_ones(normal(2, 2, batch, seed=batch))
        targets = one_hot(torch.arange(2 * batch).reshape(2, -1) % 3, 3, torch.float64)
        stack.compute_gradients(inputs, targets)
    fresh.compute_gradients(inputs, targets)
    assert torch.equal(stack.gradients, fresh.gradients)


@every_size
def test_the_layers_are_what_each_module_puts_out(sequential, sizes):
    stack = random_stack(sizes, 2, "tanh")
    inputs = normal(1, sizes[0], 6)
    layers = list(stack.layers(with_ones(inputs)))
    assert [tuple(pre.shape) for pre, _ in layers] == [(2, width, 6) for width in sizes[1:]]
    for i in range(2):
        value = inputs[0].T
        *hidden, last = sequential(stack, i, "tanh")[::2]
        for linear, (pre, activations) in zip(hidden, layers, strict=False):
            torch.testing.assert_close(pre[i].T, linear(value))
            value = linear(value).tanh()
            torch.testing.assert_close(activations[i].T, value)
        torch.testing.assert_close(layers[-1][1][i].T, last(value))


def test_chunks_are_the_whole_and_do_not_change_the_outputs(monkeypatch):
    stack = random_stack([2, 9, 4], 3, "gelu")
    inputs = with_ones(normal(1, 2, 1000))
    assert len(stack.chunks(inputs)) == 1
    whole = stack.logits(inputs)
    monkeypatch.setattr("mlpcore.stack.CHUNK", 1)
    chunks = stack.chunks(inputs)
    assert len(chunks) == 8  # of 128, however small the bound
    assert torch.equal(torch.cat(chunks, dim=-1), inputs)
    torch.testing.assert_close(stack.logits(inputs), whole, rtol=1e-13, atol=1e-13)


def test_a_stack_is_freed_with_its_last_use():
    """Not when cycles are next looked for: its parameters and buffers may be hundreds of MB."""
    stack = random_stack([2, 5, 3], 2, "tanh")
    stack.logits(with_ones(normal(1, 2, 10)))
    gone = weakref.ref(stack)
    gc.disable()
    try:
        del stack
        assert gone() is None
    finally:
        gc.enable()


def test_the_weights_given_are_copied():
    given = [normal(2, 4, 3)]
    stack = Stack(given, "relu")
    stack.parameters.zero_()
    assert stack.weights[0].abs().sum() == 0
    assert given[0].abs().sum() > 0


# Initialisation


@every_size
@pytest.mark.parametrize("seed", [0, 1, 123456])
def test_initial_weights_are_torchs_bit_for_bit(sizes, seed):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        expected = [nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]
    for layer, linear in zip(Initialization().draw(sizes, seed), expected, strict=True):
        assert torch.equal(layer[:, :-1], linear.weight)
        assert torch.equal(layer[:, -1], linear.bias)


def test_a_stack_is_initialised_network_by_network_and_touches_no_global_state():
    state = torch.get_rng_state()
    stack = Stack.initialised([2, 7, 7, 4], [5, 0, 11], "relu")
    assert torch.equal(torch.get_rng_state(), state)
    for i, seed in enumerate([5, 0, 11]):
        for weights, layer in zip(
            stack.weights, Initialization().draw([2, 7, 7, 4], seed), strict=True
        ):
            assert torch.equal(weights[i], layer)

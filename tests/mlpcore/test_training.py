"""Stacked training against torch.nn and torch.optim, and networks against their neighbours."""

import pytest
import torch
from torch import nn

from mlpcore.activations import ACTIVATIONS
from mlpcore.stack import Stack
from mlpcore.training import OPTIMISERS, Samples, batches, evaluate, steps_per_epoch

SIZES = [2, 6, 6, 3]
EPOCHS = 4
RATE = 0.01
TORCH_OPTIMISERS = {
    "sgd": torch.optim.SGD,
    "adam": torch.optim.Adam,
    "adamw": torch.optim.AdamW,
    "rmsprop": torch.optim.RMSprop,
}
TOLERANCE = {torch.float64: dict(rtol=1e-9, atol=1e-11), torch.float32: dict(rtol=1e-3, atol=1e-4)}

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_optimiser = pytest.mark.parametrize("optimiser", OPTIMISERS)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])


def data(dtype=torch.float64, size=50):
    """Labelled points that a network can learn something about."""
    inputs = torch.randn(size, 2, dtype=dtype, generator=torch.Generator().manual_seed(1))
    labels = (inputs[:, 0] > 0).long() + (inputs.prod(1) > 0).long()
    return inputs, labels


def stacked(seeds, activation, dtype=torch.float64):
    initial = Stack.initialised(SIZES, seeds, activation)
    return Stack([w.to(dtype) for w in initial.weights], activation, negative_slope=0.2)


def train(stack, optimiser, dataset, orders, *, momentum=0.0, decay=0.0):
    """Train on batches of 16, each network's in the order of its generator."""
    rule = OPTIMISERS[optimiser](stack, momentum, decay)
    samples = Samples(*dataset, SIZES[-1])
    generators = [torch.Generator().manual_seed(order) for order in orders]
    with torch.inference_mode():
        for _ in range(EPOCHS):
            for batch in batches(*samples.shuffled(generators), 16, drop_last=False):
                rule.step(*batch, RATE)


def train_alone(network, optimiser, dataset, order):
    """The same with a torch.nn network and a torch.optim optimiser."""
    inputs, labels = dataset
    generator = torch.Generator().manual_seed(order)
    for _ in range(EPOCHS):
        for batch in torch.randperm(len(labels), generator=generator).split(16):
            optimiser.zero_grad()
            nn.functional.cross_entropy(network(inputs[batch]), labels[batch]).backward()
            optimiser.step()


def assert_parity(sequential, activation, optimiser, dtype, *, momentum=0.0, decay=0.0):
    seeds = [0, 1, 2]
    dataset = inputs, labels = data(dtype)
    stack = stacked(seeds, activation, dtype)
    alone = [sequential(stack, i, activation) for i in range(len(seeds))]
    train(stack, optimiser, dataset, seeds, momentum=momentum, decay=decay)
    accuracy, loss = evaluate(stack, Samples(*dataset, SIZES[-1]))

    options = dict(momentum=momentum) if optimiser in ("sgd", "rmsprop") else {}
    for i, network in enumerate(alone):
        rule = TORCH_OPTIMISERS[optimiser](
            network.parameters(), lr=RATE, weight_decay=decay, **options
        )
        train_alone(network, rule, dataset, seeds[i])
        linears = [layer for layer in network if isinstance(layer, nn.Linear)]
        for weights, linear in zip(stack.weights, linears, strict=True):
            both = torch.cat([linear.weight, linear.bias[:, None]], dim=1)
            torch.testing.assert_close(weights[i], both, **TOLERANCE[dtype])
        outputs = network(inputs)
        expected = nn.functional.cross_entropy(outputs, labels)
        torch.testing.assert_close(loss[i], expected, **TOLERANCE[dtype])
        assert accuracy[i] == (outputs.argmax(1) == labels).to(dtype).mean()


@every_activation
@every_optimiser
@every_dtype
def test_networks_together_learn_what_each_learns_alone(sequential, activation, optimiser, dtype):
    assert_parity(sequential, activation, optimiser, dtype)


@every_optimiser
@pytest.mark.parametrize(("momentum", "decay"), [(0.9, 0.0), (0.0, 0.1), (0.9, 0.1)])
@every_dtype
def test_momentum_and_weight_decay_are_torchs(sequential, optimiser, momentum, decay, dtype):
    assert_parity(sequential, "tanh", optimiser, dtype, momentum=momentum, decay=decay)


def test_every_optimiser_is_compared():
    assert TORCH_OPTIMISERS.keys() == OPTIMISERS.keys()


# Neighbours


@every_optimiser
@every_activation
def test_a_network_does_not_depend_on_its_neighbours(activation, optimiser):
    dataset = data(torch.float32)
    ends = []
    for neighbours in ([5, 6], [7, 8]):
        seeds = [neighbours[0], 3, neighbours[1]]
        stack = stacked(seeds, activation, torch.float32)
        train(stack, optimiser, dataset, seeds, momentum=0.5, decay=0.01)
        ends.append([weights[1].clone() for weights in stack.weights])
    for one, other in zip(*ends, strict=True):
        assert torch.equal(one, other)


@every_optimiser
@pytest.mark.parametrize("poison", [torch.nan, torch.inf, 3e38])
def test_a_diverged_neighbour_does_not_spread(optimiser, poison):
    dataset = data(torch.float32)
    healthy, beside = (stacked([0, 1, 2], "relu", torch.float32) for _ in range(2))
    for weights in beside.weights:
        weights[1] = poison
    for stack in (healthy, beside):
        train(stack, optimiser, dataset, [0, 1, 2], momentum=0.5, decay=0.01)
    for one, other in zip(healthy.weights, beside.weights, strict=True):
        assert torch.equal(one[[0, 2]], other[[0, 2]])

    samples = Samples(*dataset, SIZES[-1])
    (accuracy, loss), (expected_accuracy, expected_loss) = (
        evaluate(stack, samples) for stack in (beside, healthy)
    )
    assert not loss[1].isfinite()
    assert torch.equal(accuracy[[0, 2]], expected_accuracy[[0, 2]])
    assert torch.equal(loss[[0, 2]], expected_loss[[0, 2]])


# Evaluation


def constant_stack(logits):
    """Networks (M, C) that put out the same logits whatever the input."""
    weights = torch.zeros(*logits.shape, 3)
    weights[:, :, 2] = logits
    return Stack([weights], "relu")


def test_a_tie_is_wrong_and_a_diverged_network_is_never_right():
    labels = torch.tensor([0, 0, 0, 1])
    samples = Samples(torch.zeros(4, 2), labels, 2)
    logits = torch.tensor([[1.0, 0.0], [0.0, 0.0], [torch.nan, 0.0], [torch.inf, 0.0]])
    accuracy, loss = evaluate(constant_stack(logits), samples)
    assert accuracy.tolist() == [0.75, 0, 0, 0]
    torch.testing.assert_close(loss[1], torch.tensor(2.0).log())
    assert loss.isfinite().tolist() == [True, True, False, False]


def test_certainty_is_no_divergence():
    """Logits so far apart that the other classes' probabilities are exactly 0."""
    samples = Samples(torch.zeros(2, 2), torch.tensor([0, 0]), 2)
    accuracy, loss = evaluate(constant_stack(torch.tensor([[3e38, -3e38]])), samples)
    assert accuracy.tolist() == [1]
    assert loss.tolist() == [0]


# Samples and batches


def test_every_network_sees_all_samples_in_its_own_order():
    inputs, labels = data(size=20)
    samples = Samples(inputs, labels, 3)
    generators = [torch.Generator().manual_seed(seed) for seed in (4, 9, 4)]
    shuffled, targets = samples.shuffled(generators)
    assert shuffled.shape == (3, 3, 20)
    assert targets.shape == (3, 3, 20)
    for network, seed in enumerate((4, 9, 4)):
        order = torch.randperm(20, generator=torch.Generator().manual_seed(seed))
        assert torch.equal(shuffled[network, :2].T, inputs[order])
        assert torch.equal(shuffled[network, 2], torch.ones(20, dtype=inputs.dtype))
        assert torch.equal(targets[network].argmax(0), labels[order])
        assert targets[network].sum(0).eq(1).all()


@pytest.mark.parametrize(
    ("size", "drop_last", "expected"),
    [
        (48, True, [16, 16, 16]),
        (50, True, [16, 16, 16]),
        (50, False, [16, 16, 16, 2]),
        (16, False, [16]),
        (10, False, [10]),
        (10, True, []),
    ],
)
def test_batches_cover_the_samples_in_order(size, drop_last, expected):
    inputs = torch.arange(2 * 3 * size).reshape(2, 3, size)
    targets = torch.arange(2 * 4 * size).reshape(2, 4, size)
    dealt = batches(inputs, targets, 16, drop_last)
    assert [x.shape[-1] for x, _ in dealt] == expected
    assert len(dealt) == steps_per_epoch(size, 16, drop_last)
    if dealt:
        together = torch.cat([x for x, _ in dealt], dim=-1)
        assert torch.equal(together, inputs[..., : sum(expected)])
        together = torch.cat([y for _, y in dealt], dim=-1)
        assert torch.equal(together, targets[..., : sum(expected)])

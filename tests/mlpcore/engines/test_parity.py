"""Both engines against torch.nn and torch.optim, one network at a time."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.engines import OPTIMISERS, Rule, Samples
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.gathering import FEW
from mlpcore.engines.reference import TorchEngine
from mlpcore.networks.initialization import Initialization

# Three architectures, a linear model among them.
SHAPES = [[2, 6, 6, 3], [2, 6, 6, 3], [2, 3], [2, 9, 3]]
EPOCHS, RATE = 4, 0.01
TOLERANCE = {torch.float64: dict(rtol=1e-9, atol=1e-11), torch.float32: dict(rtol=1e-3, atol=1e-4)}

every_activation = pytest.mark.parametrize("activation", ACTIVATIONS)
every_optimiser = pytest.mark.parametrize("optimiser", OPTIMISERS)
every_dtype = pytest.mark.parametrize("dtype", TOLERANCE, ids=["float64", "float32"])


@pytest.fixture(scope="session")
def assert_parity(school, sequential, with_biases, learn_alone):
    """Train by an engine and by torch, and compare weights, accuracies and losses."""

    def check(engine, networks, dataset, rule, seeds, dtype=torch.float64, rate=RATE, **about):
        lesson = school.lesson(engine, networks, dataset, rule, seeds, **about)
        activation = lesson.ensemble.activation
        engine.train([lesson], 0, EPOCHS * lesson.steps, rate)
        ((accuracy, loss),) = engine.evaluate([(lesson.ensemble, lesson.samples)])
        for i, (trained, initial) in enumerate(
            zip(school.layers(lesson.ensemble), networks, strict=True)
        ):
            alone = sequential(initial, activation)
            batches = school.epochs(dataset, seeds[i], lesson.batch_size, lesson.steps, EPOCHS)
            masks = [
                [mask.to(dtype) for mask in batch] for batch in school.masks(lesson, i, EPOCHS)
            ]
            learn_alone(alone, rule, batches, rate, masks)
            for ours, theirs in zip(trained, with_biases(alone), strict=True):
                assert ours.dtype == dtype
                torch.testing.assert_close(ours, theirs, **TOLERANCE[dtype])
            outputs = alone(dataset[0]).detach()
            expected = nn.functional.cross_entropy(outputs, dataset[1])
            tolerance = 1e-4 if dtype == torch.float32 else 1e-6
            np.testing.assert_allclose(loss[i], expected, rtol=tolerance, atol=tolerance)
            assert accuracy[i] == (outputs.argmax(1) == dataset[1]).float().mean()

    return check


@every_activation
@every_optimiser
@every_dtype
def test_networks_together_learn_what_each_learns_alone(
    school, assert_parity, engine, activation, optimiser, dtype
):
    networks = [school.network(shape, seed, dtype) for seed, shape in enumerate(SHAPES)]
    dataset = school.points(2, 3, 50, dtype)
    rule = Rule(optimiser)
    assert_parity(engine, networks, dataset, rule, [5, 6, 7, 8], dtype, activation=activation)


@every_optimiser
@pytest.mark.parametrize(
    ("momentum", "decay", "l1"),
    [(0.9, 0.0, 0.0), (0.0, 0.1, 0.0), (0.0, 0.0, 0.01), (0.9, 0.1, 0.01)],
)
@every_dtype
def test_momentum_and_penalties_are_torchs(
    school, assert_parity, engine, optimiser, momentum, decay, l1, dtype
):
    networks = [school.network(shape, seed, dtype) for seed, shape in enumerate(SHAPES)]
    dataset, rule = school.points(2, 3, 50, dtype), Rule(optimiser, momentum, decay, l1)
    assert_parity(engine, networks, dataset, rule, [0, 1, 2, 3], dtype)


@pytest.mark.parametrize("activation", ["relu-tanh", "sigmoid-linear", "silu-leaky_relu-elu"])
@every_dtype
def test_each_layer_has_its_activation(school, assert_parity, engine, activation, dtype):
    """The last one is that of all further layers; a linear model has none."""
    shapes = [*SHAPES, [2, 4, 4, 4, 4, 3]]
    networks = [school.network(shape, seed, dtype) for seed, shape in enumerate(shapes)]
    dataset = school.points(2, 3, 50, dtype)
    assert_parity(engine, networks, dataset, Rule(), range(5), dtype, activation=activation)


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu-sigmoid"])
@pytest.mark.parametrize(
    "rule",
    [Rule("adam", dropout=0.3), Rule("sgd", 0.9, 0.1, 0.01, 0.7), Rule("sgd", dropout=0.5)],
)
@pytest.mark.parametrize("features", [2, 30])
@every_dtype
def test_dropout_multiplies_by_its_masks(
    school, assert_parity, engine, activation, rule, features, dtype
):
    """The last batch is smaller, two networks of one architecture have a seed each."""
    shapes = [[features, *shape[1:]] for shape in SHAPES]
    networks = [school.network(shape, i, dtype) for i, shape in enumerate(shapes)]
    dataset = school.points(features, 3, 50, dtype)
    seeds = [4, 9, 4, 9]
    assert_parity(engine, networks, dataset, rule, seeds, dtype, activation=activation)


@pytest.mark.parametrize("seeds", [[4, 4, 4, 4], [4, 9, 4, 9]], ids=["one order", "two orders"])
@pytest.mark.parametrize("features", [2, 30])
def test_networks_of_a_seed_share_its_order(school, assert_parity, engine, seeds, features):
    shapes = [[features, *shape[1:]] for shape in SHAPES]
    networks = [school.network(shape, i, torch.float64) for i, shape in enumerate(shapes)]
    dataset = school.points(features, 3, 50, torch.float64)
    assert_parity(engine, networks, dataset, Rule(), seeds)


@pytest.mark.parametrize(
    ("size", "steps"),
    [(48, 3), (50, 4), (50, 3), (16, 1), (10, 1)],
    ids=["even", "last smaller", "last dropped", "one", "one smaller"],
)
@pytest.mark.parametrize("features", [2, 30])
def test_the_last_batch_is_smaller_or_dropped(school, assert_parity, engine, size, steps, features):
    networks = [school.network([features, 5, 3], seed, torch.float64) for seed in range(2)]
    dataset = school.points(features, 3, size, torch.float64)
    assert_parity(engine, networks, dataset, Rule("sgd"), [0, 1], steps=steps, rate=0.1)


@settings(max_examples=25)
@given(
    data=st.data(),
    features=st.sampled_from([1, 2, FEW - 2, FEW - 1, FEW, FEW + 1, 40]),
    classes=st.integers(2, 5),
    size=st.integers(2, 80),
    batch_size=st.integers(1, 90),
    kind=st.sampled_from(["compiled", "torch"]),
    activation=st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=1, max_size=5).map("-".join),
    rule=st.sampled_from(
        [Rule("sgd"), Rule("sgd", 0.5, 0.01), Rule("adam"), Rule("adam", dropout=0.2)]
    ),
)
def test_any_shapes(
    school, assert_parity, data, features, classes, size, batch_size, kind, activation, rule
):
    widths = st.lists(st.integers(1, 20), max_size=4)
    shapes = data.draw(
        st.lists(widths.map(lambda w: [features, *w, classes]), min_size=1, max_size=4)
    )
    seeds = data.draw(st.lists(st.integers(0, 2), min_size=len(shapes), max_size=len(shapes)))
    networks = [school.network(shape, i, torch.float64) for i, shape in enumerate(shapes)]
    dataset = school.points(features, classes, size, torch.float64)
    engine = {"compiled": CompiledEngine, "torch": TorchEngine}[kind]()
    about = dict(activation=activation, batch_size=min(batch_size, size))
    assert_parity(engine, networks, dataset, rule, seeds, **about)


@pytest.mark.parametrize("activation", ["tanh", "leaky_relu", "gelu", "relu-tanh-silu-selu"])
def test_gradients_of_deep_networks_are_torchs(school, sequential, with_biases, engine, activation):
    """Fifty layers: a step of 1 tells the gradients, in which rounding hides no error."""
    law = Initialization(scheme="he_normal", gain=1.4, bias="normal", bias_std=0.3)
    networks = [[layer.double() for layer in law.draw([2, *[12] * 50, 3], seed)] for seed in (0, 1)]
    dataset = inputs, labels = school.points(2, 3, 20, torch.float64)
    lesson = school.lesson(
        engine, networks, dataset, Rule("sgd"), activation=activation, batch_size=20
    )
    engine.train([lesson], 0, 1, 1.0)
    for trained, initial in zip(school.layers(lesson.ensemble), networks, strict=True):
        network = sequential(initial, activation)
        nn.functional.cross_entropy(network(inputs), labels).backward()
        for after, before, linear in zip(trained, initial, network[::2], strict=True):
            expected = torch.cat([linear.weight.grad, linear.bias.grad[:, None]], dim=1)
            assert expected.abs().max() > 0
            atol = 1e-9 * float(expected.abs().max()) + 1e-15
            torch.testing.assert_close(before - after, expected, rtol=1e-7, atol=atol)


def test_the_weights_given_are_copied(school, engine):
    given = school.network([2, 4], 0, torch.float32)
    copy = [layer.clone() for layer in given]
    lesson = school.lesson(engine, [given], school.points(2, 4, 20, torch.float32))
    engine.train([lesson], 0, 3, 0.1)
    (trained,) = school.layers(lesson.ensemble)
    assert torch.equal(given[0], copy[0])
    assert not torch.equal(trained[0], copy[0])


def test_the_learning_rate_is_that_of_the_call(school, engine):
    """Also where the optimiser keeps a state."""
    networks = [school.network([2, 4, 3], seed, torch.float32) for seed in range(2)]
    lesson = school.lesson(engine, networks, school.points(2, 3, 50, torch.float32), Rule("adam"))
    engine.train([lesson], 0, 3, 0.1)
    before = school.layers(lesson.ensemble)
    engine.train([lesson], 3, 9, 0.0)
    for one, other in zip(before, school.layers(lesson.ensemble), strict=True):
        assert all(map(torch.equal, one, other))


# Evaluation


def constant(engine, logits):
    """Networks (M, C) that put out the same logits whatever the input."""
    layers = torch.zeros(*logits.shape, 3)
    layers[:, :, 2] = logits
    return engine.ensemble([[layer] for layer in layers], "relu", 0.0, Rule(), range(len(logits)))


def test_a_tie_is_wrong_and_a_diverged_network_is_never_right(engine):
    samples = Samples(torch.zeros(4, 2), torch.tensor([0, 0, 0, 1]))
    logits = [[1.0, 0.0], [0.0, 0.0], [torch.nan, 0.0], [torch.inf, 0.0], [0.0, torch.nan]]
    ensemble = constant(engine, torch.tensor(logits))
    ((accuracy, loss),) = engine.evaluate([(ensemble, samples)])
    assert accuracy.tolist()[:3] == [0.75, 0, 0]
    assert accuracy[4] == 0
    np.testing.assert_allclose(loss[1], np.log(2), rtol=1e-6)
    assert np.isfinite(loss).tolist() == [True, True, False, False, False]


def test_certainty_is_no_divergence(engine):
    """Logits so far apart that the other classes' probabilities are exactly 0."""
    samples = Samples(torch.zeros(2, 2), torch.tensor([0, 0]))
    ensemble = constant(engine, torch.tensor([[3e38, -3e38]]))
    ((accuracy, loss),) = engine.evaluate([(ensemble, samples)])
    assert accuracy.tolist() == [1]
    assert loss.tolist() == [0]


@pytest.mark.parametrize("size", [1, 255, 256, 257, 2500])
@pytest.mark.parametrize("features", [2, 30])
def test_all_samples_are_evaluated_however_many(school, sequential, engine, size, features):
    shapes = [[features, 7, 3], [features, 3]]
    networks = [school.network(shape, i, torch.float32) for i, shape in enumerate(shapes)]
    dataset = inputs, labels = school.points(features, 3, size, torch.float32)
    ensemble = engine.ensemble(networks, "silu", 0.2, Rule(), [0, 0])
    ((accuracy, loss),) = engine.evaluate([(ensemble, Samples(*dataset))])
    for i, layers in enumerate(networks):
        outputs = sequential(layers, "silu")(inputs).detach()
        np.testing.assert_allclose(
            loss[i], nn.functional.cross_entropy(outputs.double(), labels), rtol=1e-5
        )
        assert accuracy[i] == pytest.approx(
            (outputs.argmax(1) == labels).float().mean().item(), abs=1e-6
        )

"""Experiments on points that somebody brought."""

import numpy as np
import pytest
import torch
from torch import nn

from mlpcore.datasets import points
from mlpcore.datasets.points import Points
from mlpcore.engines.dealing import orders
from mlpcore.experiments import DegreeSweep, PolynomialFeatures, WideVsDeep
from mlpcore.params import ParameterError
from tests.runs import final

SMALL = {"seeds": 2, "batch_size": 8, "epochs": 3, "learning_rate": 0.01}


def make(classes=3, each=20, seed=0):
    """Clouds in a row, far from the maps' square."""
    noise = np.random.default_rng(seed).normal(size=(classes * each, 2))
    labels = np.repeat(np.arange(classes), each)
    coordinates = 100 + 5 * labels[:, None] + noise
    return Points(coordinates, labels, tuple("abcdefgh"[:classes]), ("u", "v"))


@pytest.fixture
def three():
    return points.keep(make())


def test_the_networks_are_those_that_torch_trains(three):
    config = WideVsDeep(data=three, classes=3, depth_to=2, **SMALL)
    snapshots = list(config.run())
    start, end = snapshots[0], snapshots[-1]
    split = make().split
    for depth, network in ((1, 0), (2, 1)):
        before, after = start.at_depth(depth), end.at_depth(depth)
        layers = []
        for weights in before.weights:
            _, n_out, n_in = weights.shape
            linear = nn.Linear(n_in - 1, n_out)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(weights[network, :, :-1]))
                linear.bias.copy_(torch.from_numpy(weights[network, :, -1]))
            layers += [linear, nn.ReLU()]
        model = nn.Sequential(*layers[:-1])
        optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
        for epoch in range(3):
            shuffled = torch.from_numpy(orders(np.array([network]), epoch, 48)[0])
            for batch in shuffled.split(8):
                optimiser.zero_grad()
                logits = model(split.train_inputs[batch])
                nn.functional.cross_entropy(logits, split.train_labels[batch]).backward()
                optimiser.step()
        with torch.no_grad():
            right = model(split.test_inputs).argmax(1) == split.test_labels
            loss = nn.functional.cross_entropy(model(split.test_inputs), split.test_labels)
        assert after.test_accuracy[-1, network] == pytest.approx(right.float().mean().item())
        assert after.test_loss[-1, network] == pytest.approx(loss.item(), rel=1e-4)


def test_polynomials_and_their_sweep_learn_them_too(three):
    config = PolynomialFeatures(data=three, classes=3, degree=3, **SMALL)
    end = final(config)
    assert end.legend.classes == ("a", "b", "c")
    assert end.polynomial.test_accuracy.shape[1] == 2
    assert end.data_half_width == pytest.approx(1.2)
    sweep = final(DegreeSweep.beside(config, degree_from=3, degree_to=3, basis="monomial"))
    np.testing.assert_array_equal(
        sweep.points[0].networks.test_accuracy, end.polynomial.test_accuracy
    )


@pytest.mark.parametrize("classes", [2, 8])
def test_a_snapshot_names_what_was_brought(classes):
    config = WideVsDeep(data=points.keep(make(classes)), classes=classes, depth_to=1, **SMALL)
    end = final(config)
    assert end.legend.classes == tuple("abcdefgh"[:classes])
    assert end.legend.axes == ("u", "v")
    assert config.sizes(1)[-1] == classes
    assert config.train_size == 16 * classes
    units, brought = end.legend.original(end.test_points), make(classes).coordinates
    nearest = np.abs(units[:, None] - brought).max(2).min(1)
    assert nearest.max() < 1e-4


def test_generated_points_have_no_legend():
    assert WideVsDeep().legend is None


def test_equal_points_make_equal_configs(three):
    one = WideVsDeep(data=three, classes=3, batch_size=8)
    other = WideVsDeep(data=points.keep(make()), classes=3, batch_size=8)
    assert one == other
    assert one != WideVsDeep(data=points.keep(make(seed=1)), classes=3, batch_size=8)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"classes": 4}, "classes must be 3, as many as the points that were brought have; got 4."),
        ({"noise": 0.2}, "noise must be left out with points that were brought; got 0.2."),
        ({"samples": 20}, "samples must be left out with points that were brought; got 20."),
        ({"data_seed": 1}, "data_seed must be left out with points that were brought; got 1."),
        (
            {"batch_size": 128},
            "batch_size must be at most the training set's 48 samples; got 128. "
            "Lower it or bring more points.",
        ),
        ({"data": "points-0123456789abcdef"}, "Bring their file again."),
    ],
)
def test_what_does_not_go_with_them(three, fields, message):
    with pytest.raises(ParameterError) as caught:
        WideVsDeep(**{"data": three, "classes": 3, "batch_size": 8} | fields)
    assert message in str(caught.value)


def test_a_link_to_points_that_are_gone_keeps_the_rest():
    texts = {"data": "points-0123456789abcdef", "classes": "3", "batch_size": "8"}
    config, problems = WideVsDeep.parse(texts)
    assert config == WideVsDeep(classes=3, batch_size=8)
    assert len(problems) == 1

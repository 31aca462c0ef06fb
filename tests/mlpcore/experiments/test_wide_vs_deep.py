"""The experiment: its snapshots, its numbers, and what it concludes."""

import dataclasses
import json
import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from scipy import stats
from torch import nn

from mlpcore.datasets.planar import HALF_WIDTH
from mlpcore.engines import maps
from mlpcore.engines.dealing import orders
from mlpcore.experiments import WideVsDeep
from mlpcore.experiments.wide_vs_deep import view, without
from mlpcore.running.control import Cancelled, Control
from tests.runs import final

SMALL = WideVsDeep(depth_to=3, seeds=3, samples=60, batch_size=32, epochs=4)
# SGD at 1e6 blows up some networks; others die with all units off, at a finite loss.
DIVERGING = dataclasses.replace(SMALL, learning_rate=1e6, optimiser="sgd", seeds=8)


def test_units_that_are_off_pass_on_nothing_and_the_result_stays():
    last = final(SMALL)
    net = last.at_depth(2).network(1)
    kept = [layer.copy() for layer in net.layers]
    layers = [torch.from_numpy(layer) for layer in net.layers]
    hidden = torch.from_numpy(last.test_points)
    for place, layer in enumerate(layers):
        hidden = nn.functional.linear(hidden, layer[:, :-1], layer[:, -1])
        if place < 2:
            hidden = hidden.relu()
            hidden[:, [[0, 3], [1]][place]] = 0
    right = (hidden.argmax(1).numpy() == last.test_labels).mean()
    probabilities, accuracy = without(last, 2, 1, [(0, 0), (0, 3), (1, 1), (1, 999), (7, 0)])
    assert accuracy == pytest.approx(right)
    assert np.abs(probabilities - view(last.at_depth(2), 1).probabilities).max() > 0
    assert all(map(np.array_equal, kept, net.layers))
    np.testing.assert_array_equal(
        without(last, 2, 1, [])[0], view(last.at_depth(2), 1).probabilities
    )


class EverySlice(Control):
    """Asks for a snapshot at every slice, and lets the run go on."""

    @property
    def pausing(self):
        return True

    def checkpoint(self):
        pass


def arrays(snapshot):
    """All of a snapshot's arrays."""
    found = [snapshot.test_points, snapshot.test_labels]
    for architecture in snapshot.architectures:
        for value in vars(architecture).values():
            found += [value] if isinstance(value, np.ndarray) else []
            found += value if isinstance(value, tuple) else []
    return found


def assert_equal(one, other):
    for a, b in zip(arrays(one), arrays(other), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.fixture(scope="module")
def end():
    return final(SMALL)


# Snapshots


def test_snapshots_go_from_the_beginning_to_the_end(monkeypatch):
    monkeypatch.setattr("mlpcore.experiments.run.SLICE", 0.0)  # a step each
    snapshots = list(SMALL.run(control=EverySlice()))
    first, end = snapshots[0], snapshots[-1]
    assert (first.epoch, first.progress, first.finished) == (0, 0.0, False)
    assert (end.epoch, end.progress, end.finished) == (4, 1.0, True)
    assert first.label == "epoch 0 of 4"
    steps = 4 * (192 // 32)  # epochs, batches
    progress = [snapshot.progress for snapshot in snapshots]
    assert progress == [step / steps for step in range(steps + 1)]
    assert [snapshot.finished for snapshot in snapshots[:-1]] == [False] * steps
    epochs = [snapshot.epoch for snapshot in snapshots]
    assert epochs == sorted(epochs)


@pytest.mark.parametrize("config", [SMALL, DIVERGING], ids=["learning", "diverging"])
def test_a_later_snapshot_changes_no_earlier_one(config):
    seen = [
        (snapshot, [array.copy() for array in arrays(snapshot)])
        for snapshot in config.run(control=EverySlice())
    ]
    for snapshot, copies in seen:
        for array, copy in zip(arrays(snapshot), copies, strict=True):
            np.testing.assert_array_equal(array, copy)
    assert not np.array_equal(
        seen[0][0].architectures[0].weights[0], seen[-1][0].architectures[0].weights[0]
    )


def test_a_snapshot_says_what_was_trained(end):
    assert end.config is SMALL
    assert end.test_points.shape == (48, 2)
    assert [a.depth for a in end.architectures] == [1, 2, 3]
    assert [(a.width, a.parameters) for a in end.architectures] == [(14, 102), (7, 109), (6, 130)]
    assert end.architectures[0].label == "1 hidden layer × 14"
    assert end.architectures[1].label == "2 hidden layers × 7"
    for a in end.architectures:
        assert a.epochs.tolist() == [0, 1, 2, 3, 4]
        shapes = [
            (3, *shape)
            for shape in zip(SMALL.sizes(a.depth)[1:], [3, *[a.width + 1] * 3], strict=False)
        ]
        assert [w.shape for w in a.weights] == shapes
        for metric in (a.train_accuracy, a.test_accuracy, a.train_loss, a.test_loss):
            assert metric.shape == (5, 3)
            assert metric.dtype == np.float32


def test_architectures_are_found_by_their_depth():
    end = final(dataclasses.replace(SMALL, depth_from=2, depth_to=3, epochs=1))
    assert end.at_depth(2) is end.architectures[0]
    assert end.at_depth(3).depth == 3


@given(epochs=st.integers(1, 2000))
def test_networks_are_evaluated_first_last_and_not_too_often(epochs):
    evaluated = WideVsDeep(epochs=epochs).evaluation_epochs
    assert {0, 1, epochs} <= evaluated
    assert len(evaluated) <= max(24, epochs / 20 + 4)
    assert max(np.diff(sorted(evaluated)), default=0) <= 20


def test_a_run_ends_when_cancelled():
    control = Control()
    run = SMALL.run(control=control)
    next(run)
    control.cancel()
    with pytest.raises(Cancelled):
        next(run)


# Numbers


def test_equal_configs_give_equal_numbers_bit_for_bit(end):
    state = torch.get_rng_state()
    again = final(WideVsDeep(**SMALL.values()))
    assert torch.equal(torch.get_rng_state(), state)
    assert_equal(again, end)


def test_snapshots_do_not_change_the_numbers(end):
    *_, watched = SMALL.run(control=EverySlice())
    assert_equal(watched, end)


@pytest.mark.parametrize("field", ["seed", "data_seed"])
def test_another_seed_gives_other_numbers(end, field):
    other = final(dataclasses.replace(SMALL, **{field: 1}))
    assert not np.array_equal(other.architectures[0].weights[0], end.architectures[0].weights[0])


def test_a_depths_numbers_do_not_depend_on_the_other_depths(end):
    alone = final(dataclasses.replace(SMALL, depth_from=3))
    for a, b in zip(alone.architectures[0].weights, end.architectures[2].weights, strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_numbers_are_the_tutorials_procedure(end):
    """Linear and ReLU modules, torch's Adam, the same batches: network by network."""
    split = SMALL.split()
    for depth in SMALL.depths:
        architecture = end.at_depth(depth)
        for i, seed in enumerate(SMALL.network_seeds):
            with torch.random.fork_rng():
                torch.manual_seed(seed)
                sizes = SMALL.sizes(depth)
                layers = [
                    layer
                    for n_in, n_out in pairwise(sizes)
                    for layer in (nn.Linear(n_in, n_out), nn.ReLU())
                ]
            network = nn.Sequential(*layers[:-1])
            optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
            for epoch in range(SMALL.epochs):
                (order,) = orders(np.array([seed]), epoch, len(split.train_labels))
                order = torch.from_numpy(order)
                for batch in order.split(SMALL.batch_size):
                    optimiser.zero_grad()
                    outputs = network(split.train_inputs[batch])
                    nn.functional.cross_entropy(outputs, split.train_labels[batch]).backward()
                    optimiser.step()
            outputs = network(split.test_inputs)
            accuracy = (outputs.argmax(1) == split.test_labels).float().mean()
            loss = nn.functional.cross_entropy(outputs, split.test_labels)
            assert architecture.test_accuracy[-1, i] == accuracy
            np.testing.assert_allclose(architecture.test_loss[-1, i], loss.item(), rtol=1e-4)
            for weights, linear in zip(architecture.weights, network[::2], strict=True):
                np.testing.assert_allclose(
                    weights[i, :, :-1], linear.weight.detach(), rtol=1e-3, atol=1e-5
                )


def test_the_last_batch_is_dropped_or_not():
    partial = dataclasses.replace(SMALL, batch_size=100)
    dropped = final(partial)
    kept = final(dataclasses.replace(partial, drop_last=False))
    assert not np.array_equal(dropped.architectures[0].weights[0], kept.architectures[0].weights[0])
    assert kept.progress == dropped.progress == 1.0


def test_two_or_three_hidden_layers_beat_one_and_five_are_a_gamble():
    """What the experiment is there to show, with its defaults."""
    one, two, three, _, five = (a.score for a in final(WideVsDeep()).architectures)
    assert 0.6 < one.mean < 0.8
    assert min(two.mean, three.mean) > one.mean + 0.08
    assert five.mean < two.mean - 0.1
    assert five.deviation > 2 * two.deviation


# Divergence


@pytest.mark.parametrize("optimiser", ["sgd", "adam", "adamw", "rmsprop"])
@pytest.mark.parametrize("activation", ["relu", "elu", "tanh"])
def test_the_largest_learning_rate_is_survived(optimiser, activation):
    config = dataclasses.replace(
        SMALL, learning_rate=1e6, optimiser=optimiser, activation=activation, depth_to=5
    )
    end = final(config)
    for a in end.architectures:
        finite = np.isfinite(a.test_loss) & np.isfinite(a.train_loss)
        first = [a.epochs[~finite[:, i]].min(initial=99) for i in range(config.seeds)]
        assert a.diverged_at.tolist() == [-1 if epoch == 99 else epoch for epoch in first]
        assert a.score.count == a.converged.sum()
    json.dumps(end.result())


@pytest.fixture(scope="module")
def partly_diverged():
    return final(DIVERGING)


def test_some_diverge_and_the_others_go_on(partly_diverged):
    converged = np.stack([a.converged for a in partly_diverged.architectures])
    assert converged.any()
    assert not converged.all()
    for a in partly_diverged.architectures:
        assert np.isfinite(a.test_loss[-1, a.converged]).all()
        assert (a.test_accuracy[-1, np.isnan(a.test_loss[-1])] == 0).all()


def test_a_diverged_network_is_reported_with_its_epoch(partly_diverged):
    for a, result in zip(
        partly_diverged.architectures, partly_diverged.result()["architectures"], strict=True
    ):
        assert result["test_accuracy"]["count"] == a.converged.sum()
        for network, epoch in zip(result["networks"], a.diverged_at, strict=True):
            assert network["diverged_at"] == (None if epoch < 0 else epoch)


def test_a_diverged_network_has_no_map(partly_diverged):
    a = next(a for a in partly_diverged.architectures if not a.converged.all())
    seen = view(a, int(a.converged.argmin()))
    assert np.isnan(seen.probabilities).all()
    assert seen.regions is None


# Conclusions


def with_accuracies(snapshot, *accuracies):
    """The snapshot with these final test accuracies, a row a depth; NaN for a diverged network."""
    architectures = [
        dataclasses.replace(
            a,
            test_accuracy=np.array([row], np.float32),
            diverged_at=np.where(np.isnan(row), 3, -1),
        )
        for a, row in zip(snapshot.architectures, accuracies, strict=False)
    ]
    return dataclasses.replace(snapshot, architectures=tuple(architectures))


@given(values=npst.arrays(np.float32, st.integers(2, 32), elements=st.floats(0, 1, width=32)))
def test_a_score_is_students_interval(end, values):
    score = with_accuracies(end, values).architectures[0].score
    values = values.astype(np.float64)
    error = stats.sem(values)
    margin = -stats.t.interval(0.95, len(values) - 1, scale=error)[0] if error else 0
    assert score.count == len(values)
    assert score.mean == pytest.approx(values.mean())
    assert score.deviation == pytest.approx(values.std(ddof=1))
    assert score.margin == pytest.approx(margin)


def test_a_score_of_one_network_or_none_claims_no_interval(end):
    one, none = (
        a.score for a in with_accuracies(end, [0.5, math.nan], [math.nan] * 2).architectures
    )
    assert (one.count, one.mean) == (1, 0.5)
    assert none.count == 0
    for unknown in (one.deviation, one.margin, none.mean, none.deviation, none.margin):
        assert math.isnan(unknown)


@pytest.mark.parametrize(
    ("accuracies", "best", "runner_up", "tied"),
    [
        pytest.param([[0.7, 0.701], [0.9, 0.9], [0.5, 0.5]], 2, 1, [2], id="clear"),
        pytest.param([[0.79, 0.8], [0.8, 0.8], [0.1, 0.1]], 2, 1, [1, 2], id="one is told apart"),
        pytest.param([[0.8, 0.8], [0.8, 0.8]], 1, 2, [1, 2], id="equal: the shallower first"),
        pytest.param([[0.7], [0.9]], 2, 1, [1, 2], id="one seed tells nothing"),
        pytest.param([[0.7, 0.8]], 1, None, [1], id="one depth"),
        pytest.param([[math.nan] * 2, [0.1, 0.2]], 2, None, [2], id="the others diverged"),
        pytest.param([[0.3, 0.4], [0.9, math.nan]], 2, 1, [1, 2], id="one network left"),
        pytest.param([[math.nan] * 2] * 3, None, None, [], id="all diverged"),
    ],
)
def test_the_verdict(end, accuracies, best, runner_up, tied):
    snapshot = with_accuracies(end, *accuracies)
    verdict = snapshot.verdict
    assert (verdict.best and verdict.best.depth) == best
    assert (verdict.runner_up and verdict.runner_up.depth) == runner_up
    assert [a.depth for a in verdict.tied] == tied


def test_the_result_is_plain_data(end):
    result = json.loads(json.dumps(end.result(), allow_nan=False))
    assert result.keys() == {
        "epoch",
        "best_depth",
        "next_best_depth",
        "ahead_of_next",
        "perhaps_best_depths",
        "architectures",
    }
    assert result["epoch"] == 4
    best = result["architectures"][result["best_depth"] - 1]
    a = end.at_depth(result["best_depth"])
    assert best.keys() == {
        "depth",
        "width",
        "parameters",
        "train_accuracy",
        "test_accuracy",
        "linear_regions",
        "networks",
    }
    assert best["test_accuracy"] == dataclasses.asdict(a.score)
    assert [network["seed"] for network in best["networks"]] == [0, 1, 2]
    assert best["networks"][1] == {
        "seed": 1,
        "train_accuracy": a.train_accuracy[-1, 1],
        "test_accuracy": a.test_accuracy[-1, 1],
        "train_loss": a.train_loss[-1, 1],
        "test_loss": a.test_loss[-1, 1],
        "diverged_at": None,
    }


# One network seen over the plane


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_a_view_is_one_networks_maps(activation):
    a = final(dataclasses.replace(SMALL, activation=activation, epochs=1)).at_depth(2)
    for i in range(3):
        probabilities, regions = maps.decision_map(a.network(i))
        seen = view(a, i)
        assert view(a, i) is seen
        assert seen.half_width == HALF_WIDTH
        assert seen.regions == regions
        assert (regions is None) == (activation == "tanh")
        np.testing.assert_array_equal(seen.probabilities, probabilities)
        for layer, expected in zip(seen.units, maps.unit_maps(a.network(i)), strict=True):
            np.testing.assert_array_equal(layer, expected)

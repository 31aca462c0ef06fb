"""Trainability: a cell equals torch's own training, rows come one by one, theory is counted."""

import dataclasses
import json
import shlex

import numpy as np
import pytest
import torch
from torch import nn

from mlpcore.cli.commands import command_line
from mlpcore.cli.program import main
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.dealing import orders
from mlpcore.experiments import Trainability
from mlpcore.experiments.trainability import Row
from mlpcore.params import ParameterError, replace
from mlpcore.running.control import Cancelled, Control
from tests.runs import final

QUICK = Trainability(sigmas=3, depth_to=6, depths=3, width=8, samples=70, seeds=2, epochs=3)


def grid(accuracy, **changes):
    """A finished snapshot with given accuracies (D, G), equal for both seeds."""
    accuracy = np.repeat(np.asarray(accuracy, np.float32)[..., None], 2, -1)
    config = replace(QUICK, sigmas=accuracy.shape[1], depths=accuracy.shape[0], **changes)
    rows = tuple(Row(row, row, np.full(row.shape, -1)) for row in accuracy)
    return dataclasses.replace(final(config), rows=rows)


def test_a_cell_equals_torchs_own_training(sequential, with_biases, monkeypatch):
    """The networks of σ_w = 2 and depth 3, from both seeds, on the batches of the first seed."""
    ensembles, train = [], CompiledEngine.train

    def spy(self, lessons, *arguments):
        ensembles.extend(lesson.ensemble for lesson in lessons)
        return train(self, lessons, *arguments)

    monkeypatch.setattr(CompiledEngine, "train", spy)
    config = replace(QUICK, depth_from=3, depth_to=3, depths=1, seed=7)
    snapshot = final(config)
    assert config.scales[1] == 2
    weights = config.initialization(2.0)
    split = config.split()
    for i, seed in enumerate((7, 8)):
        layers = weights.draw(config.sizes(3), seed)
        network = sequential(layers, "tanh")
        optimiser = torch.optim.SGD(network.parameters(), lr=config.learning_rate)
        for epoch in range(config.epochs):
            (order,) = orders(np.array([7]), epoch, config.train_size)
            for batch in torch.from_numpy(order).split(32)[:-1]:
                assert len(batch) == 32
                optimiser.zero_grad()
                outputs = network(split.train_inputs[batch])
                nn.functional.cross_entropy(outputs, split.train_labels[batch]).backward()
                optimiser.step()
        stacks = ensembles[-1].weights(slice(0, len(ensembles[-1])))
        for trained, expected in zip(stacks, with_biases(network), strict=True):
            torch.testing.assert_close(trained[2 + i], expected, rtol=1e-4, atol=1e-5)
        outputs = network(split.train_inputs).argmax(1)
        accuracy = (outputs == split.train_labels).float().mean().item()
        assert snapshot.rows[0].train_accuracy[1, i] == pytest.approx(accuracy, abs=1e-6)


def test_near_the_edge_deep_networks_train_and_elsewhere_they_do_not():
    config = Trainability(
        sigma_from=0.5, sigma_to=2.5, sigmas=3, depth_from=22, depth_to=22, depths=1, seeds=1
    )
    snapshot = final(config)
    assert snapshot.trained.tolist() == [[False, True, False]]
    verdict = snapshot.verdict
    assert (verdict.within, verdict.within_trained) == (1, 1)
    assert (verdict.beyond, verdict.beyond_trained) == (2, 0)
    assert verdict.agreeing == 3


def test_rows_come_one_by_one(monkeypatch):
    monkeypatch.setattr("mlpcore.experiments.run.INTERVAL", 0.0)
    snapshots = list(QUICK.run())
    assert QUICK.hidden_layers == [2, 3, 6]
    assert [len(snapshot.rows) for snapshot in snapshots[:: len(snapshots) - 1]] == [1, 3]
    progress = [snapshot.progress for snapshot in snapshots]
    assert progress == sorted(progress)
    assert (progress[0], progress[-1]) == (0, 1)
    assert [snapshot.finished for snapshot in snapshots[-2:]] == [False, True]
    assert snapshots[-1].epoch == 9
    assert snapshots[-1].label == "depth 6, epoch 3 of 3"
    second = next(snapshot for snapshot in snapshots if len(snapshot.rows) == 2)
    assert second.label == "depth 3, epoch 0 of 3"
    assert second.verdict.within + second.verdict.beyond == 3  # those of the first row
    # What is done stays as it is.
    np.testing.assert_array_equal(second.accuracy[0], snapshots[-1].accuracy[0])


def test_a_row_does_not_depend_on_the_other_depths_or_scales():
    whole = final(QUICK)
    part = final(replace(QUICK, sigmas=2, sigma_from=2.0, depth_from=3, depths=1, depth_to=3))
    np.testing.assert_array_equal(part.rows[0].train_accuracy, whole.rows[1].train_accuracy[1:])


def test_cells_are_compared_with_theory_cell_by_cell():
    config = replace(QUICK, sigma_from=0.5, sigma_to=1.5, sigmas=2)
    shallow, deep = config.trainable_depths(config.scales)
    assert shallow == pytest.approx(3.8, abs=0.1)
    assert deep > 90
    verdict = grid([[0.9, 0.9], [0.5, 0.76], [0.8, 0.74]], sigma_from=0.5, sigma_to=1.5).verdict
    assert dataclasses.asdict(verdict) == {
        "within": 5,
        "within_trained": 3,
        "beyond": 1,
        "beyond_trained": 1,
    }


def test_what_diverged_has_not_trained():
    snapshot = final(
        replace(QUICK, activation="relu", sigma_to=4.0, learning_rate=1e6, sigma_b=0.0)
    )
    lost = snapshot.rows[-1].diverged_at >= 0
    assert lost.any()
    gone = lost.all(-1)
    assert np.isnan(snapshot.accuracy[-1][gone]).all()
    assert not snapshot.trained[-1][gone].any()


def test_a_cell_is_the_mean_of_what_has_not_diverged():
    accuracy = np.array([[0.5, 0.9], [0.5, 0.7], [0.1, 0.2]], np.float32)
    row = Row(accuracy, accuracy, np.array([[1, -1], [-1, -1], [1, 1]]))
    np.testing.assert_allclose(row.accuracy, [0.9, 0.6, np.nan], rtol=1e-6)


def test_equal_configs_give_equal_numbers():
    assert final(QUICK).result() == final(QUICK).result()


def test_on_the_command_line(capsys):
    config = replace(QUICK, activation="relu", sigma_b=0.0, sigmas=2, depth_to=3, depths=2)
    assert main([*shlex.split(command_line(config))[3:], "--quiet"]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["depths"] == [2, 3]
    assert result["sigma_w"] == [0.5, 3.5]
    assert np.shape(result["train_accuracy"]) == (2, 2, 2)
    cells = result["within_theory"]["cells"] + result["beyond_theory"]["cells"]
    assert cells == 4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma_from": 0.0}, "sigma_from must be a number from 0.1 to 4.1; got 0."),
        ({"sigma_from": 3.0, "sigma_to": 2.0}, "sigma_to must be above sigma_from (3); got 2."),
        ({"depth_from": 9}, "depth_to must be depth_from (9) or more; got 6. Swap the two."),
        ({"depth_from": 0}, "depth_from must be a whole number from 1 to 80; got 0."),
        ({"sigmas": 1}, "sigmas must be a whole number from 2 to 40; got 1."),
        ({"width": 0}, "width must be a whole number from 4 to 256; got 0."),
        ({"negative_slope": 1.0}, "negative_slope must be a number from 0 to 0.99; got 1."),
        ({"sigma_b": -1.0}, "sigma_b must be a number from 0 to 5; got -1."),
        ({"width": 256, "depth_to": 80, "seeds": 32}, "seeds must be at most 2 for 3 networks"),
        ({"width": 24, "depth_to": 80, "sigmas": 40, "seeds": 32}, "seeds must be at most"),
        ({"batch_size": 200}, "batch_size must be at most the training set's 112 samples"),
    ],
)
def test_what_is_refused(change, message):
    with pytest.raises(ParameterError) as caught:
        replace(QUICK, **change)
    assert message in str(caught.value)


@pytest.mark.parametrize("activation", ["relu", "gelu", "sigmoid", "linear"])
@pytest.mark.parametrize("sigma_b", [0.0, 0.3])
def test_theory_has_a_depth_for_every_network(activation, sigma_b):
    config = replace(QUICK, activation=activation, sigma_b=sigma_b)
    assert (config.trainable_depths(config.scales) >= 0).all()


def test_cancelling_ends_the_run():
    control = Control()
    run = QUICK.run(control=control)
    next(run)
    control.cancel()
    with pytest.raises(Cancelled):
        list(run)


def test_its_data_are_a_choice_and_not_taken_for_a_file(capsys):
    assert main(["trainability", "--data", "points.csv"]) == 2
    assert "data must be one of spirals" in capsys.readouterr().err

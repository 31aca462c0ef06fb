"""The gain sweep: one stack equals separate runs, and the best gain has an interval."""

import dataclasses
import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mlpcore.cli.program import main
from mlpcore.datasets import collection, drawn_faces
from mlpcore.datasets.pictures import Pictures
from mlpcore.datasets.planar import PLANAR
from mlpcore.engines import Samples
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.experiments import GainSweep
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.layer_moments import critical_gains, layer_moments
from mlpcore.params import ParameterError, replace
from mlpcore.running.control import Cancelled, Control
from tests.runs import final

QUICK = GainSweep(data="moons", widths="16-8", seeds=3, gains=4, learning_rate=0.1)


@pytest.fixture
def few_faces(monkeypatch):
    """A drawn set small enough for a test."""
    pictures = drawn_faces.make(train=150, val=30)
    monkeypatch.setattr(collection, "load", lambda name, progress: pictures)


@pytest.mark.parametrize("data", ["moons", "drawn"])
def test_the_sweep_equals_separate_sweeps_of_fewer_gains(data, few_faces):
    config = replace(QUICK, data=data, seeds=2)
    whole = final(config)
    low, high = config.places[[1, 2]]
    part = final(replace(config, gains=2, gain_from=float(low), gain_to=float(high)))
    assert np.ptp(whole.train_accuracy) > 0
    for name in ("train_accuracy", "test_accuracy"):
        np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[1:3])


def test_networks_start_from_their_gain_and_seed():
    laws = [QUICK.initialization(gain) for gain in (0.5, 2.0)]
    material = Material.of(QUICK.split(), "cpu")
    course = Course(QUICK, material, [[2, 5, 4]], "leaky_relu", 0.1, laws=laws)
    assert len(course.ensemble) == len(course.diverged_at) == 6
    expected = laws[1].draw([2, 5, 4], QUICK.seed + 2)
    for layer, one in zip(course.ensemble.weights(slice(0, 6)), expected, strict=True):
        np.testing.assert_array_equal(layer[5], one)


def test_all_networks_share_an_order(monkeypatch):
    seeds, train = [], CompiledEngine.train

    def spy(self, lessons, *arguments):
        seeds.extend(lesson.ensemble.seeds for lesson in lessons)
        return train(self, lessons, *arguments)

    monkeypatch.setattr(CompiledEngine, "train", spy)
    final(replace(QUICK, seed=5))
    assert all(orders == [5] * 12 for orders in seeds)
    assert seeds


def test_points_appear_while_the_epoch_lasts(monkeypatch):
    monkeypatch.setattr("mlpcore.experiments.run.INTERVAL", 0.0)
    snapshots = list(QUICK.run())
    seen = {snapshot.train_accuracy.tobytes() for snapshot in snapshots[1:-1]}
    assert len(seen) > 4
    assert all(snapshot.epoch == 0 for snapshot in snapshots[:-1])
    assert snapshots[-1].finished
    assert snapshots[-1].progress == 1


def test_equal_configs_give_equal_numbers():
    assert final(QUICK).result() == final(QUICK).result()


def test_accuracy_depends_on_the_gain():
    snapshot = final(replace(QUICK, gain_from=0.01, gain_to=3.0, gains=2, epochs=5))
    tiny, large = snapshot.scores(snapshot.test_accuracy)
    assert large.mean > tiny.mean + 0.2


def test_points_are_as_asked_for():
    config = replace(QUICK, classes=3, samples=90, noise=0.2, data_seed=4)
    probe = final(config).probe
    assert config.sizes == [2, 16, 8, 3]
    assert sorted(set(probe.labels.tolist())) == [0, 1, 2]
    assert probe.inputs.shape == (64, 3)
    points = {tuple(point.tolist()) for point in config.split().train_inputs}
    assert {tuple(point.tolist()) for point in probe.inputs[:, :2]} <= points
    other = final(replace(config, data_seed=5)).probe
    assert not torch.equal(probe.inputs, other.inputs)


def test_pictures_have_a_number_and_classes_of_their_own():
    assert GainSweep(batch_size=4096, samples=10, classes=8).sizes[-1] == 3


def test_theoretical_gain():
    assert GainSweep().theoretical_gain == pytest.approx(1.40719509)
    assert GainSweep(negative_slope=0.0).theoretical_gain == pytest.approx(2**0.5)


def snapshot_with(accuracy, diverged=None):
    """A snapshot of gains 1, 2, … with given training accuracies (G, S)."""
    accuracy = np.asarray(accuracy, np.float32)
    config = replace(QUICK, gains=len(accuracy), gain_from=1.0, gain_to=float(len(accuracy)))
    lost = np.full(accuracy.shape, -1) if diverged is None else np.asarray(diverged)
    return dataclasses.replace(
        next(config.run()), train_accuracy=accuracy, test_accuracy=accuracy, diverged_at=lost
    )


def test_the_best_gain_is_each_seeds_own():
    accuracy = np.full((9, 3), 0.1)
    accuracy[[3, 4, 4], [0, 1, 2]] = 0.9  # gains 4, 5 and 5
    best = snapshot_with(accuracy).best
    assert best.gain == pytest.approx(14 / 3)
    margin = 4.302653 * (1 / 3) ** 0.5 / 3**0.5
    assert best.low == pytest.approx(14 / 3 - margin)
    assert best.high == pytest.approx(14 / 3 + margin)


def test_the_interval_stays_within_the_sweep():
    best = snapshot_with([[0.9, 0.1, 0.2], [0.1, 0.8, 0.7], [0.2, 0.2, 0.1]]).best
    assert (best.low, best.high) == (1, 3)
    assert best.holds


def test_gains_closer_than_the_grid_are_not_told_apart():
    best = snapshot_with([[0.1, 0.2], [0.9, 0.8], [0.3, 0.3]]).best
    assert (best.low, best.gain, best.high) == (1.5, 2, 2.5)
    assert not best.holds  # 1.407 is outside


def test_equally_good_gains_are_averaged():
    best = snapshot_with([[0.5, 0.5], [0.9, 0.9], [0.9, 0.9]]).best
    assert best.gain == 2.5


def test_what_diverged_is_not_the_best():
    best = snapshot_with([[0.1, 0.1], [0.9, 0.9]], [[-1, -1], [1, 1]]).best
    assert best.gain == 1
    gone = snapshot_with([[0.1, 0.1], [0.9, 0.9]], [[1, 1], [1, 1]]).best
    assert np.isnan(gone.gain)
    assert not gone.holds


def test_one_seed_has_no_interval():
    best = snapshot_with([[0.1], [0.9]]).best
    assert best.gain == 2
    assert not best.holds


def test_divergence_is_a_finding():
    snapshot = final(replace(QUICK, learning_rate=1e6, epochs=2))
    assert (snapshot.diverged_at >= 0).all()
    assert snapshot.result()["theory_within_interval"] is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"gain_from": 0.0}, "gain_from must be a number from 0.01 to 10; got 0."),
        ({"gain_from": -1.0}, "gain_from must be a number from 0.01 to 10; got -1."),
        ({"gain_to": 0.1}, "gain_to must be above gain_from (0.1); got 0.1."),
        ({"negative_slope": 1.0}, "negative_slope must be a number from 0 to 0.99; got 1."),
        ({"widths": "0"}, "widths must be 1 to 6 whole numbers"),
        ({"widths": "16-"}, "widths must be 1 to 6 whole numbers"),
        ({"data": "drawn", "gains": 60, "seeds": 32}, "seeds must be at most"),
        ({"samples": 20}, "batch_size must be at most the training set's 64 samples; got 65."),
    ],
)
def test_what_is_refused(change, message):
    with pytest.raises(ParameterError) as caught:
        replace(GainSweep(data="moons", batch_size=65), **{"widths": "128-64-32", **change})
    assert message in str(caught.value)


def test_cancelling_ends_the_run():
    control = Control()
    run = QUICK.run(control=control)
    next(run)
    control.cancel()
    with pytest.raises(Cancelled):
        list(run)


@given(st.floats(0.3, 3), st.sampled_from(["normal", "uniform"]))
def test_layer_moments_follow_theory(gain, distribution):
    config = GainSweep(data="moons", widths="256-128", seeds=32, distribution=distribution)
    measured = layer_moments(config, gain, next_probe())
    theory = measured.theory
    assert measured.lengths.shape == measured.gradients.shape == (32, 3)
    # Four standard errors; a batch's mean varies no more than one input's.
    error = 4 * theory.spread / 32**0.5
    assert (np.abs(measured.lengths.mean(0) / theory.lengths - 1) < error + 0.02).all()


def next_probe():
    return next(replace(QUICK, seeds=1).run()).probe


def test_gradients_by_layer_are_those_of_autograd():
    probe = next_probe()
    measured = layer_moments(QUICK, 1.3, probe)
    layers = QUICK.initialization(1.3).draw(QUICK.sizes, QUICK.seed)
    hidden, pres = probe.inputs[:, :-1].T, []
    for layer in layers:
        pre = layer[:, :-1] @ hidden + layer[:, -1:]
        (pre if pres else pre.requires_grad_()).retain_grad()
        pres.append(pre)
        hidden = torch.nn.functional.leaky_relu(pre, QUICK.negative_slope)
    torch.nn.functional.cross_entropy(pres[-1].T, probe.labels).backward()
    powers = torch.stack([pre.grad.square().mean() for pre in pres])
    np.testing.assert_allclose(measured.gradients[0], powers / powers[-1], rtol=1e-4)


def test_layer_moments_of_the_tutorials_network():
    """Numbers worked out from the maps: inputs of power m, biases uniform on ±1/√n_in."""
    probe = next(iter(GainSweep(data="moons").run())).probe
    config = GainSweep()
    wide = Samples(torch.full((64, 3072), 0.5), probe.labels % 3)
    lengths = layer_moments(config, 1.3889, wide).theory.lengths
    np.testing.assert_allclose(lengths, [0.926, 1.205, 1.571, 2.809], rtol=1e-3)


# Pictures that somebody brings


@pytest.fixture
def brought():
    """Pictures of two classes."""
    counts = [30, 30], [6, 6]
    images = drawn_faces.draw(torch.arange(2).repeat_interleave(36), seed=0)
    return Pictures.in_order(images, ("left", "right"), counts)


def test_brought_pictures_have_their_own_classes(brought):
    config = replace(QUICK, data=collection.keep(brought), drop_last=True, batch_size=60)
    assert config.sizes == [3072, 16, 8, 2]
    assert final(config).test_accuracy.shape == (4, 3)
    with pytest.raises(ParameterError, match="at most the training set's 60 pictures; got 61"):
        final(replace(config, batch_size=61))


def test_the_command_line_takes_an_archive(brought, tmp_path, capsys):
    for image, label in zip(brought.train_images, brought.train_labels, strict=True):
        folder = tmp_path / brought.classes[label]
        folder.mkdir(exist_ok=True)
        number = len(list(folder.iterdir()))
        Image.fromarray(image.numpy()).save(folder / f"{number}.png")
    path = shutil.make_archive(str(tmp_path / "mine"), "zip", tmp_path)
    arguments = ["gain-sweep", "--widths", "4", "--gains", "2", "--seeds", "1", "--data"]
    assert main([*arguments, path]) == 0
    report = json.loads(capsys.readouterr().out)
    assert len(report["result"]["test_accuracy"]) == 2
    assert report["config"]["data"] not in ("drawn", path)
    assert main([*arguments, "moons"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["data"] == "moons"
    assert main([*arguments, "rings"]) == 2
    assert "data must be a folder or a zip archive" in capsys.readouterr().err


def test_a_set_that_is_not_there_is_refused():
    with pytest.raises(ParameterError) as caught:
        GainSweep(data="0123456789abcdef")
    assert str(caught.value) == (
        f"data must be one of drawn, real, {', '.join(PLANAR)}, "
        "or the name of a set that was loaded; got '0123456789abcdef'. Load it again."
    )


def test_the_gains_that_keep_signal_and_gradient_of_unequal_layers():
    """By hand: from 128 to 64 to 32 units n_in Var W is 4/3 g² and n_out Var W is 2/3 g²."""
    kept = (1 + 0.1**2) / 2
    signal, gradient = critical_gains(GainSweep())
    assert signal == pytest.approx((4 / 3 * kept) ** -0.5)
    assert gradient == pytest.approx((2 / 3 * kept) ** -0.5)
    assert signal < GainSweep().theoretical_gain < gradient
    equal = GainSweep(widths="64-64-64")
    assert critical_gains(equal) == pytest.approx((equal.theoretical_gain,) * 2)
    assert np.isnan(critical_gains(GainSweep(widths="64"))).all()


def test_random_networks_keep_them_at_those_gains():
    """Without the biases, which are left out: wide layers, so that they matter little."""
    config = GainSweep(widths="512-256-128", data="spirals", seeds=32)
    probe = next(config.run()).probe
    signal, gradient = critical_gains(config)
    lengths = layer_moments(config, signal, probe).lengths.mean(0)
    gradients = layer_moments(config, gradient, probe).gradients.mean(0)
    assert lengths[2] / lengths[0] == pytest.approx(1, abs=0.15)
    assert gradients[0] / gradients[2] == pytest.approx(1, abs=0.15)

"""Signal propagation: measurements against autograd and theory."""

import json
import math
from itertools import pairwise

import numpy as np
import pytest
import torch

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.cli.program import main
from mlpcore.experiments import SignalPropagation, signal_propagation
from mlpcore.params import ParameterError
from mlpcore.running.control import Cancelled, Control
from tests.runs import final

TORCH = {
    "tanh": torch.tanh,
    "gelu": torch.nn.functional.gelu,
    "relu": torch.relu,
    "leaky_relu": lambda z: torch.nn.functional.leaky_relu(z, 0.1),
}


def forward(config, seed, x):
    """The pre-activations of each layer, by plain torch in float64."""
    pres = []
    for layer in config.initialization.draw(config.sizes, seed):
        pres.append(x @ layer[:, :-1].double().T + layer[:, -1].double())
        x = TORCH[config.activation](pres[-1])
    return pres


@pytest.mark.parametrize("activation", TORCH)
@pytest.mark.parametrize("depth", [1, 4, 50])
def test_measurements_and_jacobian_equal_autograds(activation, depth):
    config = SignalPropagation(
        activation=activation, depth=depth, width=20, networks=2, seed=5, correlation=-0.2
    )
    snapshot = final(config)
    vectors = signal_propagation._Vectors.of(config)
    for i, seed in enumerate((5, 6)):
        inputs = vectors.inputs.T.clone()
        pres = forward(config, seed, inputs.requires_grad_())
        deltas = torch.autograd.grad((pres[-1][0] @ vectors.errors).sum(), pres, retain_graph=True)
        a, b = torch.stack(pres).detach().unbind(1)
        cosines = torch.nn.functional.cosine_similarity(a, b, dim=1)
        powers = torch.stack([delta[0].square().mean() for delta in deltas])
        for measured, expected in [
            (snapshot.lengths, a.square().mean(1)),
            (snapshot.correlations, cosines),
            (snapshot.gradients, powers / powers[-1]),
        ]:
            np.testing.assert_allclose(measured[i], expected, rtol=2e-3, atol=1e-6)
    jacobian = torch.autograd.functional.jacobian(
        lambda x: forward(config, 5, x)[-1], vectors.inputs[:, 0]
    )
    expected = torch.linalg.svdvals(jacobian)
    np.testing.assert_allclose(
        snapshot.singular_values, expected, rtol=1e-8, atol=1e-13 * expected[0].item()
    )


def test_inputs_have_the_length_and_correlation_asked_for():
    config = SignalPropagation(width=50, mean_square=3.0, correlation=-0.7)
    inputs = signal_propagation._Vectors.of(config).inputs
    expected = 3 * np.array([[1, -0.7], [-0.7, 1]])
    np.testing.assert_allclose(inputs.T @ inputs / 50, expected, atol=1e-12)
    other = signal_propagation._Vectors.of(SignalPropagation(width=50, input_seed=1)).inputs
    assert abs(float(inputs[:, 0] @ other[:, 0])) < 0.5 * 50 * math.sqrt(3)


@pytest.mark.parametrize("activation", ["tanh", "elu", "leaky_relu"])
def test_many_networks_agree_with_theory(activation):
    """Within 4.5 standard errors over the networks."""
    config = SignalPropagation(activation=activation, depth=6, width=250, networks=40)
    snapshot = final(config)
    theory = snapshot.theory
    products = snapshot.lengths * snapshot.correlations
    for measured, expected in [
        (snapshot.lengths, theory.lengths),
        (snapshot.gradients[:, :-1], theory.gradients[:-1]),
    ]:
        error = measured.std(0, ddof=1) / math.sqrt(config.networks)
        assert np.all(error < 0.06 * expected)
        assert np.all(np.abs(measured.mean(0) - expected) < 4.5 * error)
    error = products.std(0, ddof=1) / math.sqrt(config.networks)
    expected = theory.lengths * theory.correlations
    assert np.all(np.abs(products.mean(0) - expected) < 4.5 * error + 0.01)


def test_the_circle_is_carried_exactly():
    config = SignalPropagation(depth=4, width=30, networks=1, sigma_w=1.2)
    snapshot = final(config)
    axes = signal_propagation._Vectors.of(config).axes
    angle = torch.arange(512, dtype=torch.float64) * 2 * math.pi / 512
    x = torch.stack([angle.cos(), angle.sin()], 1) @ axes.T
    points = [x * math.sqrt(snapshot.theory.lengths[0])]
    for layer in config.initialization.draw(config.sizes, 0)[1:]:
        points.append(points[-1].tanh() @ layer[:, :-1].double().T + layer[:, -1].double())
    frequencies = np.fft.rfftfreq(512, 1 / 512)[:, None]
    for i, layer in enumerate(points):
        spectrum = np.fft.rfft(layer.numpy(), axis=0)
        v = np.fft.irfft(1j * frequencies * spectrum, 512, axis=0)
        a = np.fft.irfft(-(frequencies**2) * spectrum, 512, axis=0)
        vv, aa, va = (v * v).mean(1), (a * a).mean(1), (v * a).mean(1)
        assert snapshot.circle.metric[i] == pytest.approx(vv.mean(), rel=1e-4)
        curvature = ((vv * aa - va**2) / vv**3).mean()
        assert snapshot.circle.curvature[i] == pytest.approx(curvature, rel=1e-2)
        # Distances between the points that were kept, as far as three components hold them.
        kept = snapshot.circle.components[i]
        some = layer[:: 512 // 32].numpy()
        centred = layer.numpy() - layer.numpy().mean(0)
        values = np.linalg.svd(centred, compute_uv=False) ** 2
        assert snapshot.circle.share[i] == pytest.approx(values[:3] / values.sum(), rel=1e-3)
        distance = np.linalg.norm(some[0] - some[16]) / math.sqrt(30)
        assert np.linalg.norm(kept[0] - kept[48]) <= distance * (1 + 1e-9)
        assert np.linalg.norm(kept[0] - kept[48]) > 0.9 * distance
    first = snapshot.circle.components[0]
    radii = np.linalg.norm(first, axis=1)
    np.testing.assert_allclose(radii, math.sqrt(snapshot.theory.lengths[0]), rtol=1e-9)


def test_the_circle_agrees_with_theory():
    """Averaged over networks. Speeds differ between points, so mean curvature is above theory."""
    circles = [final(SignalPropagation(depth=4, width=300, networks=1, seed=s)) for s in range(12)]
    theory = circles[0].theory.circle
    for name, excess in ("metric", 0.02), ("curvature", 0.15):
        measured = np.array([getattr(snapshot.circle, name) for snapshot in circles])
        expected = getattr(theory, name)
        error = measured.std(0, ddof=1) / math.sqrt(len(circles))
        assert np.all(error < 0.1 * expected)
        assert np.all(np.abs(measured.mean(0) - expected) < 4.5 * error + excess * expected)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_runs(activation):
    snapshot = final(SignalPropagation(activation=activation, depth=5, width=20, networks=2))
    assert np.isfinite(snapshot.lengths).all()
    assert np.isfinite(snapshot.gradients).all()
    assert np.isfinite(snapshot.circle.components).all()
    kinked = np.isinf(snapshot.theory.circle.curvature[1])
    assert kinked == (activation in ("relu", "leaky_relu", "selu"))
    assert np.isnan(snapshot.circle.curvature).tolist() == [False, *[kinked] * 4]


def test_snapshots_grow_network_by_network(monkeypatch):
    monkeypatch.setattr(signal_propagation, "INTERVAL", 0)
    config = SignalPropagation(depth=3, width=20, networks=4)
    snapshots = list(config.run())
    assert [snapshot.progress for snapshot in snapshots] == [0.25, 0.5, 0.75, 1]
    assert [snapshot.finished for snapshot in snapshots] == [False, False, False, True]
    assert snapshots[1].label == "network 2 of 4"
    for before, after in pairwise(snapshots):
        np.testing.assert_array_equal(before.gradients, after.gradients[: len(before.gradients)])
    alone = final(SignalPropagation(depth=3, width=20, networks=1, seed=3))
    np.testing.assert_array_equal(snapshots[-1].lengths[3], alone.lengths[0])


def test_a_run_can_be_cancelled():
    control = Control()
    control.cancel()
    with pytest.raises(Cancelled):
        next(SignalPropagation(depth=3, width=20).run(control=control))


@pytest.mark.parametrize("activation", ["linear", "relu", "gelu", "softplus"])
def test_signals_beyond_floating_point_are_a_finding(activation, capsys):
    flags = f"--activation {activation} --sigma-w 5 --depth 200 --width 10 --networks 2".split()
    assert main(["signal-propagation", "--quiet", *flags]) == 0
    result = json.loads(capsys.readouterr().out)["result"]
    assert result["length"]["measured"][0] > 1
    assert result["length"]["measured"][-1] is None
    assert result["length"]["theory"][-1] > 1e38


def test_a_network_too_large_is_refused():
    with pytest.raises(ParameterError, match=r"width must be at most 500 at depth 200; got 501\."):
        SignalPropagation(depth=200, width=501)
    SignalPropagation(depth=50, width=1000)

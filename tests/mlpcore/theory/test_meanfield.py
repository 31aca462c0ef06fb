"""Mean-field theory, against published values, itself, and simulated networks of finite width."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.params import ParameterError
from mlpcore.theory.meanfield import (
    c_fixed_point,
    chi_1,
    correlation_map,
    correlation_slope,
    critical_weight_var,
    depth_scale,
    edge_of_chaos,
    gradient_depth_scale,
    great_circle,
    length_map,
    length_slope,
    phase,
    propagate,
    q_fixed_point,
    trainable_depth,
)
from mlpcore.theory.moments import MOMENTS

approx = pytest.approx

TUTORIAL = [3072, 128, 64, 32, 3]


def xavier(gain):
    """σ_w² of each layer of the tutorial's network."""
    return [gain**2 * 2 * n_in / (n_in + n_out) for n_in, n_out in pairwise(TUTORIAL)]


# Published and recomputed values.


def test_tanh_with_bias_variance_one_twentieth():
    critical = critical_weight_var("tanh", 0.05)
    assert critical == approx(1.760955, abs=5e-7)
    assert q_fixed_point("tanh", critical, 0.05) == approx(0.570048, abs=5e-7)
    assert chi_1("tanh", critical, 0.05) == approx(1, abs=1e-9)
    assert phase("tanh", 1.760955, 0.05) == "critical"
    scales = [depth_scale("tanh", weight_var, 0.05) for weight_var in (1.25, 1.5, 2.5)]
    assert scales == approx([6.80, 15.79, 11.80], abs=5e-3)


def test_tanh_without_biases_is_critical_at_1_and_chaotic_at_the_gain_torch_recommends():
    assert critical_weight_var("tanh", 0.0) == approx(1, abs=1e-12)
    gain = torch.nn.init.calculate_gain("tanh")
    assert q_fixed_point("tanh", gain**2, 0.0) == approx(1.17848, abs=5e-6)
    assert chi_1("tanh", gain**2, 0.0) == approx(1.20983, abs=5e-6)
    assert phase("tanh", gain**2, 0.0) == "chaotic"
    assert c_fixed_point("tanh", gain**2, 0.0) == 0


def test_an_ordered_and_a_chaotic_tanh():
    ordered, chaotic = ("tanh", 1.3**2, 0.3**2), ("tanh", 2.5**2, 0.3**2)
    assert q_fixed_point(*ordered) == approx(0.60705, abs=5e-6)
    assert chi_1(*ordered) == approx(0.93981, abs=5e-6)
    assert c_fixed_point(*ordered) == 1
    assert depth_scale(*ordered) == approx(16.11, abs=5e-3)
    assert gradient_depth_scale(*ordered) == approx(16.11, abs=5e-3)
    assert phase(*ordered) == "ordered"
    assert q_fixed_point(*chaotic) == approx(4.07912, abs=5e-6)
    assert chi_1(*chaotic) == approx(1.58522, abs=5e-6)
    assert c_fixed_point(*chaotic) == approx(0.122104, abs=5e-7)
    assert depth_scale(*chaotic) == approx(5.10892, abs=5e-6)
    assert phase(*chaotic) == "chaotic"


def test_trainable_depths():
    """Six times the shorter scale: both are equal in order, and in chaos gradients' is shorter."""
    ordered, chaotic = ("tanh", 1.3**2, 0.09), ("tanh", 2.5**2, 0.09)
    assert trainable_depth(*ordered) == approx(6 * 16.11, abs=0.03)
    assert trainable_depth(*chaotic) == approx(6 / math.log(1.58522), abs=1e-3)
    assert trainable_depth(*chaotic) < 6 * depth_scale(*chaotic)
    assert trainable_depth("tanh", critical_weight_var("tanh", 0.09), 0.09) == math.inf


def test_the_edge_of_tanh_erf_and_the_piecewise_linear():
    edge = edge_of_chaos("tanh", 0.51208)
    assert np.sqrt(edge[:2]) == approx([1.30415, 0.2], abs=5e-6)
    assert critical_weight_var("erf", 0.05) == approx(1.37584, abs=5e-6)
    assert critical_weight_var("erf", 0.0) == approx(math.pi / 4)
    assert critical_weight_var("relu", 0.0) == 2
    assert critical_weight_var("leaky_relu", 0.0, negative_slope=0.1) == approx(1.980198, abs=5e-7)
    assert critical_weight_var("linear", 0.0) == 1
    assert math.isnan(critical_weight_var("relu", 0.05))


def test_selu_keeps_unit_variance():
    """Klambauer et al. 2017, section 2: fixed at 1 and attracting, by 0.782648 a layer."""
    assert length_map("selu", 1.0, 1.0, 0.0) == approx(1, abs=1e-14)
    assert length_slope("selu", 1.0, 1.0) == approx(0.782648, abs=5e-7)


def test_the_unit_chi_curve_of_gelu_and_silu_is_an_edge_only_where_lengths_settle():
    for activation in "gelu", "silu":
        lengths = np.geomspace(1e-3, 1e3, 50)
        weight_var, bias_var, stable = edge_of_chaos(activation, lengths)
        assert not stable[:10].any()
        assert stable[-10:].all()
        assert math.isnan(critical_weight_var(activation, 0.0))
        # Where it is not an edge, a length beside the fixed one leaves it.
        q, *variances = lengths[0], weight_var[0], bias_var[0]
        assert length_map(activation, q, *variances) == approx(q)
        assert length_map(activation, q * 1.01, *variances) > q * 1.01
        assert length_map(activation, q * 0.99, *variances) < q * 0.99


def test_edges_that_would_take_a_negative_variance_are_nan():
    weight_var, bias_var, stable = edge_of_chaos("sigmoid", [1.0, 1000.0])
    assert np.isnan(weight_var).tolist() == np.isnan(bias_var).tolist() == [True, False]
    assert stable.tolist() == [False, True]


def test_the_tutorials_funnel():
    unit = propagate("leaky_relu", TUTORIAL, xavier(1), [0] * 4, 1.0, negative_slope=0.1)
    assert unit.lengths == approx([1.92, 1.2928, 0.87049, 0.80383], abs=5e-6)
    assert unit.gradients[0] == approx(0.0098124, abs=5e-8)
    assert unit.gradients[-1] == 1
    assert unit.activations == approx([*unit.lengths[:-1] * 0.505, unit.lengths[-1]])
    assert unit.spread == approx([0.125, 0.266, 0.433, 1.07], abs=1e-3)

    gain = math.sqrt(2 / 1.01)
    best = propagate("leaky_relu", TUTORIAL, xavier(gain), [0] * 4, 2.0, negative_slope=0.1)
    assert best.lengths / 2 == approx([3.802, 5.069, 6.759, 12.359], abs=5e-4)
    assert best.gradients[0] == approx(0.0762, abs=5e-5)
    assert best.spread == approx(unit.spread)


@pytest.mark.parametrize(
    ("gain", "lengths", "digit"),
    [
        (0.1, [0.00491, 0.00264, 0.00523, 0.01046], 1e-5),
        (1.3889, [0.926, 1.205, 1.571, 2.809], 1e-3),
    ],
)
def test_the_tutorials_funnel_with_torchs_biases(gain, lengths, digit):
    bias_vars = [1 / (3 * n_in) for n_in in TUTORIAL[:-1]]
    found = propagate("leaky_relu", TUTORIAL, xavier(gain), bias_vars, 0.25, negative_slope=0.1)
    assert found.lengths == approx(lengths, abs=0.51 * digit)


# Fixed points.


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from(sorted(MOMENTS)),
    # Below some 1e-150 the lengths of one layer after another leave the range of doubles.
    st.floats(1e-100, 500) | st.sampled_from([0.0, 1.0, 2.0, 4.0]),
    st.floats(0, 100) | st.sampled_from([0.0, 1e-300]),
    st.floats(0, 0.99),
)
@example("elu", 0.0, 1.0690151320887316e-156, 0.0)
def test_fixed_points_are_fixed_or_say_what_happens(activation, weight_var, bias_var, slope):
    arguments = dict(weight_var=weight_var, bias_var=bias_var, negative_slope=slope)
    q = q_fixed_point(activation, **arguments)
    if 0 < q < math.inf:
        assert length_map(activation, q, **arguments) == approx(q, rel=1e-9)
    else:
        # 0 or infinity: all lengths on that side of the start move there.
        lengths = np.geomspace(1, 1e10, 30) if q else np.geomspace(1e-11, 1, 30)
        after = length_map(activation, lengths, **arguments)
        assert np.all(after >= lengths * (1 - 1e-9) if q else after <= lengths)

    chi = chi_1(activation, **arguments)
    assert chi >= 0
    assert gradient_depth_scale(activation, **arguments) >= 0
    assert phase(activation, **arguments) in ("ordered", "critical", "chaotic")

    c = c_fixed_point(activation, **arguments)
    assert depth_scale(activation, **arguments) >= 0
    if math.isnan(c):
        some = np.array([0.0, 0.3, 0.9])
        after = correlation_map(activation, some, **arguments)
        no_signal = np.isnan(after).all()
        assert no_signal or after == approx(some, abs=1e-6)
    else:
        assert 0 <= c <= 1
        assert correlation_map(activation, c, **arguments) == approx(c, abs=1e-9)
        assert correlation_slope(activation, c, **arguments) <= 1 + 1e-6
        if 0 < q < math.inf:
            # Just where gradients explode, correlations settle below 1.
            assert c < 1 if chi > 1 + 1e-5 else c > 1 - 1e-2


@pytest.mark.parametrize("activation", MOMENTS)
@pytest.mark.parametrize("variances", [(0.7, 0.2), (1.5, 0.05), (3.0, 0.0), (30.0, 1.0)])
def test_fixed_points_are_where_the_maps_lead(activation, variances):
    q, c = 1.0, 0.3
    for layer in range(400):
        if layer < 60:
            c = float(correlation_map(activation, c, *variances, q=q))
        q = float(length_map(activation, q, *variances))
        if not 1e-15 < q < 1e15:
            break
    q_star = q_fixed_point(activation, *variances)
    if q <= 1e-15:
        assert q_star == 0
    elif q >= 1e15:
        assert q_star == math.inf
    else:
        assert q_star == approx(q, rel=1e-6)
        # What is left of the start fades with the depth scale.
        scale = depth_scale(activation, *variances)
        assert c == approx(
            c_fixed_point(activation, *variances), abs=1e-9 + 3 * math.exp(-50 / scale)
        )


def test_where_lengths_start_decides_among_fixed_points():
    variances = (3.0, 0.001)
    low, high = (q_fixed_point("gelu", *variances, start=start) for start in (1e-3, 1.0))
    assert low < 0.1
    assert high == math.inf
    assert length_slope("gelu", low, variances[0]) < 1


def test_lengths_of_piecewise_linear_networks():
    """A fixed length is σ_b²/(1 − σ_w²(1 + a²)/2), if at all."""
    assert q_fixed_point("relu", 1.5, 0.1) == approx(0.4)
    assert q_fixed_point("relu", 1.5, 0.0) == 0
    assert q_fixed_point("relu", 2.0, 0.1) == math.inf
    assert q_fixed_point("relu", 2.1, 0.0) == math.inf
    assert q_fixed_point("relu", 2.0, 0.0, start=0.7) == 0.7
    assert q_fixed_point("leaky_relu", 2 / 1.01, 0.0, negative_slope=0.1) == 1
    assert phase("relu", 2.0, 0.0) == "critical"
    assert phase("relu", 2.1, 0.0) == "chaotic"
    assert gradient_depth_scale("relu", 1.0, 0.0) == approx(1 / math.log(2))


@pytest.mark.parametrize("weight_var", [1.0, 2.0, 3.0])
def test_correlations_of_relu_without_biases_approach_1_slowly(weight_var):
    assert c_fixed_point("relu", weight_var, 0.0) == 1
    assert depth_scale("relu", weight_var, 0.0) == math.inf


def test_linear_and_short_signals_keep_their_correlations():
    for case in ("linear", 1.0, 0.0), ("tanh", 0.5, 0.0), ("gelu", 1.0, 0.0):
        assert math.isnan(c_fixed_point(*case))
        assert depth_scale(*case) == math.inf
        assert correlation_map(case[0], [-0.5, 0.3], *case[1:]) == approx([-0.5, 0.3])


def test_without_weights_nothing_is_left_to_tell_inputs_apart():
    assert depth_scale("tanh", 0.0, 0.1) == 0
    assert c_fixed_point("tanh", 0.0, 0.1) == 1
    assert gradient_depth_scale("tanh", 0.0, 0.1) == 0
    assert math.isnan(c_fixed_point("tanh", 0.0, 0.0))


@given(st.floats(1e-4, 50), st.sampled_from(["tanh", "erf", "elu", "selu"]))
@settings(deadline=None, max_examples=30)
def test_points_on_the_edge_are_critical(q, activation):
    weight_var, bias_var, stable = edge_of_chaos(activation, q)
    assert stable
    assert q_fixed_point(activation, weight_var, bias_var) == approx(q, rel=1e-5)
    assert chi_1(activation, weight_var, bias_var) == approx(1, abs=1e-6)
    assert critical_weight_var(activation, bias_var) == approx(weight_var, rel=1e-6)


@pytest.mark.parametrize("activation", MOMENTS)
def test_slopes_are_derivatives(activation):
    q, h = 0.8, 1e-5
    rise = length_map(activation, q + h, 1.5, 0.1) - length_map(activation, q - h, 1.5, 0.1)
    assert length_slope(activation, q, 1.5) == approx(rise / (2 * h), rel=1e-8)
    ends = correlation_map(activation, [0.3 - h, 0.3 + h], 1.5, 0.1, q=q)
    slope = correlation_slope(activation, 0.3, 1.5, 0.1, q=q)
    assert slope == approx(np.diff(ends)[0] / (2 * h), rel=1e-8)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: length_map("tanh", 1.0, -1.0, 0.0), "weight_var must be a finite number, 0 or"),
        (lambda: q_fixed_point("tanh", 1.0, math.nan), "bias_var must be .* got nan"),
        (lambda: q_fixed_point("tanh", 1.0, 0.0, start=0.0), "start must be .* above 0; got 0"),
        (lambda: length_map("tanh", [1.0, -2.0], 1.0, 0.0), "q must be lengths of 0 or more"),
        (lambda: correlation_map("tanh", 1.1, 1.0, 0.0), "c must be correlations from −1 to 1"),
        (lambda: chi_1("step", 1.0, 0.0), "activation must be one of relu"),
        (lambda: edge_of_chaos("leaky_relu", 1.0, negative_slope=-1.0), "negative_slope must be"),
        (lambda: propagate("relu", [2, 3], [1.0, 1.0], [0.0], 1.0), "weight_vars must be one"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ParameterError, match=message):
        call()


# Simulated networks. Errors are standard errors over networks.


def mean_and_error(samples):
    """Of samples (networks, …), with the standard error widened for their small number."""
    return samples.mean(0), 4.5 * samples.std(0, ddof=1) / math.sqrt(len(samples))


@pytest.fixture(scope="module")
def draws():
    """Standard normal weights and biases of 16 networks of 4 layers of 700 units."""
    generator = torch.Generator().manual_seed(0)
    return [[torch.randn(700, 701, generator=generator) for _ in range(4)] for _ in range(16)]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_signals_and_gradients_of_wide_networks(activation, draws):
    phi, slope, width = ACTIVATIONS[activation], 0.1, 700
    sigma_w, sigma_b = 1.3, 0.3
    # Two inputs that have length 1 and correlation 0.4 in every network.
    inputs = torch.zeros(width, 2)
    inputs[0], inputs[1] = torch.tensor([1.0, 0.4]), torch.tensor([0.0, math.sqrt(0.84)])
    inputs *= math.sqrt(width)
    lengths, products, gradients = [], [], []
    for network in draws:
        hidden, fields = inputs, []
        for layer in network:
            z = layer[:, :-1] @ hidden * (sigma_w / math.sqrt(width)) + sigma_b * layer[:, -1:]
            hidden = phi.function(z, slope)
            fields.append(z)
        grams = torch.stack([z.T @ z / width for z in fields])
        lengths.append(grams[:, 0, 0])
        products.append(grams[:, 0, 1])
        # An error of ones at the output layer, carried back.
        error = torch.ones(width, 2)
        squares = [error.square().mean()]
        for layer in range(3, 0, -1):
            error = network[layer][:, :-1].T @ error * (sigma_w / math.sqrt(width))
            error *= phi.slope_at(fields[layer - 1], slope)
            squares.append(error[:, 0].square().mean())
        gradients.append(torch.stack(squares[::-1]))

    theory = propagate(
        activation,
        [width] * 5,
        [sigma_w**2] * 4,
        [sigma_b**2] * 4,
        1.0,
        negative_slope=slope,
    )
    first = sigma_w**2 + sigma_b**2
    expected_correlations = [(sigma_w**2 * 0.4 + sigma_b**2) / first]
    for q in theory.lengths[:-1]:
        c = expected_correlations[-1]
        after = correlation_map(activation, c, sigma_w**2, sigma_b**2, q=q, negative_slope=slope)
        expected_correlations.append(float(after))
    for samples, expected in [
        (lengths, theory.lengths),
        (products, theory.lengths * expected_correlations),
        (gradients, theory.gradients),
    ]:
        mean, error = mean_and_error(torch.stack(samples).double().numpy())
        assert np.all(error < 0.35 * mean)
        assert np.all(np.abs(mean - expected) <= error + 1e-6)


def test_spread_and_gradients_of_the_tutorials_funnel():
    """2,000 networks; only the hidden layers' and the output's second moments are kept."""
    gain, networks = 1.2, 2000
    rng = np.random.default_rng(0)
    theory = propagate("leaky_relu", TUTORIAL, xavier(gain), [0.01] * 4, 0.25, negative_slope=0.1)
    # The first layer's weights meet one input: its pre-activations are Gaussian.
    z = math.sqrt(theory.lengths[0]) * rng.standard_normal((networks, 128))
    measured, weights, fields = [(z**2).mean(1)], [], [z]
    for n_in, n_out in pairwise(TUTORIAL[1:]):
        scale = gain * math.sqrt(2 / (n_in + n_out))
        weights.append(scale * rng.standard_normal((networks, n_out, n_in)))
        a = np.where(z > 0, z, 0.1 * z)
        z = np.einsum("moi,mi->mo", weights[-1], a) + 0.1 * rng.standard_normal((networks, n_out))
        measured.append((z**2).mean(1))
        fields.append(z)
    for q, length, spread in zip(measured, theory.lengths, theory.spread, strict=True):
        error = q.std() / math.sqrt(networks)
        assert q.mean() == approx(length, abs=4 * error)
        # The standard error of a standard deviation, from the fourth moment.
        fourth = ((q - q.mean()) ** 4).mean()
        error = math.sqrt((fourth / q.var() ** 2 - 1) / (4 * networks))
        assert q.std() / length == approx(spread, rel=5 * error)
    delta = rng.standard_normal((networks, 3))
    for z, weight, expected in zip(
        fields[-2::-1], weights[::-1], theory.gradients[-2::-1], strict=True
    ):
        delta = np.einsum("moi,mo->mi", weight, delta) * np.where(z > 0, 1, 0.1)
        squares = (delta**2).mean(1)
        assert squares.mean() == approx(expected, abs=4 * squares.std() / math.sqrt(networks))


def test_length_and_curvature_of_a_great_circle():
    """Both from derivatives by the angle, averaged over circle and units."""
    width, layers, networks, points = 700, 4, 6, 512
    sigma_w, sigma_b, q = 2.0, 0.3, 0.8
    theory = great_circle("tanh", q, sigma_w**2, sigma_b**2, layers)
    angle = np.arange(points) * 2 * np.pi / points
    frequencies = np.fft.rfftfreq(points, 1 / points)
    rng = np.random.default_rng(0)
    metrics, curvatures = [], []
    for _ in range(networks):
        axes, _ = np.linalg.qr(rng.standard_normal((width, 2)))
        z = math.sqrt(q * width) * axes @ np.array([np.cos(angle), np.sin(angle)])
        rows = []
        for layer in range(layers):
            if layer:
                weight = sigma_w * rng.standard_normal((width, width)) / math.sqrt(width)
                z = weight @ np.tanh(z) + sigma_b * rng.standard_normal((width, 1))
            spectrum = np.fft.rfft(z)
            v = np.fft.irfft(1j * frequencies * spectrum, points)
            a = np.fft.irfft(-(frequencies**2) * spectrum, points)
            vv, aa, va = (v * v).mean(), (a * a).mean(), (v * a).mean()
            rows.append((vv, (vv * aa - va**2) / vv**3))
        metrics.append([metric for metric, _ in rows])
        curvatures.append([curvature for _, curvature in rows])
    assert theory.lengths[1:] == approx(
        length_map("tanh", theory.lengths[:-1], sigma_w**2, sigma_b**2)
    )
    for samples, expected in (metrics, theory.metric), (curvatures, theory.curvature):
        mean, error = mean_and_error(np.array(samples))
        assert np.all(error < 0.2 * mean)
        assert np.all(np.abs(mean - expected) <= error + 0.01 * expected)


def test_a_kink_curves_a_circle_without_bound():
    circle = great_circle("relu", 1.0, 2.0, 0.0, 3)
    assert circle.curvature.tolist() == [1, math.inf, math.inf]
    assert circle.metric == approx([1, 1, 1])

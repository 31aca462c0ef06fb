"""Gaussian moments, against torch, scipy.integrate, Monte Carlo and closed forms."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.special import erf

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.params import ParameterError
from mlpcore.theory.moments import MOMENTS, Erf, PiecewiseLinear, Quadrature, moments

BY_QUADRATURE = [name for name in MOMENTS if isinstance(moments(name), Quadrature)]
LENGTHS = np.array([1e-20, 1e-3, 0.5, 1.0, 12.0, 400.0])
CORRELATIONS = np.array([-1.0, -0.999, -0.3, 0.0, 0.5, 0.99, 1 - 1e-9, 1.0])


def leaky(slope):
    """LeakyReLU for the quadrature."""
    return Quadrature(
        lambda u: np.where(u > 0, u, slope * u),
        lambda u: np.where(u > 0, 1.0, slope),
        np.zeros_like,
        kinked=slope != 1,
    )


ERF = Quadrature(
    erf,
    lambda u: 2 / math.sqrt(math.pi) * np.exp(-(u**2)),
    lambda u: -4 / math.sqrt(math.pi) * u * np.exp(-(u**2)),
)


def integrated(f, q):
    """E[f(u)] for u ~ N(0, q), by scipy."""

    def weighted(z):
        return (f(np.sqrt(q) * z) + f(-np.sqrt(q) * z)) * math.exp(-(z**2) / 2)

    # Break where u is 1, 3 and 10, so that it finds the features.
    points = sorted(min(x / math.sqrt(q), 12) for x in (1, 3, 10))
    value, _ = integrate.quad(weighted, 0, 12, points=points, epsabs=0, epsrel=1e-11, limit=200)
    return value / math.sqrt(2 * math.pi)


def test_the_table_holds_every_activation_and_erf():
    assert set(MOMENTS) == {*ACTIVATIONS, "erf"}


@pytest.mark.parametrize("name", BY_QUADRATURE)
def test_activation_and_derivatives_are_the_networks(name):
    phi, torchs = moments(name), ACTIVATIONS[name]
    u = np.concatenate([np.linspace(-30, 30, 1000), np.linspace(-3, 3, 1000)])
    z = torch.from_numpy(u)
    a, slope = torchs.function(z, 0.01), torchs.slope_at(z, 0.01)
    # torch's softplus is linear from 20 on.
    np.testing.assert_allclose(phi.value(u), a.numpy(), rtol=1e-12, atol=3e-9)
    np.testing.assert_allclose(phi.slope(u), slope.numpy(), rtol=1e-9, atol=3e-9)
    h = 1e-5
    bend = (phi.slope(u + h) - phi.slope(u - h)) / (2 * h)
    np.testing.assert_allclose(phi.bend(u), bend, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("closed", "quadrature"),
    [*((PiecewiseLinear(a), leaky(a)) for a in (0.0, 0.1, 0.7, 1.0)), (Erf(), ERF)],
    ids=["ReLU", "LeakyReLU(0.1)", "LeakyReLU(0.7)", "linear", "erf"],
)
def test_closed_forms_equal_quadrature(closed, quadrature):
    for moment in "square", "square_rate", "slope_square", "bend_square":
        np.testing.assert_allclose(
            getattr(quadrature, moment)(LENGTHS), getattr(closed, moment)(LENGTHS), rtol=1e-13
        )
    for q in LENGTHS:
        for moment in "product", "slope_product":
            expected = getattr(closed, moment)(q, CORRELATIONS)
            np.testing.assert_allclose(
                getattr(quadrature, moment)(q, CORRELATIONS),
                expected,
                rtol=1e-13,
                atol=1e-14 * np.max(np.abs(expected)),
            )


def test_the_correlation_map_of_leaky_relu_is_the_arc_cosine_kernel():
    a, c = 0.1, CORRELATIONS
    kink = np.sqrt(1 - c**2) - c * np.arccos(c)
    expected = c + (1 - a) ** 2 / (math.pi * (1 + a**2)) * kink
    phi = PiecewiseLinear(a)
    np.testing.assert_allclose(phi.product(3.0, c) / phi.square(3.0), expected, atol=1e-15)


@pytest.mark.parametrize("name", BY_QUADRATURE)
@pytest.mark.parametrize("q", [1e-3, 1.0, 12.0, 300.0])
def test_quadrature_equals_scipy(name, q):
    phi = moments(name)
    for moment, f in [
        (phi.square, lambda u: phi.value(u) ** 2),
        (phi.slope_square, lambda u: phi.slope(u) ** 2),
        (phi.square_rate, lambda u: u * phi.value(u) * phi.slope(u) / q),
    ]:
        assert moment(np.array(q)) == pytest.approx(integrated(f, q), rel=1e-9)
    if not phi.kinked:
        bend = integrated(lambda u: phi.bend(u) ** 2, q)
        assert phi.bend_square(np.array(q)) == pytest.approx(bend, rel=1e-9)


@pytest.mark.parametrize("name", BY_QUADRATURE)
def test_quadrature_of_pairs_equals_a_fine_grid(name):
    """Midpoints of a grid in (z1, z2), which suits a smooth φ; kinks cost it a few digits."""
    phi, q, c = moments(name), 2.5, 0.6
    z = (np.arange(1600) + 0.5) / 100 - 8
    u = math.sqrt(q) * z[:, None]
    v = math.sqrt(q) * (c * z[:, None] + math.sqrt(1 - c**2) * z)
    weight = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) / 100
    digits = 1e-3 if phi.kinked else 1e-5 if name == "elu" else 1e-12
    for moment, f in (phi.product, phi.value), (phi.slope_product, phi.slope):
        expected = weight @ (f(u) * f(v)) @ weight
        assert moment(q, np.array(c)) == pytest.approx(expected, rel=digits)


@pytest.mark.parametrize("name", MOMENTS)
def test_moments_equal_monte_carlo(name):
    """Within five standard errors of a million samples."""
    phi, q, c = moments(name, 0.1), 1.7, -0.4
    rng = np.random.default_rng(0)
    z1, z2 = rng.standard_normal((2, 1_000_000))
    u, v = np.sqrt(q) * z1, np.sqrt(q) * (c * z1 + np.sqrt(1 - c**2) * z2)
    tables = {"relu": leaky(0.0), "leaky_relu": leaky(0.1), "linear": leaky(1.0), "erf": ERF}
    functions = tables.get(name, phi)
    for samples, moment in [
        (functions.value(u) ** 2, phi.square(np.array(q))),
        (functions.slope(u) ** 2, phi.slope_square(np.array(q))),
        (functions.value(u) * functions.value(v), phi.product(q, np.array(c))),
        (functions.slope(u) * functions.slope(v), phi.slope_product(q, np.array(c))),
    ]:
        error = samples.std() / 1000
        assert error < 0.02 * abs(samples.mean()) + 0.002
        assert moment == pytest.approx(samples.mean(), abs=5 * error + 1e-12)


@settings(deadline=None)
@given(
    st.sampled_from(sorted(MOMENTS)),
    st.floats(1e-6, 1e3),
    st.floats(-0.9, 0.9),
    st.floats(-0.01, 0.01),
)
def test_rates_are_derivatives(name, q, c, step):
    phi = moments(name, 0.1)
    h = q * 1e-4
    rate = (phi.square(np.array(q + h)) - phi.square(np.array(q - h))) / (2 * h)
    assert phi.square_rate(np.array(q)) == pytest.approx(rate, rel=1e-5, abs=1e-9)
    # d/dc E[φ(u)φ(v)] = q E[φ′(u)φ′(v)], by Simpson's rule over a step.
    # Away from ±1, where the slopes of saturated units change within less than a step.
    ends = c + np.array([0, step])
    points = np.array([ends[0], ends.mean(), ends[1]])
    rise = np.diff(phi.product(q, ends))[0]
    slopes = phi.slope_product(q, points) @ [1, 4, 1] / 6
    scale = float(phi.square(np.array(q)))
    assert rise == pytest.approx(q * slopes * np.diff(ends)[0], rel=2e-2, abs=1e-6 * scale)


def test_a_kink_bends_without_bound():
    one = np.array(1.0)
    for name in "relu", "leaky_relu", "selu":
        assert moments(name).bend_square(one) == np.inf
    for name in set(MOMENTS) - {"relu", "leaky_relu", "selu", "linear"}:
        assert 0 < moments(name).bend_square(one) < 1
    assert moments("linear").bend_square(one) == 0


def test_bad_arguments_are_refused():
    with pytest.raises(ParameterError, match=r"activation must be one of relu, .* got 'step'"):
        moments("step")
    with pytest.raises(ParameterError, match="negative_slope must be a number from 0 to 1; got 2"):
        moments("leaky_relu", 2.0)

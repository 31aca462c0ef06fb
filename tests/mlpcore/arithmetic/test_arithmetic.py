"""Compiled functions of one number against NumPy, SciPy and torch."""

import numpy as np
import pytest
import torch
from scipy import special

from mlpcore.arithmetic import functions as arithmetic
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.arithmetic.compiling import inner

SLOPE = 0.2
every_dtype = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@inner
def _exp(x, y):
    for i in range(len(x)):
        y[i] = arithmetic.exp(x[i])


@inner
def _log(x, y):
    for i in range(len(x)):
        y[i] = arithmetic.log(x[i])


@inner
def _erf(x, y):
    for i in range(len(x)):
        y[i] = arithmetic.erf(x[i])


def applied(loop, numbers):
    out = np.empty_like(numbers)
    loop(numbers, out)
    return out


def wide(dtype):
    """Numbers of all sizes and both signs, zeros and the smallest among them."""
    sizes = np.logspace(-44, 38, 20_001)
    near = np.linspace(-100, 100, 200_001)
    return np.concatenate([sizes, -sizes, near, [0.0, -0.0]]).astype(dtype)


def ulps(found, expected):
    """The largest difference from float64's result in units of float32's last place."""
    return (np.abs(found - expected) / np.spacing(np.abs(expected).astype(np.float32))).max()


def test_exp_is_good_to_two_units():
    x = wide(np.float32)
    x = x[np.abs(x) < 87.25]
    assert ulps(applied(_exp, x), np.exp(x.astype(np.float64))) < 2.5


def test_exp_ends_where_float32_does():
    found = applied(_exp, np.array([-np.inf, -1e38, -88, 88.1, 1e38, np.inf], np.float32))
    assert found.tolist() == [0, 0, 0, np.inf, np.inf, np.inf]


def test_log_is_good_to_three_units():
    x = np.concatenate([np.logspace(-37.9, 38.5, 100_001), np.linspace(0.5, 2, 100_001)])
    x = x.astype(np.float32)
    expected = np.log(x.astype(np.float64))
    found = applied(_log, x)
    away = x != 1
    assert ulps(found[away], expected[away]) < 3
    assert (found[~away] == 0).all()


def test_erf_is_good_to_single_precision():
    x = wide(np.float32)
    found = applied(_erf, x)
    np.testing.assert_allclose(found, special.erf(x.astype(np.float64)), rtol=0, atol=5e-7)
    assert (np.abs(found) <= 1).all()


@pytest.mark.parametrize("loop", [_exp, _log, _erf])
@every_dtype
def test_what_is_no_number_stays_so(loop, dtype):
    assert np.isnan(applied(loop, np.full(9, np.nan, dtype))).all()


def test_infinity_has_a_logarithm_and_an_error_function():
    infinity = np.array([np.inf, -np.inf], np.float32)
    assert applied(_log, infinity)[0] == np.inf
    assert applied(_erf, infinity).tolist() == [1, -1]


def test_in_float64_they_are_the_librarys():
    x = np.linspace(-30, 30, 1001)
    np.testing.assert_allclose(applied(_exp, x), np.exp(x), rtol=1e-14)
    np.testing.assert_allclose(applied(_erf, x), special.erf(x), rtol=1e-14, atol=1e-300)
    np.testing.assert_allclose(applied(_log, np.exp(x)), x, rtol=1e-13, atol=1e-13)


# Activations


def tabulated(activation, z):
    """φ and φ′ as compiled loops compute them."""
    phi, derivative = activation.value, activation.derivative

    @inner
    def loop(z, slope, values, slopes):
        for i in range(len(z)):
            values[i] = phi(z[i], slope)
            slopes[i] = derivative(z[i], values[i], slope)

    values, slopes = np.empty_like(z), np.empty_like(z)
    loop(z, z.dtype.type(SLOPE), values, slopes)
    return values, slopes


@every_dtype
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_and_their_derivatives_are_torchs(name, dtype):
    activation, z = ACTIVATIONS[name], wide(dtype)
    values, slopes = tabulated(activation, z)
    exact = torch.from_numpy(z).double()
    rtol, atol = (1e-5, 4e-7) if dtype == np.float32 else (1e-13, 1e-15)
    if name == "softplus":
        atol = max(atol, 3e-9)  # torch's is linear from 20 on
    np.testing.assert_allclose(values, activation.function(exact, SLOPE), rtol=rtol, atol=atol)
    expected = activation.slope_at(exact, SLOPE)
    np.testing.assert_allclose(slopes, expected, rtol=rtol, atol=atol)
    unknown, _ = tabulated(activation, np.full(9, np.nan, dtype))
    assert np.isnan(unknown).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_at_zero_is_torchs(name):
    _, slopes = tabulated(ACTIVATIONS[name], np.zeros(1, np.float32))
    expected = ACTIVATIONS[name].slope_at(torch.zeros(1), SLOPE)
    np.testing.assert_allclose(slopes, expected, rtol=1e-6)

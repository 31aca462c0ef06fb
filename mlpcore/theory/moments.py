"""Moments of activations under Gaussian fields, in float64: what mean-field theory is made of.

The pre-activations of a wide random network are Gaussian. For a field of variance q ("length"), and
for two such fields u, v of correlation c, these are the expectations E[φ(u)²], E[φ′(u)²],
E[φ″(u)²], E[φ(u)φ(v)] and E[φ′(u)φ′(v)]: in closed form for the piecewise linear activations and
erf, by quadrature for the others.

The table holds every activation that networks can have, and erf, which only theory uses.
"""

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from mlpcore.arithmetic.activations import SELU_ALPHA, SELU_SCALE
from mlpcore.params import ParameterError

Floats = NDArray[np.float64]


class Moments(Protocol):
    """Gaussian moments of one activation φ. Elementwise over arrays q > 0 and −1 ≤ c ≤ 1."""

    def square(self, q: Floats) -> Floats:
        """E[φ(u)²]."""

    def square_rate(self, q: Floats) -> Floats:
        """The derivative of E[φ(u)²] by q."""

    def slope_square(self, q: Floats) -> Floats:
        """E[φ′(u)²]."""

    def bend_square(self, q: Floats) -> Floats:
        """E[φ″(u)²]; infinite where φ has a kink."""

    def product(self, q: float, c: Floats) -> Floats:
        """E[φ(u)φ(v)]."""

    def slope_product(self, q: float, c: Floats) -> Floats:
        """E[φ′(u)φ′(v)]."""


@dataclass(frozen=True)
class PiecewiseLinear:
    """φ(u) = u above 0 and au below: ReLU, LeakyReLU and linear (Cho & Saul 2009, section 2.1).

    Attributes:
        slope: a.
    """

    slope: float

    @property
    def square_ratio(self) -> float:
        """E[φ(u)²] / q, for every q."""
        return (1 + self.slope**2) / 2

    @property
    def square_variance(self) -> float:
        """Var[φ(u)²] / E[φ(u)²]², for every q."""
        return 1.5 * (1 + self.slope**4) / self.square_ratio**2 - 1

    def square(self, q: Floats) -> Floats:
        """E[φ(u)²]."""
        return self.square_ratio * q

    def square_rate(self, q: Floats) -> Floats:
        """The derivative of E[φ(u)²] by q."""
        return np.full(np.shape(q), self.square_ratio)

    def slope_square(self, q: Floats) -> Floats:
        """E[φ′(u)²]."""
        return np.full(np.shape(q), self.square_ratio)

    def bend_square(self, q: Floats) -> Floats:
        """E[φ″(u)²]: 0 without a kink, else infinite."""
        return np.full(np.shape(q), 0.0 if self.slope == 1 else np.inf)

    def product(self, q: float, c: Floats) -> Floats:
        """E[φ(u)φ(v)]."""
        kink = (np.sqrt(1 - c**2) - c * np.arccos(c)) / math.pi
        return q * (self.square_ratio * c + (1 - self.slope) ** 2 / 2 * kink)

    def slope_product(self, q: float, c: Floats) -> Floats:
        """E[φ′(u)φ′(v)]."""
        kink = np.arccos(c) / math.pi
        return self.square_ratio - (1 - self.slope) ** 2 / 2 * kink


class Erf:
    """φ = erf (Williams 1997, equation 11)."""

    def square(self, q: Floats) -> Floats:
        """E[φ(u)²]."""
        return 2 / math.pi * np.arcsin(2 * q / (1 + 2 * q))

    def square_rate(self, q: Floats) -> Floats:
        """The derivative of E[φ(u)²] by q."""
        return 4 / math.pi / ((1 + 2 * q) * np.sqrt(1 + 4 * q))

    def slope_square(self, q: Floats) -> Floats:
        """E[φ′(u)²]."""
        return 4 / math.pi / np.sqrt(1 + 4 * q)

    def bend_square(self, q: Floats) -> Floats:
        """E[φ″(u)²]."""
        return 16 / math.pi * q / (1 + 4 * q) ** 1.5

    def product(self, q: float, c: Floats) -> Floats:
        """E[φ(u)φ(v)]."""
        return 2 / math.pi * np.arcsin(2 * q * c / (1 + 2 * q))

    def slope_product(self, q: float, c: Floats) -> Floats:
        """E[φ′(u)φ′(v)]."""
        return 4 / math.pi / np.sqrt((1 + 2 * q * (1 - c)) * (1 + 2 * q * (1 + c)))


@dataclass(frozen=True)
class Quadrature:
    """Moments of any activation that is smooth on both sides of 0, by Gauss–Legendre panels.

    Panels shrink towards 0, where φ may have a kink and where, for large q, all that is not a power
    of u happens. Two fields are taken in polar coordinates, u = √q r cos θ, v = √q r cos(θ − ψ)
    with cos ψ = c: kinks lie at fixed angles, and panels shrink towards those. Relative errors are
    about 1e-13, for pairs as far as q = 1e4; beyond, they grow where φ saturates.

    Attributes:
        value, slope, bend: φ, φ′ and φ″, each of them away from 0.
        kinked: whether φ′ jumps at 0.
    """

    value: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    bend: Callable[[Floats], Floats]
    kinked: bool = False

    def square(self, q: Floats) -> Floats:
        """E[φ(u)²]."""
        return _expectation(lambda u: self.value(u) ** 2, q)

    def square_rate(self, q: Floats) -> Floats:
        """The derivative of E[φ(u)²] by q, E[uφ(u)φ′(u)] / q."""
        return _expectation(lambda u: u * self.value(u) * self.slope(u), q) / q

    def slope_square(self, q: Floats) -> Floats:
        """E[φ′(u)²]."""
        return _expectation(lambda u: self.slope(u) ** 2, q)

    def bend_square(self, q: Floats) -> Floats:
        """E[φ″(u)²]; infinite where φ has a kink."""
        if self.kinked:
            return np.full(np.shape(q), np.inf)
        return _expectation(lambda u: self.bend(u) ** 2, q)

    def product(self, q: float, c: Floats) -> Floats:
        """E[φ(u)φ(v)]."""
        return _pair_expectation(self.value, q, c)

    def slope_product(self, q: float, c: Floats) -> Floats:
        """E[φ′(u)φ′(v)]."""
        return _pair_expectation(self.slope, q, c)


# Nodes in a panel, the end of the range (beyond it a Gaussian holds less than 1e-32), and how often
# a range of u is halved towards 0 to resolve features of size 1 up to q = 1e14.
_NODES, _END, _HALVINGS = 12, 12.0, 27


@functools.cache
def _panels(halvings: int) -> tuple[Floats, Floats]:
    """Nodes and weights of a rule on 0…1 whose panels halve towards 0."""
    ends = np.concatenate([[0.0], 0.5 ** np.arange(halvings, -1, -1)])
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    widths = np.diff(ends)[:, None]
    return (ends[:-1, None] + widths * (nodes + 1) / 2).ravel(), (widths * weights / 2).ravel()


def _expectation(f: Callable[[Floats], Floats], q: Floats) -> Floats:
    """E[f(u)] for u ~ N(0, q)."""
    nodes, weights = _panels(_HALVINGS)
    z = _END * nodes
    u = np.sqrt(q)[..., None] * z
    return (f(u) + f(-u)) @ (_END * weights * _density(z))


def _pair_expectation(f: Callable[[Floats], Floats], q: float, c: Floats) -> Floats:
    """E[f(u)f(v)] for u and v of variance q and correlation c, an array."""
    # Small enough for features of size 1 in u, as far as q = 1e4.
    halvings = min(10, 3 + max(0, math.ceil(math.log2(q) / 2)))
    nodes, weights = _panels(halvings)
    r, radial = _END * nodes[:, None], (_END * weights * _END * nodes)[:, None]
    radial = radial * np.exp(-(r**2) / 2) / (2 * math.pi)
    # Panels that shrink towards both ends of 0…1.
    share = np.concatenate([nodes / 2, 1 - nodes / 2])
    angular = np.concatenate([weights, weights]) / 2

    def sector(start: float, width: float, psi: float, sign: int) -> float:
        theta = start + width * share
        u, v = math.sqrt(q) * r * np.cos(theta), math.sqrt(q) * r * np.cos(theta - psi)
        return width * float(np.sum(radial * angular * f(sign * u) * f(sign * v)))

    def expectation(psi: float) -> float:
        both_positive = sector(psi - math.pi / 2, math.pi - psi, psi, 1)
        both_negative = sector(psi - math.pi / 2, math.pi - psi, psi, -1)
        # Swapping u and v turns one sector of mixed signs into the other.
        return both_positive + both_negative + 2 * sector(math.pi / 2, psi, psi, 1)

    expectations: Floats = np.vectorize(expectation, otypes=[float])(np.arccos(c))
    return expectations


def _density(z: Floats) -> Floats:
    return np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)


def _tanh_slope(u: Floats) -> Floats:
    return 1 - np.tanh(u) ** 2


def _sigmoid_slope(u: Floats) -> Floats:
    return expit(u) * expit(-u)


def _sigmoid_bend(u: Floats) -> Floats:
    return _sigmoid_slope(u) * (expit(-u) - expit(u))


def _exponential_linear(alpha: float, scale: float) -> Quadrature:
    """ELU and SELU: scale · u above 0 and scale · alpha · (exp u − 1) below."""

    def below(u: Floats) -> Floats:
        return alpha * np.exp(np.minimum(u, 0))

    return Quadrature(
        lambda u: scale * np.where(u > 0, u, alpha * np.expm1(np.minimum(u, 0))),
        lambda u: scale * np.where(u > 0, 1, below(u)),
        lambda u: scale * np.where(u > 0, 0, below(u)),
        kinked=alpha != 1,
    )


# What makes the moments of an activation, given the negative slope.
MOMENTS: dict[str, Callable[[float], Moments]] = {
    "relu": lambda slope: PiecewiseLinear(0.0),
    "leaky_relu": PiecewiseLinear,
    "elu": lambda slope: _exponential_linear(1.0, 1.0),
    "selu": lambda slope: _exponential_linear(SELU_ALPHA, SELU_SCALE),
    "gelu": lambda slope: Quadrature(
        lambda u: u * ndtr(u),
        lambda u: ndtr(u) + u * _density(u),
        lambda u: (2 - u**2) * _density(u),
    ),
    "silu": lambda slope: Quadrature(
        lambda u: u * expit(u),
        lambda u: expit(u) + u * _sigmoid_slope(u),
        lambda u: 2 * _sigmoid_slope(u) + u * _sigmoid_bend(u),
    ),
    "tanh": lambda slope: Quadrature(
        np.tanh, _tanh_slope, lambda u: -2 * np.tanh(u) * _tanh_slope(u)
    ),
    "sigmoid": lambda slope: Quadrature(expit, _sigmoid_slope, _sigmoid_bend),
    "softplus": lambda slope: Quadrature(lambda u: np.logaddexp(0, u), expit, _sigmoid_slope),
    "linear": lambda slope: PiecewiseLinear(1.0),
    "erf": lambda slope: Erf(),
}


def moments(activation: str, negative_slope: float = 0.01) -> Moments:
    """The moments of an activation.

    Args:
        activation: a key of :data:`MOMENTS`.
        negative_slope: slope of LeakyReLU below 0, from 0 to 1; of no effect on others.

    Raises:
        ParameterError: either is not one of those.
    """
    if activation not in MOMENTS:
        raise ParameterError("activation", "one of " + ", ".join(MOMENTS), activation)
    if not 0 <= negative_slope <= 1:
        raise ParameterError("negative_slope", "a number from 0 to 1", negative_slope)
    return MOMENTS[activation](negative_slope)

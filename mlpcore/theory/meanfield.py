"""Mean-field theory of wide random MLPs, in float64: how signals and gradients fare with depth.

Weights are drawn with variance σ_w²/n_in (``weight_var`` is σ_w²) and biases with variance σ_b²
(``bias_var``), so that as widths grow the pre-activations of an input become Gaussian. Their
variance q ("length") and the correlation c of two inputs' pre-activations obey maps from layer to
layer: the length map V, the correlation map C and circles after Poole et al. 2016
(arXiv:1606.05340, sections 2 and 3), depth scales and gradients after Schoenholz et al. 2017
(arXiv:1611.01232).

``activation`` is a key of :data:`mlpcore.theory.moments.MOMENTS` throughout, and
``negative_slope`` is LeakyReLU's. What is asked at the fixed length is the limit where that is
0 or infinite. Arguments out of range raise :class:`mlpcore.params.ParameterError`.
"""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq

from mlpcore.params import ParameterError
from mlpcore.theory.moments import Floats, Moments, PiecewiseLinear, moments

# Fixed lengths are sought in this range; what is below decays to 0, what is above grows for ever.
_SMALLEST, _LARGEST = 1e-12, 1e12
# Relative rounding errors are below this: quadrature is exact to about 1e-13.
_ROUNDING = 1e-12
# Slopes this close to 1 count as 1: they change nothing for a million layers.
_CRITICAL = 1e-6


def length_map(
    activation: str,
    q: ArrayLike,
    weight_var: float,
    bias_var: float,
    *,
    negative_slope: float = 0.01,
) -> Floats:
    """The next layer's length, V(q) = σ_w² E[φ(√q z)²] + σ_b².

    Args:
        activation, negative_slope: φ.
        q: lengths, of any shape.
        weight_var, bias_var: σ_w² and σ_b².
    """
    _check_variances(weight_var, bias_var)
    phi = moments(activation, negative_slope)
    return weight_var * phi.square(_lengths(q)) + bias_var


def length_slope(
    activation: str, q: ArrayLike, weight_var: float, *, negative_slope: float = 0.01
) -> Floats:
    """V′(q). A fixed length is stable where this is below 1."""
    _check_variances(weight_var, 0)
    phi = moments(activation, negative_slope)
    return weight_var * phi.square_rate(_positive(_lengths(q)))


@functools.lru_cache(maxsize=4096)
def q_fixed_point(
    activation: str,
    weight_var: float,
    bias_var: float,
    *,
    negative_slope: float = 0.01,
    start: float = 1.0,
) -> float:
    """The length q* = V(q*) that layers settle at if the first has length ``start``.

    V grows with q, so lengths go from ``start`` straight to the nearest fixed one.

    Returns:
        q*, or one of: 0 where lengths decay for ever; infinity where they grow for ever;
        ``start`` where every length is fixed (piecewise linear activations without biases, at their
        critical weight variance).
    """
    _check_variances(weight_var, bias_var)
    if not 0 < start < math.inf:
        raise ParameterError("start", "a finite number above 0", start)
    phi = moments(activation, negative_slope)
    if isinstance(phi, PiecewiseLinear):
        ratio = weight_var * phi.square_ratio
        if abs(ratio - 1) < _ROUNDING and bias_var == 0:
            return start
        return bias_var / (1 - ratio) if ratio < 1 - _ROUNDING else math.inf

    def growth(q: Floats) -> Floats:
        return weight_var * phi.square(q) + bias_var - q

    # No fixed length is below σ_b².
    lowest = min(bias_var / 2 or _SMALLEST, _SMALLEST, start)
    lengths = np.append(np.geomspace(lowest, max(_LARGEST, start), 241), start)
    lengths.sort()
    grows = growth(lengths) >= 0
    here = int(np.searchsorted(lengths, start))
    if grows[here]:
        turns = np.flatnonzero(~grows[here:]) + here
        if not len(turns):
            return math.inf
        low, high = lengths[turns[0] - 1 : turns[0] + 1]
    else:
        turns = np.flatnonzero(grows[:here])
        if not len(turns):
            return 0.0
        low, high = lengths[turns[-1] : turns[-1] + 2]
    return _root(growth, low, high)


def chi_1(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> float:
    """χ₁ = σ_w² E[φ′(√q* z)²], by which a layer multiplies a gradient's second moment.

    Below 1 gradients vanish with depth, above 1 they explode.
    """
    q_star = q_fixed_point(activation, weight_var, bias_var, negative_slope=negative_slope)
    phi = moments(activation, negative_slope)
    return weight_var * float(phi.slope_square(_positive(q_star)))


def phase(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> str:
    """The phase: "ordered" (χ₁ < 1), "critical" (χ₁ = 1) or "chaotic" (χ₁ > 1)."""
    chi = chi_1(activation, weight_var, bias_var, negative_slope=negative_slope)
    if abs(chi - 1) < _CRITICAL:
        return "critical"
    return "ordered" if chi < 1 else "chaotic"


def correlation_map(
    activation: str,
    c: ArrayLike,
    weight_var: float,
    bias_var: float,
    *,
    negative_slope: float = 0.01,
    q: float | None = None,
) -> Floats:
    """The next layer's correlation, C(c) = (σ_w² E[φ(u)φ(v)] + σ_b²) / V(q).

    u and v have length q and correlation c; at the fixed length V(q) = q.

    Args:
        activation, negative_slope: φ.
        c: correlations, of any shape.
        weight_var, bias_var: σ_w² and σ_b².
        q: the length of both inputs' pre-activations; q* by default.

    Returns:
        The correlations; NaN where V(q) is 0.
    """
    length = _length(activation, weight_var, bias_var, negative_slope, q)
    product = moments(activation, negative_slope).product(float(length), _correlations(c))
    after = length_map(activation, length, weight_var, bias_var, negative_slope=negative_slope)
    if after == 0:
        return np.full(np.shape(c), np.nan)
    # Rounding must not lead out of ±1.
    return np.clip((weight_var * product + bias_var) / after, -1, 1)


def correlation_slope(
    activation: str,
    c: ArrayLike,
    weight_var: float,
    bias_var: float,
    *,
    negative_slope: float = 0.01,
    q: float | None = None,
) -> Floats:
    """C′(c), which at the fixed length is χ_c = σ_w² E[φ′(u)φ′(v)].

    Arguments as for :func:`correlation_map`.
    """
    length = _length(activation, weight_var, bias_var, negative_slope, q)
    product = moments(activation, negative_slope).slope_product(float(length), _correlations(c))
    after = length_map(activation, length, weight_var, bias_var, negative_slope=negative_slope)
    if after == 0:
        return np.full(np.shape(c), np.nan)
    return weight_var * length / after * product


def c_fixed_point(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> float:
    """The correlation c* = C(c*) that any two inputs with 0 ≤ c < 1 settle at.

    C is convex on 0…1 and C(1) = 1, so c* is below 1 just where C′(1) is above (by 1e-6 here).

    Returns:
        c*; NaN where every correlation is kept, C(c) = c (linear networks without biases, and
        lengths that decay to 0 if φ is smooth and 0 there), or where V(q*) is 0.
    """

    def gain(c: Floats) -> Floats:
        after = correlation_map(activation, c, weight_var, bias_var, negative_slope=negative_slope)
        return after - c

    at_zero = float(gain(np.asarray(0.0)))
    slope = float(
        correlation_slope(activation, 1.0, weight_var, bias_var, negative_slope=negative_slope)
    )
    if math.isnan(slope) or (abs(slope - 1) < _CRITICAL and abs(at_zero) < _CRITICAL):
        return math.nan
    if slope < 1 + _CRITICAL:
        return 1.0
    if at_zero < _ROUNDING:
        return 0.0
    for halvings in range(1, 30):
        high = 1 - 0.5**halvings
        if gain(np.asarray(high)) < 0:
            return _root(gain, 0.0, high)
    return 1.0


@functools.lru_cache(maxsize=4096)
def depth_scale(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> float:
    """ξ_c = −1 / log C′(c*): layers in which a correlation comes closer to c* by a factor e.

    Returns:
        ξ_c in layers; infinite where correlations approach c* more slowly than exponentially, or
        are kept.
    """
    c_star = c_fixed_point(activation, weight_var, bias_var, negative_slope=negative_slope)
    if math.isnan(c_star):
        return math.inf
    slope = correlation_slope(
        activation, c_star, weight_var, bias_var, negative_slope=negative_slope
    )
    return _layers_to_change(float(slope))


def gradient_depth_scale(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> float:
    """ξ_∇ = 1 / |log χ₁|: layers in which gradients' second moment changes by a factor e.

    Returns:
        ξ_∇ in layers; infinite where χ₁ = 1.
    """
    return _layers_to_change(chi_1(activation, weight_var, bias_var, negative_slope=negative_slope))


def trainable_depth(
    activation: str, weight_var: float, bias_var: float, *, negative_slope: float = 0.01
) -> float:
    """6 min(ξ_c, ξ_∇): about how many layers networks may have and still train.

    A network trains if its output still tells inputs apart and gradients still reach its first
    layer; 6 is what was seen in experiments (Schoenholz et al. 2017, section 5).

    Returns:
        A number of layers; infinite on the edge of chaos.
    """
    theory = activation, weight_var, bias_var
    return 6 * min(
        depth_scale(*theory, negative_slope=negative_slope),
        gradient_depth_scale(*theory, negative_slope=negative_slope),
    )


class Edge(NamedTuple):
    """Points (σ_w², σ_b²) with χ₁ = 1.

    Attributes:
        weight_var, bias_var: σ_w² and σ_b²; NaN where it would take a negative σ_b².
        stable: whether lengths settle at q there. Where they do not, they leave for a length with
            another χ₁: such a point is not on the edge of chaos.
    """

    weight_var: Floats
    bias_var: Floats
    stable: NDArray[np.bool_]


def edge_of_chaos(activation: str, q: ArrayLike, *, negative_slope: float = 0.01) -> Edge:
    """Where χ₁ = 1 and q is fixed: σ_w² = 1 / E[φ′²], σ_b² = q − σ_w² E[φ²].

    Args:
        activation, negative_slope: φ.
        q: lengths, of any shape.
    """
    lengths = _positive(_lengths(q))
    weight_var, bias_var, stable = _unit_chi(activation, lengths, negative_slope)
    real = bias_var >= 0
    # [()] makes numbers of arrays without axes.
    return Edge(
        np.where(real, weight_var, np.nan)[()], np.where(real, bias_var, np.nan)[()], real & stable
    )


def critical_weight_var(activation: str, bias_var: float, *, negative_slope: float = 0.01) -> float:
    """The σ_w² on the edge of chaos for a given σ_b²; NaN if there is none.

    Of several, the one with the shortest length.
    """
    _check_variances(0, bias_var)
    start = edge_of_chaos(activation, 0.0, negative_slope=negative_slope)
    if start.stable and start.bias_var == bias_var:
        return float(start.weight_var)

    def excess(q: Floats) -> Floats:
        return _unit_chi(activation, q, negative_slope)[1] - bias_var

    lengths = np.geomspace(1e-9, 1e9, 361)
    above = excess(lengths) > 0
    stable = edge_of_chaos(activation, lengths, negative_slope=negative_slope).stable
    crossings = np.flatnonzero((above[1:] != above[:-1]) & (stable[1:] | stable[:-1]))
    if not len(crossings):
        return math.nan
    low, high = lengths[crossings[0] : crossings[0] + 2]
    q = _root(excess, low, high)
    return float(_unit_chi(activation, np.asarray(q), negative_slope)[0])


@dataclass(frozen=True)
class GreatCircle:
    """A circle as it stands in each of L layers' pre-activations, per unit.

    Attributes:
        lengths: (L,) q, the squared distance from the origin.
        metric: (L,) g, the squared speed: the curve's length is 2π√g.
        curvature: (L,) κ², the squared curvature; infinite from the second layer on if φ has a
            kink.
    """

    lengths: Floats
    metric: Floats
    curvature: Floats


def great_circle(
    activation: str,
    q: float,
    weight_var: float,
    bias_var: float,
    layers: int,
    *,
    negative_slope: float = 0.01,
) -> GreatCircle:
    """Carry a circle through the layers.

    g ← χ₁ g and κ² ← 3χ₂/χ₁² + κ²/χ₁ with χ₂ = σ_w² E[φ″²], where χ₁ and χ₂ are taken at each
    layer's own length.

    Args:
        activation, negative_slope: φ.
        q: the squared radius, per unit, in the first layer's pre-activations.
        weight_var, bias_var: σ_w² and σ_b².
        layers: L.
    """
    _check_variances(weight_var, bias_var)
    phi = moments(activation, negative_slope)
    length = metric = float(_lengths(q))
    curvature = 1 / float(_positive(length))
    rows = []
    for _ in range(layers):
        rows.append((length, metric, curvature))
        field = _positive(length)
        chi = weight_var * float(phi.slope_square(field))
        bend = weight_var * float(phi.bend_square(field))
        length = weight_var * float(phi.square(np.asarray(length))) + bias_var
        metric *= chi
        curvature = 3 * bend / chi**2 + curvature / chi if chi else math.nan
    return GreatCircle(*np.array(rows).T)


@dataclass(frozen=True)
class Propagation:
    """Second moments by layer of a network with L layers, the output layer the last.

    Attributes:
        lengths: (L,) E[h²], of the pre-activations.
        activations: (L,) E[φ(h)²]; the output layer's equal its pre-activations'.
        gradients: (L,) E[(∂loss/∂h)²], as multiples of the output layer's.
        spread: (L,) standard deviation, over networks, of one input's mean of h² over a layer's
            units, as a share of the length. Exact for Gaussian weights and biases and a piecewise
            linear φ, else NaN.
    """

    lengths: Floats
    activations: Floats
    gradients: Floats
    spread: Floats


def propagate(
    activation: str,
    sizes: Sequence[int],
    weight_vars: Sequence[float],
    bias_vars: Sequence[float],
    mean_square: float,
    *,
    negative_slope: float = 0.01,
) -> Propagation:
    """Predict second moments layer by layer; every layer has its own width and variances.

    Forward, q¹ = σ_w² m + σ_b² and q ← V(q). Backward, E[δ²] ← E[φ′(h)²] n_out Var(W) E[δ²] (Glorot
    & Bengio 2010, equation 6; Neuromatch W1D3, tutorial 2, bonus section).

    Args:
        activation, negative_slope: of the hidden layers.
        sizes: units in the input, each hidden layer and the output.
        weight_vars: σ_w² of each layer, n_in times the variance of a weight, as
            :meth:`mlpcore.networks.initialization.Initialization.weight_vars` gives it.
        bias_vars: σ_b² of each layer.
        mean_square: m, the mean of the input's squared components.
    """
    phi = moments(activation, negative_slope)
    for name, values in ("weight_vars", weight_vars), ("bias_vars", bias_vars):
        if len(values) != len(sizes) - 1:
            raise ParameterError(name, f"one value a layer ({len(sizes) - 1})", list(values))
    for weight_var, bias_var in zip(weight_vars, bias_vars, strict=True):
        _check_variances(weight_var, bias_var)
    *hidden, outputs = sizes[1:]
    lengths = [weight_vars[0] * mean_square + bias_vars[0]]
    for weight_var, bias_var in zip(weight_vars[1:], bias_vars[1:], strict=True):
        square = float(phi.square(np.asarray(lengths[-1])))
        lengths.append(weight_var * square + bias_var)
    fields = np.array(lengths, float)
    fan_in, fan_out = np.array(hidden, float), np.array([*hidden[1:], outputs], float)
    slopes = phi.slope_square(_positive(fields[:-1]))
    growth = slopes * fan_out / fan_in * np.array(weight_vars[1:], float)
    return Propagation(
        lengths=fields,
        activations=np.append(phi.square(fields[:-1]), fields[-1]),
        gradients=np.append(np.cumprod(growth[::-1])[::-1], 1.0),
        spread=_spread(phi, sizes[1:], weight_vars, fields),
    )


def _spread(
    phi: Moments, widths: Sequence[int], weight_vars: Sequence[float], lengths: Floats
) -> Floats:
    """:attr:`Propagation.spread`.

    Given the layer before, a layer's pre-activations are independent with variance Q, and Q is
    linear in the mean of φ(h)² there: so the variance of Q can be carried from layer to layer.
    """
    if not isinstance(phi, PiecewiseLinear):
        return np.full(len(lengths), np.nan)
    spreads, variance = [], 0.0  # of Q, as a share of the squared length
    for layer, width in enumerate(widths):
        spreads.append(math.sqrt((1 + variance) * (1 + 2 / width) - 1))
        if layer + 1 < len(widths):
            signal = weight_vars[layer + 1] * phi.square_ratio * lengths[layer]
            share = signal / lengths[layer + 1] if signal else 0.0
            variance = share**2 * ((1 + variance) * (1 + phi.square_variance / width) - 1)
    return np.array(spreads)


def _unit_chi(
    activation: str, q: Floats, negative_slope: float
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """σ_w² and σ_b², which may be negative, with χ₁ = 1 and V(q) = q; whether V′(q) ≤ 1 there."""
    phi = moments(activation, negative_slope)
    weight_var = 1 / phi.slope_square(q)
    bias_var = q - weight_var * phi.square(q)
    bias_var = np.where(np.abs(bias_var) < _ROUNDING * q, 0.0, bias_var)
    # In the limit of short lengths V′ is 1 for many φ: what decides is where it goes from there.
    near = np.maximum(q, 1e-9)
    return weight_var, bias_var, phi.square_rate(near) / phi.slope_square(near) < 1 + _ROUNDING


def _length(
    activation: str, weight_var: float, bias_var: float, negative_slope: float, q: float | None
) -> Floats:
    """The length q, or q*."""
    if q is None:
        return _positive(
            q_fixed_point(activation, weight_var, bias_var, negative_slope=negative_slope)
        )
    return _positive(_lengths(q))


def _positive(q: ArrayLike) -> Floats:
    """Lengths with numbers that stand for the limits 0 and infinity."""
    return np.asarray(q, float).clip(1e-40, 1e20)


def _root(f: Callable[[Floats], Floats], low: float, high: float) -> float:
    """Where f changes sign from ``low`` to ``high``; the better end if rounding hides that."""
    # By a power of two, which rounds nothing: products of values would vanish at tiny lengths.
    unit = 2.0 ** math.frexp(high)[1]

    def value(x: float) -> float:
        return float(f(np.asarray(x * unit))) / unit

    low, high = low / unit, high / unit
    if value(low) * value(high) >= 0:
        return unit * float(min(low, high, key=lambda end: abs(value(end))))
    return unit * float(brentq(value, low, high, xtol=low * 1e-15 or 1e-15, rtol=1e-15))


def _layers_to_change(factor: float) -> float:
    """Layers in which what changes by ``factor`` a layer changes e-fold."""
    if factor == 0:
        return 0.0
    rate = abs(math.log(factor))
    return 1 / rate if rate >= _CRITICAL else math.inf


def _lengths(q: ArrayLike) -> Floats:
    q = np.asarray(q, float)
    if not np.all((q >= 0) & np.isfinite(q)):
        raise ParameterError("q", "lengths of 0 or more", q.tolist())
    return q


def _correlations(c: ArrayLike) -> Floats:
    c = np.asarray(c, float)
    if not np.all(np.abs(c) <= 1):
        raise ParameterError("c", "correlations from −1 to 1", c.tolist())
    return c


def _check_variances(weight_var: float, bias_var: float) -> None:
    for name, value in ("weight_var", weight_var), ("bias_var", bias_var):
        if not 0 <= value < math.inf:
            raise ParameterError(name, "a finite number, 0 or more", value)

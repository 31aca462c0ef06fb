"""Order and chaos, drawn: the phase diagram, the correlation map as a cobweb, the great circle."""

import functools
from typing import Any

import numpy as np

from app.display import GainDisplay
from app.figures import curves
from app.figures.drawing import (
    CLASS_COLOURS,
    Figure,
    Html,
    Theme,
    axis,
    escape,
    figure,
    heading,
    numbers,
)
from mlpcore.experiments.signal_propagation import SignalPropagation, Snapshot
from mlpcore.params import specs
from mlpcore.theory.meanfield import (
    c_fixed_point,
    chi_1,
    correlation_map,
    depth_scale,
    edge_of_chaos,
    phase,
)
from mlpcore.theory.moments import Floats, PiecewiseLinear, moments

# Lengths along the edge of chaos.
LENGTHS = np.geomspace(1e-6, 1e4, 200)
# Lengths up to this, and as small, leave room in float32 for what correlations are made of.
HELD = 1e18
# Layers that the cobweb goes through, and correlations at which it shows the map.
STEPS, CORRELATIONS = 30, np.linspace(-0.2, 1, 61)
# Colours that go round.
ROUND = [[place / 4, CLASS_COLOURS[colour]] for place, colour in enumerate((0, 2, 3, 1, 0))]
# What the phase diagram shows: all that can be chosen.
_chosen = specs(GainDisplay)
WEIGHTS = _chosen["sigma_w"].low, _chosen["sigma_w"].high
BIASES = _chosen["sigma_b"].low, _chosen["sigma_b"].high


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """The phase, and what becomes of two inputs and of a gradient."""
    return Html(f'<p class="headline">{_answer(snapshot.config)}</p>')


@functools.lru_cache(maxsize=32)
def _answer(config: SignalPropagation) -> str:
    arguments, slope = _theory(config)
    name = phase(*arguments, negative_slope=slope)
    chi = chi_1(*arguments, negative_slope=slope)
    c_star = c_fixed_point(*arguments, negative_slope=slope)
    scale = depth_scale(*arguments, negative_slope=slope)
    within = f" (depth scale ξ<sub>c</sub> = {scale:.3g} layers)" if np.isfinite(scale) else ""
    fate = f"Two inputs end at correlation {c_star:.2f}{within}."
    if np.isnan(c_star):
        fate = "Every correlation is kept."
    gradient = f"Each layer multiplies a gradient's mean square by χ₁ = {chi:.3g}."
    return f"<strong>{escape(name.capitalize())}.</strong> {gradient} {fate}"


def _theory(config: SignalPropagation) -> tuple[tuple[str, float, float], float]:
    variances = config.sigma_w**2, config.sigma_b**2
    return (config.activation, *variances), config.negative_slope


@functools.lru_cache(maxsize=32)
def edge(activation: str, negative_slope: float) -> tuple[Floats, Floats]:
    """The edge of chaos as σ_w and σ_b, as far as the diagram shows it; may be empty."""
    if isinstance(moments(activation, negative_slope), PiecewiseLinear):
        # χ₁ does not depend on the length, so biases change nothing.
        critical = edge_of_chaos(activation, 0.0, negative_slope=negative_slope).weight_var
        return np.sqrt([critical, critical]), np.array(BIASES)
    found = edge_of_chaos(activation, LENGTHS, negative_slope=negative_slope)
    sigma_w, sigma_b = (np.sqrt(column[found.stable]) for column in found[:2])
    shown = (sigma_w <= WEIGHTS[1]) & (sigma_b <= 1.2 * BIASES[1])
    return sigma_w[shown], sigma_b[shown]


def phase_diagram(snapshot: Snapshot, theme: Theme) -> Figure:
    """The edge of chaos over (σ_w, σ_b), and the network's own point."""
    config = snapshot.config
    arguments, slope = _theory(config)
    name = phase(*arguments, negative_slope=slope)
    sigma_w, sigma_b = edge(config.activation, config.negative_slope)
    blue = theme.sequence[2]
    traces: list[dict[str, Any]] = []
    if len(sigma_w):
        traces.append(curves.line(sigma_w.tolist(), sigma_b, theme.text, 3, hoverinfo="skip"))
        if (np.diff(sigma_b) >= 0).all():
            traces[0] |= {"fill": "tozerox", "fillcolor": blue + "22"}
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [config.sigma_w],
            "y": [config.sigma_b],
            "marker": {
                "size": 18,
                "color": theme.accent,
                "line": {"color": theme.text, "width": 2},
            },
            "hovertemplate": "σ<sub>w</sub> %{x:.2f}, σ<sub>b</sub> %{y:.2f}"
            "<extra>this network</extra>",
        }
    )
    words = [_word("ordered", 0.03, "left", blue), _word("chaotic", 0.97, "right", theme.accent)]
    return figure(
        theme,
        traces,
        alt=f"Phase diagram: a network at σ_w {config.sigma_w:.2f}, σ_b {config.sigma_b:.2f} "
        f"is {name}.",
        margin=(10, 10, 34, 10),
        title=heading("Phase diagram; line: edge of chaos"),
        xaxis=axis(theme, "weight scale σ<sub>w</sub>", range=list(WEIGHTS)),
        yaxis=axis(theme, "bias scale σ<sub>b</sub>", range=[-0.05, BIASES[1]]),
        annotations=words if len(sigma_w) else [],
    )


def _word(text: str, x: float, anchor: str, colour: str) -> dict[str, Any]:
    place = {"xref": "paper", "yref": "paper", "x": x, "y": 0.97, "xanchor": anchor}
    font = {"size": 17, "color": colour}
    return {"text": f"<b>{text}</b>", **place, "yanchor": "top", "showarrow": False, "font": font}


def cobweb(snapshot: Snapshot, theme: Theme) -> Figure:
    """The correlation map, theory's path on it, and what the networks do, layer by layer."""
    config = snapshot.config
    mapped, path = _carried(config)
    corners = np.repeat(np.array(path)[np.isfinite(path)], 2)
    with np.errstate(invalid="ignore"):
        measured = snapshot.correlations.mean(0)
        held = (snapshot.lengths > 1 / HELD).all(0) & (snapshot.lengths < HELD).all(0)
    measured = np.where(held, measured, np.nan)
    label = "curve: theory C(c), stairs: its path layer by layer<br>dots: measured, layer to layer"
    end = f"ends at {path[-1]:.2f}" if np.isfinite(path[-1]) else "has no fixed length"
    return figure(
        theme,
        [
            curves.line([-0.2, 1], np.array([-0.2, 1]), theme.muted, 1, hoverinfo="skip"),
            curves.line(CORRELATIONS.tolist(), mapped, theme.sequence[2], 3, hoverinfo="skip"),
            curves.line(corners[:-1].tolist(), corners[1:], theme.accent, 2, hoverinfo="skip"),
            {
                "type": "scatter",
                "mode": "markers",
                "x": numbers(measured[:-1]),
                "y": numbers(measured[1:]),
                "marker": {"color": theme.text, "size": 6, "opacity": 0.7},
                "hovertemplate": "%{x:.3f} → %{y:.3f}<extra>measured</extra>",
            },
        ],
        alt=f"Correlation map as a cobweb: a correlation of {config.correlation:.2f} {end}.",
        margin=(10, 10, 34, 10),
        title=heading("Correlation of two inputs"),
        xaxis=axis(theme, "in one layer", range=[-0.2, 1.03]),
        yaxis=axis(theme, "in the next", range=[-0.2, 1.03]),
        annotations=[curves.key(label, theme) | {"x": 0.99, "xanchor": "right", "align": "right"}],
    )


def great_circle(snapshot: Snapshot, theme: Theme, layer: int) -> Figure:
    """A circle of inputs as it stands in one layer, through its three principal components."""
    points = snapshot.circle.components[layer - 1]
    share = float(np.sum(snapshot.circle.share[layer - 1]))
    closed = np.concatenate([points, points[:1]])
    x, y, z = (numbers(column) for column in closed.T)
    angles = np.linspace(0, 360, len(closed))
    known = np.isfinite(share)
    words = f"{share:.0%} of its extent seen" if known else "beyond what numbers can hold"
    empty = {"showticklabels": False, "title": {"text": ""}, "showbackground": False}
    bare = {**empty, "gridcolor": theme.grid, "zerolinecolor": theme.grid}
    return figure(
        theme,
        [
            {
                "type": "scatter3d",
                "mode": "lines+markers",
                "x": x,
                "y": y,
                "z": z,
                "line": {"color": numbers(angles), "colorscale": ROUND, "width": 6},
                "marker": {"color": numbers(angles), "colorscale": ROUND, "size": 2.5},
                "hoverinfo": "skip",
            }
        ],
        alt=f"A circle of inputs in layer {layer}: {words} in three principal components.",
        margin=(0, 0, 34, 0),
        title=heading(f"A circle of inputs, layer {layer}: {words}"),
        scene={"xaxis": bare, "yaxis": bare, "zaxis": bare, "aspectmode": "data"},
    )


def gradient_by_depth(snapshot: Snapshot, theme: Theme) -> Figure:
    """E[δ²] by layer, as multiples of the last layer's: networks' mean and range, and theory."""
    layers = list(range(1, snapshot.config.depth + 1))
    with np.errstate(all="ignore"):
        middle = np.exp(np.log(snapshot.gradients).mean(0))
        least, most = snapshot.gradients.min(0), snapshot.gradients.max(0)
    theory = snapshot.theory.gradients
    seen = np.concatenate([least, most, theory])
    seen = seen[np.isfinite(seen) & (seen > 0)]
    band = curves.band(layers, middle, np.zeros_like(middle), theme.accent)
    key = curves.key("dashed: theory, full: measured, band: all networks", theme)
    return figure(
        theme,
        [
            band | {"y": numbers([*most, *least[::-1]])},
            curves.line(layers, middle, theme.accent, 2, name="measured"),
            curves.line(layers, theory, theme.sequence[2], 3, dash="dash", name="theory"),
        ],
        alt=f"The gradient in the first of {len(layers)} layers is {middle[0]:.3g} times the "
        f"last's; theory says {theory[0]:.3g}.",
        margin=(10, 10, 34, 10),
        title=heading("Gradient by layer"),
        xaxis=axis(theme, "layer", showgrid=False),
        yaxis=curves.log_axis(theme, "gradient, last layer = 1", seen.min() / 3, seen.max() * 3),
        annotations=[key],
    )


@functools.lru_cache(maxsize=32)
def _carried(config: SignalPropagation) -> tuple[Floats, list[float]]:
    """The correlation map at :data:`CORRELATIONS`, and theory's path on it, layer by layer.

    Both are at the length the layers settle at, and NaN where there is none.
    """
    (activation, *variances), slope = _theory(config)

    def carry(c: Floats) -> Floats:
        return correlation_map(activation, c, *variances, negative_slope=slope)

    path = [config.correlation]
    for _ in range(STEPS):
        path.append(float(carry(np.array([path[-1]]))[0]))
    return carry(CORRELATIONS), path

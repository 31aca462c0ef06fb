"""Trainability, drawn: training accuracy by depth and weight scale, with theory's depth over it."""

from typing import Any

import numpy as np

from app.figures import curves
from app.figures.drawing import Figure, Html, Theme, axis, escape, figure, numbers
from app.figures.words import count, percent
from mlpcore.experiments.trainability import Snapshot, Trainability
from mlpcore.theory.meanfield import critical_weight_var, depth_scale, edge_of_chaos
from mlpcore.theory.moments import Floats, PiecewiseLinear, moments

# Values of σ_w at which theory is drawn.
FINE = 53


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """In how many cells theory holds."""
    answer, detail = _answer(snapshot)
    return Html(f'<p class="headline"><strong>{escape(answer)}</strong> {escape(detail)}</p>')


def _answer(snapshot: Snapshot) -> tuple[str, str]:
    config, verdict = snapshot.config, snapshot.verdict
    cells = verdict.within + verdict.beyond
    if not cells:
        networks = config.sigmas * config.seeds * len(config.hidden_layers)
        return "Training.", f"{count(networks, 'network')}, the shallowest first."
    so_far = "" if snapshot.finished else " so far"
    lost = int(np.isnan(snapshot.accuracy).sum())
    diverged = f" Diverged: {count(lost, 'cell')}." if lost else ""
    return (
        f"The rule 6 min(ξ_c, ξ_∇) holds in {verdict.agreeing} of {count(cells, 'cell')}{so_far}.",
        f"Within its depth {verdict.within_trained} of {verdict.within} trained, to "
        f"{percent(config.trained_from, 0)} right or more; beyond it {verdict.beyond_trained} of "
        f"{verdict.beyond} did.{diverged}",
    )


def trainability_map(snapshot: Snapshot, theme: Theme, sigma_w: float) -> Figure:
    """Training accuracy by depth and σ_w, theory's depths and the edge of chaos over it.

    Args:
        snapshot: the grid.
        theme: colours.
        sigma_w: of the networks the page shows elsewhere; it is marked.
    """
    config = snapshot.config
    scales, depths = config.scales.tolist(), config.hidden_layers
    gap = scales[1] - scales[0]
    fine, trainable, told_apart = _theory(config)
    lost = np.argwhere(np.isnan(snapshot.accuracy))
    guessing = 100 / config.classes
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "x": scales,
            "y": list(range(len(snapshot.rows))),
            "z": [numbers(np.round(100 * row, 1)) for row in snapshot.accuracy],
            "customdata": [list(range(len(scales)))] * len(snapshot.rows),
            "text": [[count(depth, "hidden layer")] * len(scales) for depth in depths],
            "zmin": guessing,
            "zmax": 100,
            "xgap": 2,
            "ygap": 2,
            "colorscale": _colours(theme),
            "colorbar": {
                "title": {"text": "training<br>accuracy"},
                "ticksuffix": "%",
                "thickness": 12,
                "outlinewidth": 0,
            },
            "hoverongaps": False,
            "hovertemplate": "%{z}% at σ<sub>w</sub> %{x:.2f}, %{text}<extra></extra>",
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [scales[column] for _, column in lost],
            "y": [int(row) for row, _ in lost],
            "customdata": [int(column) for _, column in lost],
            "marker": {"symbol": "x-thin", "size": 12, "line": {"width": 2, "color": theme.muted}},
            "hovertemplate": "diverged at σ<sub>w</sub> %{x:.2f}<extra></extra>",
        },
        curves.line(
            fine, _places(told_apart, depths), theme.accent, 2, dash="dot", hoverinfo="skip"
        ),
        curves.line(fine, _places(trainable, depths), theme.accent, 4, hoverinfo="skip"),
        {
            "type": "scatter",
            "mode": "markers",
            "x": [sigma_w],
            "y": [-0.5],
            "cliponaxis": False,
            "marker": {"symbol": "triangle-up", "size": 16, "color": theme.text},
            "hovertemplate": "the networks above, σ<sub>w</sub> %{x:.2f}<extra></extra>",
        },
    ]
    edge = _edge(config)
    shown = scales[0] - gap / 2 < edge < scales[-1] + gap / 2
    return figure(
        theme,
        traces,
        alt=f"Training accuracy by depth and weight scale. {' '.join(_answer(snapshot))}",
        margin=(10, 10, 26, 10),
        caption=_caption(theme, bool(shown)),
        xaxis=axis(
            theme,
            "weight scale σ<sub>w</sub>",
            range=[scales[0] - gap / 2, scales[-1] + gap / 2],
            showgrid=False,
        ),
        yaxis=axis(
            theme,
            "hidden layers",
            range=[-0.5, len(depths) - 0.5],
            tickvals=list(range(len(depths))),
            ticktext=[str(depth) for depth in depths],
            showgrid=False,
        ),
        shapes=_upright(edge, theme) if shown else [],
        annotations=[_edge_label(edge, theme)] if shown else [],
    )


def _theory(config: Trainability) -> tuple[list[float], Floats, Floats]:
    """σ_w, and there 6 min(ξ_c, ξ_∇) and 6 ξ_c, over all the map."""
    gap = config.scales[1] - config.scales[0]
    fine = np.linspace(config.sigma_from - gap / 2, config.sigma_to + gap / 2, FINE)
    fine = fine[fine > 0]
    told_apart = [
        6
        * depth_scale(
            config.activation,
            float(sigma_w) ** 2,
            config.sigma_b**2,
            negative_slope=config.negative_slope,
        )
        for sigma_w in fine
    ]
    return fine.tolist(), config.trainable_depths(fine), np.array(told_apart)


def _places(layers: Floats, depths: list[int]) -> Floats:
    """Where numbers of layers stand among a map's rows, which are evenly spaced; off it is off."""
    first, last = depths[0], depths[-1]
    places = np.interp(np.log(layers.clip(first, last)), np.log(depths), np.arange(len(depths)))
    return np.where(layers < first, -1.0, np.where(layers > last, float(len(depths)), places))


def _edge(config: Trainability) -> float:
    """σ_w where χ₁ = 1 at the grid's σ_b; NaN if nowhere."""
    activation, slope = config.activation, config.negative_slope
    if isinstance(moments(activation, slope), PiecewiseLinear):
        # χ₁ does not depend on the length, so biases change nothing.
        weight_var = float(edge_of_chaos(activation, 0.0, negative_slope=slope).weight_var)
    else:
        weight_var = critical_weight_var(activation, config.sigma_b**2, negative_slope=slope)
    return float(np.sqrt(weight_var))


def _upright(x: float, theme: Theme) -> list[dict[str, Any]]:
    """A vertical line that is seen on every colour: dashes on a line of the paper's."""
    ends = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": x, "x1": x}
    below = {"color": theme.paper, "width": 5}
    return [{**ends, "line": below}, {**ends, "line": {"color": theme.text, "dash": "dash"}}]


def _edge_label(x: float, theme: Theme) -> dict[str, Any]:
    place = {"x": x, "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 2}
    font = {"color": theme.text, "size": 15}
    return {"text": "edge of chaos", **place, "showarrow": False, "font": font}


def _caption(theme: Theme, edge: bool) -> str:
    line = f'<b style="color:{theme.accent}">'
    dashed = ", dashed: χ₁ = 1" if edge else ""
    return (
        f"{line}—</b> rule: depth 6 min(ξ<sub>c</sub>, ξ<sub>∇</sub>), "
        f"{line}···</b> 6 ξ<sub>c</sub>{dashed}; ▲ the networks above. "
        "Click a cell to send signals through its σ<sub>w</sub>."
    )


def _colours(theme: Theme) -> list[list[Any]]:
    """From guessing, which is near the paper, to all right."""
    stops = (theme.grid, *theme.sequence[:4])
    return [[place / (len(stops) - 1), colour] for place, colour in enumerate(stops)]

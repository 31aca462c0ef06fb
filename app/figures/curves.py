"""Curves: a quantity over seeds against something varied, and learning curves by epoch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from app.figures.drawing import Figure, Theme, axis, figure, legible, numbers
from mlpcore.experiments.architecture import Architecture

Floats = NDArray[np.floating[Any]]

# How far apart the dots of one place stand, as a share of the space between two places.
SPREAD = 0.3
# Marks, as a trace's ``meta``, the lines that stand for a run when another is drawn over it.
MEAN = "mean"
# Labels of lines are kept apart by at least this share of the axis.
LABEL_GAP = 0.06
# What learning curves show → title of the y axis, and where that ends, if that is known.
QUANTITIES = {"accuracy": ("accuracy (%)", 100.0), "loss": ("cross-entropy (nats)", None)}
# Plotly writes powers of ten a quarter larger than other labels.
POWERS: dict[str, Any] = {"exponentformat": "power", "tickfont": {"size": 14 / 1.25}}


@dataclass(frozen=True)
class Group:
    """Networks that share a place on the x axis.

    Attributes:
        x: the place.
        values: (M,) of each network, NaN where it has none.
        names: (M,) what to call each network.
        mean, margin: over the networks, and half its 95% interval; NaN where there is none.
    """

    x: float
    values: Floats
    names: Sequence[str]
    mean: float
    margin: float


def replicated(groups: Sequence[Group], theme: Theme, unit: str) -> list[dict[str, Any]]:
    """Every network a dot, the mean a line, its 95% interval a band."""
    xs = [group.x for group in groups]
    means = np.array([group.mean for group in groups])
    margins = np.nan_to_num(np.array([group.margin for group in groups]))
    gap = min((b - a for a, b in pairwise(xs)), default=1.0)
    places: list[float] = []
    names: list[str] = []
    for group in groups:
        count = len(group.values)
        offsets = (np.arange(count) - (count - 1) / 2) / max(count, 2)
        places.extend(group.x + SPREAD * gap * offsets)
        names.extend(group.names)
    dots = {
        "type": "scatter",
        "mode": "markers",
        "x": numbers(places),
        "y": numbers(np.concatenate([group.values for group in groups])),
        "customdata": names,
        "marker": {"color": theme.muted, "size": 6, "opacity": 0.65},
        "hovertemplate": f"%{{y:.1f}}{unit}, %{{customdata}}<extra></extra>",
    }
    mean = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": xs,
        "y": numbers(means),
        "line": {"color": theme.accent, "width": 3},
        "marker": {"size": 10, "color": theme.accent},
        "customdata": [f"± {margin:.1f}" if margin else "" for margin in margins],
        "hovertemplate": f"mean %{{y:.1f}} %{{customdata}}{unit}<extra></extra>",
        "meta": MEAN,
    }
    return [band(xs, means, margins, theme.accent), dots, mean]


def band(x: Sequence[float], middle: Floats, margins: Floats, colour: str) -> dict[str, Any]:
    """An interval around a line, filled; without the places where there is none."""
    upper, lower = middle + margins, middle - margins
    there = np.isfinite(upper)
    places = np.asarray(x)[there].tolist()
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [*places, *reversed(places)],
        "y": numbers(np.concatenate([upper[there], lower[there][::-1]])),
        "fill": "toself",
        "fillcolor": colour,
        "opacity": 0.2,
        "line": {"width": 0},
        "hoverinfo": "skip",
    }


def line(x: Sequence[float], y: Floats, colour: str, width: float, **rest: Any) -> dict[str, Any]:
    """A plain line; ``dash`` and ``name`` as Plotly has them."""
    dash = rest.pop("dash", "solid")
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": numbers(y),
        "line": {"color": colour, "width": width, "dash": dash},
        "hovertemplate": "%{y:.3g}",
        **rest,
    }


@dataclass(frozen=True)
class Learning:
    """A quantity of some networks as they learn. E evaluations, M networks.

    Attributes:
        name: what the networks have in common, and a few characters for the end of the line.
        tag: those characters.
        epochs: (E,).
        train, test: (E, M).
        colour: of the line.
        chosen: whether to emphasise these networks and to show their seeds and training set.
    """

    name: str
    tag: str
    epochs: Sequence[int]
    train: Floats
    test: Floats
    colour: str
    chosen: bool

    @classmethod
    def of(cls, networks: Architecture, quantity: str, **look: Any) -> Self:
        """A quantity of those networks that have not diverged.

        Args:
            networks: the networks.
            quantity: a key of :data:`QUANTITIES`.
            look: the attributes that are not the networks'.
        """
        factor = 100 if quantity == "accuracy" else 1
        train, test = (
            factor * getattr(networks, f"{part}_{quantity}")[:, networks.converged]
            for part in ("train", "test")
        )
        return cls(epochs=networks.epochs.tolist(), train=train, test=test, **look)


def learning_curves(
    families: Sequence[Learning],
    theme: Theme,
    quantity: str,
    last_epoch: int,
    *,
    alt: str,
    room: float = 1.06,
    legend: str = "",
) -> Figure:
    """The mean on the test set by epoch, a line a family.

    Args:
        families: what to draw, in order.
        theme: colours.
        quantity: a key of :data:`QUANTITIES`.
        last_epoch: where the x axis ends.
        alt: what the figure shows, in a sentence; where the lines end is added.
        room: how far the x axis goes on, for the tags, as a multiple of its length.
        legend: what the lines are, if there is room for it.
    """
    title, top = QUANTITIES[quantity]
    traces: list[dict[str, Any]] = []
    ends: list[tuple[float, Learning]] = []
    for family in sorted(families, key=lambda f: f.chosen):
        x = family.epochs
        if family.chosen:
            seeds = (family.test[:, i] for i in range(family.test.shape[1]))
            thin = {"opacity": 0.3, "hoverinfo": "skip"}
            traces += [line(x, seed, family.colour, 1, **thin) for seed in seeds]
            train = mean(family.train)
            traces.append(line(x, train, family.colour, 2, dash="dot", name="training set"))
        test = mean(family.test)
        width = 4 if family.chosen else 1.8
        traces.append(line(x, test, family.colour, width, name=family.name, meta=MEAN))
        if np.isfinite(test[-1]):
            ends.append((float(test[-1]), family))
    # An untrained network's loss may dwarf all that follows.
    drawn = (y for trace in traces for y in trace["y"][1:] or trace["y"] if y is not None)
    highest = top or max(drawn, default=1.0)
    places = apart([y for y, _ in ends], LABEL_GAP * highest, highest)
    tags = [
        {
            "text": f"<b>{family.tag}</b>" if family.chosen else family.tag,
            "x": family.epochs[-1],
            "y": place,
            "xanchor": "left",
            "xshift": 4,
            "showarrow": False,
            "font": {"color": legible(family.colour, theme), "size": 14},
        }
        for place, (_, family) in zip(places, ends, strict=True)
    ]
    return figure(
        theme,
        traces,
        alt=f"{alt}{_ends(ends, title)}",
        margin=(10, 10, 14, 10),
        hovermode="x unified",
        xaxis=axis(theme, "epoch", range=[0, last_epoch * room], showgrid=False),
        yaxis=axis(theme, title, range=[0, highest * 1.04]),
        annotations=[*tags, *([key(legend, theme)] if legend else [])],
    )


def _ends(ends: Sequence[tuple[float, Learning]], title: str) -> str:
    """Where lines have got to, for those who do not see them."""
    if not ends:
        return ""
    epoch = ends[0][1].epochs[-1]
    places = ", ".join(f"{family.name} {value:.3g}" for value, family in ends)
    return f" At epoch {epoch}, {title}: {places}."


def mean(values: Floats) -> Floats:
    """The mean over the last axis; NaN of nothing, without a warning."""
    if not values.shape[-1]:
        return np.full(values.shape[:-1], np.nan)
    return np.asarray(values.mean(axis=-1))


def apart(places: Sequence[float], gap: float, top: float) -> list[float]:
    """Places moved so that each stands a gap above the one below, and none above the top."""
    moved = list(places)
    order = sorted(range(len(places)), key=places.__getitem__)
    for below, above in pairwise(order):
        moved[above] = max(moved[above], moved[below] + gap)
    for rank, place in enumerate(reversed(order)):
        moved[place] = min(moved[place], top - rank * gap)
    return moved


def log_axis(theme: Theme, title: str, low: float, high: float) -> dict[str, Any]:
    """A logarithmic axis between two numbers above 0, with at most about six labels."""
    ends = [float(np.log10(low)), float(np.log10(high))]
    apart = max(1, math.ceil((ends[1] - ends[0]) / 6))
    return axis(theme, title, type="log", range=ends, dtick=apart, **POWERS)


def level(y: float, text: str, theme: Theme) -> tuple[dict[str, Any], dict[str, Any]]:
    """A dashed horizontal line as a shape, and its label as an annotation."""
    across = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": y, "y1": y}
    shape = {**across, "line": {"color": theme.muted, "dash": "dash", "width": 1}}
    label = {
        "text": text,
        "xref": "paper",
        "x": 1,
        "xanchor": "right",
        "y": y,
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": theme.muted, "size": 13},
    }
    return shape, label


def upright(x: float, **line: Any) -> dict[str, Any]:
    """A vertical line through the plot; ``line`` as Plotly has it."""
    ends = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "x0": x, "x1": x}
    return {**ends, "line": line}


def above(x: float, text: str, colour: str, shift: int) -> dict[str, Any]:
    """Words about a place on the x axis, above the plot by so many pixels."""
    place = {"x": x, "yref": "paper", "y": 1, "yanchor": "bottom", "yshift": shift}
    return {"text": text, **place, "showarrow": False, "font": {"color": colour, "size": 15}}


def key(text: str, theme: Theme) -> dict[str, Any]:
    """What the marks are, in a corner where little else is drawn."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.01,
        "y": 0.02,
        "xanchor": "left",
        "yanchor": "bottom",
        "align": "left",
        "showarrow": False,
        "font": {"color": theme.muted, "size": 12},
        "bgcolor": theme.paper,
    }

"""The plane as networks see it: decision maps, and what each hidden unit does."""

from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import shades
from app.figures.classes import axis_units, label, name
from app.figures.drawing import (
    CLASS_COLOURS,
    CLASS_SYMBOLS,
    NEGATIVE,
    POSITIVE,
    Figure,
    Same,
    Still,
    Theme,
    along,
    axis,
    contrast,
    figure,
    packed,
    png,
    rgb,
)
from app.figures.words import count
from mlpcore.datasets.legend import Legend

Floats = NDArray[np.float32]

# Shades of a class from a guess to certainty. The palette holds up to 8 classes' and fits a byte.
SHADES = 24
# How much of a class's hue a map shows where the network guesses, and where it is certain; points
# on top of the map have all of it.
FAINTEST, FULLEST = 0.1, 0.8
# Shades of a hidden unit's activation, the middle one being 0; one more frames the picture.
UNIT_SHADES = 129
HIDDEN: dict[str, Any] = {
    name: {"visible": False, "fixedrange": True} for name in ("xaxis", "yaxis")
}


@cache
def class_palette(theme: Theme) -> NDArray[np.uint8]:
    """Colours (8 · SHADES, 3): for each class from faint to full."""
    paper = rgb(theme.paper)
    strengths = np.linspace(FAINTEST, FULLEST, SHADES)[:, None]
    hues = [paper + (rgb(colour) - paper) * strengths for colour in CLASS_COLOURS]
    return np.concatenate(hues).round().astype(np.uint8)


def decision_image(probabilities: Floats, theme: Theme, confidence: bool = True) -> str | None:
    """A decision map as a PNG: the likeliest class by hue, its probability by strength.

    Args:
        probabilities: (C, G, G).
        theme: colours.
        confidence: whether to show it, or every class at full strength.

    Returns:
        A data URI; None if a probability is not finite.
    """
    indices = shades.decisions(probabilities, SHADES, confidence)
    return None if indices is None else png(indices, class_palette(theme))


def square(half_width: float) -> dict[str, Any]:
    """Layout of two hidden axes that keep a square ±half_width square."""
    hidden = {"visible": False, "range": [-half_width, half_width], "constrain": "domain"}
    return {"xaxis": hidden, "yaxis": {**hidden, "scaleanchor": "x"}}


def image(source: str, x: float, y: float, width: float, height: float) -> dict[str, Any]:
    """A layout image below the data, with its upper left corner at (x, y)."""
    return {
        "source": source,
        "xref": "x",
        "yref": "y",
        "x": x,
        "y": y,
        "sizex": width,
        "sizey": height,
        "sizing": "stretch",
        "layer": "below",
    }


@cache
def edge(colour: str, theme: Theme) -> str:
    """The outline with which a point is seen on a map of its own colour."""
    return max((theme.paper, theme.text), key=lambda outline: contrast(outline, colour))


def points(
    points: Floats,
    labels: NDArray[np.int64],
    classes: int,
    theme: Theme,
    size: float,
    legend: Legend | None = None,
) -> list[dict[str, Any]]:
    """Labelled points (N, 2), a trace a class, each with its colour and its symbol."""
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "name": label(name(legend, k)),
            "x": packed(points[labels == k, 0]),
            "y": packed(points[labels == k, 1]),
            "marker": {
                "color": CLASS_COLOURS[k],
                "symbol": CLASS_SYMBOLS[k],
                "size": size,
                "line": {"color": edge(CLASS_COLOURS[k], theme), "width": 0.5},
            },
            **_hover(points[labels == k], k, legend),
        }
        for k in range(classes)
    ]


@lru_cache(maxsize=16)
def _still_points(
    sample: Same[Floats], labels: Same[NDArray[np.int64]], *look: Any
) -> Sequence[dict[str, Any]]:
    """:func:`points` of arrays that do not change while networks learn."""
    return [Still(trace) for trace in points(sample.thing, labels.thing, *look)]


def _hover(points: Floats, k: int, legend: Legend | None) -> dict[str, Any]:
    """What is said of a class's points: x and y, in the units they were brought in."""
    if legend is None:
        return {"hovertemplate": f"class {k}<br>x %{{x:.2f}}, y %{{y:.2f}}<extra></extra>"}
    x, y = map(label, legend.axes)
    return {
        "hovertemplate": f"{label(name(legend, k))}<br>%{{text}}<extra></extra>",
        "text": [f"{x} {a:.4g}, {y} {b:.4g}" for a, b in legend.original(points)],
    }


def decision_map(
    probabilities: Floats,
    half_width: float,
    sample: Floats,
    labels: NDArray[np.int64],
    theme: Theme,
    *,
    alt: str,
    size: float,
    caption: str | None = None,
    confidence: bool = True,
    legend: Legend | None = None,
) -> Figure:
    """A network's decisions over a square, with labelled points on top.

    Args:
        probabilities: (C, G, G), row 0 the lowest y; NaN for a network that diverged.
        half_width: the square is ±half_width.
        sample, labels: points (N, 2) and their classes (N,).
        theme: colours.
        alt: what the map shows, in a sentence.
        size: of a point, in pixels.
        caption: markup to stand below.
        confidence: whether the strength of the colours shows it.
        legend: what the numbers stand for, if the points were brought.
    """
    layout, look = square(half_width), (len(probabilities), theme, size, legend)
    source = decision_image(probabilities, theme, confidence)
    if source is None:
        layout["annotations"] = [note("diverged", theme)]
        traces: Sequence[dict[str, Any]] = points(sample[:0], labels[:0], *look)
    else:
        layout["images"] = [image(source, -half_width, half_width, 2 * half_width, 2 * half_width)]
        traces = _still_points(Same(sample), Same(labels), *look)
    return figure(theme, traces, alt=alt, aspect=1, caption=caption, **layout)


def axes(drawn: Figure, theme: Theme, x: str, y: str) -> Figure:
    """The figure with its two hidden axes shown, and named."""
    for place, title in (("xaxis", x), ("yaxis", y)):
        shown = {"visible": True, "ticks": "outside", "showgrid": False, "nticks": 6}
        drawn["layout"][place] = axis(theme, title, **(drawn["layout"][place] | shown))
    # Half of the last labels, which would be left out.
    drawn["layout"]["margin"] |= {"t": 10, "r": 14}
    return drawn


def data_axes(drawn: Figure, theme: Theme, half_width: float, legend: Legend | None) -> Figure:
    """The figure of a square ±half_width with its axes shown, in the units of what was brought."""
    drawn = axes(drawn, theme, "x", "y")
    if legend:
        for place, which in enumerate(("xaxis", "yaxis")):
            drawn["layout"][which] |= axis_units(legend, place, half_width)
    return drawn


def note(text: str, theme: Theme) -> dict[str, Any]:
    """Words in the middle of a figure."""
    return {
        "text": text,
        "xref": "paper",
        "yref": "paper",
        "x": 0.5,
        "y": 0.5,
        "showarrow": False,
        "font": {"size": 20, "color": theme.text},
        "bgcolor": theme.paper,
        "borderpad": 6,
    }


def instead(words: str, theme: Theme, *, alt: str, aspect: float | None = None) -> Figure:
    """Words in the place of a figure that cannot be drawn."""
    return figure(theme, [], alt=alt, aspect=aspect, annotations=[note(words, theme)], **HIDDEN)


def diverged(theme: Theme, alt: str) -> Figure:
    """What stands in the place of a picture of a network that diverged."""
    return instead("diverged", theme, alt=alt, aspect=1)


def hot_spots(x: Sequence[float], y: Sequence[float], words: Sequence[str]) -> dict[str, Any]:
    """A trace of places that are not seen, each of which says its words on hover."""
    return {
        "type": "scatter",
        "mode": "markers",
        "x": list(x),
        "y": list(y),
        "text": list(words),
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {"opacity": 0, "size": 30},
    }


@cache
def weight_palette(theme: Theme) -> NDArray[np.uint8]:
    """Colours (UNIT_SHADES + 1, 3) from negative through the paper to positive, and the frame."""
    scale = (NEGATIVE, theme.paper, POSITIVE)
    colours = [along(scale, share) for share in np.linspace(0, 1, UNIT_SHADES)]
    return np.array([rgb(colour) for colour in (*colours, theme.grid)], np.uint8)


def signed_image(values: Floats, theme: Theme, side: int = 1) -> str:
    """Weights (H, W), all finite, as a PNG, scaled by the largest; each is a square of pixels."""
    (indices,), _, _ = shades.signed(values[None], UNIT_SHADES // 2)
    return png(indices.repeat(side, 0).repeat(side, 1), weight_palette(theme))


def unit_maps(layers: tuple[Floats, ...], width: int, theme: Theme, *, alt: str) -> Figure:
    """One small map for each hidden unit, a row for each hidden layer, the first layer on top.

    Args:
        layers: for each hidden layer its first units' activations over the plane (U, g, g).
        width: units a layer has; those beyond U are counted, not drawn.
        theme: colours.
        alt: what the figure shows, in a sentence.
    """
    # Each unit's map with a frame, and the ends of its scale.
    drawn = [shades.signed(layer, UNIT_SHADES // 2, frame=1) for layer in layers]
    if not all(np.isfinite(low).all() for _, low, _ in drawn):
        return diverged(theme, alt)
    shown = len(layers[0])
    # Long rows fold, so that one layer of 32 units is not 32 slivers.
    columns = min(shown, 8)
    rows_a_layer = -(-shown // columns)
    images, xs, ys, words, labels = [], [], [], [], []
    silent = sum(int(((low == 0) & (high == 0)).sum()) for _, low, high in drawn)
    palette = weight_palette(theme)
    y = 0.0
    for depth, (layer, low, high) in enumerate(drawn, 1):
        more = f" (first {shown} of {width})" if width > shown else ""
        labels.append(_row_title(f"hidden layer {depth}{more}", y, theme))
        places = product(range(rows_a_layer), range(columns))
        ends = zip(low.tolist(), high.tolist(), strict=True)
        for unit, ((row, column), indices, (least, most)) in enumerate(
            zip(places, layer, ends, strict=False), 1
        ):
            top = y - 0.3 - row
            images.append(image(png(indices, palette), column + 0.04, top - 0.04, 0.92, 0.92))
            xs.append(column + 0.5)
            ys.append(top - 0.5)
            words.append(f"layer {depth}, unit {unit}<br>from {least:.3g} to {most:.3g}")
        y -= rows_a_layer + 0.35
    return figure(
        theme,
        [hot_spots(xs, ys, words)],
        alt=f"{alt} {silent} of {count(len(layers) * shown, 'unit')} shown are 0 everywhere.",
        aspect=columns / -y,
        caption="orange: above 0, blue: below 0; each unit on its own scale",
        images=images,
        annotations=labels,
        xaxis={**HIDDEN["xaxis"], "range": [0, columns]},
        yaxis={**HIDDEN["yaxis"], "range": [y, 0]},
    )


def _row_title(text: str, y: float, theme: Theme) -> dict[str, Any]:
    return {
        "text": text,
        "x": 0,
        "y": y,
        "xanchor": "left",
        "yanchor": "top",
        "showarrow": False,
        "font": {"size": 13, "color": theme.muted},
        "borderpad": 0,
    }

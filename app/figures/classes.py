"""Classes by name, colour and symbol, and axes in the units that points were brought in."""

import base64
import math
from typing import Any

import numpy as np

from app.figures.drawing import CLASS_COLOURS, Html, escape
from mlpcore.datasets.legend import Legend


def _star(points: int, outer: float, inner: float) -> str:
    """The outline of a star, one point up, as an SVG path."""
    turns = np.arange(2 * points) * math.pi / points
    radii = np.where(np.arange(2 * points) % 2 == 0, outer, inner)
    corners = zip(radii * np.sin(turns), -radii * np.cos(turns), strict=True)
    return "M" + "L".join(f"{x:.3f},{y:.3f}" for x, y in corners) + "Z"


# The outlines of CLASS_SYMBOLS as SVG paths around 0, with a circle's radius of 1.
CLASS_PATHS = (
    "M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z",
    "M-0.9,-0.9H0.9V0.9H-0.9Z",
    "M1.3,0L0,1.3L-1.3,0L0,-1.3Z",
    "M-1.155,0.667H1.155L0,-1.333Z",
    "M1.2,0.4H0.4V1.2H-0.4V0.4H-1.2V-0.4H-0.4V-1.2H0.4V-0.4H1.2Z",
    "M0,0.566L0.566,1.131L1.131,0.566L0.566,0L1.131,-0.566L0.566,-1.131L0,-0.566"
    "L-0.566,-1.131L-1.131,-0.566L-0.566,0L-1.131,0.566L-0.566,1.131Z",
    _star(5, 1.4, 0.535),
    _star(6, 1.3, 0.75),
)


# Around symbols that stand on paper: the darkest class would vanish on a dark one.
OUTLINE = "#8a93a3"


def name(legend: Legend | None, k: int) -> str:
    """What a class is called, as plain text."""
    return legend.classes[k] if legend else f"class {k}"


def key(legend: Legend, counts: list[int]) -> Html:
    """Every class's symbol, name and number of points, in a row."""
    items = (
        f'<li><img alt="" src="{_symbol(k)}">{escape(word)} <small>{count:,}</small></li>'
        for k, (word, count) in enumerate(zip(legend.classes, counts, strict=True))
    )
    return Html(f'<ul class="classes" aria-label="Classes">{"".join(items)}</ul>')


def _symbol(k: int) -> str:
    """A class's symbol in its colour, as a data URI; inline SVG would not pass Streamlit."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-1.6 -1.6 3.2 3.2">'
        f'<path fill="{CLASS_COLOURS[k]}" stroke="{OUTLINE}" stroke-width="0.12" '
        f'd="{CLASS_PATHS[k]}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def label(text: str) -> str:
    """A text as Plotly shows it, whatever is in it: no markup, no place to fill in."""
    return escape(text).replace("%", "&#37;")


def axis_units(legend: Legend, place: int, half_width: float) -> dict[str, Any]:
    """Layout of an axis over ±half_width whose ticks say what was brought."""
    centre, scale = legend.centre[place], legend.scale[place]
    low, high = centre - scale * half_width, centre + scale * half_width
    ticks = _round_numbers(low, high)
    return {
        "title": {"text": label(legend.axes[place]), "standoff": 8},
        "tickvals": [float((tick - centre) / scale) for tick in ticks],
        "ticktext": [f"{tick:.10g}" for tick in ticks],
    }


def _round_numbers(low: float, high: float) -> list[float]:
    """Four to nine multiples of 1, 2 or 5 times a power of ten, if float64 tells the ends apart."""
    if low == high:
        return [low]
    rough = (high - low) / 8
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.ceil(low / step)
    return [step * i for i in range(first, math.floor(high / step) + 1)]

"""A chart to draw a curve on, in the browser: a value at each of some places."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import streamlit as st

from app.draw import source

# A value at each place, None where nothing is drawn yet.
Curve = tuple[float | None, ...]

_CSS, _JS = source("curve")


def draw_curve(
    values: Curve,
    places: Sequence[float],
    low: float,
    high: float,
    *,
    unit: str,
    title: str,
    along: str,
    key: str,
    on_change: Callable[[], None],
) -> None:
    """Place the chart.

    Args:
        values: what is drawn on it at first.
        places: of the values along the x axis, in ascending order.
        low, high: ends of the y axis.
        unit: of the values, to follow them.
        title, along: of the y and the x axis.
        key: names it; its value has what came from the browser as ``curve``.
        on_change: called when a stroke or a key ends.
    """
    st.components.v2.component(
        "mlp_curve", html='<div class="mlp-curve"></div>', css=_CSS, js=_JS, isolate_styles=False
    )(
        data={
            "values": values,
            "places": _columns(places),
            "low": low,
            "high": high,
            "step": fine_step(low, high),
            "ticks": _ticks(low, high),
            "unit": unit,
            "title": title,
            "along": along,
        },
        key=key,
        on_curve_change=on_change,
    )


def read_curve(sent: Any, count: int, low: float, high: float) -> Curve | None:
    """A curve from the browser: as many values as places, all of them in bounds or missing."""
    if not isinstance(sent, list | tuple) or len(sent) != count:
        return None
    if not all(value is None or _within(value, low, high) for value in sent):
        return None
    return tuple(None if value is None else float(value) for value in sent)


def fine_step(low: float, high: float) -> float:
    """A round step of which at least a hundred lie between two values."""
    return _round_down((high - low) / 100)


def fine_steps(low: float, high: float) -> list[float]:
    """Two values, and what lies between them in fine steps from the lower one."""
    step = fine_step(low, high)
    between = (low + number * step for number in range(1, math.ceil((high - low) / step - 1e-9)))
    return [low, *(float(f"{value:.12g}") for value in between), high]


def _within(value: Any, low: float, high: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high


def _round_down(value: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is not above a value."""
    power = math.floor(math.log10(value))
    digit = max(digit for digit in (1, 2, 5) if digit <= value / 10.0**power * (1 + 1e-9))
    return float(f"{digit}e{power}")


def _ticks(low: float, high: float) -> list[float]:
    """Round values along an axis, four to ten."""
    step = _round_down((high - low) / 4)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def _columns(places: Sequence[float]) -> list[dict[str, Any]]:
    """Where each place stands and where its part of the width begins and ends, as shares of it."""
    between = [(left + right) / 2 for left, right in pairwise(places)]
    margin = min((right - left for left, right in pairwise(places)), default=1) / 2
    edges = [places[0] - margin, *between, places[-1] + margin]
    first, width = edges[0], edges[-1] - edges[0]
    return [
        {
            "at": (place - first) / width,
            "from": (left - first) / width,
            "to": (right - first) / width,
            "label": f"{place:.3g}",
        }
        for place, (left, right) in zip(places, pairwise(edges), strict=True)
    ]

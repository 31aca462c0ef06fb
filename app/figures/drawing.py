"""What every picture is made of: the figure format, themes, palettes, and arrays as JSON.

A figure is plain data, ``{"data": [traces], "layout": {…}}`` as Plotly reads it, rather than a
``plotly.graph_objects.Figure``: building one of those takes milliseconds, and figures are built ten
times a second while others train. The tests hand every figure to plotly to have it checked.
"""

import base64
import functools
import html
import json
import math
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Figure: TypeAlias = dict[str, Any]
T = TypeVar("T")

# Classes: apart for protanopes, deuteranopes and tritanopes, the first four also in grey.
CLASS_COLOURS = (
    "#2a4d9b", "#cf3f57", "#35b08c", "#f2c230", "#ec9fd6", "#7d4a1c", "#84cdf4", "#3c3f45",
)  # fmt: skip
CLASS_SYMBOLS = (
    "circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagram",
)  # fmt: skip
# Weights and activations from negative to positive; the middle is the theme's paper.
NEGATIVE, POSITIVE = "#2166ac", "#d9772b"
# Contrast that writing needs, and what else must be seen (WCAG 2.2, criteria 1.4.3 and 1.4.11).
WRITING, SEEN = 4.5, 3.0


@dataclass(frozen=True)
class Theme:
    """The colours of the page a picture stands on.

    Attributes:
        name: "light" or "dark".
        paper: the background.
        text, muted, grid: writing, secondary writing, and lines behind the data.
        accent: what to look at.
        sequence: colours of an ordered quantity, first to last.
    """

    name: str
    paper: str
    text: str
    muted: str
    grid: str
    accent: str
    sequence: tuple[str, ...]


THEMES = {
    "light": Theme(
        name="light",
        paper="#ffffff",
        text="#1c2433",
        muted="#5c6675",
        grid="#e3e7ee",
        accent="#c2410c",
        sequence=("#5599d4", "#3f80c4", "#2c67b1", "#234a8d", "#1a2f63"),
    ),
    "dark": Theme(
        name="dark",
        paper="#12161f",
        text="#eef1f6",
        muted="#a3adbd",
        grid="#2b3342",
        accent="#ff9d5c",
        sequence=("#3a6cad", "#4d8bcb", "#6ea9e2", "#9cc9f2", "#d3e8fb"),
    ),
}


class Html(str):
    """A picture that is markup: text or a table. Everything in it is escaped by its maker."""

    __slots__ = ()


class Same(Generic[T]):
    """A thing as an argument of a cached function: equal to itself only, whatever is in it."""

    def __init__(self, thing: T) -> None:
        self.thing = thing

    def __hash__(self) -> int:
        return id(self.thing)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.thing is self.thing


class Still(dict[str, Any]):
    """A trace that stays the same, and so becomes JSON once. It must not be changed."""

    @functools.cached_property
    def json(self) -> str:
        """Its JSON."""
        return _json(self)


# Without spaces; numbers that JSON does not have are refused.
_json = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


def to_json(part: Any) -> str:
    """A part of a figure as JSON."""
    return part.json if isinstance(part, Still) else _json(part)


escape = html.escape


def figure(
    theme: Theme,
    traces: Sequence[Mapping[str, Any]],
    *,
    alt: str,
    margin: tuple[int, int, int, int] = (0, 0, 0, 0),
    aspect: float | None = None,
    caption: str | None = None,
    **layout: Any,
) -> Figure:
    """A Plotly figure in a theme.

    Args:
        theme: colours.
        traces: Plotly traces.
        alt: a sentence that says what the figure shows now; kept in ``layout.meta``,
            like the aspect and the caption.
        margin: left, right, top and bottom, in pixels.
        aspect: width over height, if it is not free.
        caption: markup to stand below, which is cheaper to change than annotations.
        layout: further layout attributes.
    """
    left, right, top, bottom = margin
    return {
        "data": list(traces),
        "layout": {
            "meta": {"alt": alt, "aspect": aspect, "caption": caption},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"color": theme.text, "size": 14, "family": "Source Sans, sans-serif"},
            "margin": {"l": left, "r": right, "t": top, "b": bottom},
            "hoverlabel": {"bgcolor": theme.paper, "font": {"color": theme.text}},
            "showlegend": False,
            "uirevision": "keep",
            **layout,
        },
    }


def axis(theme: Theme, title: str, **attributes: Any) -> dict[str, Any]:
    """An axis with a title, and grid lines that stay behind the data."""
    return {
        "title": {"text": title, "standoff": 8},
        "gridcolor": theme.grid,
        "zeroline": False,
        "linecolor": theme.grid,
        "automargin": True,
        **attributes,
    }


def heading(text: str) -> dict[str, Any]:
    """A figure's title, in a top margin of 34 pixels."""
    return {"text": text, "font": {"size": 16}, "x": 0.5, "y": 1, "yanchor": "top", "pad": {"t": 8}}


# For a room: how much larger lines, points and distances are, and the smallest writing, in pixels.
LARGER, LEAST_WRITING = 1.6, 20
# What is measured in pixels, by where it stands.
PIXELS = {
    "line": ("width",),
    "marker": ("size",),
    "margin": ("l", "r", "t", "b"),
    "title": ("standoff",),
    "pad": ("t",),
    "annotations": ("xshift", "yshift", "borderpad"),
}


def enlarged(drawn: Figure) -> Figure:
    """A copy of a figure to be read from the back of a room."""
    copy: Figure = _enlarged(drawn, "")
    return copy


def _enlarged(part: Any, place: str) -> Any:
    """A part of a figure, larger; ``place`` is the name it goes by."""
    if isinstance(part, list) and part and isinstance(part[0], dict):
        return [_enlarged(item, place) for item in part]
    if not isinstance(part, dict):
        return part
    larger = {}
    for name, value in part.items():
        if place.endswith("font") and name == "size":
            larger[name] = max(LEAST_WRITING, round(LARGER * value))
        elif name in PIXELS.get(place, ()):
            many = isinstance(value, list)
            larger[name] = [LARGER * one for one in value] if many else LARGER * value
        else:
            larger[name] = _enlarged(value, name)
    return larger


def numbers(values: ArrayLike) -> list[float | None]:
    """Numbers for JSON, six digits each; None where there is none (NaN, ±inf)."""
    # Python's own floats are several times faster than NumPy's, one at a time.
    array = np.asarray(values, np.float64).tolist()
    return [float(f"{value:.6g}") if math.isfinite(value) else None for value in array]


def packed(values: ArrayLike) -> dict[str, str]:
    """An array of float32 as Plotly's binary form: short to send, and nothing to parse."""
    array = np.ascontiguousarray(values, np.float32)
    return {"dtype": "f4", "bdata": base64.b64encode(array.tobytes()).decode()}


# zlib's effort: as fast as 1 for pictures of a palette, and a tenth smaller.
EFFORT = 3


def png(indices: NDArray[np.uint8], palette: NDArray[np.uint8]) -> str:
    """A picture as a data URI (ISO/IEC 15948: indexed colour, rows not filtered).

    Args:
        indices: (H, W) into the palette; row 0 is the lowest.
        palette: (N, 3), N ≤ 256.
    """
    height, width = indices.shape
    rows = np.zeros((height, 1 + width), np.uint8)  # each begins with its filter: none
    rows[:, 1:] = indices[::-1]
    chunks = (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        _chunk(b"PLTE", palette.tobytes()),
        _chunk(b"IDAT", zlib.compress(rows.tobytes(), EFFORT)),
        _chunk(b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = zlib.crc32(data, zlib.crc32(kind))
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def rgb(colour: str) -> NDArray[np.float64]:
    """A colour like #2a4d9b as three numbers 0…255."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


def contrast(one: str, other: str) -> float:
    """How far two colours are apart in lightness, from 1 to 21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    """The relative luminance 0…1 of a colour (WCAG 2.2)."""
    shares = rgb(colour) / 255
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@functools.cache
def legible(colour: str, theme: Theme) -> str:
    """The colour, or as much of it as writing on the paper may have."""
    mixed = (along((colour, theme.text), share) for share in np.linspace(0, 1, 21))
    return next(colour for colour in mixed if contrast(colour, theme.paper) >= WRITING)


@functools.lru_cache(maxsize=1024)
def along(colours: tuple[str, ...], share: float) -> str:
    """The colour at a share 0…1 of the way along some."""
    position = share * (len(colours) - 1)
    before = min(int(position), len(colours) - 2)
    start, end = rgb(colours[before]), rgb(colours[before + 1])
    mixed = start + (end - start) * (position - before)
    return "#" + "".join(f"{round(v):02x}" for v in mixed)

"""Two runs in one figure: the pinned one's lines, dashed, below this one's."""

from collections.abc import Callable
from typing import Any

from app.figures import curves
from app.figures.drawing import Figure, Theme

CAPTION = "dashed: the means of the pinned run"


def overlaid(
    snapshot: Any,
    theme: Theme,
    draw: Callable[..., Figure],
    pinned: Callable[[], Any],
    **parameters: Any,
) -> Figure:
    """A figure of curves with another run's means in it.

    Args:
        snapshot, theme: as ever.
        draw: the figure; its lines to compare are marked by :data:`curves.MEAN`.
        pinned: gives the other run's latest snapshot, or None if there is none any more.
        parameters: as ``draw`` has them.
    """
    drawn, other = draw(snapshot, theme, **parameters), pinned()
    if other is None:
        return drawn
    below = draw(other, theme, **parameters)
    lines = [_dashed(trace) for trace in below["data"] if trace.get("meta") == curves.MEAN]
    layout = dict(drawn["layout"])
    for name in ("xaxis", "yaxis"):
        layout[name] = _joined(layout[name], below["layout"][name])
    layout["meta"] = {
        **layout["meta"],
        "caption": CAPTION,
        "alt": f"{layout['meta']['alt']} Dashed, the pinned run: {below['layout']['meta']['alt']}",
    }
    return {"data": [*lines, *drawn["data"]], "layout": layout}


def _dashed(trace: dict[str, Any]) -> dict[str, Any]:
    """A line as one of the pinned run."""
    return {
        **trace,
        "mode": "lines",
        "line": {**trace["line"], "dash": "dash", "width": 2},
        "name": f"pinned: {trace.get('name', 'mean')}",
        "hovertemplate": "%{y:.3g}",
    }


def _joined(axis: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """An axis with the range and the labels of two; the first one's labels where they meet."""
    joined = {**axis, "range": [min(axis["range"][0], other["range"][0])]}
    joined["range"].append(max(axis["range"][1], other["range"][1]))
    if "tickvals" in axis:
        labels = dict(zip(other["tickvals"], other["ticktext"], strict=True))
        labels |= zip(axis["tickvals"], axis["ticktext"], strict=True)
        joined |= {"tickvals": list(labels), "ticktext": list(labels.values())}
    return joined

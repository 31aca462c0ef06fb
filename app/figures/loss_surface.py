"""The loss around a trained network, drawn: contours, and the path of training."""

from typing import Any

import numpy as np

from app.figures.drawing import Figure, Theme, axis, figure, numbers, packed
from app.figures.plane import diverged, instead
from app.figures.words import percent
from mlpcore.experiments.loss_surface import Snapshot, Surface

# Between powers of ten, what the scale of colours may be marked with, the finest first; and how
# many marks it has room for.
MARKS, MOST_MARKS = ((1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8), (1, 2, 5), (1,)), 9


def contours(snapshot: Snapshot, theme: Theme, directions: str) -> Figure:
    """The loss over two directions: those of the path, with the path, or random ones."""
    if not snapshot.finished:
        return instead("shown when training ends", theme, alt="Not trained yet.")
    seen = snapshot.along if directions == "path" else snapshot.random
    if seen is None:
        return diverged(theme, "The network diverged.")
    label, trained = snapshot.architecture.label, float(snapshot.architecture.train_loss[-1, 0])
    kind = "direction" if directions == "random" else "component"
    titles = [f"{place} {kind}" for place in ("first", "second")]
    said = f"The loss around {label}, over two random directions: {trained:.3g} nats at the end"
    traces, marks = [_levels(seen, theme)], [_mark(seen.path[-1], "end", "star", theme)]
    if directions == "path":
        shares = [percent(share) for share in seen.shares]
        titles = [f"{title}: {share}" for title, share in zip(titles, shares, strict=True)]
        start = float(snapshot.architecture.train_loss[0, 0])
        said = (
            f"The loss around {label}, over two components with {shares[0]} and {shares[1]} of the "
            f"variance of its path; training brings it from {start:.3g} to {trained:.3g} nats"
        )
        titles[0] += " of the path's variance"
        traces.append(_path(seen, snapshot.architecture.epochs.tolist(), theme))
        marks.insert(0, _mark(seen.path[0], "start", "circle", theme))
    return figure(
        theme,
        [*traces, *marks],
        alt=f"{said}.",
        margin=(10, 10, 14, 10),
        xaxis=axis(theme, titles[0], showgrid=False, range=[seen.x[0], seen.x[-1]]),
        yaxis=axis(theme, titles[1], showgrid=False, range=[seen.y[0], seen.y[-1]]),
        annotations=[_name(mark, theme) for mark in marks],
    )


def _levels(seen: Surface, theme: Theme) -> dict[str, Any]:
    """The loss in colours on a logarithmic scale, dark where the paper is light: low."""
    height = np.log10(np.maximum(seen.loss, 1e-6))
    low, high = float(np.nanmin(height)), float(np.nanmax(height))
    marks = _marks(low, high)
    scale = (*theme.sequence[::-1], theme.paper)
    return {
        "type": "contour",
        "x": packed(seen.x),
        "y": packed(seen.y),
        "z": [[round(float(z), 4) for z in row] for row in height],
        "text": [[f"{loss:.3g}" for loss in row] for row in seen.loss],
        "colorscale": [[i / (len(scale) - 1), colour] for i, colour in enumerate(scale)],
        "autocontour": False,
        "contours": {"start": low, "end": high, "size": max((high - low) / 16, 1e-6)},
        "line": {"width": 0.7, "color": theme.muted},
        "colorbar": {
            "title": {"text": "loss<br>(nats)"},
            "tickvals": [float(np.log10(mark)) for mark in marks],
            "ticktext": [f"{mark:g}" for mark in marks],
            "thickness": 12,
            "outlinewidth": 0,
        },
        "hovertemplate": "loss %{text} nats<extra></extra>",
    }


def _path(seen: Surface, epochs: list[int], theme: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "x": numbers(seen.path[:, 0]),
        "y": numbers(seen.path[:, 1]),
        "text": [f"epoch {epoch}" for epoch in epochs],
        "line": {"color": theme.accent, "width": 3},
        "marker": {"size": 5},
        "hovertemplate": "%{text}<extra></extra>",
    }


def _marks(low: float, high: float) -> list[float]:
    """Round losses between two powers of ten."""
    whole = range(int(np.floor(low)), int(np.ceil(high)))
    for steps in MARKS:
        every = [step * 10.0**power for power in whole for step in steps]
        marks = [mark for mark in every if low <= np.log10(mark) <= high]
        if len(marks) <= MOST_MARKS:
            break
    return marks


def _mark(place: Any, word: str, symbol: str, theme: Theme) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": word,
        "x": [float(place[0])],
        "y": [float(place[1])],
        "marker": {
            "symbol": symbol,
            "size": 16,
            "color": theme.accent,
            "line": {"color": theme.paper, "width": 2},
        },
        "hoverinfo": "skip",
    }


def _name(mark: dict[str, Any], theme: Theme) -> dict[str, Any]:
    """The name of a mark, on paper, so that it is read on every colour."""
    return {
        "text": f"<b>{mark['name']}</b>",
        "x": mark["x"][0],
        "y": mark["y"][0],
        "yshift": -22,
        "showarrow": False,
        "font": {"color": theme.text, "size": 14},
        "bgcolor": theme.paper,
        "borderpad": 1,
    }

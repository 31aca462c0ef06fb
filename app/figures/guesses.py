"""What a learner guessed, beside what has been measured."""

from typing import Any

import numpy as np

from app.figures.curves import line
from app.figures.drawing import Figure, Html, Theme, axis, escape, figure
from app.measures import MEASURES, Measure


def beside(snapshot: Any, theme: Theme, measure: str, guess: tuple[float, ...]) -> Figure | Html:
    """A guessed curve beside the measured one; of a single number, a sentence."""
    about = MEASURES[measure]
    measured = np.array(about.values(snapshot), np.float64)
    so_far = "" if snapshot.finished else " so far"
    if about.places is None:
        words = f"You said {about.words(guess[0])}. Measured{so_far}: {about.words(measured[0])}."
        return Html(f"<p class='headline'>{escape(words)}</p>")
    return _curves(about, list(about.places(snapshot.config)), guess, measured, theme, so_far)


def _curves(
    about: Measure,
    places: list[float],
    guess: tuple[float, ...],
    measured: Any,
    theme: Theme,
    so_far: str,
) -> Figure:
    guessed = np.array(guess)
    both = np.concatenate([guessed, measured])
    known = both[np.isfinite(both)]
    room = 0.08 * (known.max() - known.min() or 1.0)
    gaps = np.abs(guessed - measured)
    off = (
        f", off by {about.words(float(np.nanmax(gaps)))} at most" if np.isfinite(gaps).any() else ""
    )
    marks: dict[str, Any] = {"mode": "lines+markers", "marker": {"size": 10}}
    return figure(
        theme,
        [
            line(places, guessed, theme.muted, 3, dash="dot", **marks),
            line(places, measured, theme.accent, 4, **marks),
        ],
        alt=f"The guess beside the measurement{so_far}{off}.",
        margin=(10, 130, 10, 10),
        xaxis=axis(theme, about.along, tickvals=places, showgrid=False),
        yaxis=axis(
            theme, f"{about.name} ({about.unit})", range=[known.min() - room, known.max() + room]
        ),
        annotations=[
            _name("your guess", places[-1], guess[-1], theme.muted),
            _name(f"measured{so_far}", places[-1], float(measured[-1]), theme.accent),
        ],
    )


def _name(text: str, x: float, y: float, colour: str) -> dict[str, Any]:
    """A line's name at its end."""
    place = {"x": x, "y": y if np.isfinite(y) else 0.0, "xanchor": "left", "xshift": 10}
    return {"text": text, **place, "showarrow": False, "font": {"color": colour, "size": 15}}

"""What a learner guessed, beside what has been measured."""

from typing import Any

import numpy as np

from app import visit
from app.classroom.questions import Measured, Said
from app.figures.curves import Floats, line
from app.figures.drawing import Figure, Html, Theme, axis, escape, figure
from app.lessons.lessons import Guess
from app.lessons.measures import MEASURES, Measure
from mlpcore.running.jobs import Job, State


def note(task: Guess, key: str, job: Job) -> None:
    """Remember what a finished run gave where something was guessed."""
    status, about = job.status(), MEASURES[task.measure]
    if status.state is State.FINISHED:
        places = about.places(job.config) if about.places else ()
        values = about.values(status.snapshot)
        visit.of(Said).measured[key, task] = Measured(tuple(places), tuple(values))


def sentence(about: Measure, guess: float, measured: float, so_far: str = "") -> str:
    """A guessed number beside the measured one."""
    return f"You said {about.words(guess)}. Measured{so_far}: {about.words(measured)}."


def beside(snapshot: Any, theme: Theme, measure: str, guess: tuple[float, ...]) -> Figure | Html:
    """A guessed curve beside the measured one; of a single number, a sentence."""
    about = MEASURES[measure]
    measured = np.array(about.values(snapshot), np.float64)
    so_far = "" if snapshot.finished else " so far"
    if about.places is None:
        words = sentence(about, guess[0], measured[0], so_far)
        return Html(f"<p class='headline'>{escape(words)}</p>")
    places = list(about.places(snapshot.config))
    if len(places) != len(guess):
        return Html("<p>Your guess was made with other settings, so it is not compared.</p>")
    return _curves(about, places, guess, measured, theme, so_far)


def _curves(
    about: Measure,
    places: list[float],
    guess: tuple[float, ...],
    measured: Any,
    theme: Theme,
    so_far: str,
) -> Figure:
    guessed = np.array(guess)
    whole = all(float(place).is_integer() for place in places)
    off = _distance(about, places, np.abs(guessed - measured), so_far)
    known = np.concatenate([guessed, measured[np.isfinite(measured)]])
    low, high = (0.0, 102.0) if about.unit == "%" else (float(known.min()), float(known.max()))
    ends = [float(guessed[-1]), float(np.nan_to_num(measured[-1]))]
    # The upper line's name stands above its end, the lower one's below: so they never meet.
    anchors = ["top", "bottom"] if ends[0] < ends[1] else ["bottom", "top"]
    marks: dict[str, Any] = {"mode": "lines+markers", "marker": {"size": 10}}
    return figure(
        theme,
        [
            line(places, guessed, theme.muted, 3, dash="dot", **marks),
            line(places, measured, theme.accent, 4, **marks),
        ],
        alt=f"The guess beside the measurement{so_far}. {off}",
        caption=escape(off),
        margin=(10, 10, 38, 10),  # below the button that saves it
        xaxis=axis(theme, about.along, tickvals=places if whole else None, showgrid=False),
        yaxis=axis(theme, about.title, range=[low, high]),
        annotations=[
            _name("your guess", places[-1], ends[0], anchors[0], theme.muted),
            _name(f"measured{so_far}", places[-1], ends[1], anchors[1], theme.accent),
        ],
    )


def _distance(about: Measure, places: list[float], gaps: Floats, so_far: str) -> str:
    """A sentence on how far a guess is off where there is something measured."""
    if not np.isfinite(gaps).any():
        return "Nothing is measured yet." if so_far else "There is nothing to compare it with."
    farthest = int(np.nanargmax(gaps))
    return (
        f"Your guess is {about.distance(float(np.nanmean(gaps)))} off on average{so_far}, and "
        f"{about.distance(float(gaps[farthest]))} at most ({about.along}: {places[farthest]:.3g})."
    )


def _name(text: str, x: float, y: float, anchor: str, colour: str) -> dict[str, Any]:
    """A line's name at its end."""
    place = {"x": x, "y": y, "xanchor": "left", "yanchor": anchor, "xshift": 10}
    return {"text": text, **place, "showarrow": False, "font": {"color": colour, "size": 15}}

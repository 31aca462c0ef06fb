"""What the browser and the server say to each other about live figures.

It is written down here only. The route refuses questions that do not fit; tests hold its answers to
the types below, and ``browser/protocol.d.ts``, by which the browser's side is checked, too.
"""

import inspect
import json
from dataclasses import dataclass, field
from enum import EnumType
from types import UnionType
from typing import Any, Literal, NotRequired, TypedDict, get_args, get_origin, get_type_hints

from app.figures.drawing import THEMES
from mlpcore.running.jobs import State
from mlpcore.texts import printable

# Milliseconds that a page may rest between two moments.
LONGEST_REST = 4000
MOST_VIEWS = 64


class BadRequest(ValueError):
    """A request that no page of ours makes."""


class Placement(TypedDict):
    """A grid of pictures that a page places.

    Attributes:
        job, state: whose pictures they are; its state as the page's script has seen it.
        watcher, slot: in whose name to ask, and for which slot.
        page: its name in the address.
        script, plotly, plotly_3d: where the script is, and its libraries, below the route.
        views, names: of each picture the id, and what it is called in a file's name.
        status: whether a line with the job's progress stands on top.
        min_width, max_width, height: of a picture, as CSS lengths.
        pick: whether the page wants to know what is clicked.
        moves: number of the last :class:`Move` that the page's script has heard of.
    """

    job: str
    state: State
    watcher: str
    slot: str
    page: str
    script: str
    plotly: str
    plotly_3d: str
    views: list[str]
    names: list[str]
    status: bool
    min_width: str
    max_width: str
    height: str
    pick: bool
    moves: int


class Move(TypedDict):
    """Where the browser has gone back or forward to, on the same page.

    Attributes:
        number: of this move, counted by the browser.
        address: parameters of its address.
    """

    number: int
    address: dict[str, str]


@dataclass(frozen=True)
class Question:
    """What a browser asks.

    Attributes:
        watcher, slot: who asks, and for the pictures in which slot of its page.
        placed: id of the job for which the page placed them. Of another one some may not exist.
        theme: "light" or "dark".
        job, version: id of the job that it shows, and of which status; -1 to be answered at once.
        rest: milliseconds until it wants another moment of a job that goes on.
        at: number of the moment of this job to show, or the nearest one kept; None for the latest.
        views: id → hashes of the parts it holds.
    """

    watcher: str
    slot: str
    placed: str
    theme: str
    job: str = ""
    version: int = -1
    rest: int = 0
    at: int | None = None
    views: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, body: bytes) -> "Question":
        """Read a request's body.

        Raises:
            BadRequest: it is not one of ours.
        """
        try:
            question = cls(**json.loads(body))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadRequest(printable(f"not a question: {error}", 200)) from error
        for name, kind in get_type_hints(cls).items():
            if not fits(getattr(question, name), kind):
                raise BadRequest(f"{name} must be of type {inspect.formatannotation(kind)}")
        if question.theme not in THEMES:
            raise BadRequest(f"theme must be one of {', '.join(THEMES)}")
        if not 0 <= question.rest <= LONGEST_REST:
            raise BadRequest(f"rest must be from 0 to {LONGEST_REST} milliseconds")
        if question.at is not None and question.at < 0:
            raise BadRequest("at must be a whole number from 0, or null")
        if len(question.views) > MOST_VIEWS:
            raise BadRequest(f"views must be at most {MOST_VIEWS}")
        return question


class Moments(TypedDict):
    """The moments of a job that can be shown: the one that is, the last one, and the way between.

    Attributes:
        shown, label: number and words of the one that the pictures show.
        last: number of the last one.
        step: how far from one to the next it is.
    """

    shown: int
    label: str
    last: int
    step: int


class Line(TypedDict):
    """How far a job is, in words and as a share; and its moments, if there are any yet."""

    state: State
    words: str
    progress: float
    moments: NotRequired[Moments]


class Picture(TypedDict):
    """A picture: hashes of its parts in order, and those parts that the browser does not hold.

    The parts of a figure are its layout and then its traces; HTML is one part.
    """

    kind: Literal["figure", "html"]
    parts: list[str]
    new: dict[str, Any]


class Answer(TypedDict):
    """What the route answers: the job that is shown, its status, and a picture for each view.

    Attributes:
        spent: milliseconds that drawing them took.
    """

    job: str
    version: int
    status: Line
    spent: int
    views: dict[str, Picture]


def fits(value: Any, kind: Any) -> bool:
    """Whether a value that was read from JSON is of one of the types used here."""
    origin, inner = get_origin(kind), get_args(kind)
    if isinstance(kind, EnumType) or origin is Literal:
        return value in (inner or list(kind))
    if origin is UnionType:
        return any(fits(value, one) for one in inner)
    if origin is list:
        return isinstance(value, list) and all(fits(one, inner[0]) for one in value)
    if origin is dict:
        return isinstance(value, dict) and all(fits(one, inner[1]) for one in value.values())
    if hasattr(kind, "__required_keys__"):
        kinds = get_type_hints(kind)
        return (
            isinstance(value, dict)
            and kind.__required_keys__ <= value.keys() <= kinds.keys()
            and all(fits(one, kinds[name]) for name, one in value.items())
        )
    return kind is Any or type(value) in ((int, float) if kind is float else (kind,))

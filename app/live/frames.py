"""Pictures of jobs, encoded once for all who watch.

A picture is sent as parts: each trace of a figure, its layout, or its HTML. A part goes by a hash
of its text, so that a browser is sent only parts it does not hold: the test points of a decision
map travel once, the map itself with every frame.
"""

import functools
import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from app.figures.drawing import THEMES, Figure, Html, Theme, enlarged, escape, to_json
from mlpcore.caches.memory import Kept
from mlpcore.running.history import Moment
from mlpcore.running.jobs import Job

log = logging.getLogger(__name__)

Draw = Callable[..., Figure | Html]

# Views that are kept, and bytes of frames.
MOST_VIEWS = 4096
MOST_BYTES = 16 * 2**20


@dataclass(frozen=True)
class View:
    """A way to draw a snapshot: ``draw(snapshot, theme, **parameters)``, for a room if large."""

    draw: Draw
    parameters: tuple[tuple[str, Any], ...]
    large: bool = False

    @functools.cached_property
    def id(self) -> str:
        """A name that is the same wherever the same picture is meant."""
        name = f"{self.draw.__module__}.{self.draw.__qualname__}"
        return _hash(f"{name}{self.parameters}{self.large}")

    @property
    def name(self) -> str:
        """What the picture shows, as part of a file's name: "decision-map-depth-3"."""
        details = [f"{k}-{v}" for k, v in self.parameters if type(v) in (int, float, str)]
        return re.sub(r"[^a-zA-Z0-9.]+", "-", "-".join([self.draw.__name__, *details]))


@dataclass(frozen=True)
class Grid:
    """Pictures of one job that stand together.

    Attributes:
        job: its id.
        views: the pictures.
        min_width, max_width: of a picture, as CSS lengths.
        height: of a picture that has no shape of its own.
    """

    job: str
    views: tuple[View, ...]
    min_width: str
    max_width: str
    height: str


@dataclass(frozen=True)
class Frame:
    """One picture of one snapshot.

    Attributes:
        kind: "figure" (parts: the layout, then the traces) or "html" (one part).
        parts: hash → JSON text, in order.
    """

    kind: Literal["figure", "html"]
    parts: dict[str, str]

    @property
    def size(self) -> int:
        """Bytes of its parts, which are ASCII."""
        return sum(map(len, self.parts.values()))


class Frames:
    """Draws views of jobs and remembers the frames."""

    def __init__(self) -> None:
        self._views: Kept[str, View] = Kept(MOST_VIEWS)
        self._frames: Kept[tuple[str, int, str, str], Frame] = Kept(
            MOST_BYTES, lambda frame: frame.size
        )

    def register(self, view: View) -> str:
        """Make a view known to the route; returns its id."""
        return self._views.keep(view.id, view)

    def knows(self, view_id: str) -> bool:
        """Whether a view of this id has been registered."""
        return view_id in self._views

    def frame(
        self, job: Job, moment: Moment, view_id: str, theme: str, safely: bool = True
    ) -> Frame:
        """The frame of one moment of a job.

        Args:
            job, moment, view_id, theme: what to draw, and how.
            safely: whether a picture that fails says so in its own place.

        Raises:
            KeyError: the view or the theme is not known.
            Exception: whatever the picture raises, if not safely.
        """
        view, colours = self._views.get(view_id), THEMES[theme]
        if view is None:
            raise KeyError(view_id)
        key = (job.id, moment.number, view_id, theme)
        frame = self._frames.get(key)
        if frame is None:
            frame = (encode if safely else _draw)(view, moment.snapshot, colours)
            self._frames.keep(key, frame)
        return frame


def encode(view: View, snapshot: Any, theme: Theme) -> Frame:
    """Draw a view of a snapshot; a picture that fails says so, in its own place."""
    try:
        return _draw(view, snapshot, theme)
    except Exception as error:
        log.exception("cannot draw %s", view)
        text = f"This picture could not be drawn: {type(error).__name__}: {error}"
        return Frame("html", _parts([f'<p class="error">{escape(text)}</p>']))


def _draw(view: View, snapshot: Any, theme: Theme) -> Frame:
    picture = view.draw(snapshot, theme, **dict(view.parameters))
    if isinstance(picture, Html):
        return Frame("html", _parts([picture]))
    if view.large:
        picture = enlarged(picture)
    return Frame("figure", _parts([picture["layout"], *picture["data"]]))


def _parts(values: list[Any]) -> dict[str, str]:
    texts = map(to_json, values)
    return {_hash(f"{place}{text}"): text for place, text in enumerate(texts)}


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=9).hexdigest()

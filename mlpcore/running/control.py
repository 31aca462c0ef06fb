"""How a run is steered from other threads: pause, resume, epoch by epoch, learning rate, cancel."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from typing import NamedTuple

from mlpcore.engines.workers import cores


class Cancelled(Exception):
    """Raised inside a run that has been cancelled."""


class Stopped(Exception):
    """Raised inside a run that cannot go on; the text is for whoever watches."""


class Asked(NamedTuple):
    """What the owner of a run has asked of its pace last.

    Attributes:
        number: grows with each time that something is asked; 0 if nothing ever was.
        paused: whether the run shall wait.
        epochs: after which it shall pause, or infinity.
    """

    number: int
    paused: bool
    epochs: float


@dataclass(frozen=True)
class Preparation:
    """What a run does before its first snapshot.

    Attributes:
        words: such as "drawing the faces".
        progress: share of it that is done, 0…1.
    """

    words: str
    progress: float

    @property
    def label(self) -> str:
        """How far it is, in words."""
        return f"{self.words}, {self.progress:.0%}"


class Control:
    """Steers one run. The run calls the first group of methods, its owner the second.

    Args:
        away: entered for as long as the run is paused.
        make_room: called at each step that does not pause; may wait.
        aside: entered for as long as the run prepares something that takes its time.
        prepared: told how far that is.
        share: how many threads the run may train on now.
        moved: told the place in a line elsewhere, 1 being next, or None once out of it.
        noted: told what is to be known beside a run's progress, or None for nothing any more.
        taken: told that the run is taken where it trains, if that is elsewhere.
    """

    def __init__(
        self,
        away: Callable[[], AbstractContextManager[object]] = nullcontext,
        make_room: Callable[[], object] = lambda: None,
        aside: Callable[[], AbstractContextManager[object]] = nullcontext,
        prepared: Callable[[Preparation], object] = lambda preparation: None,
        share: Callable[[], int] = cores,
        moved: Callable[[int | None], object] = lambda place: None,
        noted: Callable[[str | None], object] = lambda words: None,
        taken: Callable[[], object] = lambda: None,
    ) -> None:
        self._away, self._make_room = away, make_room
        self._aside, self._prepared, self._share = aside, prepared, share
        self._moved, self._noted, self._taken = moved, noted, taken
        self._heard: Callable[[], object] = lambda: None
        self._changed = threading.Condition()  # guards what is below
        self._paused = False
        self._epochs_left = math.inf
        self._asked = Asked(0, False, math.inf)
        self.cancelled = False
        self._learning_rate: float | None = None

    # For the run

    @property
    def pausing(self) -> bool:
        """Whether the next :meth:`checkpoint` will wait."""
        return self._paused and not self.cancelled

    @property
    def threads(self) -> int:
        """How many threads the run may train on now."""
        return self._share()

    @property
    def epochs_left(self) -> float:
        """Epochs until a pause that :meth:`step` has asked for, or infinity; at least 1."""
        return max(1, self._epochs_left)

    def learning_rate(self, default: float) -> float:
        """The learning rate to use now."""
        chosen = self.chosen_learning_rate
        return default if chosen is None else chosen

    @contextmanager
    def preparing(self, words: str) -> Iterator[Callable[[float], None]]:
        """For work before the first snapshot that others need not wait for.

        Yields:
            To be told the share that is done, 0…1, if it takes its time at all. It does not wait,
            so locks may be held, and raises :class:`Cancelled` if the run is to end.
        """
        with ExitStack() as stack:
            begun = False

            def progress(share: float) -> None:
                nonlocal begun
                if not begun:
                    stack.enter_context(self._aside())
                begun = True
                self._prepared(Preparation(words, share))
                if self.cancelled:
                    raise Cancelled

            yield progress

    def step_done(self) -> None:
        """Return at once, or wait for others whose turn it is. Call it between slices of work.

        It does not pause: whoever watches would take the latest snapshot for where the run stands.

        Raises:
            Cancelled: if the run is to end.
        """
        if not self.pausing:
            self._make_room()
        if self.cancelled:
            raise Cancelled

    def checkpoint(self) -> None:
        """Return at once, or wait while paused or for others. Call it after a snapshot.

        Raises:
            Cancelled: if the run is to end.
        """
        if not self.pausing:
            self._make_room()
        while self.pausing:
            with self._away(), self._changed:
                self._changed.wait_for(lambda: not self.pausing)
        if self.cancelled:
            raise Cancelled

    def epochs_done(self, count: int) -> None:
        """Count epochs of all networks; the last one granted by :meth:`step` pauses."""
        with self._changed:
            self._epochs_left -= count
            if count and self._epochs_left <= 0:
                self._paused = True

    # For a run that trains elsewhere: what is said here is passed on, and what is said there

    @property
    def asked(self) -> Asked:
        """What the owner has asked for last."""
        return self._asked

    def follow(self, heard: Callable[[], object]) -> None:
        """Call ``heard`` whenever the owner asks for something, on the owner's thread."""
        self._heard = heard

    def taken(self) -> None:
        """Tell that the run is taken where it trains."""
        self._taken()

    def moved(self, place: int | None) -> None:
        """Tell the run's place in a line, 1 being next, or None once it is out of it."""
        self._moved(place)

    def noted(self, words: str | None) -> None:
        """Tell what is to be known beside the run's progress; None for nothing any more."""
        self._noted(words)

    def prepared(self, preparation: Preparation) -> None:
        """Tell how far a preparation is."""
        self._prepared(preparation)

    def away(self) -> AbstractContextManager[object]:
        """To be entered for as long as the run is paused."""
        return self._away()

    # For its owner

    @property
    def chosen_learning_rate(self) -> float | None:
        """The learning rate from the next step on; None for the config's."""
        return self._learning_rate

    @chosen_learning_rate.setter
    def chosen_learning_rate(self, value: float | None) -> None:
        self._learning_rate = value
        self._heard()

    def pause(self) -> None:
        """Wait at the next step."""
        with self._changed:
            self._paused = True
            self._asked = Asked(self._asked.number + 1, True, math.inf)
        self._heard()

    def resume(self) -> None:
        """Go on to the end."""
        self.step(math.inf)

    def step(self, epochs: float = 1) -> None:
        """Go on to the end of this epoch and pause there, or that of a later one."""
        with self._changed:
            self._epochs_left, self._paused = epochs, False
            self._asked = Asked(self._asked.number + 1, False, epochs)
            self._changed.notify_all()
        self._heard()

    def cancel(self) -> None:
        """End at the next step, whatever else is asked."""
        with self._changed:
            self.cancelled = True
            self._changed.notify_all()
        self._heard()

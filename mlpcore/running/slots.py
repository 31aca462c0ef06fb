"""What there is only so much of, such as jobs at work at once; the others wait in line."""

import math
import threading
import time
from collections.abc import Callable

from mlpcore.running.control import Cancelled


class Slots:
    """A line of seats before a bounded number of slots.

    Args:
        count: slots.
        turn: seconds a seat may keep what it has while others wait.
    """

    def __init__(self, count: int, turn: float = math.inf) -> None:
        self.turn, self.count = turn, count
        self.free = count
        self.line: list[Seat] = []
        self.changed = threading.Condition()

    @property
    def taken(self) -> int:
        """Slots that are not free."""
        return self.count - self.free

    @property
    def next_seat(self) -> "Seat | None":
        """The first in the line for which there are slots enough."""
        return next((seat for seat in self.line if seat.count <= self.free), None)


class Seat:
    """One job's place: in the line, in its slots, or away.

    Args:
        slots: what it waits for.
        moved: called with the place in the line, 1 being next, or None on taking slots; the line
            goes on meanwhile.
        abandoned: whether to give up waiting; call :meth:`wake` when this becomes true.

    Attributes:
        count: slots that it has or waits for.
    """

    def __init__(
        self, slots: Slots, moved: Callable[[int | None], None], abandoned: Callable[[], bool]
    ) -> None:
        self._slots, self._moved, self._abandoned = slots, moved, abandoned
        self._taken_at: float | None = None
        self.count = 1

    def take(self, count: int = 1) -> None:
        """Wait at the end of the line for so many slots, or for all there are if that is fewer.

        Others behind it that take fewer do not wait for it.

        Raises:
            Cancelled: if the seat is abandoned meanwhile.
        """
        slots, place = self._slots, None
        self.count = min(count, slots.count)
        with slots.changed:
            slots.line.append(self)
        try:
            while (place := self._next_place(place)) is not None:
                self._moved(place)
        finally:
            with slots.changed:
                slots.line.remove(self)
                slots.changed.notify_all()
        self._moved(None)

    def _next_place(self, told: int | None) -> int | None:
        """Wait for a place in the line other than ``told``, or for slots, which is None."""
        slots = self._slots
        with slots.changed:
            while not self._abandoned():
                place = slots.line.index(self) + 1
                if slots.next_seat is self:
                    slots.free -= self.count
                    self._taken_at = time.monotonic()
                    return None
                if place != told:
                    return place
                slots.changed.wait()
            raise Cancelled

    def leave(self) -> None:
        """Give the slots back, if this seat has any."""
        with self._slots.changed:
            if self._taken_at is not None:
                self._taken_at = None
                self._slots.free += self.count
                self._slots.changed.notify_all()

    def make_room(self) -> None:
        """Go back to the end of the line if others wait and this seat's turn is over."""
        turn_over = self._taken_at is not None and (
            time.monotonic() - self._taken_at >= self._slots.turn
        )
        if turn_over and self._slots.line:
            self.leave()
            self.take()

    def share(self) -> int:
        """How many of all threads this seat's job may use: as many as the others at work."""
        slots = self._slots
        with slots.changed:
            return max(1, slots.count // max(1, slots.taken))

    def wake(self) -> None:
        """Look again whether to go on waiting."""
        with self._slots.changed:
            self._slots.changed.notify_all()

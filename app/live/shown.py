"""Which job each page shows, slot by slot: its script says so, its open questions hear of it."""

import threading
from collections.abc import Callable

from mlpcore.caches.memory import Kept

# Slots of pages that are remembered; a page that was forgotten is asked to say it again.
MOST = 4096

Listener = Callable[[], None]
Place = tuple[str, str]


class Shown:
    """The job that each watcher's page shows in each of its slots."""

    def __init__(self) -> None:
        self._jobs: Kept[Place, str | None] = Kept(MOST)
        self._heard: Kept[Place, str] = Kept(MOST)
        self._listeners: dict[Place, set[Listener]] = {}
        self._lock = threading.Lock()
        self._hearing = threading.Condition()

    def job(self, watcher: str, slot: str) -> str | None:
        """The id of the job that is shown there, if any."""
        return self._jobs.get((watcher, slot))

    def show(self, watcher: str, slot: str, job_id: str) -> None:
        """Note that a job is shown there from now on; if it was not, tell who listens."""
        place = (watcher, slot)
        if self._jobs.get(place) == job_id:
            return
        self._jobs.keep(place, job_id)
        with self._lock:
            listeners = list(self._listeners.get(place, ()))
        for listener in listeners:
            listener()

    def forget(self, watcher: str, slot: str) -> None:
        """Note that nothing is shown there any more."""
        self._jobs.keep((watcher, slot), None)

    def heard(self, watcher: str, slot: str, job_id: str) -> None:
        """Note that the watcher's browser has an answer about the job that is shown there."""
        with self._hearing:
            self._heard.keep((watcher, slot), job_id)
            self._hearing.notify_all()

    def wait(self, watcher: str, slot: str, seconds: float) -> bool:
        """Wait at most so long until the watcher's browser has heard what is shown there.

        Returns:
            Whether it has.
        """
        place = (watcher, slot)
        with self._hearing:
            return self._hearing.wait_for(
                lambda: self._heard.get(place) == self._jobs.get(place), seconds
            )

    def listens(self, watcher: str, slot: str) -> bool:
        """Whether the watcher's browser waits to hear what is shown there."""
        return (watcher, slot) in self._listeners

    def subscribe(self, watcher: str, slot: str, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` whenever a job is shown there; return how to stop."""
        place = (watcher, slot)
        with self._lock:
            self._listeners.setdefault(place, set()).add(listener)

        def unsubscribe() -> None:
            with self._lock:
                left = self._listeners[place]
                left.discard(listener)
                if not left:
                    del self._listeners[place]

        return unsubscribe

"""Things kept in memory under names, as many as fit."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

N = TypeVar("N", bound=Hashable)
T = TypeVar("T")


class Kept(Generic[N, T]):
    """Things by name, as many as fit; the one unused for longest goes first.

    Args:
        most: how large all that are kept may be together; the latest is kept in any case.
        size: of a thing, which does not change; each counts one by default.
    """

    def __init__(self, most: int, size: Callable[[T], int] = lambda thing: 1) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[N, tuple[T, int]] = OrderedDict()
        self._lock = threading.Lock()
        self.size = 0

    def keep(self, name: N, thing: T) -> N:
        """Keep a thing under a name, and return the name."""
        size = self._size(thing)
        with self._lock:
            self.size += size - self._kept.pop(name, (None, 0))[1]
            self._kept[name] = thing, size
            while len(self._kept) > 1 and self.size > self._most:
                _, (_, gone) = self._kept.popitem(last=False)
                self.size -= gone
        return name

    def get(self, name: N) -> T | None:
        """The thing of this name, which counts as a use of it; None if there is none."""
        with self._lock:
            if name not in self._kept:
                return None
            self._kept.move_to_end(name)
            return self._kept[name][0]

    def values(self) -> list[T]:
        """All that is kept, the one unused for longest first."""
        with self._lock:
            return [thing for thing, _ in self._kept.values()]

    def __contains__(self, name: N) -> bool:
        return name in self._kept

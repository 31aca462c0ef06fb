"""Data sets that somebody brought, in memory under names that say nothing about this machine."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Things by name, as many as fit; the one unused for longest goes first.

    Args:
        most: how large all that are kept may be together; the latest is kept in any case.
        size: of a thing; each counts one by default.
    """

    def __init__(self, most: int, size: Callable[[T], int] = lambda thing: 1) -> None:
        self._most, self._size = most, size
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, name: str, thing: T) -> str:
        """Keep a thing under a name, and return the name."""
        with self._lock:
            self._kept[name] = thing
            self._kept.move_to_end(name)
            while len(self._kept) > 1 and sum(map(self._size, self._kept.values())) > self._most:
                self._kept.popitem(last=False)
        return name

    def get(self, name: str) -> T | None:
        """The thing of this name, which counts as a use of it; None if there is none."""
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
            return self._kept.get(name)

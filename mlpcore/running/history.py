"""A run's past, kept for replay within a bound of memory."""

import dataclasses
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any

import numpy as np
import torch

# Of one run: bytes as History counts them, and moments, more than anybody steps through.
MOST_BYTES = 64 * 2**20
MOST_MOMENTS = 512


@dataclasses.dataclass(frozen=True)
class Moment:
    """A snapshot and its place in the run.

    Attributes:
        number: how many snapshots came before it.
        snapshot: the run as it stood then.
    """

    number: int
    snapshot: Any


class History:
    """The snapshots of one run, evenly spread over it; the first and the latest are always kept.

    Between those two stays every snapshot whose number is a multiple of ``stride``, which doubles
    when there is no more room.

    Args:
        most_bytes: of the arrays that can be reached from the snapshots. An array is counted once,
            and not at all if the first snapshot has it, as it has the data: that is kept anyway.
        most_moments: how many snapshots are kept.
    """

    def __init__(self, most_bytes: int = MOST_BYTES, most_moments: int = MOST_MOMENTS) -> None:
        self._most_bytes, self._most_moments = most_bytes, most_moments
        self._lock = threading.Lock()
        self._moments: tuple[Moment, ...] = ()
        self._given: Set[int] = frozenset()  # arrays of the first snapshot
        self._arrays: dict[int, dict[int, int]] = {}  # moment's number → its other arrays' sizes
        self._holders: Counter[int] = Counter()  # array → how many moments hold it
        self._count = 0
        self.stride = 1
        self.bytes = 0

    @property
    def moments(self) -> tuple[Moment, ...]:
        """What is kept, in order."""
        return self._moments

    def add(self, snapshot: Any) -> None:
        """Keep a snapshot as the latest."""
        with self._lock:
            kept = [m for m in self._moments if m.number % self.stride == 0]
            self._keep([*kept, Moment(self._count, snapshot)])
            self._count += 1
            while self.bytes > self._most_bytes or len(self._moments) > self._most_moments:
                if not self._thin():
                    break

    def thin(self) -> bool:
        """Drop every other snapshot; False if only the first and the latest were left."""
        with self._lock:
            return self._thin()

    def at(self, number: int) -> Moment:
        """The moment kept that is nearest to a number; there must be one."""
        return min(self._moments, key=lambda moment: abs(moment.number - number))

    def _thin(self) -> bool:
        if len(self._moments) <= 2:
            return False
        self.stride *= 2
        *past, latest = self._moments
        self._keep([*(m for m in past if m.number % self.stride == 0), latest])
        return True

    def _keep(self, moments: Sequence[Moment]) -> None:
        """Make these the moments kept, and count their bytes."""
        numbers = {moment.number for moment in moments}
        for number in self._arrays.keys() - numbers:
            for array, size in self._arrays.pop(number).items():
                self._holders[array] -= 1
                if not self._holders[array]:
                    del self._holders[array]
                    self.bytes -= size
        for moment in moments:
            if moment.number not in self._arrays:
                self._arrays[moment.number] = held = self._new_arrays(moment.snapshot)
                self.bytes += sum(held[array] for array in held.keys() - self._holders.keys())
                self._holders.update(held.keys())
        self._moments = tuple(moments)

    def _new_arrays(self, snapshot: Any) -> dict[int, int]:
        """The arrays of a snapshot that the first one does not have."""
        held = arrays(snapshot)
        if not self._moments:
            self._given = held.keys()
        return {array: size for array, size in held.items() if array not in self._given}


def arrays(value: Any) -> dict[int, int]:
    """The memory blocks of the arrays that can be reached from a value: identity → bytes.

    Fields of dataclasses, sequences and mappings are followed; views of an array are that array.
    """
    if isinstance(value, torch.Tensor):
        storage = value.untyped_storage()
        return {storage.data_ptr(): storage.nbytes()}
    if isinstance(value, np.ndarray):
        while isinstance(value.base, np.ndarray):
            value = value.base
        return {value.__array_interface__["data"][0]: value.nbytes}
    parts: Iterable[Any] = ()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = (getattr(value, field.name) for field in dataclasses.fields(value))
    elif isinstance(value, Mapping):
        parts = value.values()
    elif isinstance(value, list | tuple):
        parts = value
    return {array: size for part in parts for array, size in arrays(part).items()}

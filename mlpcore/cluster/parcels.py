"""Snapshots on their way between processes of one cluster: what the first holds travels once.

Most of a snapshot is data that never changes. Arrays of a run's first snapshot go by a number in
later ones, and picture sets by their name, for both sides have these.
"""

import io
import pickle
from typing import Any

import numpy as np
import torch

from mlpcore.datasets import collection
from mlpcore.datasets.pictures import Pictures

# Smaller arrays travel as they are: a name would not be much shorter.
LEAST_BYTES = 256


class Sender:
    """Packs the snapshots of one run, in order, for one receiver."""

    def __init__(self) -> None:
        # Where an array of the first snapshot is → its number, and itself, so that it stays there.
        self.known: dict[object, tuple[int, object]] = {}
        self.first = True

    def pack(self, snapshot: Any) -> bytes:
        """A snapshot as bytes."""
        file = io.BytesIO()
        _Pickler(file, self).dump(snapshot)
        self.first = False
        return file.getvalue()


class Receiver:
    """Unpacks what one :class:`Sender` has packed, all of it and in the same order."""

    def __init__(self) -> None:
        self.known: dict[int, object] = {}

    def unpack(self, data: bytes) -> Any:
        """The snapshot.

        Raises:
            ParameterError: it shows pictures that somebody brought and that are no longer here.
        """
        return _Unpickler(io.BytesIO(data), self).load()


class _Pickler(pickle.Pickler):
    def __init__(self, file: io.BytesIO, sender: Sender) -> None:
        super().__init__(file, protocol=5)
        self.sender = sender

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Pictures):
            return "pictures", collection.name(obj)
        if isinstance(obj, torch.Tensor):
            # The storage of a view may be much more than the view.
            return self._array(obj.detach().cpu().numpy(), is_tensor=True)
        if isinstance(obj, np.ndarray) and obj.nbytes >= LEAST_BYTES and not obj.dtype.hasobject:
            return self._array(obj, is_tensor=False)
        return None

    def _array(self, array: np.ndarray[Any, Any], is_tensor: bool) -> tuple[Any, ...]:
        known = self.sender.known
        place = array.__array_interface__["data"][0], array.shape, array.strides, array.dtype.str
        key = place, is_tensor
        if array.nbytes >= LEAST_BYTES and key in known:
            return "known", known[key][0]
        number = -1
        if self.sender.first and array.nbytes >= LEAST_BYTES:
            number = len(known)
            known[key] = number, array
        turned = array.flags.f_contiguous and not array.flags.c_contiguous
        straight = array.T if turned else array
        return (
            *("array", number, is_tensor, turned),
            *(array.dtype.str, straight.shape, straight.tobytes()),
        )


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, receiver: Receiver) -> None:
        super().__init__(file)
        self.receiver = receiver

    def persistent_load(self, pid: Any) -> Any:
        kind, *rest = pid
        if kind == "pictures":
            return collection.load(*rest)
        if kind == "known":
            return self.receiver.known[rest[0]]
        number, is_tensor, turned, dtype, shape, data = rest
        array: Any = np.frombuffer(data, dtype).reshape(shape).copy()
        array = array.T if turned else array
        value = torch.from_numpy(array) if is_tensor else array
        if number >= 0:
            self.receiver.known[number] = value
        return value

"""Picture sets by name: the drawn and the real faces, and sets that somebody brought.

A set that is brought (a path on the command line, an upload) is kept in memory under its
fingerprint. A name says nothing about this machine's files, so it may stand in a link.
"""

import threading
from collections import OrderedDict

from mlpcore.datasets import animal_faces, drawn_faces
from mlpcore.datasets.pictures import Pictures, Progress
from mlpcore.params import ParameterError

DRAWN, REAL = "drawn", "real"
OTHERS = "the name of a set that was loaded"
ALLOWED = f"{DRAWN}, {REAL} or {OTHERS}"
# Sets kept in memory; the one unused for longest goes first.
MOST_KEPT = 8

_kept: OrderedDict[str, Pictures] = OrderedDict()
_lock = threading.Lock()


def keep(pictures: Pictures) -> str:
    """Keep a set in memory and return its name."""
    name = pictures.fingerprint
    with _lock:
        _kept[name] = pictures
        _kept.move_to_end(name)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return name


def check(name: str, allowed: str = ALLOWED) -> None:
    """Raise :class:`ParameterError` if ``data`` is not the name of a set."""
    if name not in (DRAWN, REAL) and name not in _kept:
        raise ParameterError("data", allowed, name, "Load it again")


def classes(name: str) -> tuple[str, ...]:
    """The classes of the set of this name, which need not be made or fetched.

    Raises:
        ParameterError: there is none.
    """
    return animal_faces.CLASSES if name in (DRAWN, REAL) else load(name).classes


def load(name: str, progress: Progress = lambda share: None) -> Pictures:
    """The set of this name; the drawn and the real ones are made or fetched if need be.

    Raises:
        ParameterError: there is none.
        DownloadError: the real ones cannot be fetched.
    """
    if name == DRAWN:
        return drawn_faces.load(progress)
    if name == REAL:
        return animal_faces.load(progress)
    check(name)
    with _lock:
        _kept.move_to_end(name)
        return _kept[name]

"""Picture sets by name: the drawn and the real faces, and sets that somebody brought.

A set that is brought (a path on the command line, an upload) is kept in memory under its
fingerprint. A name says nothing about this machine's files, so it may stand in a link.
"""

from mlpcore.caches.memory import Kept
from mlpcore.datasets import animal_faces, drawn_faces
from mlpcore.datasets.pictures import Pictures, Progress
from mlpcore.datasets.planar import PLANAR
from mlpcore.params import ParameterError

DRAWN, REAL = "drawn", "real"
# Data sets that everybody has; the names of others are fingerprints of what somebody brought.
MADE = (DRAWN, REAL, *PLANAR)
OTHERS = "the name of a set that was loaded"
ALLOWED = f"{DRAWN}, {REAL} or {OTHERS}"
# Pictures kept in memory, of 3 kB each; the set unused for longest goes first. A set counts this
# many more, so that the number of sets is bounded too.
MOST_KEPT, EACH = 60_000, 500


def _size(pictures: Pictures) -> int:
    return EACH + len(pictures.train_labels) + len(pictures.val_labels)


_kept: Kept[str, Pictures] = Kept(MOST_KEPT, _size)
# The drawn and the real ones, once they are there.
_made: dict[str, Pictures] = {}


def keep(pictures: Pictures) -> str:
    """Keep a set in memory and return its name."""
    return _kept.keep(pictures.fingerprint, pictures)


def name(pictures: Pictures) -> str:
    """The name under which a set that was loaded is found."""
    made = (name for name, one in _made.items() if one is pictures)
    return next(made, pictures.fingerprint)


def check(name: str, allowed: str = ALLOWED) -> None:
    """Raise :class:`ParameterError` if ``data`` is not the name of a set."""
    if name not in (DRAWN, REAL):
        _brought(name, allowed)


def classes(name: str) -> tuple[str, ...]:
    """The classes of the set of this name, which need not be made or fetched.

    Raises:
        ParameterError: there is none.
    """
    return animal_faces.CLASSES if name in (DRAWN, REAL) else _brought(name).classes


def splits_train(name: str) -> bool:
    """Whether a set was read without its ``val``: a share of ``train`` took its place."""
    pictures = _kept.get(name)
    return pictures is not None and pictures.split_train


def work(name: str) -> str:
    """What :func:`load` does when it takes its time, in words."""
    return "drawing the faces" if name == DRAWN else "loading the photographs"


def load(name: str, progress: Progress = lambda share: None) -> Pictures:
    """The set of this name, the same object each time; made or fetched if need be.

    Raises:
        ParameterError: there is none.
        DownloadError: the real ones cannot be fetched.
    """
    if name in (DRAWN, REAL):
        if name not in _made:
            source = drawn_faces if name == DRAWN else animal_faces
            _made.setdefault(name, source.load(progress))
        return _made[name]
    return _brought(name)


def _brought(name: str, allowed: str = ALLOWED) -> Pictures:
    pictures = _kept.get(name)
    if pictures is None:
        raise ParameterError("data", allowed, name, "Load it again")
    return pictures

"""Picture sets that are fetched or read on a thread, so that no page waits for them."""

import functools
import logging
import threading
from collections.abc import Callable
from pathlib import Path

from app.texts import animal_faces as texts
from mlpcore.datasets import animal_faces, collection, image_folder
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.datasets.image_folder import UnlikeSets
from mlpcore.datasets.pictures import Progress
from mlpcore.params import ParameterError
from mlpcore.running.control import Cancelled
from mlpcore.running.jobs import Refused

log = logging.getLogger(__name__)

Task = Callable[[Progress], str]

# Sets that visitors brought which are being read, one at a time, or wait for that.
MOST_BROUGHT = 8
FULL = "The server is busy with pictures that others brought. Bring yours again in a minute."

_places = threading.Semaphore(MOST_BROUGHT)
_turn = threading.Lock()


class Loading:
    """One set on its way.

    Args:
        task: loads it, tells its progress, and returns the name it has in the collection.
        shared: whether others may wait for it, so that nobody can give it up.
        split: what to do if its ``train`` and ``val`` are unlike.

    Attributes:
        share: how much of the work is done, 0…1.
        name: of the set, once it is there.
        problem: why it will not be, in words for who asked.
        split: loads it with ``train`` split in place of its ``val``, if that is the problem.
    """

    def __init__(
        self, task: Task, shared: bool = False, split: "Callable[[], Loading] | None" = None
    ) -> None:
        self.share = 0.0
        self.name: str | None = None
        self.problem: str | None = None
        self.split: Callable[[], Loading] | None = None
        self._if_unlike = split
        self._task, self._shared, self._given_up = task, shared, False
        self.thread = threading.Thread(target=self._work, name="loading", daemon=True)
        self.thread.start()

    @property
    def over(self) -> bool:
        """Whether there is a name or a problem."""
        return self.name is not None or self.problem is not None

    def give_up(self) -> None:
        """End soon: whoever asked waits for something else now."""
        self._given_up = not self._shared

    def _work(self) -> None:
        try:
            self.name = self._task(self._note)
        except (Cancelled, ParameterError, Refused) as error:
            self.problem = str(error)
            self.split = self._if_unlike if isinstance(error, UnlikeSets) else None
        except DownloadError:
            log.exception("the real photographs could not be downloaded")
            self.problem = texts.NO_DOWNLOAD
        except Exception as error:
            log.exception("pictures could not be loaded")
            self.problem = f"The pictures could not be loaded: {type(error).__name__}: {error}"

    def _note(self, share: float) -> None:
        if self._given_up:
            raise Cancelled
        self.share = share


class RealFaces:
    """The download of the real faces, one for all who ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._latest: Loading | None = None

    def load(self) -> Loading:
        """The download under way, or a new one."""
        with self._lock:
            if self._latest is None or self._latest.over:
                self._latest = Loading(_fetch, shared=True)
            return self._latest


@functools.cache
def real_faces() -> RealFaces:
    """The download of this process."""
    return RealFaces()


def read(source: Path | bytes, split_train: bool = False) -> Loading:
    """Read a folder or an archive that somebody brought, and keep its pictures.

    Args:
        source, split_train: as for :func:`mlpcore.datasets.image_folder.load`.
    """
    task = functools.partial(_read, source, split_train)
    return Loading(task, split=functools.partial(read, source, split_train=True))


def _read(source: Path | bytes, split_train: bool, progress: Progress) -> str:
    if not _places.acquire(blocking=False):
        raise Refused(FULL)
    try:
        with _turn:
            return collection.keep(image_folder.load(source, progress, split_train))
    finally:
        _places.release()


def _fetch(progress: Progress) -> str:
    animal_faces.load(progress)
    return collection.REAL

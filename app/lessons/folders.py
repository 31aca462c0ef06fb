"""Where scenes and lessons are: in the app's own folders, and in one of a teacher's own."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from app.server.settings import settings

SCENES, LESSONS = (Path(__file__).parents[2] / "assets" / name for name in ("scenes", "lessons"))

T = TypeVar("T")


def own() -> list[Path]:
    """The folder of whoever runs the app, which has scenes and lessons, if there is one."""
    return [Path(settings().lessons)] if settings().lessons else []


def each(folders: Sequence[Path], reader: Callable[[Path], T]) -> list[T]:
    """What a reader makes of each TOML file, by folder and name; read anew when any changes."""
    states = {folder: _state(folder) for folder in {*folders, SCENES}}
    shipped = states[SCENES]  # to which any lesson may refer
    return [
        found for folder in folders for found in _each(reader, folder, (states[folder], shipped))
    ]


@lru_cache(maxsize=16)
def _each(reader: Callable[[Path], T], folder: Path, _state: object) -> list[T]:
    return [reader(path) for path in sorted(folder.glob("*.toml"))]


def _state(folder: Path) -> tuple[tuple[Path, int, int], ...]:
    """What is another once a file of a folder has changed, be it a picture."""
    return tuple(map(_stamp, sorted(folder.glob("*"))))


def _stamp(file: Path) -> tuple[Path, int, int]:
    try:
        about = file.stat()
    except OSError:  # a link that leads nowhere
        return file, 0, 0
    return file, about.st_mtime_ns, about.st_size

"""Arrays kept in the user's cache folder, so that they are made once."""

import logging
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import IO

import numpy as np
import platformdirs
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

log = logging.getLogger(__name__)

# An environment variable that names another folder.
VARIABLE = "MLP_EXPLORER_CACHE"
# What is not written completely yet; who has not written to it for so many seconds no longer will.
_PART = ".part"
LEFT = 3600.0
# Bytes of the checksum behind an array.
_SUM = 4


def folder() -> Path:
    """The folder that holds cached files; it may not exist yet."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else platformdirs.user_cache_path("mlp-explorer")


def there(name: str) -> bool:
    """Whether a file is cached, in a folder that we may look into."""
    return os.path.exists(folder() / name)


def load(name: str, shape: tuple[int, ...]) -> Bytes | None:
    """A cached array, or None if there is none of this shape that can be read, as it was written.

    Its file is mapped into memory: all who load it share it. Writing to the array changes neither
    the file nor anybody else's array.
    """
    try:
        array = np.load(folder() / name, mmap_mode="c", allow_pickle=False)
        with (folder() / name).open("rb") as file:
            file.seek(-_SUM, os.SEEK_END)
            if file.read() != _sum(array):
                raise ValueError("it is not what was written")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, EOFError) as error:
        log.warning("Cannot read %s: %s", folder() / name, error)
        return None
    return array if (array.dtype, array.shape) == (np.uint8, shape) else None


def save(name: str, array: Bytes) -> None:
    """Keep an array. Without room or permission it is not kept, and the log says so."""
    try:
        with replacing(folder() / name) as file:
            np.save(file, array)
            file.write(_sum(array))
    except OSError as error:
        log.warning("Cannot keep %s: %s. Set %s to a folder.", folder() / name, error, VARIABLE)


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Write a file so that it appears complete or not at all.

    What others who wrote it left when they were killed is removed.

    Yields:
        An open file, readable too. When the block ends it is moved to ``path``; when the block
        raises it is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for old in path.parent.glob(f"{escape(path.name)}*{_PART}"):
        with suppress(OSError):
            if time.time() - old.stat().st_mtime > LEFT:
                old.unlink()
    with tempfile.NamedTemporaryFile(
        "w+b", dir=path.parent, prefix=path.name, suffix=_PART, delete=False
    ) as file:
        part = Path(file.name)
        try:
            yield file
            file.close()
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _sum(array: NDArray[np.generic]) -> bytes:
    return zlib.crc32(np.ascontiguousarray(array).data).to_bytes(_SUM, "little")

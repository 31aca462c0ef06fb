"""Loops compiled to machine code that runs without the interpreter's lock, and where it is kept.

Numba compiles a function when it is first called and keeps the code in a folder named after what
was compiled: the text of all sources that hold compiled functions. So a change in one of them,
of which Numba only watches its own file, compiles all anew.
"""

import hashlib
import logging
import pickletools
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config

from mlpcore.arithmetic.functions import FAST
from mlpcore.caches.disk import folder

log = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., Any])

_SOURCES = ("arithmetic/*.py", "engines/*.py")
# Bytes that must fit where code is kept: more than all of it. Numba ends a call at a full disk.
_ROOM = 16 * 2**20
# How many pickles Numba's files consist of: of an index, and of code.
_PICKLES = {".nbi": 2, ".nbc": 1}


def inner(function: F) -> F:
    """Make a function one that compiled functions may call."""
    return _jit(function)


def inlined(function: F) -> F:
    """Make a function of numbers one that becomes part of the loops that call it."""
    return _jit(function, forceinline=True)


def compiled(function: F, fastmath: set[str] | bool = FAST) -> F:
    """Compile a function at its first call, or take it from the cache if it is there.

    Args:
        function: what to compile.
        fastmath: how LLVM may change the arithmetic; False for not at all.
    """
    kept = _folder()
    if kept is None:
        return _jit(function, fastmath)
    before: str = config.CACHE_DIR  # type: ignore[attr-defined]
    config.CACHE_DIR = str(kept)  # type: ignore[attr-defined]
    try:
        return _jit(function, fastmath, cache=True)
    finally:
        config.CACHE_DIR = before  # type: ignore[attr-defined]


def _jit(function: F, fastmath: set[str] | bool = FAST, **options: Any) -> F:
    jit = numba.njit(nogil=True, fastmath=fastmath, error_model="numpy", **options)
    result: F = jit(function)
    return result


@cache
def _folder() -> Path | None:
    """Where compiled code is kept; None if nothing can be written there."""
    library = Path(__file__).parents[1]
    text = "".join(p.read_text() for pattern in _SOURCES for p in sorted(library.glob(pattern)))
    name = hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
    path = folder() / "compiled" / name
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as room:
            room.write(bytes(_ROOM))
            room.flush()
        for file in path.rglob("*.nb[ci]"):
            if not _whole(file):
                log.warning("%s is damaged, so what it held is compiled anew", file.name)
                file.unlink(missing_ok=True)
        return path
    except OSError as error:
        log.warning("compiled loops cannot be kept, and are compiled at each start: %s", error)
        return None


def _whole(file: Path) -> bool:
    """Whether a file of Numba's is complete; at one that is cut or full of zeros Numba fails."""
    with file.open("rb") as stream:
        try:
            for _ in range(_PICKLES[file.suffix]):
                for _ in pickletools.genops(stream):
                    pass
        except ValueError:
            return False
        return not stream.read(1)

"""The process's memory: how much there is of it, and that garbage is found early."""

import gc
import os
from contextlib import suppress
from pathlib import Path

# Where Linux says how many bytes a container may have, in version 2 of its control groups and 1.
LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)
# Taken to be there where no system says it.
UNKNOWN = 2 * 10**9


def allowed() -> int:
    """Bytes that this process may have: as many as its container, or else the machine."""
    sizes = []
    for limit in LIMITS:
        with suppress(OSError, ValueError):  # "max" is no number
            sizes.append(int(limit.read_text()))
    with suppress(AttributeError, ValueError, OSError):  # not on Windows
        sizes.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(sizes, default=UNKNOWN)


def settle() -> None:
    """Take all that is there now for permanent.

    Full collections come when what is new has grown by a quarter of the rest. With all modules in
    the rest they come so seldom that 100 MB of pictures and answers wait for one; without, they
    come often and look at little.
    """
    gc.collect()
    gc.freeze()
    gc.collect()

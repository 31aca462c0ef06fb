"""Threads that compute for whoever trains, at a lower priority than those that serve pages."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache

# Of Linux' scale, on which 19 is the lowest.
NICENESS = 10


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def step_back() -> None:
    """Give the calling thread a lower priority, where the system has one for threads."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def all_done(tasks: Sequence[Callable[[], object]]) -> None:
    """Do all tasks, each on a thread of its own, the first on the caller's."""
    others = [_pool().submit(task) for task in tasks[1:]]
    try:
        for task in tasks[:1]:
            task()
    finally:
        for other in others:
            other.result()


@cache
def _pool() -> ThreadPoolExecutor:
    # Callers wait for each other's tasks at most for as long as one runs.
    return ThreadPoolExecutor(cores(), "training", initializer=step_back)

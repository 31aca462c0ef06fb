"""Threads that compute for whoever trains, at a lower priority than those that serve pages."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import suppress
from functools import cache

import numpy as np
import torch

# Of Linux' scale, on which 19 is the lowest.
NICENESS = 10


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _step_back() -> None:
    """Give the calling thread a lower priority, where the system has one for threads."""
    if hasattr(os, "setpriority"):
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


def on_threads(task: Callable[[], object], threads: int) -> None:
    """Do a task on so many threads of low priority at once; the caller only waits.

    Callers keep their priority, for they hold the interpreter's lock now and then: whoever serves a
    page would wait for a thread that has it and gets no processor.

    The task shares its work out by itself: threads that have not begun when one has ended are not
    waited for.
    """
    tasks = [_pool().submit(_without_denormals, task) for _ in range(threads)]
    wait(tasks, return_when=FIRST_COMPLETED)
    for one in tasks:
        if not one.cancel():
            one.result()


def _without_denormals(task: Callable[[], object]) -> None:
    """Do a task with numbers below the normal range taken for 0: they are a hundred times slower.

    High powers of small numbers are such numbers. The setting is the thread's.
    """
    set_before = np.float32(1e-40) * np.float32(1) == 0
    torch.set_flush_denormal(True)
    try:
        task()
    finally:
        torch.set_flush_denormal(bool(set_before))


@cache
def _pool() -> ThreadPoolExecutor:
    # Callers wait for each other's tasks at most for as long as one runs.
    return ThreadPoolExecutor(cores(), "training", initializer=_step_back)

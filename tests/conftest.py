"""What tests share."""

import os
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

import pytest
import torch
from hypothesis import settings

from mlpcore.engines.preparing import prepare

# Other work on the machine must not fail a test.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """What the command line and jobs set, so that bits do not depend on which test ran first."""
    torch.set_num_threads(1)


@pytest.fixture(autouse=True, scope="session")
def _compiled():
    """What `make test` did before; so that no job's first words are that it compiles."""
    prepare()


@pytest.fixture(scope="session")
def wait_for() -> Callable[..., None]:
    """Wait until a condition holds; fail if it does not within a generous while."""

    def wait(condition: Callable[[], object], seconds: float = 90) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.005)

    return wait


WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGING = ("os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink")


@pytest.fixture(scope="session")
def nothing_written():
    """A block in which this thread must not change the file system."""
    watch = threading.local()

    def note(event, arguments):
        seen = getattr(watch, "seen", None)
        if seen is None:
            return
        if event in CHANGING or (event == "open" and (arguments[2] or 0) & WRITING):
            seen.append((event, arguments[0]))

    sys.addaudithook(note)

    @contextmanager
    def block():
        watch.seen = []
        try:
            yield
            assert watch.seen == []
        finally:
            watch.seen = None

    return block

"""What tests share."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from hypothesis import settings

from mlpcore.engines.preparing import prepare
from tests import waiting

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
def wait_for() -> Callable[..., Any]:
    """Wait until a condition holds."""
    return waiting.wait_for


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

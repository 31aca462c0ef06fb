"""What tests share."""

import time
from collections.abc import Callable

import pytest
import torch
from hypothesis import settings

# Other work on the machine must not fail a test.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True, scope="session")
def _one_thread():
    """What the command line and jobs set, so that bits do not depend on which test ran first."""
    torch.set_num_threads(1)


@pytest.fixture
def wait_for() -> Callable[[Callable[[], object]], None]:
    """Wait until a condition holds; fail if it does not within a generous while."""

    def wait(condition: Callable[[], object]) -> None:
        deadline = time.monotonic() + 30
        while not condition():
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.005)

    return wait

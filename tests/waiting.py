"""How tests wait: for what they need to be so, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Seconds; longer than anything here takes, also on a slow and busy machine, so that a hang fails.
WAIT = 300.0


def wait_for(condition: Callable[[], T]) -> T:
    """Wait until a condition holds, and return what it says then."""
    deadline = time.monotonic() + WAIT
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
    return found

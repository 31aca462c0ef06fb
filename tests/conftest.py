"""What all tests share."""

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

"""What tests of pages share."""

import pytest

from app.live import component


@pytest.fixture(autouse=True)
def _jobs():
    """Jobs that a test's pages started end with it."""
    yield
    if component.jobs.cache_info().currsize:
        component.jobs().close()
        component.jobs.cache_clear()

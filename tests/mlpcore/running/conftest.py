"""Jobs for tests, and the time they see."""

from types import SimpleNamespace

import pytest

from mlpcore.running.jobs import Jobs


@pytest.fixture
def make_jobs():
    made = []

    def make(**options):
        options = dict(device="cpu", at_once=2, patience=1e6) | options
        made.append(Jobs(**options))
        return made[-1]

    yield make
    for jobs in made:
        jobs.close()


@pytest.fixture
def clock(monkeypatch):
    """The time that jobs see, which stands still unless moved.

    Who is silent is still looked for every quarter of ``patience``, in real time.
    """
    clock = SimpleNamespace(now=0.0)
    monkeypatch.setattr("mlpcore.running.jobs.time", SimpleNamespace(monotonic=lambda: clock.now))
    return clock

"""The past of jobs, within its bounds."""

from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np

from mlpcore.running.jobs import State
from tests.mlpcore.running.gated import Gated, until_state
from tests.waiting import wait_for


class Heavy(Gated):
    """A config whose snapshots after the first hold a kilobyte each."""

    def run(self, device, control):
        for snapshot in super().run(device, control):
            yield SimpleNamespace(epoch=snapshot.epoch) if not snapshot.epoch else Weight()


@dataclass(frozen=True, eq=False)
class Weight:
    array: np.ndarray = field(default_factory=lambda: np.zeros(1024, np.uint8))


def test_a_job_keeps_its_past(make_jobs):
    job = make_jobs().submit(Gated(granted=3), "a")
    until_state(job, State.FINISHED)
    assert [moment.snapshot.epoch for moment in job.history.moments] == [0, 1, 2, 3]


def test_all_histories_together_are_bounded_the_one_watched_longest_ago_thinned_first(
    make_jobs, clock, monkeypatch
):
    jobs, made = make_jobs(patience=4.0, history_bytes=28 * 1024), []
    for place in range(2):
        clock.now = float(place)
        made.append(jobs.submit(Heavy(epochs=16, granted=16), "a"))
        until_state(made[-1], State.FINISHED)
    old, new = (job.history for job in made)
    wait_for(lambda: old.bytes < 16 * 1024)
    assert (old.stride, new.stride) == (2, 1)
    monkeypatch.setattr(jobs, "_history_bytes", 1024)
    wait_for(lambda: new.stride == 16)
    assert [len(history.moments) for history in (old, new)] == [2, 2]


def test_results_that_nobody_watches_go_if_thinner_histories_are_not_enough(
    make_jobs, clock, monkeypatch
):
    jobs, made = make_jobs(patience=4.0), []
    for place in range(3):
        clock.now = float(place)
        made.append(jobs.submit(Heavy(epochs=4, granted=4), "a"))
        until_state(made[-1], State.FINISHED)
    for job in made[1:]:
        jobs.release(job.id, "a")
    monkeypatch.setattr(jobs, "_history_bytes", 2 * 1024)
    wait_for(lambda: jobs.get(made[1].id) is None)
    assert jobs.get(made[2].id) is made[2]
    monkeypatch.setattr(jobs, "_history_bytes", 0)
    wait_for(lambda: jobs.get(made[2].id) is None)
    assert jobs.get(made[0].id) is made[0]

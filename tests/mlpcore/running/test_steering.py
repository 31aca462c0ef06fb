"""Jobs that are paused, stepped, and given another learning rate: their numbers stay."""

import numpy as np

from mlpcore.running.jobs import State
from tests.mlpcore.running.gated import SMALL, assert_same_end, until, until_state


def test_pausing_stepping_and_resuming_do_not_change_the_numbers(make_jobs):
    jobs = make_jobs()
    job = jobs.restart(jobs.submit(SMALL, "a"), "a", epochs=0)
    until(job, lambda status: status.state is State.PAUSED and status.snapshot.epoch == 0)
    for epoch in (1, 2, 3):
        job.step()
        until(job, lambda now, e=epoch: now.state is State.PAUSED and now.snapshot.epoch == e)
        assert [a.epochs[-1] for a in job.status().snapshot.architectures] == [epoch, epoch]
    job.resume()
    until_state(job, State.FINISHED)
    assert_same_end(job, SMALL)


def test_pausing_anywhere_in_an_epoch_does_not_change_the_numbers(make_jobs):
    job = make_jobs().submit(SMALL, "a")
    for _ in range(10):
        job.pause()
        until(job, lambda status: status.state is State.PAUSED or status.state.over)
        job.resume()
    until_state(job, State.FINISHED)
    assert_same_end(job, SMALL)


def test_the_learning_rate_takes_effect_from_the_next_step(make_jobs):
    jobs = make_jobs()
    job = jobs.restart(jobs.submit(SMALL, "a"), "a", epochs=2)
    paused = until_state(job, State.PAUSED).snapshot
    job.set_learning_rate(0.0)
    job.resume()
    end = until_state(job, State.FINISHED).snapshot
    for before, after in zip(paused.architectures, end.architectures, strict=True):
        for a, b in zip(before.weights, after.weights, strict=True):
            np.testing.assert_array_equal(a, b)

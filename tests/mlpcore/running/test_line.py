"""The line of jobs, and the places in which they train."""

import threading

import pytest

from mlpcore.running.jobs import Refused, State
from tests.mlpcore.running.gated import (
    SMALL,
    Gated,
    Snapshot,
    history,
    until,
    until_state,
)
from tests.waiting import wait_for


def test_a_bounded_number_work_at_once_the_others_know_their_place(make_jobs):
    jobs = make_jobs(at_once=2, turn=1e6)
    configs = [Gated() for _ in range(5)]
    made = []
    for place, config in zip((None, None, 1, 2, 3), configs, strict=True):
        made.append(jobs.submit(config, "a"))
        state = State.QUEUED if place else State.RUNNING
        until(made[-1], lambda now, p=place, s=state: (now.state, now.position) == (s, p))
    assert [config.runs for config in configs[2:]] == [0, 0, 0]

    jobs.release(made[3].id, "a")  # cancelled while queued
    assert until_state(made[3], State.CANCELLED).position is None
    until(made[4], lambda status: status.position == 2)
    configs[0].grant(3)
    until_state(made[0], State.FINISHED)
    until_state(made[2], State.RUNNING)
    until(made[4], lambda status: status.position == 1)
    jobs.release(made[1].id, "a")
    until_state(made[4], State.RUNNING)
    assert configs[3].runs == 0


def test_a_long_job_makes_room_and_comes_back(make_jobs):
    jobs = make_jobs(at_once=1, turn=0)
    first, second = Gated(), Gated()
    one, two = jobs.submit(first, "a"), jobs.submit(second, "a")
    until_state(two, State.RUNNING)
    until_state(one, State.RUNNING)
    second.grant(3)
    until_state(two, State.FINISHED)
    first.grant(3)
    until_state(one, State.FINISHED)


def test_runs_that_do_not_fit_the_memory_wait_until_others_have_ended(make_jobs):
    """A paused run has it still; small ones pass."""
    jobs = make_jobs(at_once=4, working_bytes=10)
    large = [Gated(working_bytes=size) for size in (6, 6, 100)]
    one, two, three = (jobs.submit(config, "a") for config in large)
    until_state(one, State.RUNNING)
    until(two, lambda status: status.position)
    until(three, lambda status: status.position)
    small = jobs.submit(Gated(granted=3, working_bytes=4), "a")
    until_state(small, State.FINISHED)
    one.pause()
    until_state(one, State.PAUSED)
    assert [job.status().state for job in (two, three)] == [State.QUEUED] * 2
    jobs.release(one.id, "a")
    for job, config in zip((two, three), large[1:], strict=True):
        until_state(job, State.RUNNING)
        config.grant(3)
        until_state(job, State.FINISHED)


def test_a_run_that_waits_for_memory_can_be_let_go_of(make_jobs):
    jobs = make_jobs(working_bytes=1)
    one, two = (jobs.submit(Gated(working_bytes=1), "a") for _ in range(2))
    until_state(one, State.RUNNING)
    until(two, lambda status: status.position)
    jobs.release(two.id, "a")
    until_state(two, State.CANCELLED)


class Preparing(Gated):
    """A config that prepares something, a grant a fifth of it."""

    def run(self, device, control):
        with control.preparing("melting snow") as progress:
            for share in (0.0, 0.01, 0.2, 0.4):
                progress(share)
            while not self.gate.acquire(timeout=0.01):
                progress(0.4)
        yield from super().run(device, control)


def test_a_preparation_is_told_in_steps_and_leaves_the_slot_to_others(make_jobs):
    jobs = make_jobs(at_once=1, turn=1e6)
    config = Preparing()
    job = jobs.submit(config, "a")
    until(job, lambda status: status.preparation and status.preparation.progress == 0.4)
    assert job.status().preparation.label == "melting snow, 40%"
    assert job.status().version < 6  # not a change for every hundredth
    other = jobs.submit(Gated(granted=3), "b")
    until_state(other, State.FINISHED)
    assert job.status().snapshot is None
    config.grant(4)
    until_state(job, State.FINISHED)


def test_a_job_waits_for_the_compiler_and_leaves_its_slot_meanwhile(make_jobs, monkeypatch):
    ready = threading.Event()
    monkeypatch.setattr("mlpcore.running.jobs.prepared", lambda: ready)
    job = make_jobs(at_once=1).submit(SMALL, "ann")
    until(job, lambda status: status.preparation)
    assert job.status().preparation.label == "compiling, once on this machine, 0%"
    assert job.status().snapshot is None
    ready.set()
    until(job, lambda status: status.state is State.FINISHED)


def test_a_preparation_is_cancelled(make_jobs):
    jobs = make_jobs()
    job = jobs.submit(Preparing(), "a")
    until(job, lambda status: status.preparation)
    jobs.release(job.id, "a")
    until_state(job, State.CANCELLED)


def test_a_job_that_is_done_does_not_wait_in_line_to_say_so(make_jobs):
    jobs, config = make_jobs(at_once=1, turn=0), Gated()
    job = jobs.submit(config, "a")
    statuses = history(job)
    waiting = jobs.submit(Gated(), "a")
    until(waiting, lambda status: status.position or status.snapshot)
    config.grant(3)
    wait_for(lambda: statuses[-1].state is State.FINISHED)
    last = [status.state for status in statuses if status.snapshot == Snapshot(3)]
    assert last == [State.RUNNING, State.FINISHED]


def test_a_paused_job_gives_its_slot_to_the_next(make_jobs):
    jobs = make_jobs(at_once=1, turn=1e6)
    config, other = Gated(), Gated(granted=3)
    job = jobs.own(jobs.submit(config, "a"), "a")
    until(job, lambda status: status.snapshot)
    job.pause()
    until_state(job, State.PAUSED)
    until_state(jobs.submit(other, "b"), State.FINISHED)
    assert job.status().state is State.PAUSED
    job.resume()
    until_state(job, State.RUNNING)


def test_a_full_line_takes_no_more_but_those_who_ask_for_the_same(make_jobs):
    jobs = make_jobs(at_once=1, waiting=2)
    first, second, third, fourth = (Gated() for _ in range(4))
    until_state(jobs.submit(first, "a"), State.RUNNING)
    waits = jobs.submit(second, "b")
    assert jobs.ready
    jobs.submit(third, "c")
    assert not jobs.ready
    with pytest.raises(Refused, match="server is full"):
        jobs.submit(fourth, "d")
    assert jobs.submit(second, "d") is waits
    jobs.release(jobs.submit(third, "c").id, "c")
    jobs.submit(fourth, "d")


def test_a_watcher_has_a_bounded_number_of_unfinished_jobs(make_jobs):
    jobs = make_jobs(per_watcher=2, at_once=3)
    over, running = Gated(0), Gated()
    until_state(jobs.submit(over, "a"), State.FINISHED)
    job = jobs.submit(running, "a")
    jobs.submit(Gated(), "a")
    with pytest.raises(Refused, match="2 unfinished runs"):
        jobs.submit(Gated(), "a")
    with pytest.raises(Refused, match="2 unfinished runs"):
        jobs.restart(job, "a")
    assert jobs.heartbeat(job.id, "a")
    jobs.submit(Gated(), "b")


def test_a_pause_is_not_put_off_by_those_who_wait(make_jobs):
    jobs, config = make_jobs(at_once=1, turn=0), Gated()
    shared = jobs.submit(config, "a")
    job = jobs.restart(shared, "a", epochs=1)
    until_state(shared, State.CANCELLED)
    statuses = history(job)
    until(jobs.submit(Gated(), "b"), lambda status: status.position or status.snapshot)
    config.grant()
    wait_for(lambda: statuses[-1].state is State.PAUSED)
    states = [status.state for status in statuses if status.snapshot == Snapshot(1)]
    assert states == [State.RUNNING, State.PAUSED]

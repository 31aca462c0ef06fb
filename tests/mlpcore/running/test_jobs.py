"""The life of jobs. The configs here go on only when told to, so nothing is timed."""

import logging
import random
import threading
import time
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest

from mlpcore.experiments import WideVsDeep
from mlpcore.params import ParameterError
from mlpcore.running.jobs import Jobs, Refused, State

WAIT = 20.0  # seconds; longer than anything here takes, so that a hang fails

SMALL = WideVsDeep(depth_to=2, seeds=2, samples=60, batch_size=32, epochs=12)
LONG = WideVsDeep(seeds=32, budget=1000, epochs=2000)


@dataclass(frozen=True)
class Snapshot:
    epoch: int


class Gated:
    """A config whose epochs wait to be granted, and which counts its runs."""

    def __init__(self, epochs=3, granted=0, error=None):
        self.epochs, self.error, self.runs = epochs, error, 0
        self.gate = threading.Semaphore(granted)

    def grant(self, epochs=1):
        self.gate.release(epochs)

    def run(self, device, control):
        self.runs += 1
        yield Snapshot(0)
        for epoch in range(1, self.epochs + 1):
            control.checkpoint()
            while not self.gate.acquire(timeout=0.01):
                control.checkpoint()
            if self.error:
                raise self.error
            control.epochs_done(1)
            yield Snapshot(epoch)


def until(job, condition):
    """Wait until the job's status satisfies the condition; return that status."""
    news = threading.Semaphore(0)
    stop = job.subscribe(news.release)
    try:
        while not condition(status := job.status()):
            assert news.acquire(timeout=WAIT), status
        return status
    finally:
        stop()


def until_state(job, state):
    return until(job, lambda status: status.state is state)


def eventually(condition):
    """Wait for what nobody announces."""
    deadline = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def history(job):
    """The statuses of a job from now on, as it goes on adding to them."""
    statuses = [job.status()]
    job.subscribe(lambda: statuses.append(job.status()))
    return statuses


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


# Sharing


def test_equal_configs_are_one_job_with_two_watchers(make_jobs):
    jobs = make_jobs()
    job = jobs.submit(LONG, "a")
    same = jobs.submit(WideVsDeep(**LONG.values()), "b")
    assert same is job
    assert job.watchers.keys() == {"a", "b"}
    assert jobs.get(job.id) is job
    assert jobs.submit(SMALL, "a") is not job

    jobs.release(job.id, "a")
    assert jobs.get(job.id) is job
    assert not job.status().state.over
    jobs.release(job.id, "b")
    assert jobs.get(job.id) is None
    until_state(job, State.CANCELLED)


def test_a_released_config_starts_again(make_jobs):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    jobs.release(job.id, "a")
    until_state(job, State.CANCELLED)
    again = jobs.submit(config, "a")
    assert again is not job
    config.grant(3)
    until_state(again, State.FINISHED)


def test_a_finished_result_is_kept_for_whoever_asks_next(make_jobs):
    jobs, config = make_jobs(), Gated(granted=3)
    job = jobs.submit(config, "a")
    until_state(job, State.FINISHED)
    jobs.release(job.id, "a")
    assert jobs.submit(config, "b") is job
    assert job.status().snapshot == Snapshot(3)
    assert config.runs == 1


def test_only_so_many_results_are_kept_those_asked_for_last(make_jobs, clock):
    jobs = make_jobs(keep=2, patience=0.04)
    configs = [Gated(granted=3) for _ in range(4)]
    made = [jobs.submit(config, "a") for config in configs]
    for job in made:
        until_state(job, State.FINISHED)
    jobs.submit(configs[0], "a")
    for job in made:
        jobs.release(job.id, "a")
    eventually(lambda: jobs.get(made[1].id) is None and jobs.get(made[2].id) is None)
    assert jobs.submit(configs[0], "b") is made[0]
    assert jobs.submit(configs[3], "b") is made[3]
    assert jobs.submit(configs[1], "b") is not made[1]


def test_a_watched_result_is_kept_whatever_the_bound(make_jobs, clock):
    jobs = make_jobs(keep=0, patience=0.04)
    watched, idle = Gated(granted=3), Gated(granted=3)
    kept, dropped = jobs.submit(watched, "a"), jobs.submit(idle, "a")
    until_state(kept, State.FINISHED)
    until_state(dropped, State.FINISHED)
    jobs.release(dropped.id, "a")
    eventually(lambda: jobs.get(dropped.id) is None)
    assert jobs.get(kept.id) is kept


# The past


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
    eventually(lambda: old.bytes < 16 * 1024)
    assert (old.stride, new.stride) == (2, 1)
    monkeypatch.setattr(jobs, "_history_bytes", 1024)
    eventually(lambda: new.stride == 16)
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
    eventually(lambda: jobs.get(made[1].id) is None)
    assert jobs.get(made[2].id) is made[2]
    monkeypatch.setattr(jobs, "_history_bytes", 0)
    eventually(lambda: jobs.get(made[2].id) is None)
    assert jobs.get(made[0].id) is made[0]


# Watchers


def test_whoever_watches_too_keeps_the_very_job(make_jobs):
    jobs = make_jobs()
    job = jobs.submit(LONG, "a")
    jobs.watch(job, "b")
    jobs.release(job.id, "a")
    assert jobs.get(job.id) is job
    assert jobs.own(job, "a") is not job
    jobs.release(job.id, "b")
    jobs.watch(job, "b")
    assert jobs.get(job.id) is None


def test_a_silent_watcher_is_forgotten_and_its_job_cancelled(make_jobs, clock):
    jobs = make_jobs(patience=0.04)
    silent, heard = jobs.submit(Gated(), "a"), jobs.submit(Gated(), "b")
    clock.now = 0.03
    assert jobs.heartbeat(heard.id, "b")
    clock.now = 0.05
    until_state(silent, State.CANCELLED)
    assert jobs.get(silent.id) is None
    assert not jobs.heartbeat(silent.id, "a")
    assert jobs.heartbeat(heard.id, "b")
    assert not heard.status().state.over


def test_only_a_watcher_of_the_job_has_a_heartbeat(make_jobs):
    jobs = make_jobs()
    job = jobs.submit(Gated(), "a")
    assert jobs.heartbeat(job.id, "a")
    assert not jobs.heartbeat(job.id, "b")
    assert not jobs.heartbeat("no such job", "a")
    jobs.release(job.id, "b")
    jobs.release("no such job", "a")
    assert jobs.get(job.id) is job


def test_listeners_hear_every_change_until_they_stop(make_jobs):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    until(job, lambda status: status.snapshot is not None)
    statuses = history(job)
    unheard = []
    job.subscribe(lambda: unheard.append(job.status()))()
    config.grant(3)
    eventually(lambda: statuses[-1].state is State.FINISHED)
    assert [status.snapshot.epoch for status in statuses] == [0, 1, 2, 3, 3]
    versions = [status.version for status in statuses]
    assert versions == list(range(versions[0], versions[0] + 5))
    assert unheard == []


def test_a_failing_listener_does_not_disturb_the_job(make_jobs, caplog):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    until(job, lambda status: status.snapshot is not None)

    def fail():
        raise RuntimeError("no ear")

    job.subscribe(fail)
    statuses = history(job)
    config.grant(3)
    eventually(lambda: statuses[-1].state is State.FINISHED)
    assert statuses[-1].snapshot == Snapshot(3)
    assert "no ear" in caplog.text


# The line


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
    eventually(lambda: statuses[-1].state is State.FINISHED)
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


# Endings


def test_cancelling_takes_effect_running_paused_and_queued(make_jobs):
    jobs = make_jobs(at_once=1, turn=1e6)
    running, queued = jobs.submit(Gated(), "a"), jobs.submit(Gated(), "a")
    until_state(running, State.RUNNING)
    queued.cancel()
    until_state(queued, State.CANCELLED)
    running.cancel()
    until_state(running, State.CANCELLED)
    paused = jobs.submit(Gated(), "a")
    paused.pause()
    until_state(paused, State.PAUSED)
    paused.cancel()
    until_state(paused, State.CANCELLED)
    for job in (running, queued, paused):
        job.thread.join(WAIT)
        assert not job.thread.is_alive()


def test_a_cancelled_training_stops_within_its_epoch(make_jobs):
    job = make_jobs().submit(LONG, "a")
    until(job, lambda status: status.snapshot is not None)
    job.cancel()
    assert until(job, lambda status: status.state.over).state is State.CANCELLED
    assert not job.status().snapshot.finished


def test_a_failure_is_kept_as_a_message_and_logged_with_its_traceback(make_jobs, caplog):
    config = Gated(granted=1, error=ZeroDivisionError("nothing to divide"))
    job = make_jobs().submit(config, "a")
    status = until_state(job, State.FAILED)
    assert status.message == "The experiment stopped: ZeroDivisionError: nothing to divide"
    assert status.snapshot == Snapshot(0)
    job.thread.join(WAIT)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert job.id in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError
    assert "raise self.error" in caplog.text


def test_a_parameter_that_is_not_allowed_is_no_failure_of_the_program(make_jobs, caplog):
    error = ParameterError("archive", "a zip file", "cats.tar")
    status = until_state(make_jobs().submit(Gated(granted=1, error=error), "a"), State.FAILED)
    assert status.message == "archive must be a zip file; got 'cats.tar'."
    assert caplog.records == []


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
def test_what_has_failed_or_was_cancelled_starts_again_when_asked_for(make_jobs, caplog, end):
    jobs, config = make_jobs(), Gated(error=RuntimeError("once"))
    job = jobs.submit(config, "a")
    config.grant() if end is State.FAILED else job.cancel()
    until_state(job, end)
    config.error = None
    config.grant(3)
    again = jobs.submit(config, "a")
    assert again is not job
    until_state(again, State.FINISHED)


def test_closing_ends_all_threads_also_of_released_jobs(make_jobs):
    before = set(threading.enumerate())
    jobs = make_jobs(at_once=1, turn=1e6)
    released = jobs.submit(LONG, "a")
    until(released, lambda status: status.snapshot is not None)
    running, queued, paused = (jobs.submit(Gated(), "a") for _ in range(3))
    paused.pause()
    jobs.release(released.id, "a")
    jobs.close()
    assert set(threading.enumerate()) <= before
    for job in (released, running, queued, paused):
        assert job.status().state is State.CANCELLED
    assert not jobs.ready
    with pytest.raises(Refused, match="stopping"):
        jobs.submit(Gated(), "a")


# Limits


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


def test_every_job_leaves_a_line_in_the_log(make_jobs, caplog):
    jobs = make_jobs()
    with caplog.at_level(logging.INFO, "mlpcore.running.jobs"):
        until_state(job := jobs.submit(SMALL, "a"), State.FINISHED)
        job.thread.join(WAIT)
    (line,) = caplog.messages
    assert line.startswith(f"{job.id} finished after ")
    assert line.endswith("WideVsDeep depth_to=2 samples=60 seeds=2 batch_size=32 epochs=12")


# Steering


def assert_same_end(job, config):
    """The job's last snapshot has the numbers of a run left alone."""
    *_, alone = config.run()
    steered = job.status().snapshot
    assert steered.progress == alone.progress == 1
    for a, b in zip(steered.architectures, alone.architectures, strict=True):
        for layer, expected in zip(a.weights, b.weights, strict=True):
            np.testing.assert_array_equal(layer, expected)
        np.testing.assert_array_equal(a.test_accuracy[-1], b.test_accuracy[-1])
        np.testing.assert_array_equal(a.train_loss[-1], b.train_loss[-1])


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


def test_a_job_watched_alone_is_its_watchers_own_and_no_longer_shared(make_jobs):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    assert jobs.own(job, "a") is job
    assert jobs.own(job, "a") is job
    shared = jobs.submit(config, "b")
    assert shared is not job
    assert jobs.submit(config, "c") is shared


def test_owning_a_shared_job_leaves_it_alone_and_reaches_the_same_epoch(make_jobs):
    jobs = make_jobs()
    shared = jobs.submit(LONG, "a")
    jobs.submit(LONG, "b")
    until(shared, lambda status: status.snapshot and status.snapshot.epoch >= 2)
    mine = jobs.own(shared, "b")
    assert mine is not shared
    assert shared.watchers.keys() == {"a"}
    assert mine.watchers.keys() == {"b"}

    reached = until_state(mine, State.PAUSED).snapshot
    assert 2 <= reached.epoch <= shared.status().snapshot.epoch
    assert shared.status().state in (State.RUNNING, State.QUEUED)
    mine.set_learning_rate(0.5)
    assert mine.status().learning_rate == 0.5
    assert shared.status().learning_rate is None
    assert jobs.submit(LONG, "c") is shared


def test_owning_a_shared_job_before_its_first_snapshot_pauses_before_training(make_jobs):
    jobs, config = make_jobs(at_once=1, turn=1e6), Gated()
    first = jobs.submit(Gated(), "a")
    until_state(first, State.RUNNING)
    shared = jobs.submit(config, "a")
    jobs.submit(config, "b")
    mine = jobs.own(shared, "b")
    config.grant(3)
    first.cancel()
    assert until_state(mine, State.PAUSED).snapshot == Snapshot(0)


@pytest.mark.parametrize("gone", ["finished", "forgotten"])
def test_owning_what_is_gone_starts_anew(make_jobs, gone):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    until(job, lambda status: status.snapshot)
    if gone == "finished":
        config.grant(3)
        until_state(job, State.FINISHED)
    else:
        jobs.release(job.id, "a")
    mine = jobs.own(job, "a")
    assert mine is not job
    assert jobs.get(mine.id) is mine
    assert jobs.heartbeat(mine.id, "a")


def test_restarting_leaves_the_old_job(make_jobs):
    jobs = make_jobs()
    old = jobs.submit(Gated(), "a")
    new = jobs.restart(old, "a")
    assert until(old, lambda status: status.state.over).state is State.CANCELLED
    assert jobs.get(old.id) is None
    assert new.config is old.config
    assert new.watchers.keys() == {"a"}


def test_a_steered_result_is_not_taken_for_the_configs(make_jobs):
    jobs = make_jobs()
    job = jobs.own(jobs.submit(SMALL, "a"), "a")
    job.set_learning_rate(0.0)
    until_state(job, State.FINISHED)
    other = jobs.submit(SMALL, "b")
    assert other is not job
    until_state(other, State.FINISHED)
    assert_same_end(other, SMALL)
    jobs.release(job.id, "a")
    assert jobs.get(job.id) is None


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


def test_a_pause_is_not_put_off_by_those_who_wait(make_jobs):
    jobs, config = make_jobs(at_once=1, turn=0), Gated()
    shared = jobs.submit(config, "a")
    job = jobs.restart(shared, "a", epochs=1)
    until_state(shared, State.CANCELLED)
    statuses = history(job)
    until(jobs.submit(Gated(), "b"), lambda status: status.position or status.snapshot)
    config.grant()
    eventually(lambda: statuses[-1].state is State.PAUSED)
    states = [status.state for status in statuses if status.snapshot == Snapshot(1)]
    assert states == [State.RUNNING, State.PAUSED]


# All at once


def test_many_who_come_and_go_leave_nothing_behind(make_jobs):
    jobs = make_jobs(at_once=2, turn=0, keep=0, patience=0.04)
    configs = [Gated(epochs=3, granted=1000) for _ in range(4)]
    seen, lock = [], threading.Lock()
    start = threading.Barrier(8)

    def visit(number):
        choose = random.Random(number)
        start.wait()
        for visit in range(25):
            watcher = f"{number}-{visit}"
            job = jobs.submit(choose.choice(configs), watcher)
            with lock:
                seen.append(job)
            action = choose.choice(["none", "pause", "step", "rate", "resume", "again"])
            if action != "none":
                job = jobs.own(job, watcher)
                with lock:
                    seen.append(job)
            match action:
                case "pause":
                    job.pause()
                case "step":
                    job.step()
                case "rate":
                    job.set_learning_rate(0.1)
                case "resume":
                    job.pause()
                    job.resume()
                case "again":
                    job = jobs.restart(job, watcher)
            jobs.heartbeat(job.id, watcher)
            jobs.release(job.id, watcher)

    threads = [threading.Thread(target=visit, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
        assert not thread.is_alive()
    for job in seen:
        job.thread.join(WAIT)
        assert job.status().state in (State.FINISHED, State.CANCELLED)
    eventually(lambda: all(jobs.get(job.id) is None for job in seen))
    both_slots = [Gated(), Gated()]
    for config in both_slots:
        until_state(jobs.submit(config, "a"), State.RUNNING)

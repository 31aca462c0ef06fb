"""How jobs tell what happens, and end: done, failed, cancelled, closed."""

import logging
import random
import threading

import pytest
import torch

from mlpcore.params import ParameterError
from mlpcore.running.jobs import NO_MEMORY, Refused, State
from tests.mlpcore.running.gated import (
    LONG,
    SMALL,
    WAIT,
    Gated,
    Snapshot,
    history,
    until,
    until_state,
)
from tests.waiting import wait_for


def test_listeners_hear_every_change_until_they_stop(make_jobs):
    jobs, config = make_jobs(), Gated()
    job = jobs.submit(config, "a")
    until(job, lambda status: status.snapshot is not None)
    statuses = history(job)
    unheard = []
    job.subscribe(lambda: unheard.append(job.status()))()
    config.grant(3)
    wait_for(lambda: statuses[-1].state is State.FINISHED)
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
    wait_for(lambda: statuses[-1].state is State.FINISHED)
    assert statuses[-1].snapshot == Snapshot(3)
    assert "no ear" in caplog.text


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


def lacks_memory_of_torchs():
    try:
        torch.empty(2**60)
    except RuntimeError as error:
        return error


@pytest.mark.parametrize("error", [MemoryError(), torch.OutOfMemoryError(), "torch's"])
def test_a_run_without_memory_says_so(make_jobs, error):
    jobs, error = make_jobs(), lacks_memory_of_torchs() if error == "torch's" else error
    failed = jobs.submit(Gated(granted=1, error=error), "a")
    assert until_state(failed, State.FAILED).message == NO_MEMORY
    until_state(jobs.submit(Gated(granted=9), "a"), State.FINISHED)


def test_a_parameter_that_is_not_allowed_is_no_failure_of_the_program(make_jobs, caplog):
    error = ParameterError("archive", "a zip file", "cats.tar")
    status = until_state(make_jobs().submit(Gated(granted=1, error=error), "a"), State.FAILED)
    assert status.message == "archive must be a zip file; got 'cats.tar'."
    assert caplog.records == []


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


def test_every_job_leaves_a_line_in_the_log(make_jobs, caplog):
    jobs = make_jobs()
    with caplog.at_level(logging.INFO, "mlpcore.running.jobs"):
        until_state(job := jobs.submit(SMALL, "a"), State.FINISHED)
        job.thread.join(WAIT)
    (line,) = caplog.messages
    assert line.startswith(f"{job.id} finished after ")
    assert line.endswith("WideVsDeep depth_to=2 samples=60 seeds=2 batch_size=32 epochs=12")


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
    wait_for(lambda: all(jobs.get(job.id) is None for job in seen))
    both_slots = [Gated(), Gated()]
    for config in both_slots:
        until_state(jobs.submit(config, "a"), State.RUNNING)

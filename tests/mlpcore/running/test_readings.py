"""What whoever watches the jobs may read."""

import logging
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcore.running.jobs import Jobs, Refused, State
from tests.mlpcore.running.gated import WAIT, Gated, until_state
from tests.waiting import wait_for

ACTIONS = ("submit", "finish", "fail", "cancel", "pause", "release")


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 9)), max_size=10))
def test_the_jobs_by_state_are_all_that_are_here(actions):
    jobs, made, here = Jobs(device="cpu", at_once=2, patience=1e6, waiting=2), {}, []
    try:
        for action, number in actions:
            if action == "submit":
                try:
                    job = jobs.submit(Gated(), "a")
                except Refused:
                    continue
                made[job.id] = job
            elif made:
                job = list(made.values())[number % len(made)]
                match action:
                    case "finish":
                        job.config.grant(3)
                    case "fail":
                        job.config.error = ZeroDivisionError()
                        job.config.grant()
                    case "release":
                        jobs.release(job.id, "a")
                    case _:
                        getattr(job, action)()
            here = [job for job in made.values() if jobs.get(job.id)]
            assert jobs.states.total() == len(here)
        wait_for(lambda: jobs.states == Counter(job.status().state for job in here))
    finally:
        jobs.close()
    assert jobs.states.keys() <= {state for state in State if state.over}
    assert (jobs.waiting_to_train, jobs.waiting_for_memory, jobs.working_bytes) == (0, 0, 0)


def test_it_is_known_what_runs_wait_for_and_hold(make_jobs):
    jobs = make_jobs(at_once=1, turn=1e6, working_bytes=10)
    for size in (4, 5, 9):
        job = jobs.submit(Gated(working_bytes=size), "a")
        until_state(job, State.QUEUED if size > 4 else State.RUNNING)
    wait_for(lambda: jobs.waiting_to_train == jobs.waiting_for_memory == 1)
    assert jobs.working_bytes == 4 + 5
    assert jobs.states == {State.RUNNING: 1, State.QUEUED: 2}


def test_the_log_tells_whoever_listens_how_a_job_ended(make_jobs, caplog):
    with caplog.at_level(logging.INFO, "mlpcore.running.jobs"):
        until_state(job := make_jobs().submit(Gated(granted=3), "a"), State.FINISHED)
        job.thread.join(WAIT)
    (record,) = caplog.records
    assert record.ended.job is job
    assert f"after {record.ended.seconds:.1f} s" in record.getMessage()

"""Jobs that are shared, kept for the next who asks, and owned."""

import pytest

from mlpcore.experiments import WideVsDeep
from mlpcore.running.jobs import State
from tests.mlpcore.running.gated import (
    LONG,
    SMALL,
    Gated,
    Snapshot,
    assert_same_end,
    until,
    until_ended,
    until_state,
)
from tests.waiting import wait_for


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
    until(job, lambda status: status.snapshot)
    jobs.release(job.id, "a")
    until_ended(job, State.CANCELLED)
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
    wait_for(lambda: jobs.get(made[1].id) is None and jobs.get(made[2].id) is None)
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
    wait_for(lambda: jobs.get(dropped.id) is None)
    assert jobs.get(kept.id) is kept


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


@pytest.mark.parametrize("end", [State.FAILED, State.CANCELLED])
def test_what_has_failed_or_was_cancelled_starts_again_when_asked_for(make_jobs, caplog, end):
    jobs, config = make_jobs(), Gated(error=RuntimeError("once"))
    job = jobs.submit(config, "a")
    until(job, lambda status: status.snapshot)
    config.grant() if end is State.FAILED else job.cancel()
    until_ended(job, end)
    config.error = None
    config.grant(3)
    again = jobs.submit(config, "a")
    assert again is not job
    until_state(again, State.FINISHED)


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

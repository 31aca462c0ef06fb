"""Replicas share the runs of one cluster, and outlive each other, the trainers and their nodes."""

import io
import itertools
import json
import os
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
import ray
from PIL import Image

from mlpcore.caches.memory import Kept
from mlpcore.cluster.trainers import places
from mlpcore.datasets import collection, image_folder, points
from mlpcore.experiments import AnimalFaces, GainSweep, WideVsDeep, gain_sweep
from mlpcore.running.jobs import Refused, State
from tests.cluster.conftest import AT_ONCE, ROOT, STORE, WAITING, WEIGHTS
from tests.cluster.shared import long, states, unfinished
from tests.mlpcore.running.gated import (
    WAIT,
    Snapshot,
    assert_same_end,
    history,
    until,
    until_state,
)
from tests.runs import final

pytestmark = pytest.mark.cluster

MEDIUM = WideVsDeep(seeds=8, budget=500, epochs=100)


@pytest.fixture(autouse=True)
def _nothing_runs(cluster, wait_for):
    """Neither before a test nor after it."""
    wait_for(lambda: not unfinished(cluster))
    yield
    wait_for(lambda: len(cluster.trainers.alive) == 2)


@pytest.fixture
def replica(address):
    """Start a replica, another process, that watches long runs of these seeds."""
    started = []

    def start(*seeds):
        command = [sys.executable, "-m", "tests.cluster.replica", address, *map(str, seeds)]
        started.append(
            subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
            )
        )
        assert started[-1].stdout.readline() == "watching\n"
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def epochs(job):
    return [moment.snapshot.epoch for moment in job.history.moments]


def test_one_run_is_watched_from_two_replicas_and_who_comes_late_has_its_past(make_jobs, gated):
    config = gated(granted=2)
    one, two = make_jobs(), make_jobs()
    first = one.submit(config, "a")
    until(first, lambda status: status.snapshot == Snapshot(2))
    late = two.submit(config, "a")
    until(late, lambda status: status.snapshot == Snapshot(2))
    config.grant()
    for job in (first, late):
        until_state(job, State.FINISHED)
        assert epochs(job) == [0, 1, 2, 3]
    assert config.runs == 1


def test_a_finished_result_is_kept_by_its_trainer_for_other_replicas(make_jobs, gated):
    config = gated(granted=3)
    replica = make_jobs()
    until_state(replica.submit(config, "a"), State.FINISHED)
    replica.close()
    late = make_jobs().submit(config, "a")
    until_state(late, State.FINISHED)
    assert epochs(late) == [0, 1, 2, 3]
    assert config.runs == 1


def test_whoever_steers_gets_a_run_of_their_own(cluster, make_jobs, wait_for):
    one, two = (jobs.submit(long(0), "a") for jobs in (make_jobs(), make_jobs()))
    for job in (one, two):
        until(job, lambda status: status.snapshot and status.snapshot.epoch >= 2)
    wait_for(lambda: states(cluster)[State.RUNNING] == 1)
    two.pause()
    reached = until_state(two, State.PAUSED).snapshot.epoch
    wait_for(lambda: (now := states(cluster))[State.RUNNING] == now[State.PAUSED] == 1)
    two.set_learning_rate(0.5)
    two.step()
    until(two, lambda now: now.state is State.PAUSED and now.snapshot.epoch == reached + 1)
    before = one.status()
    assert before.learning_rate is None
    until(one, lambda status: status.snapshot.epoch > before.snapshot.epoch)
    two.resume()
    until(two, lambda status: status.snapshot.epoch > reached + 1)


def test_a_place_in_the_clusters_line_is_told(make_jobs, gated, wait_for):
    jobs = make_jobs(per_watcher=100)
    made = [jobs.submit(gated(), "a") for _ in range(2 * AT_ONCE + 4)]
    for job in made:
        until(job, lambda status: status.position or status.snapshot)
    # Who waits changes, as all take turns.
    waiting = wait_for(
        lambda: len(now := [job for job in made if job.status().position]) >= 4 and now
    )
    for job in made:
        if job not in waiting:
            jobs.release(job.id, "a")
    for job in waiting:
        until(job, lambda status: status.state is State.RUNNING and status.position is None)


def test_whom_all_trainers_refuse_hears_what_threads_say(make_jobs, gated, monkeypatch, wait_for):
    monkeypatch.setattr("mlpcore.running.jobs.ANSWER", WAIT)
    jobs = make_jobs(per_watcher=100)
    configs = [gated() for _ in range(2 * (AT_ONCE + WAITING))]
    made = [jobs.submit(config, "a") for config in configs]
    wait_for(lambda: not jobs.ready)
    refused = gated(granted=3)
    with pytest.raises(Refused, match=r"^The server is full: no more runs fit its line"):
        jobs.submit(refused, "b")
    with pytest.raises(Refused, match="server is full"):
        jobs.restart(made[0], "a", epochs=1)
    assert not any(job.status().state.over for job in made)
    assert make_jobs().submit(configs[0], "c").status().state is not State.FAILED
    jobs.release(made[-1].id, "a")
    wait_for(lambda: jobs.ready)
    until_state(jobs.submit(refused, "b"), State.FINISHED)
    assert refused.runs == 1


def test_a_replica_that_is_killed_takes_no_run_with_it_but_those_it_alone_watched(
    cluster, make_jobs, replica, wait_for
):
    other = replica(1, 2)
    job = make_jobs().submit(long(1), "a")
    before = until(job, lambda status: status.snapshot).snapshot
    wait_for(lambda: unfinished(cluster) == 2)
    other.kill()
    wait_for(lambda: unfinished(cluster) == 1)
    until(job, lambda status: status.snapshot.epoch > before.epoch + 1)
    assert epochs(job)[0] == 0


def process_of(cluster, config):
    """The process that trains a config."""
    trainer = cluster.trainers.of(config, WAIT)[0]
    return ray.get(trainer.__ray_call__.remote(lambda self: os.getpid()))


def kill(cluster, config):
    """End the process that trains a config, as a lack of memory would."""
    os.kill(process_of(cluster, config), signal.SIGKILL)


def test_a_run_whose_trainer_is_killed_starts_again_and_nobody_sees_an_error(
    cluster, make_jobs, gated
):
    config = gated(granted=2)
    jobs = [make_jobs().submit(config, "a") for _ in range(2)]
    for job in jobs:
        until(job, lambda status: status.snapshot == Snapshot(2))
    statuses = history(jobs[0])
    kill(cluster, config)
    until(jobs[0], lambda status: status.message)
    assert jobs[0].status().message.startswith("started again")
    assert jobs[0].status().state is State.RUNNING
    config.grant(3)
    for job in jobs:
        assert until_state(job, State.FINISHED).message is None
        assert epochs(job) == [0, 1, 2, 3]
    assert config.runs == 2
    assert {status.state for status in statuses} == {State.RUNNING, State.FINISHED}


def test_numbers_are_those_of_this_machine_even_if_a_trainer_is_killed(cluster, make_jobs):
    job = make_jobs().submit(MEDIUM, "a")
    until(job, lambda status: status.snapshot and status.snapshot.epoch > 5)
    kill(cluster, MEDIUM)
    until_state(job, State.FINISHED)
    assert_same_end(job, MEDIUM)


@pytest.fixture
def third(nodes, cluster, wait_for):
    """A third node; its name, which trainers know it by, is its ``node_id``."""
    node = nodes.add_node(num_cpus=1, object_store_memory=STORE)
    wait_for(lambda: node.node_id in cluster.trainers.alive)
    yield node
    if node in nodes.worker_nodes:
        nodes.remove_node(node, allow_graceful=False)


def test_runs_whose_whole_node_is_lost_are_trained_on_another(
    nodes, third, cluster, make_jobs, gated
):
    def there(configs):
        known = cluster.trainers.alive
        return next(config for config in configs if places(config, known)[0] == third.node_id)

    waits = there(gated(granted=2) for _ in itertools.count())
    trains = there(replace(MEDIUM, seed=seed) for seed in itertools.count(100))
    replicas = [make_jobs() for _ in range(2)]
    watched = [jobs.submit(waits, "a") for jobs in replicas]
    trained = replicas[0].submit(trains, "a")
    for job in watched:
        until(job, lambda status: status.snapshot == Snapshot(2))
    until(trained, lambda status: status.snapshot and status.snapshot.epoch > 5)
    trainer = process_of(cluster, waits)
    nodes.remove_node(third, allow_graceful=False)
    with suppress(ProcessLookupError):  # it may have seen that Ray's process was gone
        os.kill(trainer, signal.SIGKILL)
    for job in watched:
        assert until(job, lambda status: status.message).message.startswith("started again")
    waits.grant(3)
    for job in watched:
        assert until_state(job, State.FINISHED).message is None
        assert epochs(job) == [0, 1, 2, 3]
    assert waits.runs == 2
    until_state(trained, State.FINISHED)
    assert_same_end(trained, trains)


def test_a_paused_run_whose_trainer_is_killed_stands_where_it_stood(cluster, make_jobs, gated):
    config = gated(granted=2)
    job = make_jobs().submit(config, "a")
    until(job, lambda status: status.snapshot == Snapshot(2))
    job.pause()
    until_state(job, State.PAUSED)
    kill(cluster, config)
    config.grant(2)
    until(job, lambda status: status.message)
    until(job, lambda status: status.state is State.PAUSED)
    job.resume()
    config.grant(1)
    until_state(job, State.FINISHED)
    assert epochs(job) == [0, 1, 2, 3]


def test_points_that_somebody_brought_travel_with_the_config(make_jobs):
    generator = np.random.default_rng(7)
    brought = points.Points(
        generator.normal(size=(60, 2)), np.arange(60) % 2, ("left", "right"), ("a", "b")
    )
    data = points.keep(brought)
    config = WideVsDeep(data=data, classes=2, depth_to=2, seeds=2, epochs=3, batch_size=32)
    job = make_jobs().submit(config, "a")
    until_state(job, State.FINISHED)
    assert_same_end(job, config)


def test_an_archive_of_pictures_that_somebody_brought_travels_and_nobody_else_gets_it(
    make_jobs, tmp_path, monkeypatch
):
    generator = np.random.default_rng(7)
    archive = tmp_path / "own.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for label, split, number in itertools.product(("cups", "jugs"), ("train", "val"), range(6)):
            picture = Image.fromarray(generator.integers(0, 256, (32, 32, 3), np.uint8))
            picture.save(png := io.BytesIO(), "PNG")
            file.writestr(f"{split}/{label}/{number}.png", png.getvalue())
    data = collection.keep(image_folder.load(archive))
    config = AnimalFaces(data=data, epochs=2, widths="8", batch_size=4)
    job = make_jobs().submit(config, "a")
    snapshot = until_state(job, State.FINISHED).snapshot
    # As text, for what is not a number equals nothing.
    assert json.dumps(snapshot.result()) == json.dumps(final(config).result())
    # As on a replica where nobody brought them: their name alone gives nobody the pictures.
    monkeypatch.setattr(collection, "_kept", Kept(collection.MOST_KEPT))
    other = make_jobs().submit(config, "b")
    assert until_state(other, State.FAILED).message.startswith("data must be")
    assert other.history.moments == ()


def test_trainers_keep_as_many_weights_of_sweeps_as_they_are_told(cluster):
    for trainer in cluster.trainers.alive.values():
        kept = trainer.__ray_call__.remote(lambda self: gain_sweep.kept_weights.most)
        assert ray.get(kept) == WEIGHTS


def test_the_weights_of_a_sweep_come_with_its_end(make_jobs):
    config = GainSweep(gains=2, seeds=1, samples=50, epochs=1, widths="8")
    job = make_jobs().submit(config, "a")
    snapshot = until_state(job, State.FINISHED).snapshot
    *_, alone = config.run()
    for name, layers in alone.networks().layers.items():
        for layer, expected in zip(snapshot.networks().layers[name], layers, strict=True):
            np.testing.assert_array_equal(layer, expected)

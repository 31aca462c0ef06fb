"""Configs that go on only when told to, and how to wait for jobs: nothing is timed."""

import threading
from dataclasses import dataclass

import numpy as np

from mlpcore.experiments import WideVsDeep
from tests.waiting import WAIT, wait_for

SMALL = WideVsDeep(depth_to=2, seeds=2, samples=60, batch_size=32, epochs=12)
LONG = WideVsDeep(seeds=32, budget=1000, epochs=2000)


@dataclass(frozen=True)
class Snapshot:
    epoch: int


class Gated:
    """A config whose epochs wait to be granted, and which counts its runs and those that ended."""

    def __init__(self, epochs=3, granted=0, error=None, working_bytes=0):
        self.epochs, self.error, self.runs, self.ended = epochs, error, 0, 0
        self.working_bytes = working_bytes
        self.gate = threading.Semaphore(granted)

    def grant(self, epochs=1):
        self.gate.release(epochs)

    def run(self, device, control):
        self.runs += 1
        try:
            yield Snapshot(0)
            for epoch in range(1, self.epochs + 1):
                control.checkpoint()
                while not self.gate.acquire(timeout=0.01):
                    control.checkpoint()
                if self.error:
                    raise self.error
                control.epochs_done(1)
                yield Snapshot(epoch)
        finally:
            self.ended += 1


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


def until_ended(job, state):
    """Wait for a state that a job has begun to end in, and until its run has, wherever that is."""
    until_state(job, state)
    wait_for(lambda: job.config.ended == job.config.runs)


def history(job):
    """The statuses of a job from now on, as it goes on adding to them."""
    statuses = [job.status()]
    job.subscribe(lambda: statuses.append(job.status()))
    return statuses


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

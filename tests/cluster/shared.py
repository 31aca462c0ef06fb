"""What replicas ask for, and what trainers do."""

from collections import Counter

import ray

from mlpcore.experiments import WideVsDeep
from mlpcore.running.jobs import State


def long(seed):
    """A run that takes longer than any test."""
    return WideVsDeep(seeds=32, budget=1000, epochs=2000, seed=seed)


def states(cluster):
    """How many runs of all trainers do what; none of trainers that do not answer."""
    found = Counter()
    for trainer in list(cluster.trainers.alive.values()):
        try:
            found.update(ray.get(trainer.states.remote(), timeout=30))
        except ray.exceptions.RayError:
            continue
    return found


def unfinished(cluster):
    """How many runs are not over."""
    return sum(count for state, count in states(cluster).items() if not State(state).over)

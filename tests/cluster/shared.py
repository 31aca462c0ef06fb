"""What replicas ask for, and what trainers do."""

from collections import Counter

import ray

from mlpcore.experiments import WideVsDeep


def long(seed):
    """A run that takes longer than any test."""
    return WideVsDeep(seeds=32, budget=2000, epochs=2000, seed=seed)


def states(cluster):
    """How many runs of all trainers do what; none of trainers that do not answer."""
    found = Counter()
    for trainer in list(cluster.trainers.alive.values()):
        try:
            found.update(ray.get(trainer.__ray_call__.remote(_states), timeout=30))
        except ray.exceptions.RayError:
            continue
    return found


def _states(trainer):
    return trainer._jobs.states


def unfinished(cluster):
    """How many runs are not over."""
    return sum(count for state, count in states(cluster).items() if not state.over)

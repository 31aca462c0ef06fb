"""Ensembles to train."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from mlpcore.engines import Lesson, Rule, Samples, dealing
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.dealing import orders
from mlpcore.engines.reference import TorchEngine

ENGINES = {"compiled": CompiledEngine, "torch": TorchEngine}


@pytest.fixture(params=ENGINES)
def engine(request):
    return ENGINES[request.param]()


def normal(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def network(shape, seed, dtype):
    """Layers (out, in + 1) of a network whose signal neither dies nor explodes."""
    return [
        normal(n_out, n_in + 1, dtype=dtype, seed=100 * seed + layer) * (1.5 / (n_in + 1) ** 0.5)
        for layer, (n_in, n_out) in enumerate(pairwise(shape))
    ]


def points(features, classes, size, dtype):
    """Labelled points that a network can learn something about."""
    inputs = normal(size, features, dtype=dtype, seed=1)
    labels = (inputs[:, 0] > 0).long() + torch.arange(size) % 2 * (inputs.prod(1) > 0)
    return inputs, labels % classes


def batches(dataset, order, size, steps):
    """Batches of an epoch in an order."""
    inputs, labels = dataset
    return [(inputs[chosen], labels[chosen]) for chosen in order.split(size)[:steps]]


def epochs(dataset, seed, size, steps, count):
    """Batches of some epochs, for networks of a seed."""
    dealt = (
        torch.from_numpy(orders(np.array([seed]), epoch, len(dataset[1]))[0])
        for epoch in range(count)
    )
    return [batch for order in dealt for batch in batches(dataset, order, size, steps)]


def masks(lesson, network, count):
    """For each batch of some epochs, dropout's masks (B, units) of a network's hidden layers."""
    ensemble, samples, size = lesson.ensemble, len(lesson.samples), lesson.batch_size
    seed, dropout = np.array(ensemble.seeds[network : network + 1]), ensemble.rule.dropout
    dealt = []
    for epoch in range(count):
        for first in range(0, samples, size)[: lesson.steps]:
            batch = min(size, samples - first)
            layers = enumerate(ensemble.shapes[network][1:-1])
            found = [dealing.masks(seed, epoch, k, (n, batch), first, dropout) for k, n in layers]
            dealt.append([torch.from_numpy(mask[0].T) for mask in found])
    return dealt


def lesson(engine, networks, dataset, rule=None, seeds=None, **about):
    """An ensemble and what it learns: batches of 16, the last one smaller."""
    about = dict(activation="tanh", batch_size=16, steps=None) | about
    size = about["batch_size"]
    seeds = range(len(networks)) if seeds is None else seeds
    ensemble = engine.ensemble(networks, about["activation"], 0.2, rule or Rule(), seeds)
    samples = dataset if isinstance(dataset, Samples) else Samples(*dataset)
    return Lesson(ensemble, samples, size, about["steps"] or -(-len(samples) // size))


def layers(ensemble):
    """Copies of each network's layers."""
    found = []
    for group in ensemble.groups:
        stack = [layer.clone() for layer in ensemble.weights(group)]
        found += [[layer[i] for layer in stack] for i in range(group.stop - group.start)]
    return found


@pytest.fixture(scope="session")
def school():
    """Functions that make networks, what they learn, and lessons."""
    return SimpleNamespace(
        normal=normal,
        network=network,
        points=points,
        batches=batches,
        epochs=epochs,
        masks=masks,
        lesson=lesson,
        layers=layers,
    )

"""The engine for CPUs: compiled loops that run without the interpreter's lock."""

import time
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.activations import ACTIVATIONS
from mlpcore.engines import loops, products, workers
from mlpcore.engines.interface import (
    OPTIMISERS,
    Ensemble,
    Floats,
    Lesson,
    Metrics,
    Network,
    Rule,
)
from mlpcore.engines.samples import PictureSamples, Samples

Places = NDArray[np.int64]

_RULES = dict(zip(OPTIMISERS, (loops.SGD, loops.ADAM, loops.ADAMW, loops.RMSPROP), strict=True))


class CompiledEnsemble(Ensemble):
    """Networks whose weights are one flat array, each a run of it."""

    def __init__(
        self,
        networks: Sequence[Network],
        activation: str,
        negative_slope: float,
        rule: Rule,
        seeds: Sequence[int],
    ) -> None:
        super().__init__(networks, activation, negative_slope, rule, seeds)
        drawn = [layer.numpy().ravel() for layers in networks for layer in layers]
        self.flat = np.concatenate(drawn)
        real = self.flat.dtype.type
        self.layers = np.array([len(shape) - 1 for shape in self.shapes])
        self.sizes = np.zeros((len(self), self.layers.max() + 1), np.int64)
        for row, shape in zip(self.sizes, self.shapes, strict=True):
            row[: len(shape)] = shape
        counts = [sum(layer.numel() for layer in layers) for layers in networks]
        self.offsets = np.concatenate([[0], np.cumsum(counts)])
        self.phi = list(ACTIVATIONS).index(activation)
        self.slope = real(negative_slope)
        self.kernels = products.kernels(self.flat.dtype)
        self.orders, self.rows = np.unique(self.seeds, return_inverse=True)
        self.by_order = np.argsort(self.rows, kind="stable")
        self.costs = np.array([_cost(self.shapes[network]) for network in self.by_order])
        self.rule_of_update = _RULES[rule.optimiser]
        plain = rule.optimiser == "sgd" and not rule.momentum and not rule.weight_decay
        self.first = np.zeros(0 if plain else len(self.flat), real)
        self.second = np.zeros(0 if rule.optimiser == "sgd" else len(self.flat), real)
        if len(self.second) == 0:
            self.second = self.first  # not looked at
        self.momentum, self.decay = real(rule.momentum), real(rule.weight_decay)

    def copies(self) -> list[tuple[Floats, ...]]:
        """As for :class:`Ensemble`."""
        flat = self.flat.copy()
        return [tuple(self._views(flat, group)) for group in self.groups]

    def weights(self, group: slice) -> list[Tensor]:
        """As for :class:`Ensemble`."""
        return [torch.from_numpy(view) for view in self._views(self.flat, group)]

    def _views(self, flat: Floats, group: slice) -> list[Floats]:
        count = group.stop - group.start
        rows = flat[self.offsets[group.start] : self.offsets[group.stop]].reshape(count, -1)
        views, start = [], 0
        for n_in, n_out in pairwise(self.shapes[group.start]):
            stop = start + n_out * (n_in + 1)
            views.append(rows[:, start:stop].reshape(count, n_out, n_in + 1))
            start = stop
        return views


class CompiledEngine:
    """Trains ensembles by :mod:`mlpcore.engines.loops`."""

    ensemble = CompiledEnsemble

    def train(
        self,
        lessons: Sequence[Lesson],
        start: int,
        stop: int,
        learning_rate: float,
        threads: int = 1,
    ) -> float:
        """As for :class:`mlpcore.engines.interface.Engine`."""
        seconds = []

        def work(portion: Sequence[tuple[int, Places]]) -> None:
            begun = time.monotonic()
            for place, networks in portion:
                _train(lessons[place], networks, start, stop, learning_rate)
            seconds.append(time.monotonic() - begun)

        shares = portions([lesson.ensemble for lesson in lessons], threads)
        workers.all_done([partial(work, portion) for portion in shares])
        return max(seconds)

    def evaluate(
        self, tests: Sequence[tuple[Ensemble, Samples]], threads: int = 1
    ) -> list[Metrics]:
        """As for :class:`mlpcore.engines.interface.Engine`."""
        found = [
            (np.empty(len(ensemble), np.float32), np.empty(len(ensemble), np.float32))
            for ensemble, _ in tests
        ]

        def work(portion: Sequence[tuple[int, Places]]) -> None:
            for place, networks in portion:
                _evaluate(*tests[place], networks, found[place])

        shares = portions([ensemble for ensemble, _ in tests], threads)
        workers.all_done([partial(work, portion) for portion in shares])
        return found


def portions(ensembles: Sequence[Ensemble], threads: int) -> list[list[tuple[int, Places]]]:
    """Share all networks out so that threads have about equally much to do.

    Those that follow one order stay together as far as possible, since they share its batches.

    Returns:
        For each thread pairs of an ensemble's place and some of its networks.
    """
    mine = [ensemble for ensemble in ensembles if isinstance(ensemble, CompiledEnsemble)]
    costs = np.concatenate([ensemble.costs for ensemble in mine])
    middles = np.cumsum(costs) - costs / 2
    thread, start = (middles * threads / costs.sum()).astype(int), 0
    shares: list[list[tuple[int, Places]]] = [[] for _ in range(threads)]
    for place, ensemble in enumerate(mine):
        which = thread[start : start + len(ensemble)]
        start += len(ensemble)
        for share, number in zip(shares, range(threads), strict=True):
            if (which == number).any():
                share.append((place, ensemble.by_order[which == number]))
    return [share for share in shares if share]


def _cost(shape: Sequence[int]) -> float:
    """What a step of a network costs, about: each layer's weights, and its calls."""
    return sum(n_out * (n_in + 1) + 100 for n_in, n_out in pairwise(shape))


def _train(lesson: Lesson, networks: Places, start: int, stop: int, learning_rate: float) -> None:
    mine, samples = lesson.ensemble, lesson.samples
    assert isinstance(mine, CompiledEnsemble)
    degrees = -1.0
    if isinstance(samples, PictureSamples):
        points, words = np.empty((0, 0), mine.flat.dtype), samples.arrays[0]
        degrees = -1.0 if samples.degrees is None else float(samples.degrees)
    else:
        points, words = samples.arrays[0], np.empty((0, 0), np.int32)
    loops.train(
        mine.kernels,
        mine.sizes,
        mine.layers,
        mine.offsets,
        mine.phi,
        mine.slope,
        mine.flat,
        mine.rule_of_update,
        mine.first,
        mine.second,
        mine.momentum,
        mine.decay,
        mine.flat.dtype.type(learning_rate),
        points,
        words,
        degrees,
        samples.arrays[1],
        mine.orders,
        mine.rows,
        networks,
        lesson.batch_size,
        lesson.steps,
        start,
        stop,
    )


def _evaluate(ensemble: Ensemble, samples: Samples, networks: Places, found: Metrics) -> None:
    mine = ensemble
    assert isinstance(mine, CompiledEnsemble)
    loops.evaluate(
        mine.kernels,
        mine.sizes,
        mine.layers,
        mine.offsets,
        mine.phi,
        mine.slope,
        mine.flat,
        *samples.arrays,
        networks,
        *found,
    )

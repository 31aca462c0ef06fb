"""The engine for CPUs: compiled loops that run without the interpreter's lock."""

import math
import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.engines import loops, products, updates, workers
from mlpcore.engines.interface import (
    OPTIMISERS,
    Ensemble,
    Floats,
    Lesson,
    Metrics,
    Network,
    Rule,
)
from mlpcore.engines.layout import Nets
from mlpcore.engines.passes import places_of
from mlpcore.engines.samples import PictureSamples, Samples

Places = NDArray[np.int64]

# A thread's task is at most this part of an ensemble, so that none waits long for another's last.
TASKS = 8
# A counter of tasks by which all have been taken. With it a loop does nothing but get compiled, if
# that is due: by the caller, since the compiler takes many times as long on a thread of low
# priority when the machine is busy.
_ALL_TAKEN = np.full(1, 1 << 32)

_RULES = dict(
    zip(OPTIMISERS, (updates.SGD, updates.ADAM, updates.ADAMW, updates.RMSPROP), strict=True)
)


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
        sizes = np.zeros((len(self), max(map(len, self.shapes))), np.int64)
        for row, shape in zip(sizes, self.shapes, strict=True):
            row[: len(shape)] = shape
        counts = [sum(layer.numel() for layer in layers) for layers in networks]
        self.offsets = np.concatenate([[0], np.cumsum(counts)])
        orders, rows = np.unique(self.seeds, return_inverse=True)
        by_order = np.argsort(rows, kind="stable")
        self.nets = Nets(
            kernels=products.kernels(self.flat.dtype),
            sizes=sizes,
            layers=np.array([len(shape) - 1 for shape in self.shapes]),
            offsets=self.offsets,
            phi=places_of(activation, sizes.shape[1] - 2),
            slope=real(negative_slope),
            weights=self.flat,
            seeds=orders,
            rows=rows,
            networks=by_order,
            tasks=tasks(rows[by_order]),
        )
        first = np.zeros(len(self.flat) if rule.states else 0, real)
        # SGD has no second state, and looks at none.
        second = np.zeros(len(self.flat), real) if rule.states == 2 else first
        self.moves = updates.Moves(
            _RULES[rule.optimiser],
            first,
            second,
            real(rule.momentum),
            real(rule.weight_decay),
            real(rule.l1),
            float(rule.dropout),
        )

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
        if start == 0:
            for lesson in lessons:
                _train(lesson, _ALL_TAKEN, start, start, learning_rate)
        seconds = []
        counters = np.zeros((len(lessons), 1), np.int64)

        def work() -> None:
            begun = time.monotonic()
            for lesson, counter in zip(lessons, counters, strict=True):
                _train(lesson, counter, start, stop, learning_rate)
            seconds.append(time.monotonic() - begun)

        workers.on_threads(work, threads)
        return max(seconds)

    def evaluate(
        self, tests: Sequence[tuple[Ensemble, Samples]], threads: int = 1
    ) -> list[Metrics]:
        """As for :class:`mlpcore.engines.interface.Engine`."""
        found = [
            (np.empty(len(ensemble), np.float32), np.empty(len(ensemble), np.float32))
            for ensemble, _ in tests
        ]
        counters = np.zeros((len(tests), 1), np.int64)

        def work() -> None:
            for test, counter, metrics in zip(tests, counters, found, strict=True):
                _evaluate(*test, counter, metrics)

        for test, metrics in zip(tests, found, strict=True):
            _evaluate(*test, _ALL_TAKEN, metrics)
        workers.on_threads(work, threads)
        return found


def tasks(rows: Places) -> Places:
    """Where each task for a thread begins among networks, and the last one ends.

    Args:
        rows: (M,) the order of samples that each network follows, ascending. Those of one task
            follow one, for they share its batches.
    """
    most = math.ceil(len(rows) / TASKS)
    begins = [0]
    for place in range(1, len(rows)):
        if rows[place] != rows[place - 1] or place - begins[-1] == most:
            begins.append(place)
    return np.array([*begins, len(rows)])


def _train(lesson: Lesson, counter: Places, start: int, stop: int, learning_rate: float) -> None:
    mine, samples = lesson.ensemble, lesson.samples
    assert isinstance(mine, CompiledEnsemble)
    degrees = -1.0
    if isinstance(samples, PictureSamples):
        points, words = np.empty((0, 0), mine.flat.dtype), samples.arrays[0]
        degrees = -1.0 if samples.degrees is None else float(samples.degrees)
    else:
        points, words = samples.arrays[0], np.empty((0, 0), np.int32)
    loops.train(
        mine.nets,
        mine.moves,
        mine.flat.dtype.type(learning_rate),
        points,
        words,
        degrees,
        samples.arrays[1],
        counter,
        lesson.batch_size,
        lesson.steps,
        start,
        stop,
    )


def _evaluate(ensemble: Ensemble, samples: Samples, counter: Places, metrics: Metrics) -> None:
    assert isinstance(ensemble, CompiledEnsemble)
    loops.evaluate(ensemble.nets, *samples.arrays, counter, *metrics)

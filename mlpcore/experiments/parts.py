"""Runs in parts: an experiment's networks divided between processes, and the results joined.

What a network is given depends on its seed, its kind and the whole config, and no network's numbers
depend on which others train beside it (:class:`mlpcore.engines.Ensemble`). So the parts of a run
give what the whole does: bit for bit with the compiled loops, on processors of one kind; with torch
on a GPU up to rounding, for its sums depend on how many networks are stacked.
"""

import dataclasses
import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from mlpcore.experiments.architecture import Architecture
from mlpcore.experiments.experiment import Device, Experiment
from mlpcore.experiments.settings import Training
from mlpcore.running.control import Control

S = TypeVar("S")
T = TypeVar("T")
Grid = Sequence[Sequence[S]]


class Part(NamedTuple):
    """Some of an experiment's networks: those of some kinds, from some of its seeds.

    Attributes:
        kinds: places among the experiment's kinds.
        seeds: the networks' own.
    """

    kinds: range
    seeds: range

    @property
    def networks(self) -> int:
        """How many."""
        return len(self.kinds) * len(self.seeds)


class Divisible(Training, Experiment[S]):
    """An experiment that trains kinds of networks, each from every seed, and can do so in parts."""

    # Whether it runs in parts only, so that all networks together need not fit one process.
    spread = False

    @property
    def most_seeds(self) -> int:
        """From how many seeds a process can train networks at once."""
        return self.seeds

    @property
    def kinds(self) -> int:
        """How many kinds of networks a run may be divided into, such as depths or gains."""
        return 1

    @property
    def whole(self) -> Part:
        """All networks."""
        return Part(range(self.kinds), self.network_seeds)

    def divide(self, count: int) -> list[Part]:
        """Parts that together are the whole: ``count`` or a few more, where there are so many.

        Each seed has the same work to do, kinds may not: seeds are divided first.
        """
        seeds = min(max(count, math.ceil(self.seeds / self.most_seeds)), self.seeds)
        kinds = min(math.ceil(count / seeds), self.kinds)
        return [
            Part(some_kinds, some_seeds)
            for some_kinds in _cut(self.whole.kinds, kinds)
            for some_seeds in _cut(self.whole.seeds, seeds)
        ]

    def run_part(
        self, part: Part, device: Device = "cpu", control: Control | None = None
    ) -> Iterator[S]:
        """Run a part; arguments, snapshots and errors are as for :meth:`run`.

        A part's snapshots hold its own networks; only :meth:`join` makes of them what their
        methods tell about the whole.
        """
        return self._run_part(part, device, control or Control())

    def join(self, parts: Sequence[Part], snapshots: Sequence[S]) -> S:
        """The last snapshot of the whole.

        Args:
            parts: what :meth:`divide` has made.
            snapshots: the last one of each.
        """
        paired = groupby(zip(parts, snapshots, strict=True), lambda pair: pair[0].kinds)
        return self._join([[snapshot for _, snapshot in row] for _, row in paired])

    def _run(self, device: Device, control: Control) -> Iterator[S]:
        return self._run_part(self.whole, device, control)

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator[S]:
        raise NotImplementedError

    def _join(self, grid: Grid[S]) -> S:
        """Put last snapshots together, a row of some kinds by a column of some seeds."""
        raise NotImplementedError


def _cut(whole: range, count: int) -> Iterator[range]:
    """A range in pieces that differ by one at most."""
    ends = [len(whole) * place // count for place in range(count + 1)]
    return (whole[start:stop] for start, stop in pairwise(ends))


def side_by_side(parts: Sequence[Architecture]) -> Architecture:
    """Networks of one architecture as one, in this order."""
    curves = ("train_accuracy", "test_accuracy", "train_loss", "test_loss")
    joined: dict[str, Any] = {
        name: np.concatenate([getattr(part, name) for part in parts], 1) for name in curves
    }
    layers = zip(*(part.weights for part in parts), strict=True)
    return dataclasses.replace(
        parts[0],
        **joined,
        diverged_at=np.concatenate([part.diverged_at for part in parts]),
        weights=tuple(np.concatenate(layer) for layer in layers),
    )


def tabled(grid: Grid[S], array: Callable[[S], NDArray[Any]]) -> NDArray[Any]:
    """An array (G, S) of a grid of snapshots, which have one (g, s) each."""
    return np.block([[array(snapshot) for snapshot in row] for row in grid])


def columns(row: Sequence[S], things: Callable[[S], Sequence[T]]) -> Iterator[tuple[T, ...]]:
    """Of snapshots with a thing for each kind: for each kind, the things of all snapshots."""
    return zip(*map(things, row), strict=True)

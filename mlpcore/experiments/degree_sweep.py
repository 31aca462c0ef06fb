"""Accuracy of linear models on polynomial features against the degree, for one basis or all."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd
import torch

from mlpcore.datasets.features import BASES, term_count
from mlpcore.datasets.planar import Split
from mlpcore.experiments.learner import Architecture
from mlpcore.experiments.polynomial_features import PolynomialTraining
from mlpcore.experiments.run import AnySnapshot, Run
from mlpcore.params import check_order, choice, number, specs
from mlpcore.running.control import Control

ALL = "all"


class DegreeSweep(PolynomialTraining):
    """Train linear models on polynomial features of several degrees, one degree after another."""

    degree_from: int = number(5, 1, 60, label="Lowest degree", help="Where the sweep starts.")
    degree_to: int = number(50, 1, 60, label="Highest degree", help="Where the sweep ends.")
    degree_step: int = number(5, 1, 59, label="Step", help="From one degree to the next.")
    basis: str = choice(
        ALL, (ALL, *BASES), label="Basis", help="The family of polynomials, or all of them."
    )

    @classmethod
    def beside(cls, config: PolynomialTraining, **fields: Any) -> Self:
        """The sweep on another experiment's data and with its training, and these fields."""
        shared = {name: getattr(config, name) for name in specs(PolynomialTraining)}
        return cls(**{**shared, **fields})

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: the degrees are reversed, or a batch holds more than the training set.
        """
        check_order(self, "degree_from", "degree_to")
        super().check()

    @property
    def bases(self) -> list[str]:
        """Names of the bases in the sweep."""
        return list(BASES) if self.basis == ALL else [self.basis]

    @property
    def places(self) -> list[tuple[int, str]]:
        """The degrees and bases to train, in order: every basis of the lowest degree first."""
        degrees = range(self.degree_from, self.degree_to + 1, self.degree_step)
        return [(degree, basis) for degree in degrees for basis in self.bases]

    def run(
        self, device: torch.device | str = "cpu", control: Control | None = None
    ) -> Iterator["Snapshot"]:
        """Train the linear models of one degree and basis after another.

        Each gets the numbers that :class:`PolynomialFeatures` gives it.

        Args:
            device: where to train.
            control: steers the run from another thread.

        Yields:
            Snapshots, for each degree and basis as
            :meth:`mlpcore.experiments.run.Run.snapshots` does.

        Raises:
            Cancelled: when the control says so.
        """
        control, split = control or Control(), self.split()
        points: tuple[Point, ...] = ()
        for _ in self.places:
            run = _Run(self, split, points, device, control.threads)
            for snapshot in run.snapshots(control):
                yield snapshot
            points = snapshot.points


@dataclass(frozen=True, eq=False)
class Point:
    """One degree and basis of the sweep.

    Attributes:
        degree, basis: of the features.
        networks: the linear models; their weights are not kept.
    """

    degree: int
    basis: str
    networks: Architecture


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The sweep at one moment; epochs count on from point to point.

    Attributes:
        points: those that have been trained, then the one in training.
    """

    config: DegreeSweep
    points: tuple[Point, ...]

    @property
    def finished(self) -> bool:
        """Whether this is the last snapshot of its run."""
        return self.epoch == len(self.config.places) * self.config.epochs

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        point = self.points[-1]
        epoch = self.epoch - (len(self.points) - 1) * self.config.epochs
        basis = BASES[point.basis].label
        return f"{basis} of degree {point.degree}, epoch {epoch} of {self.config.epochs}"

    def curve(self, basis: str) -> list[Point]:
        """The points of a basis, lowest degree first."""
        return [point for point in self.points if point.basis == basis]

    def table(self) -> pd.DataFrame:
        """Every evaluation, a row a linear model and epoch."""
        tables = []
        for point in self.points:
            table = point.networks.table(self.config.seed)
            table.insert(0, "degree", point.degree)
            table.insert(1, "basis", point.basis)
            tables.append(table)
        return pd.concat(tables)

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON."""
        return {
            "epoch": self.epoch,
            "points": [
                {"degree": point.degree, "basis": point.basis, "features": term_count(point.degree)}
                | point.networks.result(self.config.seed)
                for point in self.points
            ],
        }


class _Run(Run[DegreeSweep, Snapshot]):
    """The state of the run of one degree and basis: the next after those before it."""

    def __init__(
        self,
        config: DegreeSweep,
        split: Split,
        before: tuple[Point, ...],
        device: torch.device | str,
        threads: int,
    ) -> None:
        self.before = before
        self.degree, self.basis = config.places[len(before)]
        polynomials = config.expand(split, self.degree, self.basis)
        super().__init__(config, [config.course(split, polynomials, device)], threads)

    def snapshot(self) -> Snapshot:
        networks = self.courses[0].snapshot()[0]
        point = Point(self.degree, self.basis, dataclasses.replace(networks, weights=()))
        costs = [term_count(degree) for degree, _ in self.config.places]
        done = len(self.before)
        return Snapshot(
            config=self.config,
            epoch=done * self.config.epochs + self.epoch,
            progress=(sum(costs[:done]) + self.progress * costs[done]) / sum(costs),
            points=(*self.before, point),
        )

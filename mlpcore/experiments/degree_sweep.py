"""Accuracy of linear models on polynomial features against the degree, for one basis or all."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from mlpcore.datasets.features import BASES, term_count
from mlpcore.experiments.architecture import Architecture
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, columns, side_by_side
from mlpcore.experiments.polynomial_features import PolynomialTraining
from mlpcore.experiments.run import train_in_turn
from mlpcore.networks.budget import parameter_count
from mlpcore.params import check_order, choice, number, specs
from mlpcore.running.control import Control

ALL = "all"


class DegreeSweep(PolynomialTraining, Divisible["Snapshot"]):
    """Train linear models on polynomial features of several degrees, one degree after another."""

    # Each gets the numbers that PolynomialFeatures gives it.

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

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`: those of a degree and of the one before."""
        sizes = [[term_count(degree), self.classes] for degree, _ in self.places[-2:]]
        return self.seeds * sum(map(parameter_count, sizes))

    @property
    def kinds(self) -> int:
        """As for :class:`Divisible`: the places."""
        return len(self.places)

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        split = self.split()
        places = [self.places[kind] for kind in part.kinds]
        courses = (self.course(split, self.expand(split, *p), device, part.seeds) for p in places)
        costs = [term_count(degree) for degree, _ in places]
        points: list[Point] = []
        for place, course, at in train_in_turn(self, courses, costs, control):
            networks = dataclasses.replace(course.snapshot()[0], weights=())
            points[place:] = [Point(*places[place], networks)]
            yield Snapshot(self, *at, points=tuple(points))

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        points = [
            dataclasses.replace(parts[0], networks=side_by_side([p.networks for p in parts]))
            for row in grid
            for parts in columns(row, lambda snapshot: snapshot.points)
        ]
        return dataclasses.replace(grid[0][0], epoch=self.kinds * self.epochs, points=tuple(points))


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

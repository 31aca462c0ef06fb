"""Wide vs Deep: which depth wins under a fixed parameter budget (Neuromatch W1D3 T2, section 1)."""

import dataclasses
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from mlpcore.datasets.legend import Legend
from mlpcore.datasets.planar import HALF_WIDTH
from mlpcore.engines import maps
from mlpcore.experiments.architecture import Architecture, Floats
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, columns, side_by_side
from mlpcore.experiments.run import train
from mlpcore.experiments.settings import (
    ACTIVATIONS_BY_LAYER,
    NEGATIVE_SLOPE,
    DropoutTraining,
    PlanarTraining,
)
from mlpcore.experiments.verdicts import Difference, rank
from mlpcore.networks.activations import joined, parse_activations
from mlpcore.networks.budget import WIDTH_RULES, parameter_count, width_by
from mlpcore.networks.weights import Networks
from mlpcore.params import ParameterError, again, check_order, choice, number
from mlpcore.running.control import Control


class WideVsDeep(PlanarTraining, DropoutTraining, Divisible["Snapshot"]):
    """Train MLPs of several depths and equal parameter budgets, each from several seeds."""

    budget: int = number(
        100,
        20,
        20_000,
        label="Parameter budget",
        unit="parameters",
        help="Every depth gets a width whose weights and biases come to about this number.",
    )
    width: str = choice(
        "reaches_the_budget",
        WIDTH_RULES,
        label="Width",
        help="The smallest that reaches the budget, as in the tutorial; the one whose parameter "
        "count is nearest to it; or the largest that is not above it.",
    )
    depth_from: int = number(
        1, 1, 10, label="Fewest hidden layers", help="The shallowest networks of the sweep."
    )
    depth_to: int = number(
        5, 1, 10, label="Most hidden layers", help="The deepest networks of the sweep."
    )
    activation: str = again(ACTIVATIONS_BY_LAYER)
    negative_slope: float = again(NEGATIVE_SLOPE)

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: ``activation`` has an unknown name, the depths are reversed, the
                smallest network exceeds the budget, or a batch holds more than the training set.
        """
        object.__setattr__(self, "activation", joined(parse_activations(self.activation)))
        check_order(self, "depth_from", "depth_to")
        least = parameter_count([2, *[1] * self.depth_to, self.classes])
        if self.budget < least:
            raise ParameterError(
                "budget",
                f"at least {least}, what {self.depth_to} hidden layers of width 1 need "
                f"with {self.classes} classes",
                self.budget,
                "Raise the budget or lower depth_to",
            )
        super().check()

    @property
    def depths(self) -> range:
        """Numbers of hidden layers in the sweep."""
        return range(self.depth_from, self.depth_to + 1)

    def sizes(self, depth: int) -> list[int]:
        """Units of the input, every hidden layer and the output of the networks of a depth."""
        width = width_by(self.width, depth, self.budget, 2, self.classes)
        return [2, *[width] * depth, self.classes]

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        return self.seeds * sum(parameter_count(self.sizes(depth)) for depth in self.depths)

    @property
    def kinds(self) -> int:
        """As for :class:`Divisible`: the depths."""
        return len(self.depths)

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        split, legend = self.split(), self.legend
        points, labels = split.test_inputs.numpy(), split.test_labels.numpy()
        sizes = [self.sizes(self.depths[kind]) for kind in part.kinds]
        material = Material.of(split, device)
        course = Course(
            self, material, sizes, self.activation, self.negative_slope, seeds=part.seeds
        )
        for at in train(self, [course], control):
            yield Snapshot(
                self,
                *at,
                architectures=tuple(course.snapshot()),
                test_points=points,
                test_labels=labels,
                legend=legend,
            )

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        swept = [
            side_by_side(parts)
            for row in grid
            for parts in columns(row, lambda snapshot: snapshot.architectures)
        ]
        return dataclasses.replace(grid[0][0], architectures=tuple(swept))


@dataclass(frozen=True)
class Verdict:
    """Which depth is best, and how sure that is.

    Attributes:
        best, runner_up: architectures with the highest mean test accuracy; None if there is none.
        tied: the best and all that it can't be told from, shallowest first. Seeds are not paired:
            networks of two depths share no more than the order of their batches, and dropout's
            masks of layers and units that both have.
        ahead: how far the best is above the runner-up, in 0…1.
    """

    best: Architecture | None
    runner_up: Architecture | None
    tied: tuple[Architecture, ...]
    ahead: Difference | None


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The experiment at one moment.

    Attributes:
        architectures: one a depth, shallowest first.
        test_points, test_labels: the test set, (N, 2) and (N,).
        legend: what its numbers stand for, if the points were brought.
    """

    config: WideVsDeep
    architectures: tuple[Architecture, ...]
    test_points: Floats
    test_labels: NDArray[np.int64]
    legend: Legend | None

    def at_depth(self, depth: int) -> Architecture:
        """The architecture with this number of hidden layers.

        Raises:
            KeyError: there is none.
        """
        return {a.depth: a for a in self.architectures}[depth]

    @functools.cached_property
    def verdict(self) -> Verdict:
        """Which depth is best so far by mean test accuracy."""
        swept = self.architectures
        ranking = rank([a.accuracies for a in swept])
        best, runner_up, *_ = [*(swept[place] for place in ranking.order), None, None]
        tied = tuple(swept[place] for place in sorted(ranking.tied))
        return Verdict(best, runner_up, tied, ranking.ahead)

    def networks(self) -> Networks:
        """All networks, by depth and seed."""
        config = self.config
        by_depth = {f"depth{a.depth}": a.networks(config.seed) for a in self.architectures}
        return Networks.of(by_depth, config.activation, config.negative_slope)

    def table(self) -> pd.DataFrame:
        """Every evaluation, a row a network and epoch."""
        return pd.concat([a.table(self.config.seed) for a in self.architectures])

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON."""
        verdict = self.verdict
        return {
            "epoch": self.epoch,
            "best_depth": verdict.best and verdict.best.depth,
            "next_best_depth": verdict.runner_up and verdict.runner_up.depth,
            "ahead_of_next": verdict.ahead and dataclasses.asdict(verdict.ahead),
            "perhaps_best_depths": [a.depth for a in verdict.tied],
            "architectures": [
                a.result(self.config.seed) | {"linear_regions": view(a, 0).regions}
                for a in self.architectures
            ],
        }


@dataclass(frozen=True, eq=False)
class View:
    """One network seen over a square of the plane.

    Attributes:
        half_width: the square is ±half_width.
        probabilities: (C, G, G) class probabilities, NaN if the network diverged.
        regions: distinct linear regions the grid meets, None if φ is not piecewise linear or the
            network diverged.
        units: for each hidden layer its first units' activations, (≤ maps.MOST_UNITS, g, g).
    """

    half_width: float
    probabilities: Floats
    regions: int | None
    units: tuple[Floats, ...]


def without(
    snapshot: Snapshot, depth: int, network: int, units: Iterable[tuple[int, int]]
) -> tuple[Floats, float]:
    """What one of a depth's networks does with hidden units switched off.

    Args:
        snapshot, depth, network: which network.
        units: layer and unit of each, counted from 0.

    Returns:
        Class probabilities on the grid, (C, G, G), and the test accuracy, 0…1.
    """
    net = snapshot.at_depth(depth).network(network).without(units)
    answers = net.look(torch.from_numpy(snapshot.test_points))[0].argmax(0)
    accuracy = float((answers == snapshot.test_labels).mean())
    return maps.decision_map(net)[0], accuracy


@functools.lru_cache(maxsize=32)
def view(architecture: Architecture, network: int) -> View:
    """What one of an architecture's networks does with the plane.

    It is computed from the snapshot's weights when it is first asked for, so that training pays
    only for what somebody looks at.
    """
    net = architecture.network(network)
    probabilities, regions = maps.decision_map(net)
    return View(
        half_width=HALF_WIDTH,
        probabilities=probabilities,
        regions=regions if architecture.converged[network] else None,
        units=maps.unit_maps(net),
    )

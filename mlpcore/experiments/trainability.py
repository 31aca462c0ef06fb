"""Trainability: which depths train at which weight scale, beside theory's depth scales.

Schoenholz et al. 2017 (arXiv:1611.01232), section 5 and figure 5, on points in the plane.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpcore.datasets import planar
from mlpcore.experiments.architecture import Floats, column, stacked
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, columns, tabled
from mlpcore.experiments.run import train_in_turn
from mlpcore.experiments.settings import ACTIVATION, NEGATIVE_SLOPE, PlanarTraining
from mlpcore.experiments.signal_propagation import SignalPropagation
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import Initialization
from mlpcore.params import ParameterError, again, check_apart, check_order, choice, number, specs
from mlpcore.running.control import Control
from mlpcore.theory.meanfield import trainable_depth

# Numbers kept for the networks of one depth at most: 800 MB.
MOST_NUMBERS = 200_000_000


class Trainability(PlanarTraining, Divisible["Snapshot"]):
    """Train a grid of networks, depth by weight scale, and see which of them learn.

    The networks of one depth train side by side, one depth after another.
    """

    activation: str = again(ACTIVATION, default="tanh")
    negative_slope: float = again(NEGATIVE_SLOPE)
    sigma_from: float = number(
        0.5, 0.1, 4.1, label="Lowest σ_w", help="Weights are normal with deviation σ_w/√n_in."
    )
    sigma_to: float = number(3.5, 0.1, 4.1, label="Highest σ_w", help="Where the grid ends.")
    sigmas: int = number(
        13, 2, 40, label="Number of σ_w", help="Equally far apart, both ends included."
    )
    sigma_b: float = again(specs(SignalPropagation)["sigma_b"])
    depth_from: int = number(
        2, 1, 80, label="Fewest hidden layers", help="The shallowest networks of the grid."
    )
    depth_to: int = number(
        48, 1, 80, label="Most hidden layers", help="The deepest networks of the grid."
    )
    depths: int = number(
        9, 1, 20, label="Number of depths", help="Each about as many times the one before."
    )
    width: int = number(
        64, 4, 256, label="Width", unit="units", help="Units in every hidden layer."
    )
    data: str = choice(
        "circles", planar.PLANAR, label="Data set", help="Labelled points in the plane."
    )
    classes: int = 2
    samples: int = 250
    noise: float = 0.3
    seeds: int = again(
        specs(PlanarTraining)["seeds"],
        default=2,
        help="Networks in each cell; each has its own initial weights. All see the same batches.",
    )
    optimiser: str = "sgd"
    learning_rate: float = 1e-2
    batch_size: int = 32
    epochs: int = 25

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: the scales or the depths are reversed, the networks of a depth need more
                than :data:`MOST_NUMBERS`, or a batch holds more than the training set.
        """
        check_apart(self, "sigma_from", "sigma_to")
        check_order(self, "depth_from", "depth_to")
        if self.seeds > self.most_seeds and not (self.spread and self.most_seeds):
            raise ParameterError(
                "seeds",
                f"at most {self.most_seeds} for {self.sigmas} networks of depth {self.depth_to}",
                self.seeds,
                "Lower it, the width, depth_to or sigmas",
            )
        super().check()

    @property
    def scales(self) -> NDArray[np.float64]:
        """(G,) the values of σ_w, in ascending order."""
        return np.linspace(self.sigma_from, self.sigma_to, self.sigmas)

    @property
    def hidden_layers(self) -> list[int]:
        """The D depths, shallowest first; fewer than asked for where whole numbers coincide."""
        return sorted({round(d) for d in np.geomspace(self.depth_from, self.depth_to, self.depths)})

    @property
    def trained_from(self) -> float:
        """The training accuracy from which a network counts as trained: half-way from guessing."""
        return (1 + 1 / self.classes) / 2

    def sizes(self, depth: int) -> list[int]:
        """Units of the input, every hidden layer and the output of the networks of a depth."""
        return [2, *[self.width] * depth, self.classes]

    def _numbers(self, depth: int) -> int:
        """About how many a network takes in memory, with gradients and activations.

        Evaluations, of training and test set, take batches of 128.
        """
        activations = depth * self.width * (3 * self.batch_size + 4 * 128)
        return 3 * parameter_count(self.sizes(depth)) + activations

    def initialization(self, sigma_w: float) -> Initialization:
        """The law of a network; with equal widths σ_w is also Xavier's gain."""
        return Initialization(
            scheme="he_normal", gain=sigma_w, bias="normal", bias_std=self.sigma_b
        )

    def trainable_depths(self, scales: NDArray[np.float64]) -> NDArray[np.float64]:
        """:func:`mlpcore.theory.meanfield.trainable_depth` at some σ_w."""
        depths = [
            trainable_depth(
                self.activation,
                float(sigma_w) ** 2,
                self.sigma_b**2,
                negative_slope=self.negative_slope,
            )
            for sigma_w in scales
        ]
        return np.array(depths)

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`: those of a depth and of the one before."""
        sizes = map(self.sizes, self.hidden_layers[-2:])
        return self.sigmas * self.seeds * sum(map(parameter_count, sizes))

    @property
    def most_seeds(self) -> int:
        """As for :class:`Divisible`."""
        return MOST_NUMBERS // (self.sigmas * self._numbers(self.depth_to))

    @property
    def kinds(self) -> int:
        """As for :class:`Divisible`: the depths."""
        return len(self.hidden_layers)

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        material = Material.of(self.split(), device)
        depths = [self.hidden_layers[kind] for kind in part.kinds]
        laws = [self.initialization(float(sigma_w)) for sigma_w in self.scales]
        courses = (
            Course(
                self,
                material,
                [self.sizes(depth)],
                self.activation,
                self.negative_slope,
                laws=laws,
                shared_order=self.seed,
                seeds=part.seeds,
            )
            for depth in depths
        )
        rows: list[Row] = []
        for place, course, at in train_in_turn(self, courses, depths, control):
            rows[place:] = [Row(*course.latest(self.sigmas, len(part.seeds)))]
            yield Snapshot(self, *at, rows=tuple(rows))

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        rows = [
            Row(
                train_accuracy=tabled([parts], lambda row: row.train_accuracy),
                test_accuracy=tabled([parts], lambda row: row.test_accuracy),
                diverged_at=tabled([parts], lambda row: row.diverged_at),
            )
            for snapshots in grid
            for parts in columns(snapshots, lambda snapshot: snapshot.rows)
        ]
        return dataclasses.replace(grid[0][0], epoch=self.kinds * self.epochs, rows=tuple(rows))


@dataclass(frozen=True)
class Verdict:
    """How many cells do what theory says.

    Attributes:
        within, within_trained: cells no deeper than theory's trainable depth, and those of them
            that trained.
        beyond, beyond_trained: the deeper cells, and those of them that trained.
    """

    within: int
    within_trained: int
    beyond: int
    beyond_trained: int

    @property
    def agreeing(self) -> int:
        """Cells that do what theory says."""
        return self.within_trained + self.beyond - self.beyond_trained


@dataclass(frozen=True, eq=False)
class Row:
    """The networks of one depth: G values of σ_w, S seeds.

    Attributes:
        train_accuracy, test_accuracy: (G, S) in 0…1.
        diverged_at: (G, S) the first evaluated epoch with a loss that is not finite, or -1.
    """

    train_accuracy: Floats
    test_accuracy: Floats
    diverged_at: NDArray[np.int64]

    @property
    def accuracy(self) -> NDArray[np.float64]:
        """(G,) mean training accuracy over the seeds that have not diverged; NaN if all have."""
        kept = self.diverged_at < 0
        total = np.where(kept, self.train_accuracy, 0).sum(-1, dtype=np.float64)
        return np.where(kept.any(-1), total / kept.sum(-1).clip(1), np.nan)


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The grid at one moment; epochs count on from depth to depth.

    Attributes:
        rows: of the depths that have been trained, shallowest first, then the one in training.
    """

    config: Trainability
    rows: tuple[Row, ...]

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        depth = self.config.hidden_layers[len(self.rows) - 1]
        epoch = self.epoch - (len(self.rows) - 1) * self.config.epochs
        return f"depth {depth}, epoch {epoch} of {self.config.epochs}"

    @cached_property
    def accuracy(self) -> NDArray[np.float64]:
        """(R, G) of the R rows so far, as :attr:`Row.accuracy`."""
        return np.stack([row.accuracy for row in self.rows])

    @cached_property
    def trained(self) -> NDArray[np.bool_]:
        """(R, G) whether a cell's accuracy is half-way from guessing to 1, or more."""
        return self.accuracy >= self.config.trained_from

    @cached_property
    def verdict(self) -> Verdict:
        """How many cells do what theory says, of the depths that have been trained."""
        done = self.epoch // self.config.epochs
        depths = np.array(self.config.hidden_layers)[:done, None]
        within = depths <= self.config.trainable_depths(self.config.scales)
        trained = self.trained[:done]
        return Verdict(
            within=int(within.sum()),
            within_trained=int((within & trained).sum()),
            beyond=int((~within).sum()),
            beyond_trained=int((~within & trained).sum()),
        )

    def table(self) -> pd.DataFrame:
        """The latest accuracies, a row a network."""
        config = self.config
        tables = {
            str(depth): pd.DataFrame(
                {
                    "sigma_w": np.repeat(config.scales, config.seeds),
                    "seed": np.tile(config.network_seeds, config.sigmas),
                    "train_accuracy": column(row.train_accuracy),
                    "test_accuracy": column(row.test_accuracy),
                    "diverged": column(row.diverged_at >= 0),
                }
            )
            for depth, row in zip(config.hidden_layers, self.rows, strict=False)
        }
        return stacked("depth", tables)

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON; by depth, then by σ_w, then by seed."""
        config, verdict = self.config, self.verdict
        return {
            "epoch": self.epoch,
            "depths": config.hidden_layers,
            "sigma_w": config.scales.tolist(),
            "train_accuracy": [row.train_accuracy.tolist() for row in self.rows],
            "test_accuracy": [row.test_accuracy.tolist() for row in self.rows],
            "diverged": [(row.diverged_at >= 0).tolist() for row in self.rows],
            "trained": self.trained.tolist(),
            "trained_from": config.trained_from,
            "trainable_depth": config.trainable_depths(config.scales).tolist(),
            "within_theory": {"cells": verdict.within, "trained": verdict.within_trained},
            "beyond_theory": {"cells": verdict.beyond, "trained": verdict.beyond_trained},
        }

"""Accuracy against the gain of the initial weights (Neuromatch W1D3, tutorial 2, bonus section)."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpcore.datasets import collection, planar
from mlpcore.datasets.pictures import SIDE
from mlpcore.engines import Samples
from mlpcore.experiments import picture_sets
from mlpcore.experiments.architecture import Floats, column
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, tabled
from mlpcore.experiments.run import train
from mlpcore.experiments.scores import Score
from mlpcore.experiments.settings import NEGATIVE_SLOPE, WIDTHS, PlanarTraining
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import Initialization, torch_gain
from mlpcore.networks.weights import KeptWeights, Networks
from mlpcore.networks.widths import parse_widths, written
from mlpcore.params import ParameterError, again, check_apart, choice, number, specs
from mlpcore.running.control import Control

# Weights and biases of all networks at most: 500 MB with their gradients.
MOST_PARAMETERS = 60_000_000
# Pictures are rotated by up to this, in degrees, and flipped, as in the tutorial.
ROTATION = 10.0
# Looks, spread over a run, at how the networks do on a few samples.
LOOKS = 10
# Samples that show what happens inside.
PROBED = 64
# Bytes of weights that are kept, if nobody says how many.
MOST_KEPT = 1 << 27

DISTRIBUTIONS = ("normal", "uniform")


class GainSweep(PlanarTraining, Divisible["Snapshot"]):
    """Train one network at many gains of its initial weights, all at once.

    The points' classes, number, noise and seed are of no effect on pictures.
    """

    gain_from: float = number(0.1, 0.01, 10.0, label="Lowest gain", help="Where the sweep starts.")
    gain_to: float = number(3.0, 0.01, 10.0, label="Highest gain", help="Where the sweep ends.")
    gains: int = number(
        10, 2, 60, label="Number of gains", help="Equally far apart, both ends included."
    )
    distribution: str = choice(
        "normal",
        DISTRIBUTIONS,
        label="Distribution",
        help="Xavier initialization draws weights from this law; biases are torch's default.",
    )
    negative_slope: float = again(NEGATIVE_SLOPE)
    widths: str = again(WIDTHS, default="128-64-32")
    data: str = choice(
        collection.DRAWN,
        collection.MADE,
        label="Data set",
        help="Drawn or real animal faces, rotated and flipped anew, or points in the plane.",
        others=collection.OTHERS,
    )
    seeds: int = number(
        4,
        1,
        32,
        label="Seeds",
        help="Networks at each gain; each has its own initial weights. All see the same batches.",
    )
    optimiser: str = "sgd"
    learning_rate: float = 1e-2
    batch_size: int = 64
    drop_last: bool = False
    epochs: int = again(specs(PlanarTraining)["epochs"], default=1, high=100)

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: ``data`` is no set's name, the gains are reversed, ``widths`` are not
                numbers joined by -, all networks together have more than
                :data:`MOST_PARAMETERS` weights and biases, or a batch holds more points than the
                training set.
        """
        if self.on_pictures:
            collection.check(self.data, specs(GainSweep)["data"].allowed)
        check_apart(self, "gain_from", "gain_to")
        object.__setattr__(self, "widths", written(parse_widths(self.widths)))
        if self.seeds > self.most_seeds and not (self.spread and self.most_seeds):
            raise ParameterError(
                "seeds",
                f"at most {self.most_seeds} for {self.gains} gains of this network",
                self.seeds,
                "Lower it, the number of gains or the widths",
            )
        if not self.on_pictures:
            super().check()

    @property
    def on_pictures(self) -> bool:
        """Whether the data are pictures, and not points in the plane."""
        return self.data not in planar.PLANAR

    @property
    def brought(self) -> None:
        """No points can be brought to a sweep, only pictures."""
        return None

    @property
    def sizes(self) -> list[int]:
        """Units in the input, each hidden layer and the output."""
        if self.on_pictures:
            inputs, classes = 3 * SIDE**2, len(collection.classes(self.data))
        else:
            inputs, classes = 2, self.classes
        return [inputs, *parse_widths(self.widths), classes]

    @property
    def places(self) -> NDArray[np.float64]:
        """(G,) the gains to train, in ascending order."""
        return np.linspace(self.gain_from, self.gain_to, self.gains)

    @property
    def theoretical_gain(self) -> float:
        """√(2/(1 + a²)), LeakyReLU's gain (He et al. 2015, section 2.2)."""
        return torch_gain("leaky_relu", self.negative_slope) or math.nan

    def initialization(self, gain: float) -> Initialization:
        """The law of a network at a gain: Xavier weights, and torch's biases as in the tutorial."""
        return Initialization(scheme=f"xavier_{self.distribution}", gain=gain)

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        return self.gains * self.seeds * parameter_count(self.sizes)

    @property
    def most_seeds(self) -> int:
        """As for :class:`Divisible`."""
        return MOST_PARAMETERS // (self.gains * parameter_count(self.sizes))

    @property
    def kinds(self) -> int:
        """As for :class:`Divisible`: the gains."""
        return self.gains

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        if self.on_pictures:
            pictures = picture_sets.load(self.data, self, control)
            material = picture_sets.material(pictures, device, ROTATION)
        else:
            material = Material.of(self.split(), device)
        course = Course(
            self,
            material,
            [self.sizes],
            "leaky_relu",
            self.negative_slope,
            laws=[self.initialization(float(self.places[kind])) for kind in part.kinds],
            shared_order=self.seed,
            seeds=part.seeds,
        )
        probe = material.seen.few(PROBED, "cpu")
        for at in train(self, [course], control, LOOKS):
            metrics = course.latest(len(part.kinds), len(part.seeds))
            snapshot = Snapshot(self, at.epoch, at.progress, *metrics, probe)
            if snapshot.finished and part == self.whole:
                (all_of_them,) = course.ensemble.groups
                weights = course.ensemble.weights(all_of_them)
                kept_weights.put(snapshot, [layer.cpu().numpy() for layer in weights])
            yield snapshot

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        return dataclasses.replace(
            grid[0][0],
            train_accuracy=tabled(grid, lambda snapshot: snapshot.train_accuracy),
            test_accuracy=tabled(grid, lambda snapshot: snapshot.test_accuracy),
            diverged_at=tabled(grid, lambda snapshot: snapshot.diverged_at),
        )


@dataclass(frozen=True)
class Best:
    """The gain with the highest training accuracy, as the seeds have it.

    Attributes:
        gain: mean over the seeds of each one's best gain; NaN if all networks diverged.
        low, high: its 95% interval, or as much as the gains are apart if that is wider, within
            the sweep; NaN from one seed.
        theory: √(2/(1 + a²)).
    """

    gain: float
    low: float
    high: float
    theory: float

    @property
    def holds(self) -> bool:
        """Whether the theoretical gain lies within the interval."""
        return self.low <= self.theory <= self.high


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The sweep at one moment: G gains, S seeds.

    Attributes:
        train_accuracy, test_accuracy: (G, S) in 0…1. After an epoch they are those of the test set
            and of an even sample of the training set; until then, of a few samples of both.
        diverged_at: (G, S) the first epoch with a loss that is not finite, or -1.
        probe: some of the training set.
    """

    config: GainSweep
    train_accuracy: Floats
    test_accuracy: Floats
    diverged_at: NDArray[np.int64]
    probe: Samples

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        if self.config.epochs == 1 and not self.finished:
            return f"{self.progress:.0%} of the epoch"
        return super().label

    def scores(self, accuracy: Floats) -> list[Score]:
        """Of an accuracy (G, S), a summary for each gain over what has not diverged."""
        return [
            Score.of(row[kept]) for row, kept in zip(accuracy, self.diverged_at < 0, strict=True)
        ]

    @cached_property
    def best(self) -> Best:
        """The best gain by training accuracy, as in the tutorial; equally good ones are averaged.

        A seed counts if any of its networks has not diverged.
        """
        gains, theory = self.config.places, self.config.theoretical_gain
        accuracy = np.where(self.diverged_at < 0, self.train_accuracy, -1)
        winners = (accuracy == accuracy.max(0)) & (accuracy >= 0)
        counted = winners[:, winners.any(0)]
        score = Score.of((gains[:, None] * counted).sum(0) / counted.sum(0))
        apart = float(gains[1] - gains[0])
        margin = max(score.margin, apart / 2) if score.count > 1 else math.nan
        ends = np.clip([score.mean - margin, score.mean + margin], gains[0], gains[-1])
        low, high = ends.tolist()
        return Best(score.mean, low, high, theory)

    def __getstate__(self) -> dict[str, object]:
        """What goes to another process: its weights as well, if they are kept here."""
        return self.__dict__ | {"weights": kept_weights.get(self)}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Keep the weights that came along, if any did."""
        weights = cast("Sequence[Floats] | None", state.pop("weights"))
        self.__dict__.update(state)
        if weights is not None:
            kept_weights.put(self, weights)

    def networks(self) -> Networks | None:
        """All networks, by gain and seed; None unless the sweep is finished and among the latest.

        The weights of a sweep are many, so that only some sweeps' are kept, and none while it runs.
        """
        weights = kept_weights.get(self)
        if weights is None:
            return None
        config = self.config
        names = [f"gain_{g}.seed{s}" for g in config.places for s in config.network_seeds]
        layers = {name: tuple(layer[i] for layer in weights) for i, name in enumerate(names)}
        return Networks(layers, "leaky_relu", config.negative_slope)

    def table(self) -> pd.DataFrame:
        """The latest accuracies, a row a network."""
        config = self.config
        columns = {
            "gain": np.repeat(config.places, config.seeds),
            "seed": np.tile(config.network_seeds, config.gains),
            "epoch": self.epoch,
            "train_accuracy": column(self.train_accuracy),
            "test_accuracy": column(self.test_accuracy),
            "diverged": column(self.diverged_at >= 0),
        }
        return pd.DataFrame(columns)

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON; accuracies by gain, then by seed."""
        best = self.best
        return {
            "epoch": self.epoch,
            "gains": self.config.places.tolist(),
            "train_accuracy": self.train_accuracy.tolist(),
            "test_accuracy": self.test_accuracy.tolist(),
            "diverged": (self.diverged_at >= 0).tolist(),
            "best_gain": {"mean": best.gain, "low": best.low, "high": best.high},
            "theoretical_gain": best.theory,
            "theory_within_interval": best.holds,
        }


# Of the sweeps that finished last.
kept_weights: KeptWeights[Snapshot] = KeptWeights(MOST_KEPT)

"""Wide vs Deep: which depth wins under a fixed parameter budget (Neuromatch W1D3 T2, section 1)."""

import dataclasses
import functools
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import stdtrit
from torch import Tensor

from mlpcore import maps
from mlpcore.activations import ACTIVATIONS
from mlpcore.budget import parameter_count, width_for_budget
from mlpcore.control import Control
from mlpcore.datasets import planar
from mlpcore.params import Config, ParameterError, choice, number, switch
from mlpcore.stack import Stack
from mlpcore.training import OPTIMISERS, Samples, batches, evaluate, steps_per_epoch

Floats = NDArray[np.float32]

# Snapshots are at least this many seconds apart, but for the first, the last and a pause.
INTERVAL = 0.1
# Evaluations of all networks on all data in a run, about.
EVALUATIONS = 20


class WideVsDeep(Config):
    """Train MLPs of several depths and equal parameter budgets, each from several seeds."""

    budget: int = number(
        100,
        20,
        20_000,
        label="Parameter budget",
        unit="parameters",
        help="Every depth gets the smallest width whose weights and biases reach this number.",
    )
    depth_from: int = number(
        1, 1, 10, label="Fewest hidden layers", help="The shallowest networks of the sweep."
    )
    depth_to: int = number(
        5, 1, 10, label="Most hidden layers", help="The deepest networks of the sweep."
    )
    seeds: int = number(
        8,
        1,
        32,
        label="Seeds",
        help="Networks a depth; each has its own initial weights and order of batches.",
    )
    seed: int = number(
        0, 0, 1_000_000, label="First seed", help="The networks' seeds count up from this one."
    )
    data: str = choice(
        "spirals", planar.PLANAR, label="Data set", help="Labelled points in the plane."
    )
    classes: int = number(4, 2, 8, label="Classes", help="Spiral arms, moons, rings, …")
    samples: int = number(
        1000, 10, 5000, label="Samples per class", help="A fifth of them is the test set."
    )
    noise: float = number(
        0.4, 0.0, 1.0, label="Noise σ", help="Points are displaced by σ² times a standard normal."
    )
    data_seed: int = number(
        0, 0, 1_000_000, label="Data seed", help="Seed of the points and of the split."
    )
    activation: str = choice(
        "relu", ACTIVATIONS, label="Activation", help="The hidden layers' activation function."
    )
    negative_slope: float = number(
        0.1, 0.0, 0.99, label="Negative slope", help="LeakyReLU's slope below 0."
    )
    optimiser: str = choice(
        "adam", OPTIMISERS, label="Optimiser", help="The update rule, as in torch.optim."
    )
    learning_rate: float = number(
        1e-3, 1e-6, 1e6, label="Learning rate", help="The size of an update."
    )
    momentum: float = number(0.0, 0.0, 0.999, label="Momentum", help="Used by SGD and RMSprop.")
    weight_decay: float = number(
        0.0, 0.0, 1.0, label="Weight decay", help="Pulls all weights and biases towards 0."
    )
    batch_size: int = number(
        128, 1, 4096, label="Batch size", unit="samples", help="Samples a step."
    )
    drop_last: bool = switch(
        True, label="Drop the last batch", help="Skip an epoch's last batch if it is not full."
    )
    epochs: int = number(
        100, 1, 2000, label="Epochs", unit="epochs", help="Passes over the training set."
    )

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: the depths are reversed, the smallest network exceeds the budget, or a
                batch holds more than the training set.
        """
        if self.depth_from > self.depth_to:
            raise ParameterError(
                "depth_to",
                f"depth_from ({self.depth_from}) or more",
                self.depth_to,
                "Swap the two",
            )
        for depth in self.depths:
            least = parameter_count([2, *[1] * depth, self.classes])
            if self.budget < least:
                raise ParameterError(
                    "budget",
                    f"at least {least}, what {depth} hidden layers of width 1 need "
                    f"with {self.classes} classes",
                    self.budget,
                    "Raise the budget or lower depth_to",
                )
        if self.batch_size > self.train_size:
            raise ParameterError(
                "batch_size",
                f"at most the training set's {self.train_size} samples",
                self.batch_size,
                "Lower it or raise samples",
            )

    @property
    def depths(self) -> range:
        """Numbers of hidden layers in the sweep."""
        return range(self.depth_from, self.depth_to + 1)

    @property
    def network_seeds(self) -> range:
        """The seeds of each depth's networks."""
        return range(self.seed, self.seed + self.seeds)

    @property
    def train_size(self) -> int:
        """Samples in the training set."""
        return self.classes * self.samples - planar.test_size(self.classes, self.samples)

    def sizes(self, depth: int) -> list[int]:
        """Units of the input, every hidden layer and the output of the networks of a depth."""
        width = width_for_budget(depth, self.budget, 2, self.classes)
        return [2, *[width] * depth, self.classes]

    def split(self) -> planar.Split:
        """The points, as training and test set."""
        return planar.make(self.data, self.classes, self.samples, self.noise, self.data_seed)

    def run(
        self, device: torch.device | str = "cpu", control: Control | None = None
    ) -> Iterator["Snapshot"]:
        """Train all networks, architectures interleaved epoch by epoch.

        Args:
            device: where to train.
            control: steers the run from another thread.

        Yields:
            Snapshots: one before training, then at most one every :data:`INTERVAL` seconds, one at
            a pause, and the final one.

        Raises:
            Cancelled: when the control says so.
        """
        control = control or Control()
        run = _Run(self, device)
        yield run.snapshot()
        published = time.monotonic()
        for epoch in range(1, self.epochs + 1):
            for _ in run.epoch(control):
                if control.pausing or time.monotonic() - published >= INTERVAL:
                    yield run.snapshot()
                    published = time.monotonic()
                control.checkpoint()
            control.epoch_done()
            if epoch in self.evaluation_epochs or control.pausing:
                run.evaluate()
        yield run.snapshot()

    @property
    def evaluation_epochs(self) -> set[int]:
        """Epochs after which every network is evaluated on all data: the first few, then a grid."""
        stride = math.ceil(self.epochs / EVALUATIONS)
        return {0, 1, 2, *range(stride, self.epochs, stride), self.epochs}


@dataclass(frozen=True, eq=False)
class Architecture:
    """The networks of one depth, as they stand in a snapshot. M networks, E evaluations.

    Attributes:
        depth, width: number of hidden layers, and of units in each.
        parameters: weights and biases of one network.
        epochs: (E,) the epochs after which the networks were evaluated.
        train_accuracy, test_accuracy: (E, M) in 0…1.
        train_loss, test_loss: (E, M) mean cross-entropy in nats.
        diverged_at: (M,) the first evaluated epoch with a loss that is not finite, or -1.
        weights: for each layer (M, out, in + 1), the last column the bias.
        activation, negative_slope: of the hidden layers.
    """

    depth: int
    width: int
    parameters: int
    epochs: NDArray[np.int64]
    train_accuracy: Floats
    test_accuracy: Floats
    train_loss: Floats
    test_loss: Floats
    diverged_at: NDArray[np.int64]
    weights: tuple[Floats, ...]
    activation: str
    negative_slope: float

    @property
    def converged(self) -> NDArray[np.bool_]:
        """(M,) the networks that have not diverged."""
        return self.diverged_at < 0

    @property
    def score(self) -> "Score":
        """Test accuracy after the latest evaluation, over the networks that have not diverged."""
        return Score.of(self.test_accuracy[-1, self.converged])

    @property
    def label(self) -> str:
        """The architecture in a few words: "3 hidden layers × 6"."""
        layers = "layer" if self.depth == 1 else "layers"
        return f"{self.depth} hidden {layers} × {self.width}"


@dataclass(frozen=True)
class Score:
    """Mean of a quantity over seeds.

    Attributes:
        count: number of networks; everything else is NaN without any.
        mean: their mean.
        deviation: sample standard deviation, NaN below two networks.
        margin: half the width of the mean's 95% interval (Student's t), NaN below two networks.
    """

    count: int
    mean: float
    deviation: float
    margin: float

    @classmethod
    def of(cls, values: Floats) -> Self:
        """Summarise values (M,)."""
        count = len(values)
        mean = float(values.mean(dtype=np.float64)) if count else math.nan
        deviation = float(values.std(ddof=1, dtype=np.float64)) if count > 1 else math.nan
        margin = float(stdtrit(count - 1, 0.975)) * deviation / math.sqrt(max(count, 1))
        return cls(count, mean, deviation, margin)


@dataclass(frozen=True)
class Verdict:
    """Which depth is best, and how sure that is.

    Attributes:
        best, runner_up: architectures with the highest mean test accuracy; None if there is none.
        tied: whether the runner-up's mean lies within the best one's 95% interval; None where there
            is no runner-up or no interval.
    """

    best: Architecture | None
    runner_up: Architecture | None
    tied: bool | None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The experiment at one moment: plain numbers and NumPy arrays on the CPU.

    Attributes:
        config: what runs.
        epoch: epochs that all networks have finished.
        progress: share of all training steps done, 0…1.
        architectures: one a depth, shallowest first.
        test_points, test_labels: the test set, (N, 2) and (N,).
    """

    config: WideVsDeep
    epoch: int
    progress: float
    architectures: tuple[Architecture, ...]
    test_points: Floats
    test_labels: NDArray[np.int64]

    @property
    def finished(self) -> bool:
        """Whether this is the last snapshot of its run."""
        return self.epoch == self.config.epochs

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        return f"epoch {self.epoch} of {self.config.epochs}"

    def at_depth(self, depth: int) -> Architecture:
        """The architecture with this number of hidden layers."""
        return self.architectures[depth - self.config.depth_from]

    @property
    def verdict(self) -> Verdict:
        """Which depth is best so far by mean test accuracy."""
        ranked = sorted(
            (a for a in self.architectures if a.score.count),
            key=lambda a: a.score.mean,
            reverse=True,
        )
        best, runner_up, *_ = [*ranked, None, None]
        if best is None or runner_up is None or math.isnan(best.score.margin):
            return Verdict(best, runner_up, None)
        return Verdict(best, runner_up, runner_up.score.mean >= best.score.mean - best.score.margin)

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON."""
        verdict = self.verdict
        return {
            "epoch": self.epoch,
            "best_depth": verdict.best and verdict.best.depth,
            "next_best_depth": verdict.runner_up and verdict.runner_up.depth,
            "next_best_within_interval": verdict.tied,
            "architectures": [
                {
                    "depth": a.depth,
                    "width": a.width,
                    "parameters": a.parameters,
                    "test_accuracy": dataclasses.asdict(a.score),
                    "linear_regions": view(a, 0).regions,
                    "networks": [
                        {
                            "seed": self.config.seed + i,
                            "train_accuracy": float(a.train_accuracy[-1, i]),
                            "test_accuracy": float(a.test_accuracy[-1, i]),
                            "train_loss": float(a.train_loss[-1, i]),
                            "test_loss": float(a.test_loss[-1, i]),
                            "diverged_at": None if converged else int(a.diverged_at[i]),
                        }
                        for i, converged in enumerate(a.converged)
                    ],
                }
                for a in self.architectures
            ],
        }


@dataclass(frozen=True, eq=False)
class View:
    """One network seen over a square of the plane.

    Attributes:
        half_width: the square is ±half_width.
        probabilities: (C, G, G) class probabilities, NaN if the network diverged.
        regions: distinct linear regions the grid meets, None if φ is not piecewise linear.
        units: for each hidden layer its first units' activations, (≤ maps.MOST_UNITS, g, g).
    """

    half_width: float
    probabilities: Floats
    regions: int | None
    units: tuple[Floats, ...]


@functools.lru_cache(maxsize=32)
def view(architecture: Architecture, network: int) -> View:
    """What one of an architecture's networks does with the plane.

    It is computed from the snapshot's weights when it is first asked for, so that training pays
    only for what somebody looks at.
    """
    stack = Stack(
        [torch.from_numpy(layer[network : network + 1]) for layer in architecture.weights],
        architecture.activation,
        architecture.negative_slope,
    )
    with torch.inference_mode():
        regions = maps.linear_regions(stack)
        return View(
            half_width=maps.HALF_WIDTH,
            probabilities=maps.decision_maps(stack)[0].numpy(),
            regions=regions[0] if regions else None,
            units=tuple(layer[0].numpy() for layer in maps.unit_maps(stack)),
        )


class _Learner:
    """The networks of one depth while they learn."""

    def __init__(self, config: WideVsDeep, depth: int, device: torch.device | str) -> None:
        self.config, self.depth = config, depth
        self.sizes = config.sizes(depth)
        self.stack = Stack.initialised(
            self.sizes, config.network_seeds, config.activation, config.negative_slope, device
        )
        self.optimiser = OPTIMISERS[config.optimiser](
            self.stack, config.momentum, config.weight_decay
        )
        self.epochs: list[int] = []
        self.history: list[tuple[Floats, ...]] = []
        self.diverged_at = np.full(config.seeds, -1)

    @torch.inference_mode()
    def step(self, inputs: Tensor, targets: Tensor, learning_rate: float) -> None:
        self.stack.compute_gradients(inputs, targets)
        self.optimiser.step(learning_rate)

    @torch.inference_mode()
    def evaluate(self, epoch: int, train: Samples, test: Samples) -> None:
        metrics = *evaluate(self.stack, train), *evaluate(self.stack, test)
        accuracy, loss, test_accuracy, test_loss = torch.stack(metrics).cpu().numpy()
        finite = np.isfinite(loss) & np.isfinite(test_loss)
        self.diverged_at[(self.diverged_at < 0) & ~finite] = epoch
        self.epochs.append(epoch)
        self.history.append((accuracy, test_accuracy, loss, test_loss))

    def snapshot(self) -> Architecture:
        train_accuracy, test_accuracy, train_loss, test_loss = (
            np.stack(column) for column in zip(*self.history, strict=True)
        )
        return Architecture(
            depth=self.depth,
            width=self.sizes[1],
            parameters=parameter_count(self.sizes),
            epochs=np.array(self.epochs),
            train_accuracy=train_accuracy,
            test_accuracy=test_accuracy,
            train_loss=train_loss,
            test_loss=test_loss,
            diverged_at=self.diverged_at.copy(),
            weights=tuple(layer.to("cpu", copy=True).numpy() for layer in self.stack.weights),
            activation=self.config.activation,
            negative_slope=self.config.negative_slope,
        )


class _Run:
    """The state of one run: the data, and a learner a depth."""

    def __init__(self, config: WideVsDeep, device: torch.device | str) -> None:
        split = config.split()
        self.config = config
        self.train = Samples(split.train_inputs, split.train_labels, config.classes, device)
        self.test = Samples(split.test_inputs, split.test_labels, config.classes, device)
        self.points, self.labels = split.test_inputs.numpy(), split.test_labels.numpy()
        self.orders = [torch.Generator().manual_seed(seed) for seed in config.network_seeds]
        self.learners = [_Learner(config, depth, device) for depth in config.depths]
        self.steps, self.finished_epochs = 0, 0
        self.evaluate()

    def epoch(self, control: Control) -> Iterator[None]:
        """Train every architecture for an epoch, in turn. Yields before each step."""
        config = self.config
        inputs, targets = self.train.shuffled(self.orders)
        dealt = batches(inputs, targets, config.batch_size, config.drop_last)
        for learner in self.learners:
            for batch_inputs, batch_targets in dealt:
                yield
                rate = control.learning_rate(config.learning_rate)
                learner.step(batch_inputs, batch_targets, rate)
                self.steps += 1
        self.finished_epochs += 1

    def evaluate(self) -> None:
        for learner in self.learners:
            learner.evaluate(self.finished_epochs, self.train, self.test)

    def snapshot(self) -> Snapshot:
        config = self.config
        steps = steps_per_epoch(config.train_size, config.batch_size, config.drop_last)
        return Snapshot(
            config=config,
            epoch=self.finished_epochs,
            progress=self.steps / (steps * config.epochs * len(self.learners)),
            architectures=tuple(learner.snapshot() for learner in self.learners),
            test_points=self.points,
            test_labels=self.labels,
        )

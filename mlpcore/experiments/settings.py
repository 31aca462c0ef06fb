"""The fields that experiments share: how networks are trained, and which points they learn."""

import math

from mlpcore.datasets import planar
from mlpcore.params import Config, ParameterError, choice, number, switch
from mlpcore.training import OPTIMISERS

# Evaluations of all networks on all data in a run, at least about; and the most epochs between two.
# They take about a tenth of the tutorial's sweep with 8 seeds (benchmarks.wide_vs_deep).
EVALUATIONS, MOST_BETWEEN = 20, 20


class Training(Config):
    """How networks are trained, each from several seeds."""

    seeds: int = number(
        8,
        1,
        32,
        label="Seeds",
        help="Networks of each kind; each has its own initial weights and order of batches.",
    )
    seed: int = number(
        0, 0, 1_000_000, label="First seed", help="The networks' seeds count up from this one."
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

    @property
    def network_seeds(self) -> range:
        """The seeds of each kind's networks."""
        return range(self.seed, self.seed + self.seeds)

    @property
    def evaluation_epochs(self) -> set[int]:
        """Epochs after which every network is evaluated on all data: the first few, then a grid."""
        stride = min(math.ceil(self.epochs / EVALUATIONS), MOST_BETWEEN)
        return {0, 1, 2, *range(stride, self.epochs, stride), self.epochs}


class PlanarTraining(Training):
    """Training on labelled points in the plane."""

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

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: a batch holds more than the training set.
        """
        if self.batch_size > self.train_size:
            raise ParameterError(
                "batch_size",
                f"at most the training set's {self.train_size} samples",
                self.batch_size,
                "Lower it or raise samples",
            )

    @property
    def train_size(self) -> int:
        """Samples in the training set."""
        return self.classes * self.samples - planar.test_size(self.classes, self.samples)

    def split(self) -> planar.Split:
        """The points, as training and test set."""
        return planar.make(self.data, self.classes, self.samples, self.noise, self.data_seed)

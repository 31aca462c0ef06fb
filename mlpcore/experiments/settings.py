"""The fields that experiments share: how networks are trained, and which points they learn."""

import dataclasses
import math

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets import planar, points
from mlpcore.datasets.legend import Legend
from mlpcore.engines import OPTIMISERS, Rule
from mlpcore.networks.activations import ALLOWED_SEVERAL
from mlpcore.networks.widths import ALLOWED_WIDTHS
from mlpcore.params import Config, ParameterError, Spec, choice, number, specs, switch, text

# Evaluations of all networks on all data in a run, at least about; and the most epochs between two.
# They take about a tenth of the tutorial's sweep with 8 seeds (benchmarks.wide_vs_deep).
EVALUATIONS, MOST_BETWEEN = 20, 20

ACTIVATION = Spec(
    "activation",
    str,
    "relu",
    label="Activation",
    help="The hidden layers' activation function.",
    options=tuple(ACTIVATIONS),
)
ACTIVATIONS_BY_LAYER = dataclasses.replace(
    ACTIVATION,
    help="The hidden layers' activation function, or that of each.",
    phrase=ALLOWED_SEVERAL,
)
NEGATIVE_SLOPE = Spec(
    "negative_slope",
    float,
    0.1,
    label="Negative slope",
    help="LeakyReLU's slope below 0.",
    low=0.0,
    high=0.99,
)
WIDTHS = Spec(
    "widths",
    str,
    "64-64-64",
    label="Hidden layers",
    help="The width of each hidden layer, from the input on.",
    phrase=ALLOWED_WIDTHS,
)


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
    l1: float = number(
        0.0,
        0.0,
        1.0,
        label="L1 penalty",
        help="λ of λ Σ|θ|, added to the loss: many weights and biases come to nearly 0.",
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
    def rule(self) -> Rule:
        """How networks are updated."""
        return Rule(self.optimiser, self.momentum, self.weight_decay, self.l1)

    def steps_per_epoch(self, size: int) -> int:
        """Batches in one pass over so many samples."""
        return size // self.batch_size if self.drop_last else math.ceil(size / self.batch_size)

    @property
    def evaluation_epochs(self) -> set[int]:
        """Epochs after which every network is evaluated on all data: the first few, then a grid."""
        stride = min(math.ceil(self.epochs / EVALUATIONS), MOST_BETWEEN)
        return {0, 1, 2, *range(stride, self.epochs, stride), self.epochs}


class DropoutTraining(Training):
    """Training of networks with hidden layers, units of which it may leave out."""

    dropout: float = number(
        0.0,
        0.0,
        0.95,
        label="Dropout",
        help="The probability with which a training step leaves out a hidden unit, sample by "
        "sample. Accuracies and maps are those of all units.",
    )

    @property
    def rule(self) -> Rule:
        """How networks are updated."""
        return dataclasses.replace(super().rule, dropout=self.dropout)


# What only sets that are generated have.
GENERATED = ("samples", "noise", "data_seed")


class PlanarTraining(Training):
    """Training on labelled points in the plane, which are generated or were brought."""

    data: str = text(
        "spirals",
        points.ALLOWED,
        label="Data set",
        help="Labelled points in the plane; a CSV file of x, y and label brings others.",
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
            ParameterError: ``data`` is no set's name; brought points have another number of
                classes, or a parameter that only generated ones have; or a batch holds more than
                the training set.
        """
        brought = self.brought
        if brought:
            self._check_against(brought)
        if self.batch_size > self.train_size:
            raise ParameterError(
                "batch_size",
                f"at most the training set's {self.train_size} samples",
                self.batch_size,
                "Lower it or " + ("bring more points" if brought else "raise samples"),
            )

    def _check_against(self, brought: points.Points) -> None:
        if self.classes != len(brought.classes):
            allowed = f"{len(brought.classes)}, as many as the points that were brought have"
            raise ParameterError("classes", allowed, self.classes)
        for name, spec in specs(type(self)).items():
            if name in GENERATED and getattr(self, name) != spec.default:
                allowed = "left out with points that were brought"
                raise ParameterError(name, allowed, getattr(self, name))

    @property
    def brought(self) -> points.Points | None:
        """The points that were brought, or None if they are generated."""
        return None if self.data in planar.PLANAR else points.find(self.data)

    @property
    def legend(self) -> Legend | None:
        """What classes and axes of brought points are called, and their units."""
        return self.brought.legend if self.brought else None

    @property
    def train_size(self) -> int:
        """Samples in the training set."""
        if self.brought:
            return len(self.brought.split.train_labels)
        return self.classes * self.samples - planar.test_size(self.classes, self.samples)

    def split(self) -> planar.Split:
        """The points, as training and test set."""
        if self.brought:
            return self.brought.split
        return planar.make(self.data, self.classes, self.samples, self.noise, self.data_seed)

"""Animal Faces: MLPs on pictures, with and without augmentation (Neuromatch W1D3 T2, section 2)."""

import dataclasses
import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.datasets import collection
from mlpcore.datasets.augmentation import flat
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.experiments import picture_sets
from mlpcore.experiments.architecture import Architecture, Floats, stacked
from mlpcore.experiments.course import Course
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, side_by_side
from mlpcore.experiments.run import train
from mlpcore.experiments.settings import (
    ACTIVATIONS_BY_LAYER,
    NEGATIVE_SLOPE,
    WIDTHS,
    DropoutTraining,
    Training,
)
from mlpcore.networks.activations import joined, parse_activations
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import SCHEMES, Initialization
from mlpcore.networks.weights import Networks
from mlpcore.networks.widths import parse_widths, written
from mlpcore.params import again, choice, number, specs, text
from mlpcore.running.control import Control


class AnimalFaces(DropoutTraining, Divisible["Snapshot"]):
    """Train MLPs on pictures of animals, with augmentation and without it.

    Networks of one seed start from equal weights, meet the pictures in equal orders and have equal
    masks of dropout.
    """

    data: str = text(
        collection.DRAWN,
        collection.ALLOWED,
        label="Pictures",
        help="Faces of cats, dogs and wild animals, drawn or photographed, or your own pictures.",
    )
    widths: str = again(WIDTHS)
    augmentation: str = choice(
        "both",
        ("both", "on", "off"),
        label="Augmentation",
        help="Rotate and flip the training pictures anew in every epoch, or not, or compare.",
    )
    degrees: float = number(
        10.0,
        0.0,
        45.0,
        label="Rotation",
        unit="degrees",
        help="Augmented pictures are rotated by up to this, either way.",
    )
    activation: str = again(ACTIVATIONS_BY_LAYER)
    negative_slope: float = again(NEGATIVE_SLOPE)
    scheme: str = choice(
        "torch_default", SCHEMES, label="Initialization", help="The law of the initial weights."
    )
    gain: float = number(1.0, 0.01, 100.0, label="Gain", help="A factor on the initial weights.")
    seeds: int = number(
        1,
        1,
        16,
        label="Seeds",
        help="Each has its own initial weights, order of batches and rotations.",
    )
    learning_rate: float = 3e-4
    batch_size: int = again(
        specs(Training)["batch_size"], default=64, unit="pictures", help="Pictures a step."
    )
    drop_last: bool = False
    epochs: int = 30

    def check(self) -> None:
        """Check the texts.

        Raises:
            ParameterError: ``data`` is no set's name, ``widths`` are not numbers joined by -, or
                ``activation`` has an unknown name.
        """
        object.__setattr__(self, "activation", joined(parse_activations(self.activation)))
        collection.check(self.data)
        object.__setattr__(self, "widths", written(parse_widths(self.widths)))

    @property
    def hidden_widths(self) -> list[int]:
        """Units of each hidden layer."""
        return parse_widths(self.widths)

    @property
    def initialization(self) -> Initialization:
        """The law of the initial weights."""
        return Initialization(scheme=self.scheme, gain=self.gain)

    @property
    def sizes(self) -> list[int]:
        """Units in the input, each hidden layer and the output."""
        return [3 * SIDE**2, *self.hidden_widths, len(collection.classes(self.data))]

    @property
    def rotations(self) -> dict[str, float | None]:
        """Arm → by how much its pictures are rotated, None for not at all; only those wanted."""
        degrees = {"augmented": self.degrees, "plain": None}
        left_out = {"both": "", "on": "plain", "off": "augmented"}[self.augmentation]
        return {arm: by for arm, by in degrees.items() if arm != left_out}

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        return self.seeds * len(self.rotations) * parameter_count(self.sizes)

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        pictures = picture_sets.load(self.data, self, control)
        courses = {
            arm: Course(
                self,
                picture_sets.material(pictures, device, degrees),
                [self.sizes],
                self.activation,
                self.negative_slope,
                laws=[self.initialization],
                seeds=part.seeds,
            )
            for arm, degrees in self.rotations.items()
        }
        for at in train(self, list(courses.values()), control):
            arms = {arm: course.snapshot()[0] for arm, course in courses.items()}
            augmented, plain = arms.get("augmented"), arms.get("plain")
            yield Snapshot(self, *at, augmented=augmented, plain=plain, pictures=pictures)

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        (row,) = grid
        arms = {
            name: side_by_side([snapshot.arms[name] for snapshot in row]) for name in row[0].arms
        }
        augmented, plain = arms.get("augmented"), arms.get("plain")
        return dataclasses.replace(row[0], augmented=augmented, plain=plain)


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The experiment at one moment.

    The networks are tested on the validation set. Their training accuracy and loss are those of an
    even sample of the training set, as large as the validation set and not augmented.

    Attributes:
        augmented, plain: the networks trained with and without augmentation; None if not wanted.
        pictures: what they learn.
    """

    config: AnimalFaces
    augmented: Architecture | None
    plain: Architecture | None
    pictures: Pictures

    @property
    def arms(self) -> dict[str, Architecture]:
        """The networks there are, by how they were trained."""
        arms = {"augmented": self.augmented, "plain": self.plain}
        return {name: arm for name, arm in arms.items() if arm}

    def networks(self) -> Networks:
        """All networks, by how they were trained and seed."""
        config = self.config
        arms = {name: arm.networks(config.seed) for name, arm in self.arms.items()}
        return Networks.of(arms, config.activation, config.negative_slope)

    def table(self) -> pd.DataFrame:
        """Every evaluation, a row a network and epoch; the test set is the validation set."""
        tables = {name: arm.table(self.config.seed) for name, arm in self.arms.items()}
        table = stacked("training", tables).drop(columns="width")
        table.insert(1, "widths", self.config.widths)
        return table

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON; confusion is that of the first networks."""
        return {
            "epoch": self.epoch,
            "fingerprint": self.pictures.fingerprint,
            "classes": list(self.pictures.classes),
            "counts": dict(zip(("train", "val"), self.pictures.counts, strict=True)),
        } | {
            name: arm.result(self.config.seed)
            | {"confusion": confusion(arm, 0, self.pictures).tolist()}
            for name, arm in self.arms.items()
        }


def filters(architecture: Architecture, network: int) -> Floats:
    """The first layer's weights as pictures: (W, 32, 32, 3), of any sign and size."""
    return _as_pictures(architecture.weights[0][network, :, :-1])


def learnt_filters(snapshot: Snapshot, arm: str, network: int) -> Floats:
    """What training has added to the first layer's weights: (W, 32, 32, 3)."""
    config, architecture = snapshot.config, snapshot.arms[arm]
    sizes = [3 * SIDE**2, config.hidden_widths[0]]
    start = config.initialization.draw(sizes, config.seed + network)[0].numpy()
    return filters(architecture, network) - _as_pictures(start[:, :-1])


def _as_pictures(weights: Floats) -> Floats:
    return weights.reshape(-1, 3, SIDE, SIDE).transpose(0, 2, 3, 1)


@functools.lru_cache(maxsize=2)
def val_inputs(pictures: Pictures) -> Tensor:
    """The validation set as a network takes it: (N, D)."""
    return flat(pictures.val_images)


@functools.lru_cache(maxsize=32)
def probabilities(architecture: Architecture, network: int, pictures: Pictures) -> Floats:
    """What a network makes of the validation set: class probabilities (N, C)."""
    probability, _, _ = architecture.network(network).look(val_inputs(pictures))
    return np.ascontiguousarray(probability.T)


def confusion(architecture: Architecture, network: int, pictures: Pictures) -> NDArray[np.int64]:
    """How many validation pictures of each class (row) a network takes for each (column)."""
    guesses = probabilities(architecture, network, pictures).argmax(1)
    counts = np.zeros((len(pictures.classes),) * 2, np.int64)
    np.add.at(counts, (pictures.val_labels.numpy(), guesses), 1)
    return counts

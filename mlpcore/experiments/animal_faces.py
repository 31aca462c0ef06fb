"""Animal Faces: MLPs on pictures, with and without augmentation (Neuromatch W1D3 T2, section 2)."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.datasets import collection
from mlpcore.datasets.augmentation import flat
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.engines import PictureSamples
from mlpcore.experiments.learner import Architecture, Floats, stacked
from mlpcore.experiments.picture_sets import check_batch, on_device
from mlpcore.experiments.run import AnySnapshot, Course, Run
from mlpcore.experiments.settings import ACTIVATION, NEGATIVE_SLOPE, Training
from mlpcore.networks.initialization import SCHEMES, Initialization
from mlpcore.networks.weights import Networks
from mlpcore.networks.widths import ALLOWED_WIDTHS, parse_widths
from mlpcore.params import again, choice, number, specs, text
from mlpcore.running.control import Control

_training = specs(Training)


class AnimalFaces(Training):
    """Train MLPs on pictures of animals, with augmentation and without it."""

    data: str = text(
        collection.DRAWN,
        collection.ALLOWED,
        label="Pictures",
        help="Faces of cats, dogs and wild animals, drawn or photographed, or your own pictures.",
    )
    widths: str = text(
        "64-64-64",
        ALLOWED_WIDTHS,
        label="Hidden layers",
        help="The width of each hidden layer, from the input on.",
    )
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
    activation: str = again(ACTIVATION)
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
    learning_rate: float = again(_training["learning_rate"], default=3e-4)
    batch_size: int = again(
        _training["batch_size"], default=64, unit="pictures", help="Pictures a step."
    )
    drop_last: bool = again(_training["drop_last"], default=False)
    epochs: int = again(_training["epochs"], default=30)

    def check(self) -> None:
        """Check the texts.

        Raises:
            ParameterError: ``data`` is no set's name, or ``widths`` are not numbers joined by -.
        """
        collection.check(self.data)
        parse_widths(self.widths)

    @property
    def hidden_widths(self) -> list[int]:
        """Units of each hidden layer."""
        return parse_widths(self.widths)

    def run(
        self, device: torch.device | str = "cpu", control: Control | None = None
    ) -> Iterator["Snapshot"]:
        """Train the networks with augmentation and those without, side by side.

        Networks of one seed start from equal weights and meet the pictures in equal orders.

        Args:
            device: where to train.
            control: steers the run from another thread.

        Yields:
            Snapshots, as :meth:`mlpcore.experiments.run.Run.snapshots` does.

        Raises:
            Cancelled: when the control says so.
            DownloadError: the real pictures are wanted and cannot be fetched.
            ParameterError: a batch holds more than the training set and the last one is dropped.
        """
        control = control or Control()
        with control.preparing(collection.work(self.data)) as progress:
            pictures = collection.load(self.data, progress)
        yield from _Run(self, pictures, device, control.threads).snapshots(control)


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
    weights = architecture.weights[0][network, :, :-1]
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


class _Run(Run[AnimalFaces, Snapshot]):
    """The state of one run: a learner with augmentation, one without, or both."""

    def __init__(
        self, config: AnimalFaces, pictures: Pictures, device: torch.device | str, threads: int
    ) -> None:
        check_batch(config, pictures)
        self.pictures = pictures
        classes = len(pictures.classes)
        sizes = [3 * SIDE * SIDE, *config.hidden_widths, classes]
        words, seen, test = on_device(pictures, device)
        self.arms: dict[str, Course] = {}
        for arm, wanted in (("augmented", "on"), ("plain", "off")):
            if config.augmentation in ("both", wanted):
                degrees = config.degrees if arm == "augmented" else None
                self.arms[arm] = Course(
                    config,
                    PictureSamples(words, pictures.train_labels, degrees),
                    test,
                    [sizes],
                    config.activation,
                    config.negative_slope,
                    device,
                    initialization=Initialization(scheme=config.scheme, gain=config.gain),
                    seen=seen,
                )
        super().__init__(config, list(self.arms.values()), threads)

    def snapshot(self) -> Snapshot:
        arms = {arm: course.snapshot()[0] for arm, course in self.arms.items()}
        return Snapshot(
            config=self.config,
            epoch=self.epoch,
            progress=self.progress,
            augmented=arms.get("augmented"),
            plain=arms.get("plain"),
            pictures=self.pictures,
        )

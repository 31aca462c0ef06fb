"""A course: networks, what they learn together, and how they have done so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray

from mlpcore import engines
from mlpcore.datasets.planar import Split
from mlpcore.engines import Lesson, Metrics, PictureSamples, Samples
from mlpcore.experiments.architecture import Architecture, Floats
from mlpcore.experiments.settings import Training
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import Initialization


@dataclass(frozen=True, eq=False)
class Material:
    """What networks learn, and what they are tested on, all on the device to train on.

    Attributes:
        train: what they learn.
        seen: what stands for that in evaluations.
        test: the test set.
    """

    train: Samples | PictureSamples
    seen: Samples
    test: Samples

    @classmethod
    def of(cls, split: Split, device: torch.device | str) -> Self:
        """A split's training and test set; its inputs may have any number of features."""
        train = Samples(split.train_inputs, split.train_labels, device)
        return cls(train, train, Samples(split.test_inputs, split.test_labels, device))


class Course:
    """Networks that share their data and, seed by seed or all of them, the order of its batches.

    Args:
        config: how they are trained.
        material: what they learn.
        architectures: units of the input, every hidden layer and the output; of each there is a
            network from every seed, and from every seed for each of several laws.
        activation: of the hidden layers, as :mod:`mlpcore.networks.activations` has it.
        negative_slope: of LeakyReLU.
        laws: how networks are drawn from their seeds.
        shared_order: a seed of one order of batches for all; each seed has its own if None.
        seeds: of the networks; the config's if None.

    Attributes:
        engine, ensemble, lesson: what trains the M networks, the networks, and what they learn.
        history: accuracy and loss on training set, then on test set, all (M,), by evaluation.
        diverged_at: (M,) the first evaluated epoch with a loss that is not finite, or -1.
    """

    def __init__(
        self,
        config: Training,
        material: Material,
        architectures: Sequence[Sequence[int]],
        activation: str,
        negative_slope: float = 0.0,
        *,
        laws: Sequence[Initialization] = (Initialization(),),
        shared_order: int | None = None,
        seeds: Sequence[int] | None = None,
    ) -> None:
        self.material, self.architectures = material, architectures
        seeds = config.network_seeds if seeds is None else seeds
        each = [(law, seed) for law in laws for seed in seeds]
        drawn = [law.draw(sizes, seed) for sizes in architectures for law, seed in each]
        orders = [seed if shared_order is None else shared_order for _, seed in each]
        self.engine = engines.engine(material.test.labels.device)
        self.ensemble = self.engine.ensemble(
            drawn, activation, negative_slope, config.rule, orders * len(architectures)
        )
        steps = config.steps_per_epoch(len(material.train))
        self.lesson = Lesson(self.ensemble, material.train, config.batch_size, steps)
        self.history: list[tuple[Floats, ...]] = []
        self.diverged_at = np.full(len(drawn), -1)
        # Of snapshots, which share them until the next evaluation.
        self._epochs = np.zeros(0, np.int64)
        self._curves: tuple[Floats, ...] = ()

    def record(self, epoch: int, train: Metrics, test: Metrics) -> None:
        """Add what an evaluation found to the networks' history."""
        finite = np.isfinite(train[1]) & np.isfinite(test[1])
        self.diverged_at = np.where((self.diverged_at < 0) & ~finite, epoch, self.diverged_at)
        self.history.append((*train, *test))
        self._epochs = np.append(self._epochs, epoch)
        self._curves = tuple(np.stack(metric) for metric in zip(*self.history, strict=True))

    def latest(self, *shape: int) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Training and test accuracy at the latest evaluation and :attr:`diverged_at`, shaped."""
        train_accuracy, _, test_accuracy, _ = self.history[-1]
        diverged_at = self.diverged_at.reshape(shape)
        return train_accuracy.reshape(shape), test_accuracy.reshape(shape), diverged_at

    def snapshot(self) -> list[Architecture]:
        """The networks of each architecture as they stand now."""
        copies, each = self.ensemble.copies(), len(self.ensemble) // len(self.architectures)
        return [
            self._architecture(sizes, weights, slice(place * each, (place + 1) * each))
            for place, (sizes, weights) in enumerate(zip(self.architectures, copies, strict=True))
        ]

    def _architecture(
        self, sizes: Sequence[int], weights: tuple[Floats, ...], mine: slice
    ) -> Architecture:
        train_accuracy, train_loss, test_accuracy, test_loss = (
            curve[:, mine] for curve in self._curves
        )
        depth = len(sizes) - 2
        return Architecture(
            depth=depth,
            width=sizes[1] if depth else 0,
            parameters=parameter_count(sizes),
            epochs=self._epochs,
            train_accuracy=train_accuracy,
            test_accuracy=test_accuracy,
            train_loss=train_loss,
            test_loss=test_loss,
            diverged_at=self.diverged_at[mine],
            weights=weights,
            activation=self.ensemble.activation,
            negative_slope=self.ensemble.negative_slope,
        )

"""What both engines do: train and evaluate many networks side by side."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.engines.samples import PictureSamples, Samples

# For each layer (out, in + 1), the last column the bias.
Network = Sequence[Tensor]
Floats = NDArray[np.float32]

# Name → the name as people write it.
OPTIMISERS = {"sgd": "SGD", "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop"}


@dataclass(frozen=True)
class Rule:
    """How networks are updated.

    Attributes:
        optimiser: one of :data:`OPTIMISERS`, as in torch.optim: SGD without dampening or Nesterov;
            Adam and AdamW with β = (0.9, 0.999), RMSprop with α = 0.99, ε = 1e-8.
        momentum: of SGD and RMSprop; others do not use it.
        weight_decay: 0 for none.
        l1: λ of λ Σ|θ|, which is added to every network's loss; its gradient at θ = 0 is 0.
        dropout: the probability with which a step leaves out a hidden unit, sample by sample, by
            the masks of :func:`mlpcore.engines.dealing.masks`.
    """

    optimiser: str = "adam"
    momentum: float = 0.0
    weight_decay: float = 0.0
    l1: float = 0.0
    dropout: float = 0.0

    @property
    def states(self) -> int:
        """How many arrays it keeps that are as large as the weights."""
        if self.optimiser == "sgd":
            return int(any([self.momentum, self.weight_decay, self.l1]))
        return 2


class Ensemble(ABC):
    """Networks of any architectures that have the same activations, and equally many inputs.

    No network's numbers depend on which others there are.

    Args:
        networks: their initial weights, which are copied.
        activation: of the hidden layers, as :mod:`mlpcore.networks.activations` has it.
        negative_slope: slope of LeakyReLU below 0.
        rule: how they are updated.
        seeds: of the order in which each meets its samples, and of dropout's masks; those of a seed
            share them.

    Attributes:
        shapes: units of the input and each layer, a list a network.
    """

    def __init__(
        self,
        networks: Sequence[Network],
        activation: str,
        negative_slope: float,
        rule: Rule,
        seeds: Sequence[int],
    ) -> None:
        self.activation, self.negative_slope, self.rule = activation, negative_slope, rule
        self.seeds = list(seeds)
        self.shapes = [
            [layers[0].shape[1] - 1, *(layer.shape[0] for layer in layers)] for layers in networks
        ]

    def __len__(self) -> int:
        return len(self.shapes)

    @cached_property
    def groups(self) -> list[slice]:
        """Runs of networks of one architecture."""
        groups, start = [], 0
        for _, run in groupby(self.shapes):
            groups.append(slice(start, start := start + len(list(run))))
        return groups

    @abstractmethod
    def copies(self) -> list[tuple[Floats, ...]]:
        """The weights as they stand now: for each of :attr:`groups` a layer (M, out, in + 1).

        They may share memory with each other.
        """

    @abstractmethod
    def weights(self, group: slice) -> list[Tensor]:
        """Views of the weights of one of :attr:`groups`: for each layer (M, out, in + 1)."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """Networks, and what they learn.

    Attributes:
        ensemble: the networks.
        samples: what they learn.
        batch_size, steps: samples a step, but for an epoch's last; and steps an epoch.
    """

    ensemble: Ensemble
    samples: Samples | PictureSamples
    batch_size: int
    steps: int


# Of every network of an ensemble: accuracy in 0…1, and mean cross-entropy in nats.
Metrics = tuple[Floats, Floats]


class Engine(Protocol):
    """Trains and evaluates ensembles that it has made."""

    def ensemble(
        self,
        networks: Sequence[Network],
        activation: str,
        negative_slope: float,
        rule: Rule,
        seeds: Sequence[int],
    ) -> Ensemble:
        """As for :class:`Ensemble`."""

    def train(
        self,
        lessons: Sequence[Lesson],
        start: int,
        stop: int,
        learning_rate: float,
        threads: int = 1,
    ) -> float:
        """Train all networks of all lessons.

        Args:
            lessons: whom, and on what.
            start, stop: first step, and the one after the last, counted from the beginning of the
                run. Every network's numbers are the same however a run is cut into calls.
            learning_rate: in these steps.
            threads: how many to spread the work over, at most; no number depends on it.

        Returns:
            The seconds that took, without those in which threads waited to begin.
        """

    def evaluate(
        self, tests: Sequence[tuple[Ensemble, Samples]], threads: int = 1
    ) -> list[Metrics]:
        """Accuracy and loss of all networks on all samples, for each test.

        A tie between classes counts as wrong; the loss of a diverged network is not finite.
        """

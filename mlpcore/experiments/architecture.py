"""Networks of one architecture as they stand in a snapshot, and their tables."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mlpcore.engines.network import Network
from mlpcore.experiments.scores import Score
from mlpcore.networks.weights import Layers

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Architecture:
    """The networks of one architecture in a snapshot. M networks, E evaluations.

    Attributes:
        depth, width: number of hidden layers, and of units in each; both 0 for a linear model.
        parameters: weights and biases of one network.
        epochs: (E,) the epochs after which the networks were evaluated.
        train_accuracy, test_accuracy: (E, M) in 0…1.
        train_loss, test_loss: (E, M) mean cross-entropy in nats.
        diverged_at: (M,) the first evaluated epoch with a loss that is not finite, or -1.
        weights: for each layer (M, out, in + 1), the last column the bias.
        activation: of the hidden layers, as :mod:`mlpcore.networks.activations` has it.
        negative_slope: of LeakyReLU.
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
    def accuracies(self) -> Floats:
        """Test accuracies after the latest evaluation of the networks that have not diverged."""
        last: Floats = self.test_accuracy[-1]
        return last[self.converged]

    @cached_property
    def score(self) -> Score:
        """Of :attr:`accuracies`."""
        return Score.of(self.accuracies)

    @cached_property
    def train_score(self) -> Score:
        """The same of the training set."""
        return Score.of(self.train_accuracy[-1, self.converged])

    @property
    def label(self) -> str:
        """The architecture in a few words: "3 hidden layers × 6"."""
        if self.depth == 0:
            return "no hidden layer"
        layers = "layer" if self.depth == 1 else "layers"
        return f"{self.depth} hidden {layers} × {self.width}"

    def network(self, place: int) -> Network:
        """One of the networks, to look into."""
        layers = tuple(layer[place] for layer in self.weights)
        return Network(layers, self.activation, self.negative_slope)

    def networks(self, first_seed: int) -> dict[str, Layers]:
        """The weights of each network by its name, such as "seed0"."""
        return {
            f"seed{first_seed + i}": tuple(layer[i] for layer in self.weights)
            for i in range(len(self.diverged_at))
        }

    def table(self, first_seed: int) -> pd.DataFrame:
        """Every evaluation, a row a network and epoch; shares in 0…1."""
        metrics = {
            "train_accuracy": self.train_accuracy,
            "test_accuracy": self.test_accuracy,
            "train_loss_nats": self.train_loss,
            "test_loss_nats": self.test_loss,
            "diverged": (self.diverged_at >= 0) & (self.epochs[:, None] >= self.diverged_at),
        }
        seeds = first_seed + np.arange(len(self.diverged_at))
        columns = {
            "depth": self.depth,
            "width": self.width,
            "parameters": self.parameters,
            "seed": np.repeat(seeds, len(self.epochs)),
            "epoch": np.tile(self.epochs, len(seeds)),
        }
        return pd.DataFrame(columns | {name: column(metric.T) for name, metric in metrics.items()})

    def result(self, first_seed: int) -> dict[str, object]:
        """The latest evaluation as plain data, for JSON; the networks' seeds count up."""
        return {
            "depth": self.depth,
            "width": self.width,
            "parameters": self.parameters,
            "train_accuracy": dataclasses.asdict(self.train_score),
            "test_accuracy": dataclasses.asdict(self.score),
            "networks": [
                {
                    "seed": first_seed + i,
                    "train_accuracy": float(self.train_accuracy[-1, i]),
                    "test_accuracy": float(self.test_accuracy[-1, i]),
                    "train_loss": float(self.train_loss[-1, i]),
                    "test_loss": float(self.test_loss[-1, i]),
                    "diverged_at": None if converged else int(self.diverged_at[i]),
                }
                for i, converged in enumerate(self.converged)
            ],
        }


def column(values: NDArray[Any]) -> NDArray[Any]:
    """An array as a table's column: one row after the other, with the digits that JSON has."""
    flat = values.ravel()
    return flat.astype(np.float64) if flat.dtype == np.float32 else flat


def stacked(name: str, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Tables below each other, each with its key in a first column of this name."""
    return pd.concat(tables, names=[name]).reset_index(level=name)

"""What networks learn from, laid out for both engines and kept on the device.

Shapes: N samples, D inputs, R orders, B batch, P⁺ = (S + 2)² words of a picture with its edge.
"""

from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.datasets import augmentation


def with_ones(inputs: Tensor) -> Tensor:
    """Append the feature that feeds the biases: (N, D) → (N, D + 1)."""
    return torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)


def evenly(size: int, count: int) -> Tensor:
    """Places (count,) of samples that are evenly spread over ``size``."""
    return torch.linspace(0, size - 1, count).long()


class Samples:
    """Labelled inputs.

    Args:
        inputs: (N, D) float.
        labels: (N,) int64, classes from 0.
        device: where to keep them.

    Attributes:
        inputs: (N, D + 1), the last column ones.
        labels: (N,).
    """

    def __init__(self, inputs: Tensor, labels: Tensor, device: torch.device | str = "cpu") -> None:
        self.inputs = with_ones(inputs).contiguous().to(device)
        self.labels = labels.contiguous().to(device)

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def arrays(self) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """Inputs and labels as NumPy has them, which share their memory."""
        return self.inputs.numpy(), self.labels.numpy()

    def few(self, count: int, device: torch.device | str | None = None) -> "Samples":
        """At most so many of them, evenly spread over all, there or on another device."""
        places = evenly(len(self), min(count, len(self)))
        device = device or self.labels.device
        return Samples(self.inputs[places, :-1], self.labels[places], device)


class PictureSamples:
    """Pictures to train on, moved anew for each order in each epoch, or left alone.

    Args:
        words: (N, P⁺) int32 from :func:`mlpcore.datasets.augmentation.pack`, on the device.
        labels: (N,) int64, classes from 0.
        degrees: rotate by up to ± this and flip half of them; None to leave them alone.
    """

    def __init__(self, words: Tensor, labels: Tensor, degrees: float | None) -> None:
        self.words, self.labels, self.degrees = words, labels.to(words.device), degrees

    def __len__(self) -> int:
        return len(self.labels)

    @cached_property
    def arrays(self) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
        """Words and labels as NumPy has them, which share their memory."""
        return self.words.numpy(), self.labels.numpy()

    def inputs_of(self, chosen: Tensor, steps: Tensor | None) -> Tensor:
        """Inputs (R, B, D + 1) of pictures ``chosen`` (R, B), moved by ``steps`` (R, B, 2, 3)."""
        words = self.words[chosen.flatten()]
        if steps is None:
            pixels = augmentation.still(words)
        else:
            pixels = augmentation.moved(words, steps.flatten(0, 1))
        inputs: Tensor = with_ones(augmentation.normalised(pixels)).unflatten(0, chosen.shape)
        return inputs

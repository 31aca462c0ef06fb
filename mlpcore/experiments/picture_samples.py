"""Labelled pictures, kept as bytes and turned into a stack's batches when their turn comes."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from mlpcore.datasets import augmentation
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.experiments.settings import Training
from mlpcore.params import ParameterError
from mlpcore.training import Samples, WideSamples, evenly, steps_per_epoch

# Moves have seeds of their own: networks with and without them meet the pictures in equal orders.
# (torch's generator knows no more than 32 bits of a seed.)
FIRST_MOVE_SEED = 1 << 31


class PictureSamples(Samples):
    """Pictures to train on, moved anew for each network in each epoch, or left alone.

    Args:
        words: (N, P⁺) int32 from :func:`mlpcore.datasets.augmentation.pack`, on the device.
        labels: (N,) int64, classes from 0.
        classes: number of classes C.
        degrees: rotate by up to ± this and flip half of them; None to leave them alone.
        seeds: one a network.
    """

    def __init__(
        self,
        words: Tensor,
        labels: Tensor,
        classes: int,
        degrees: float | None,
        seeds: Sequence[int],
    ) -> None:
        one_hot = torch.nn.functional.one_hot(labels, classes).T
        self.targets = one_hot.float().contiguous().to(words.device)
        self.words, self.degrees = words, degrees
        self.movers = [Generator().manual_seed(FIRST_MOVE_SEED + seed) for seed in seeds]

    def dealt(
        self, generators: Sequence[Generator], batch_size: int, drop_last: bool
    ) -> Iterable[tuple[Tensor, Tensor]]:
        """As for :class:`mlpcore.training.Samples`."""
        count = steps_per_epoch(len(self.words), batch_size, drop_last)
        chosen = self.orders(generators).split(batch_size, dim=1)[:count]
        if self.degrees is None:
            return _Batches(self, chosen, [None] * count)
        steps = torch.stack([self._steps(self.degrees, mover) for mover in self.movers])
        return _Batches(self, chosen, steps.to(self.words.device).split(batch_size, dim=1)[:count])

    def _steps(self, degrees: float, mover: Generator) -> Tensor:
        """How one network's pictures are moved in an epoch: (N, 2, 3)."""
        angles, flips = augmentation.random_moves(len(self.words), degrees, mover)
        return augmentation.steps(angles, flips, SIDE)


@functools.lru_cache(maxsize=1)
def on_device(pictures: Pictures, device: torch.device | str) -> tuple[Tensor, Samples, Samples]:
    """The training set packed, an even sample of it, and the validation set; for all who ask."""
    classes, labels = len(pictures.classes), pictures.train_labels
    chosen = evenly(len(labels), len(pictures.val_labels))
    return (
        augmentation.pack(pictures.train_images).to(device),
        WideSamples(
            augmentation.flat(pictures.train_images[chosen]), labels[chosen], classes, device
        ),
        WideSamples(augmentation.flat(pictures.val_images), pictures.val_labels, classes, device),
    )


def check_batch(config: Training, pictures: Pictures) -> None:
    """Raise :class:`ParameterError` if an epoch would have no batch."""
    size = len(pictures.train_images)
    if config.drop_last and config.batch_size > size:
        raise ParameterError(
            "batch_size",
            f"at most the training set's {size} pictures",
            config.batch_size,
            "Lower it or keep the last batch",
        )


@dataclass(frozen=True)
class _Batches:
    """An epoch's batches, by the pictures chosen (M, B) and how to move them (M, B, 2, 3)."""

    samples: PictureSamples
    chosen: Sequence[Tensor]
    steps: Sequence[Tensor | None]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for chosen, steps in zip(self.chosen, self.steps, strict=True):
            words = self.samples.words.index_select(0, chosen.flatten())
            if steps is None:
                pixels = augmentation.still(words)
            else:
                pixels = augmentation.moved(words, steps.flatten(0, 1))
            # The 1 that feeds the biases comes last: (M·B, D + 1).
            inputs = torch.empty(len(words), 3 * pixels.shape[1] + 1, device=words.device)
            inputs[:, -1] = 1
            augmentation.normalised(pixels, out=inputs[:, :-1])
            targets = self.samples.targets[:, chosen].transpose(0, 1)
            yield inputs.unflatten(0, chosen.shape).mT, targets

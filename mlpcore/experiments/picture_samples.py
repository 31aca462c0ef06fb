"""Labelled pictures, kept as bytes and turned into a stack's batches when their turn comes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from mlpcore.datasets import augmentation
from mlpcore.training import Samples, steps_per_epoch

# Moves have seeds of their own: networks with and without them meet the pictures in equal orders.
# (torch's generator knows no more than 32 bits of a seed.)
FIRST_MOVE_SEED = 1 << 31


class PictureSamples(Samples):
    """Pictures to train on, moved anew for each network in each epoch, or left alone.

    Args:
        words: (N, P + 1) int32 from :func:`mlpcore.datasets.augmentation.pack`, on the device.
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
        moves = [
            augmentation.random_moves(len(self.words), self.degrees, mover) for mover in self.movers
        ]
        angles, flips = (
            torch.stack(column).split(batch_size, dim=1) for column in zip(*moves, strict=True)
        )
        return _Batches(self, chosen, list(zip(angles, flips, strict=True))[:count])


@dataclass(frozen=True)
class _Batches:
    """An epoch's batches, by the pictures chosen and their moves, (M, B) each."""

    samples: PictureSamples
    chosen: Sequence[Tensor]
    moves: Sequence[tuple[Tensor, Tensor] | None]

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        for chosen, moves in zip(self.chosen, self.moves, strict=True):
            words = self.samples.words.index_select(0, chosen.flatten())
            if moves is None:
                words = words[:, :-1]
            else:
                words = augmentation.moved(words, *(each.flatten() for each in moves))
            targets = self.samples.targets[:, chosen].transpose(0, 1)
            yield network_inputs(words).unflatten(0, chosen.shape).mT, targets


def network_inputs(words: Tensor) -> Tensor:
    """Words (N, P) as rows of inputs that end with the 1 that feeds the biases: (N, 3·P + 1)."""
    inputs = torch.ones(len(words), 3 * words.shape[1] + 1, device=words.device)
    augmentation.normalised(words, out=inputs[:, :-1])
    return inputs

"""A set of labelled 32 × 32 colour pictures, as every picture data set here comes."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

SIDE = 32

# Told what share of the work is done, 0…1. What it raises ends the work cleanly.
Progress = Callable[[float], object]


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures with their classes, as training and validation set, each class after class.

    Attributes:
        classes: names of the C classes.
        train_images, val_images: (N, 32, 32, 3) uint8, red green blue. Not to be written to.
        train_labels, val_labels: (N,) int64, indices in ``classes``.
        skipped: files that were left out, each with the reason.
        resized: number of pictures that had another size.
        split_train: whether a validation set of its own was left out, and a share of each class
            took its place.
    """

    classes: tuple[str, ...]
    train_images: Tensor
    train_labels: Tensor
    val_images: Tensor
    val_labels: Tensor
    skipped: tuple[str, ...] = ()
    resized: int = 0
    split_train: bool = False

    @classmethod
    def in_order(
        cls,
        images: Tensor,
        classes: Sequence[str],
        counts: tuple[Sequence[int], Sequence[int]],
        skipped: Sequence[str] = (),
        resized: int = 0,
        split_train: bool = False,
    ) -> Self:
        """Pictures from one array that holds the training set, then the validation set.

        Args:
            images: (N, 32, 32, 3) uint8, each set's class after class.
            classes: their names.
            counts: how many pictures each class has in the training and in the validation set.
            skipped, resized, split_train: as the attributes.
        """
        train_labels, val_labels = map(class_labels, counts)
        train_images, val_images = images.split([len(train_labels), len(val_labels)])
        return cls(
            classes=tuple(classes),
            train_images=train_images,
            train_labels=train_labels,
            val_images=val_images,
            val_labels=val_labels,
            skipped=tuple(skipped),
            resized=resized,
            split_train=split_train,
        )

    @cached_property
    def fingerprint(self) -> str:
        """A short text that differs for different pictures, labels or classes."""
        digest = hashlib.sha256(repr(self.classes).encode())
        for part in (self.train_images, self.train_labels, self.val_images, self.val_labels):
            digest.update(part.numpy().tobytes())
        return digest.hexdigest()[:16]

    @property
    def counts(self) -> tuple[list[int], list[int]]:
        """How many pictures each class has in the training and in the validation set."""
        size = len(self.classes)
        train, val = (
            torch.bincount(x, minlength=size) for x in (self.train_labels, self.val_labels)
        )
        return train.tolist(), val.tolist()

    @property
    def images(self) -> Tensor:
        """All pictures (N, 32, 32, 3) uint8, the training set first."""
        return torch.cat([self.train_images, self.val_images])


def class_labels(counts: Sequence[int]) -> Tensor:
    """Labels (N,) of a set that holds so many pictures of each class, class after class."""
    return torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))

"""Sets of pictures as experiments train on them, prepared once for all who ask."""

import functools

import torch
from torch import Tensor

from mlpcore.datasets import augmentation
from mlpcore.datasets.pictures import Pictures
from mlpcore.engines import Samples
from mlpcore.experiments.settings import Training
from mlpcore.params import ParameterError


@functools.lru_cache(maxsize=1)
def on_device(pictures: Pictures, device: torch.device | str) -> tuple[Tensor, Samples, Samples]:
    """The training set packed, an even sample of it, and the validation set; for all who ask."""
    chosen = evenly(len(pictures.train_labels), len(pictures.val_labels))
    seen = augmentation.flat(pictures.train_images[chosen])
    return (
        augmentation.pack(pictures.train_images).to(device),
        Samples(seen, pictures.train_labels[chosen], device),
        Samples(augmentation.flat(pictures.val_images), pictures.val_labels, device),
    )


def evenly(size: int, count: int) -> Tensor:
    """Places (count,) of samples that are evenly spread over ``size``."""
    return torch.linspace(0, size - 1, count).long()


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

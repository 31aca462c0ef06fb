"""Sets of pictures as experiments train on them, prepared once for all who ask."""

import functools

import torch
from torch import Tensor

from mlpcore.datasets import augmentation, collection
from mlpcore.datasets.pictures import Pictures
from mlpcore.engines import PictureSamples, Samples, evenly
from mlpcore.experiments.course import Material
from mlpcore.experiments.settings import Training
from mlpcore.params import ParameterError
from mlpcore.running.control import Control


def load(name: str, config: Training, control: Control) -> Pictures:
    """The pictures of a name, which are drawn or fetched if they are not there.

    Raises:
        Cancelled: when the control says so.
        DownloadError: they cannot be fetched.
        ParameterError: an epoch would have no batch.
    """
    with control.preparing(collection.work(name)) as progress:
        pictures = collection.load(name, progress)
    size = len(pictures.train_images)
    if config.drop_last and config.batch_size > size:
        raise ParameterError(
            "batch_size",
            f"at most the training set's {size} pictures",
            config.batch_size,
            "Lower it or keep the last batch",
        )
    return pictures


def material(
    pictures: Pictures, device: torch.device | str, degrees: float | None = None
) -> Material:
    """Pictures to learn from, moved anew by up to ± ``degrees`` in every epoch, or left alone.

    In evaluations an even sample of the training set, as large as the validation set, stands for
    it; the validation set is the test set.
    """
    words, seen, test = _on_device(pictures, device)
    return Material(PictureSamples(words, pictures.train_labels, degrees), seen, test)


@functools.lru_cache(maxsize=1)
def _on_device(pictures: Pictures, device: torch.device | str) -> tuple[Tensor, Samples, Samples]:
    """The training set packed, an even sample of it, and the validation set; for all who ask."""
    chosen = evenly(len(pictures.train_labels), len(pictures.val_labels))
    seen = augmentation.flat(pictures.train_images[chosen])
    return (
        augmentation.pack(pictures.train_images).to(device),
        Samples(seen, pictures.train_labels[chosen], device),
        Samples(augmentation.flat(pictures.val_images), pictures.val_labels, device),
    )

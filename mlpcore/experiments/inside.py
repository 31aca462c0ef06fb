"""Inside a network that has learnt pictures: units, single pictures, what each layer knows.

Shapes: N pictures, W units of a layer, C classes.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.datasets.augmentation import flat
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.engines import evenly
from mlpcore.engines.network import Network
from mlpcore.experiments.animal_faces import val_inputs
from mlpcore.experiments.architecture import Architecture, Floats

# Pre-activations and activations of each layer, (W, N).
Carried = list[tuple[Tensor, Tensor]]

# Training pictures a probe learns from, and the share of a feature's mean square added to each
# (ridge regression), without which 3,072 pixels fit as many pictures exactly.
MOST_PROBED, RIDGE = 4000, 0.01


@functools.lru_cache(maxsize=16)
@torch.inference_mode()
def first_layer(architecture: Architecture, network: int, pictures: Pictures) -> Floats:
    """Activations (N, W) of the first hidden layer on the validation pictures."""
    _, layers = _validated(architecture, network, pictures)
    return layers[0][1].T.numpy()


@functools.lru_cache(maxsize=16)
@torch.inference_mode()
def class_effects(architecture: Architecture, network: int, pictures: Pictures) -> Floats:
    """How each class's logit changes with each unit of the first hidden layer: (W, C).

    It is the derivative, averaged over the validation pictures and less its mean over the classes,
    which no probability depends on. With one hidden layer it is the unit's outgoing weights.
    """
    net, layers = _validated(architecture, network, pictures)
    logits, weights = layers[-1][1], torch.from_numpy(net.layers[1][:, :-1])
    effects = []
    for k in range(len(logits)):
        error = torch.zeros_like(logits)
        error[k] = 1
        effects.append((weights.T @ net.back(layers, error)[1]).mean(1))
    effect = torch.stack(effects, 1)
    return (effect - effect.mean(1, keepdim=True)).numpy()


@dataclass(frozen=True, eq=False)
class Response:
    """What one picture does to a network.

    Attributes:
        probabilities: (C,).
        units: for each hidden layer its activations (W,).
        saliency: (32, 32) the largest absolute derivative, over the colours, of the likeliest
            class's log-probability by the pixel.
    """

    probabilities: Floats
    units: tuple[Floats, ...]
    saliency: Floats


@torch.inference_mode()
def respond(architecture: Architecture, network: int, image: Tensor) -> Response:
    """Show a picture (32, 32, 3) uint8 to a network."""
    net, layers = _forward(architecture, network, image[None])
    units = tuple(hidden[:, 0].numpy().copy() for _, hidden in layers[:-1])
    probabilities = layers[-1][1].softmax(0)
    error = -probabilities
    error[probabilities[:, 0].argmax()] += 1
    gradient = torch.from_numpy(net.layers[0][:, :-1]).T @ net.back(layers, error)[0]
    saliency = gradient.view(3, SIDE, SIDE).abs().amax(0)
    return Response(probabilities[:, 0].numpy(), units, saliency.numpy())


@functools.lru_cache(maxsize=16)
@torch.inference_mode()
def probe_accuracies(architecture: Architecture, network: int, pictures: Pictures) -> list[float]:
    """How well a linear model reads the class off the pixels, then off each hidden layer.

    The model is ridge regression on one-hot classes, fitted to training pictures; the accuracies
    are those on the validation set (linear probes: Alain & Bengio 2016, arXiv:1610.01644).
    """
    chosen = _probed(pictures)
    labels = pictures.train_labels[chosen]
    learnt = _forward(architecture, network, pictures.train_images[chosen])[1]
    tested = _validated(architecture, network, pictures)[1]
    return [
        _pixel_probe(pictures),
        *(
            _probe(train.T, labels, val.T, pictures.val_labels)
            for (_, train), (_, val) in zip(learnt[:-1], tested[:-1], strict=True)
        ),
    ]


def reach(filters: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """How far the weights of filters (W, S, S, 3) lie from their middle, in pixels: (W,).

    Root mean square, a pixel counting by its squared weights: for 32 × 32 that count equally 13.1,
    for a patch of 5 × 5 2, and for a single pixel 0. NaN for a filter of zeros.
    """
    shares = np.square(filters, dtype=np.float64).sum(-1)
    with np.errstate(invalid="ignore"):
        shares /= shares.sum((1, 2), keepdims=True)
    places, squares = np.arange(filters.shape[1]), np.zeros(len(filters))
    for axis in (1, 2):
        along = shares.sum(axis)
        squares += along @ places**2 - (along @ places) ** 2
    return np.sqrt(squares)


def _forward(architecture: Architecture, network: int, images: Tensor) -> tuple[Network, Carried]:
    """A network, and its layers' pre-activations and activations."""
    net = architecture.network(network)
    return net, net.carry(flat(images))


@functools.lru_cache(maxsize=4)
def _validated(
    architecture: Architecture, network: int, pictures: Pictures
) -> tuple[Network, Carried]:
    """Like :func:`_forward`, for the validation set."""
    net = architecture.network(network)
    return net, net.carry(val_inputs(pictures))


def _probed(pictures: Pictures) -> Tensor:
    """Places of an even sample of the training set."""
    size = len(pictures.train_images)
    return evenly(size, min(size, MOST_PROBED))


@functools.lru_cache(maxsize=4)
def _pixel_probe(pictures: Pictures) -> float:
    chosen = _probed(pictures)
    train, val = flat(pictures.train_images[chosen]), flat(pictures.val_images)
    return _probe(train, pictures.train_labels[chosen], val, pictures.val_labels)


def _probe(train: Tensor, labels: Tensor, val: Tensor, val_labels: Tensor) -> float:
    """Validation accuracy of ridge regression from features (N, W) to one-hot labels."""
    middle = train.mean(0)
    features, targets = train - middle, torch.nn.functional.one_hot(labels).float()
    gram = features.T @ features
    gram.diagonal().add_(RIDGE * gram.diagonal().mean() + 1e-6)
    weights = torch.linalg.solve(gram, features.T @ (targets - targets.mean(0)))
    guesses = ((val - middle) @ weights + targets.mean(0)).argmax(1)
    return float((guesses == val_labels).float().mean())

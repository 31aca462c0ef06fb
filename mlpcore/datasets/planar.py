"""Labelled points in the plane: the tutorial's spiral and its neighbours, in one table.

Every generator takes (classes K, samples per class N, noise σ, generator) and returns points
(K·N, 2) and labels (K·N,), class after class, within about ±1.4. The noise is scaled by σ²
throughout, as in the tutorial's spiral.
"""

import functools
import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor


@dataclass(frozen=True, slots=True)
class Split:
    """Points shuffled and cut into a training and a test set.

    Attributes:
        train_inputs, test_inputs: (N, 2) float32.
        train_labels, test_labels: (N,) int64, classes from 0.
    """

    train_inputs: Tensor
    train_labels: Tensor
    test_inputs: Tensor
    test_labels: Tensor


def spirals(
    classes: int, samples: int, noise: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """K interleaved spiral arms (Neuromatch W1D3, tutorial 2, section 1)."""
    t = torch.linspace(0, 1, samples)
    arms = []
    for k in range(classes):
        angle = 2 * math.pi / classes * (2 * t + k)
        x = t * (angle.sin() + noise**2 * torch.randn(samples, generator=generator))
        y = t * (angle.cos() + noise**2 * torch.randn(samples, generator=generator))
        arms.append(torch.stack([x, y], dim=1))
    return torch.cat(arms), _labels(classes, samples)


def moons(classes: int, samples: int, noise: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """A chain of K interleaved half circles, every other one upside down."""
    angle = torch.linspace(0, math.pi, samples)
    chain = []
    for k in range(classes):
        x = angle.cos() + k - (classes - 1) / 2
        y = angle.sin() - 0.25 if k % 2 == 0 else 0.25 - angle.sin()
        chain.append(torch.stack([x, y], dim=1) * 2.4 / (classes + 1))
    return _jittered(torch.cat(chain), noise, generator), _labels(classes, samples)


def circles(
    classes: int, samples: int, noise: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """K concentric circles, the first the smallest."""
    angle = torch.linspace(0, 2 * math.pi, samples + 1)[:-1]
    circle = torch.stack([angle.cos(), angle.sin()], dim=1)
    rings = torch.cat([circle * 1.2 * (k + 1) / classes for k in range(classes)])
    return _jittered(rings, noise, generator), _labels(classes, samples)


def blobs(classes: int, samples: int, noise: float, generator: Generator) -> tuple[Tensor, Tensor]:
    """K round clouds whose centres stand on the unit circle."""
    angle = torch.arange(classes) * 2 * math.pi / classes
    centres = torch.stack([angle.sin(), angle.cos()], dim=1)
    return (
        _jittered(centres.repeat_interleave(samples, 0), noise, generator),
        _labels(classes, samples),
    )


def checkerboard(
    classes: int, samples: int, noise: float, generator: Generator
) -> tuple[Tensor, Tensor]:
    """A board of 2K × 2K squares over ±1.2 whose colours shift by one class from row to row."""
    side = 2 * classes
    row = torch.randint(side, (classes, samples), generator=generator)
    # Columns of class k in row r: k − r, and that plus K.
    column = (torch.arange(classes)[:, None] - row) % classes
    column = column + classes * torch.randint(2, (classes, samples), generator=generator)
    corner = torch.stack([column, row], dim=2).reshape(-1, 2)
    within = torch.rand(classes * samples, 2, generator=generator)
    points = ((corner + within) / side * 2 - 1) * 1.2
    return _jittered(points, noise, generator), _labels(classes, samples)


# Maps show the square of the plane within this, in which all data lie.
HALF_WIDTH = 2.0
Generate = Callable[[int, int, float, Generator], tuple[Tensor, Tensor]]

PLANAR: dict[str, Generate] = {
    "spirals": spirals,
    "moons": moons,
    "circles": circles,
    "blobs": blobs,
    "checkerboard": checkerboard,
}

TEST_SHARE = 0.2


def source(name: str) -> str:
    """The code of a key of :data:`PLANAR`, which needs math, torch, Generator and Tensor."""
    code = inspect.getsource(PLANAR[name])
    helpers = (_labels, _jittered)
    used = [inspect.getsource(helper) for helper in helpers if f"{helper.__name__}(" in code]
    return "\n\n".join([*used, code])


@functools.lru_cache(maxsize=8)
def make(name: str, classes: int, samples: int, noise: float, seed: int) -> Split:
    """Generate a data set, shuffle it and take its first fifth as the test set.

    Args:
        name: a key of :data:`PLANAR`.
        classes: number of classes K, 2 or more.
        samples: points per class N.
        noise: σ; points are displaced by σ² times a standard normal (the spiral's also by t).
        seed: of the generator used for points and shuffle.
    """
    generator = torch.Generator().manual_seed(seed)
    points, labels = PLANAR[name](classes, samples, noise, generator)
    order = torch.randperm(len(points), generator=generator)
    test, train = order.tensor_split([test_size(classes, samples)])
    return Split(points[train], labels[train], points[test], labels[test])


def test_size(classes: int, samples: int) -> int:
    """Number of points that :func:`make` keeps for the test set."""
    return int(TEST_SHARE * classes * samples)


def _labels(classes: int, samples: int) -> Tensor:
    return torch.arange(classes).repeat_interleave(samples)


def _jittered(points: Tensor, noise: float, generator: Generator) -> Tensor:
    return points + noise**2 * torch.randn(points.shape, generator=generator)

"""The loss over two directions around one trained network, with the path of its training.

Li et al. 2018, Visualizing the Loss Landscape of Neural Nets (arXiv:1712.09913). Shapes: P weights
and biases of the network, T moments of its training, A × B places of the grid.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.engines import Metrics
from mlpcore.engines.network import Network
from mlpcore.experiments.architecture import Architecture
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.experiment import AnySnapshot, Device, Experiment
from mlpcore.experiments.run import train
from mlpcore.experiments.settings import (
    ACTIVATIONS_BY_LAYER,
    NEGATIVE_SLOPE,
    DropoutTraining,
    PlanarTraining,
)
from mlpcore.experiments.wide_vs_deep import WideVsDeep
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.weights import Layers
from mlpcore.params import again, number
from mlpcore.running.control import Control

Floats = NDArray[np.float64]

# Steps of the grid from edge to edge, and how much of the path's extent is added at each edge.
STEPS, MARGIN = 40, 0.25
# Activations of one layer that stand in memory at once: 16 MB.
MOST_ACTIVATIONS = 4_000_000


@dataclass(frozen=True, eq=False)
class Surface:
    """The mean cross-entropy on the training set over a plane through the trained network.

    Attributes:
        x, y: (A,) and (B,) distances from the trained network along the directions; both hold 0.
        loss: (B, A) in nats, without penalties on weights.
        path: (T, 2) the path of training on the plane; it ends at (0, 0).
        shares: of the path's variance that lies along each direction, 0…1.
    """

    x: Floats
    y: Floats
    loss: Floats
    path: Floats
    shares: tuple[float, float]


def flat(layers: Layers) -> Floats:
    """A network's weights and biases as one vector (P,)."""
    return np.concatenate([layer.ravel() for layer in layers]).astype(np.float64)


def principal_directions(path: Floats) -> Floats:
    """The first two principal components (2, P) of a path (T, P) less its end (section 7.2)."""
    away = path - path[-1]
    components: Floats = np.linalg.svd(away - away.mean(0), full_matrices=False)[2]
    return components[:2]


def random_directions(layers: Layers, seed: int) -> Floats:
    """Two random directions (2, P), normalised filter by filter (section 4).

    What leads to a unit is as long as the unit's weights; biases stay, as in the authors' code.
    """
    generator = np.random.default_rng(seed)
    directions = []
    for _ in range(2):
        steps = []
        for layer in layers:
            weights = layer[:, :-1]
            step = generator.standard_normal(weights.shape)
            step *= (
                np.linalg.norm(weights, axis=1, keepdims=True)
                / np.linalg.norm(step, axis=1, keepdims=True)
            )  # fmt: skip
            steps.append(np.pad(step, ((0, 0), (0, 1))).ravel())
        directions.append(np.concatenate(steps))
    return np.stack(directions)


def coordinates(path: Floats, directions: Floats) -> Floats:
    """Where the points of a path (T, P), less its end, are nearest to on a plane: (T, 2)."""
    away = path - path[-1]
    found: Floats = np.linalg.lstsq(directions.T, away.T, rcond=None)[0].T
    return found


def variance_shares(path: Floats, directions: Floats) -> tuple[float, float]:
    """The share of a path's variance along each of two directions."""
    centred = path - path.mean(0)
    along = centred @ (directions / np.linalg.norm(directions, axis=1, keepdims=True)).T
    first, second = np.square(along).sum(0) / max(float(np.square(centred).sum()), 1e-30)
    return float(first), float(second)


@torch.inference_mode()
def losses(network: Network, moved: Floats, inputs: Tensor, labels: Tensor) -> Floats:
    """The loss of networks with other weights, all carried forward together.

    Args:
        network: whose shape and activation they have.
        moved: (K, P) their weights, as :func:`flat` has them.
        inputs, labels: (N, D) and (N,).

    Returns:
        (K,) mean cross-entropy in nats.
    """
    hidden = inputs.T.expand(len(moved), -1, -1)
    start = 0
    for layer, phi in zip(network.layers, [*network.activations, None], strict=True):
        stop = start + layer.size
        weights = torch.from_numpy(moved[:, start:stop].astype(np.float32)).view(-1, *layer.shape)
        hidden = torch.baddbmm(weights[:, :, -1:], weights[:, :, :-1], hidden)
        if phi:
            hidden = phi.function(hidden, network.negative_slope)
        start = stop
    right = hidden.gather(1, labels.expand(len(moved), 1, -1)).squeeze(1)
    return (hidden.logsumexp(1) - right).mean(1, dtype=torch.float64).numpy()


def surface(
    network: Network,
    path: Floats,
    directions: Floats,
    extents: Sequence[tuple[float, float]],
    inputs: Tensor,
    labels: Tensor,
    control: Control | None = None,
) -> Surface:
    """The loss over a plane through a network.

    Args:
        network: the trained one.
        path: (T, P) its weights along training, the last row its own.
        directions: (2, P) what spans the plane.
        extents: lowest and highest distance along each, around 0.
        inputs, labels: (N, D) and (N,) what the loss is of.
        control: may end the work early.
    """
    x, y = (_ticks(*extent) for extent in extents)
    steps = np.stack(np.meshgrid(x, y), -1).reshape(-1, 2)
    most = max(1, MOST_ACTIVATIONS // (max(network.shape) * len(labels)))
    found = []
    for start in range(0, len(steps), most):
        moved = path[-1] + steps[start : start + most] @ directions
        found.append(losses(network, moved, inputs, labels))
        if control is not None:
            control.checkpoint()
    return Surface(
        x=x,
        y=y,
        loss=np.concatenate(found).reshape(len(y), len(x)),
        path=coordinates(path, directions),
        shares=variance_shares(path, directions),
    )


def around(places: Floats) -> list[tuple[float, float]]:
    """Extents that hold places (T, 2) of a path, with a margin."""
    low, high = places.min(0), places.max(0)
    # A path along one direction only still has a plane around it.
    span = np.maximum(high - low, 0.2 * max(float((high - low).max()), 1e-6))
    edges = zip(low - MARGIN * span, high + MARGIN * span, strict=True)
    return [(float(least), float(most)) for least, most in edges]


def _ticks(low: float, high: float) -> Floats:
    """Places at equal steps from about ``low`` to about ``high``, one of them 0."""
    step = (high - low) / STEPS
    return step * np.arange(np.floor(low / step), np.ceil(high / step) + 1)


class LossSurface(PlanarTraining, DropoutTraining, Experiment["Snapshot"]):
    """Train one network, and see its loss around where it ends."""

    depth: int = number(3, 1, 10, label="Depth", unit="hidden layers", help="Of the network.")
    width: int = number(6, 1, 20_000, label="Width", unit="units", help="Of each hidden layer.")
    activation: str = again(ACTIVATIONS_BY_LAYER)
    negative_slope: float = again(NEGATIVE_SLOPE)
    seeds: int = 1

    @classmethod
    def of(cls, config: WideVsDeep, depth: int, network: int) -> Self:
        """That of one of the networks of :class:`WideVsDeep`, which it trains again."""
        mine: dict[str, Any] = {
            name: value for name, value in config.values().items() if name in _SHARED
        }
        width = config.sizes(depth)[1]
        own: dict[str, Any] = {
            "seeds": 1,
            "seed": config.seed + network,
            "depth": depth,
            "width": width,
        }
        return cls(**mine | own)

    @property
    def sizes(self) -> list[int]:
        """Units of the input, every hidden layer and the output."""
        return [2, *[self.width] * self.depth, self.classes]

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        return parameter_count(self.sizes)

    @property
    def working_bytes(self) -> int:
        """As for :class:`Experiment`: the path is there a few times, in doubles."""
        return super().working_bytes + 32 * self.parameters * len(self.evaluation_epochs)

    def _run(self, device: Device, control: Control) -> Iterator["Snapshot"]:
        split = self.split()
        course = _Walk(
            self, Material.of(split, device), [self.sizes], self.activation, self.negative_slope
        )
        for at in train(self, [course], control):
            (architecture,) = course.snapshot()
            if at.progress < 1:
                yield Snapshot(self, *at, architecture=architecture)
        along = random = None
        if architecture.converged[0]:
            net, path = architecture.network(0), np.stack(course.path)
            data = split.train_inputs, split.train_labels
            main = principal_directions(path)
            along = surface(net, path, main, around(coordinates(path, main)), *data, control)
            other = random_directions(net.layers, self.seed)
            random = surface(net, path, other, [(-1.0, 1.0)] * 2, *data, control)
        yield Snapshot(self, *at, architecture=architecture, along=along, random=random)


_SHARED = LossSurface.__dataclass_fields__.keys() - {"depth", "width"}


class _Walk(Course):
    """The course of one network that keeps its weights at each evaluation, (P,)."""

    path: list[Floats]

    def record(self, epoch: int, train: Metrics, test: Metrics) -> None:
        super().record(epoch, train, test)
        if epoch == 0:
            self.path = []
        (layers,) = self.ensemble.copies()
        self.path.append(flat(tuple(layer[0] for layer in layers)))


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The network at one moment.

    Attributes:
        architecture: it alone.
        along: the loss over the first two principal components of its path; None before the end,
            and of a network that diverged.
        random: the same over two random directions, normalised filter by filter.
    """

    config: LossSurface
    architecture: Architecture
    along: Surface | None = None
    random: Surface | None = None

"""What networks do with a square of the plane: class probabilities, linear regions, hidden units.

A grid of G × G cells covers ±half_width; row 0 is the lowest y, column 0 the lowest x, and a
network is evaluated at the cells' centres. Shapes: M models, W width, C classes, G grid points a
side.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import Tensor

from mlpcore.activations import ACTIVATIONS
from mlpcore.features import Polynomials
from mlpcore.stack import Stack, with_ones

HALF_WIDTH = 2.0
GRID = 120
UNIT_GRID = 40
MOST_UNITS = 32


def cell_centres(half_width: float, grid: int) -> Tensor:
    """The coordinates of the cells' centres along an axis: (G,)."""
    return (torch.arange(grid) + 0.5) * (2 * half_width / grid) - half_width


def grid_inputs(half_width: float, grid: int) -> Tensor:
    """The centres of the grid's cells, row after row, with the row of ones: (3, G·G)."""
    centres = cell_centres(half_width, grid)
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    return with_ones(torch.stack([x.flatten(), y.flatten()]))


def decision_maps(stack: Stack, half_width: float = HALF_WIDTH, grid: int = GRID) -> Tensor:
    """Class probabilities of all networks on a grid: (M, C, G, G)."""
    inputs = grid_inputs(half_width, grid).to(stack.parameters)
    return stack.logits(inputs[None]).softmax(1).view(stack.models, -1, grid, grid)


def polynomial_maps(
    polynomials: Polynomials, weights: Tensor, half_width: float = HALF_WIDTH, grid: int = GRID
) -> tuple[Tensor, Tensor]:
    """Class probabilities on a grid of linear models on polynomial features.

    Args:
        polynomials: the features.
        weights: (M, C, F + 1), the last column the bias.
        half_width, grid: the square and its grid.

    Returns:
        (M, C, G, G) float32; and (M,) the share of the map where a logit is beyond float32's range,
        so that only float64, in which logits are computed, tells the classes apart.
    """
    logits = polynomials.grid_logits(weights, cell_centres(half_width, grid))
    beyond = (logits.abs().amax(1) > torch.finfo(torch.float32).max).double().mean((1, 2))
    logits -= logits.amax(1, keepdim=True)
    return logits.float().softmax(1), beyond


def connected_regions(
    probabilities: NDArray[np.float32], where: NDArray[np.bool_] | None = None
) -> int:
    """Number of connected areas in which one class wins.

    Cells are connected along their edges. Cells without finite probabilities belong to no area.

    Args:
        probabilities: (C, G, G).
        where: (G, G), the cells to look at; all of them by default.
    """
    winners = probabilities.argmax(0)
    winners[~np.isfinite(probabilities).all(0)] = -1
    if where is not None:
        winners[~where] = -1
    return sum(ndimage.label(winners == k)[1] for k in range(len(probabilities)))


def linear_regions(
    stack: Stack, half_width: float = HALF_WIDTH, grid: int = GRID
) -> list[int] | None:
    """Distinct linear regions of each network that a grid meets.

    A region is a set of inputs for which the same units are on; regions that lie between the
    centres of cells are missed, so this is a lower bound (Hanin & Rolnick 2019, arXiv:1901.09021).

    Returns:
        One count a network, or None if the activation is not piecewise linear.
    """
    if not stack.activation.piecewise_linear:
        return None
    if stack.activation is ACTIVATIONS["linear"] or len(stack.weights) == 1:
        return [1] * stack.models
    inputs = grid_inputs(half_width, grid).to(stack.parameters)[None]
    chunks = []
    for chunk in stack.chunks(inputs):
        *hidden_layers, _ = stack.layers(chunk)
        chunks.append(torch.cat([pre > 0 for pre, _ in hidden_layers], dim=1))
    return [count_patterns(network) for network in torch.cat(chunks, dim=2).cpu().numpy()]


def unit_maps(
    stack: Stack, half_width: float = HALF_WIDTH, grid: int = UNIT_GRID, most: int = MOST_UNITS
) -> list[Tensor]:
    """Activations of hidden units on a grid, the first ``most`` units of each layer.

    Returns:
        For each hidden layer a tensor (M, ≤ most, grid, grid).
    """
    inputs = grid_inputs(half_width, grid).to(stack.parameters)[None]
    maps: list[list[Tensor]] = [[] for _ in stack.weights[:-1]]
    for chunk in stack.chunks(inputs):
        for layer, (_, hidden) in zip(maps, stack.layers(chunk), strict=False):
            layer.append(hidden[:, :most])
    return [torch.cat(layer, dim=2).unflatten(2, (grid, grid)) for layer in maps]


def count_patterns(on: NDArray[np.bool_]) -> int:
    """Number of distinct columns of a boolean matrix (units, points)."""
    packed = np.packbits(on, axis=0).T
    words = np.zeros((len(packed), -(-max(1, packed.shape[1]) // 8) * 8), np.uint8)
    words[:, : packed.shape[1]] = packed
    keys = words.view(np.uint64)
    labels = keys[:, 0]
    for column in keys.T[1:]:
        # Renumber what has been seen so far, then tell it apart by the next 64 units: exact.
        _, seen = np.unique(labels, return_inverse=True)
        _, more = np.unique(column, return_inverse=True)
        labels = seen.astype(np.uint64) * np.uint64(len(packed)) + more.astype(np.uint64)
    return len(np.unique(labels))

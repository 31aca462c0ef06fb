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

from mlpcore.datasets.features import Polynomials
from mlpcore.datasets.planar import HALF_WIDTH
from mlpcore.engines.network import Floats, Network

GRID = 120
UNIT_GRID = 40
MOST_UNITS = 32


def cell_centres(half_width: float, grid: int) -> Tensor:
    """The coordinates of the cells' centres along an axis: (G,)."""
    return (torch.arange(grid) + 0.5) * (2 * half_width / grid) - half_width


def grid_points(half_width: float, grid: int) -> Tensor:
    """The centres of the grid's cells, row after row: (G·G, 2)."""
    centres = cell_centres(half_width, grid)
    y, x = torch.meshgrid(centres, centres, indexing="ij")
    return torch.stack([x.flatten(), y.flatten()], dim=1)


def decision_map(
    network: Network, half_width: float = HALF_WIDTH, grid: int = GRID
) -> tuple[Floats, int | None]:
    """Class probabilities on a grid, (C, G, G), and how many linear regions the grid meets.

    A region is a set of inputs for which the same units are on; regions that lie between the
    centres of cells are missed, so this is a lower bound (Hanin & Rolnick 2019, arXiv:1901.09021).
    It is None unless all activations are piecewise linear.
    """
    folded = all(phi.piecewise_linear for phi in network.activations)
    probabilities, _, patterns = network.look(grid_points(half_width, grid), patterns=folded)
    regions = len(np.unique(patterns)) if folded else None
    return probabilities.reshape(-1, grid, grid), regions


def unit_maps(
    network: Network, half_width: float = HALF_WIDTH, grid: int = UNIT_GRID, most: int = MOST_UNITS
) -> tuple[Floats, ...]:
    """Activations of hidden units on a grid, the first ``most`` units of each layer.

    Returns:
        For each hidden layer (≤ most, G, G).
    """
    units = min(most, max(network.shape[1:]))
    _, activations, _ = network.look(grid_points(half_width, grid), units=units)
    return tuple(
        layer[:width].reshape(-1, grid, grid)
        for layer, width in zip(activations, network.shape[1:-1], strict=True)
    )


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

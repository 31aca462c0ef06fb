"""What networks say as places in a palette, computed by compiled loops that hold no lock.

Drawing runs beside training and beside the server, ten times a second: a loop in NumPy would take
the interpreter's lock a dozen times a picture. Shapes: C classes, G grid points a side, U units.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from mlpcore.arithmetic.compiling import compiled

Floats = NDArray[np.float32]
Indices = NDArray[np.uint8]


def decisions(probabilities: Floats, shades: int, confidence: bool = True) -> Indices | None:
    """The likeliest class at each place, and how sure it is.

    Args:
        probabilities: (C, G, G).
        shades: of a class, from a guess to certainty.
        confidence: whether to show it, or every class at its last shade.

    Returns:
        (G, G): class · shades + shade; None if a probability is not finite.
    """
    indices, finite = _decisions(_float32(probabilities), shades, confidence)
    return indices if finite else None


@partial(compiled, fastmath=False)
def _decisions(probabilities: Floats, shades: int, confidence: bool) -> tuple[Indices, bool]:
    classes, height, width = probabilities.shape
    indices = np.empty((height, width), np.uint8)
    # In float32 throughout, as the probabilities are.
    count, rest, last = np.float32(classes), np.float32(classes - 1), np.float32(shades - 1)
    for i in range(height):
        for j in range(width):
            winner, highest = 0, probabilities[0, i, j]
            for k in range(classes):
                probability = probabilities[k, i, j]
                if not np.isfinite(probability):
                    return indices, False
                if probability > highest:
                    winner, highest = k, probability
            sureness = (highest * count - np.float32(1)) / rest if confidence else np.float32(1)
            indices[i, j] = winner * shades + np.int64(np.rint(sureness * last))
    return indices, True


def signed(
    values: Floats, middle: int, frame: int = 0
) -> tuple[Indices, NDArray[np.float32], NDArray[np.float32]]:
    """Numbers of either sign, those of each unit scaled by the largest of them, and a frame.

    Args:
        values: (U, H, W).
        middle: the index of 0; the largest absolute value gets 0 or 2 · middle.
        frame: width of a border, of index 2 · middle + 1.

    Returns:
        (U, H + 2 · frame, W + 2 · frame), and each unit's least and largest value (U,); these are
        NaN, and the indices mean nothing, where one of a unit's values is not finite.
    """
    return _signed(_float32(values), middle, frame)


@partial(compiled, fastmath=False)
def _signed(
    values: Floats, middle: int, frame: int
) -> tuple[Indices, NDArray[np.float32], NDArray[np.float32]]:
    units, height, width = values.shape
    indices = np.full((units, height + 2 * frame, width + 2 * frame), 2 * middle + 1, np.uint8)
    low, high = np.empty(units, np.float32), np.empty(units, np.float32)
    scale = np.float32(middle)
    for unit in range(units):
        least = most = values[unit, 0, 0]
        finite = True
        for i in range(height):
            for j in range(width):
                value = values[unit, i, j]
                finite = finite and np.isfinite(value)
                least, most = min(least, value), max(most, value)
        low[unit] = least if finite else np.nan
        high[unit] = most if finite else np.nan
        if not finite:
            continue
        largest = max(-least, most, np.float32(1e-12))
        for i in range(height):
            for j in range(width):
                shade = np.rint(values[unit, i, j] / largest * scale + scale)
                indices[unit, frame + i, frame + j] = np.int64(shade)
    return indices, low, high


def _float32(values: Floats) -> Floats:
    """The array as the loops are compiled for it."""
    return np.ascontiguousarray(values, np.float32)


def warm() -> None:
    """Compile all loops, or take them from the cache."""
    decisions(np.full((2, 1, 1), 0.5, np.float32), 2)
    signed(np.zeros((1, 1, 1), np.float32), 1)

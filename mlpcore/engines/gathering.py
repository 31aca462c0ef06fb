"""Samples written as networks take them, in compiled loops: rows of features, or moved pictures."""

from typing import Any

import numpy as np

from mlpcore.arithmetic.compiling import inner
from mlpcore.arithmetic.functions import like
from mlpcore.datasets.augmentation import FRACTION_BITS
from mlpcore.engines.dealing import move

# Inputs of up to so many features are gathered as activations are stored, D + 1 rows, which suits
# BLAS there; others sample by sample, so that whole rows are copied.
FEW = 16


@inner
def picture(words: Any, sample: Any, side: Any, walk: Any, line: Any, inputs: Any, at: Any) -> None:
    """Write one packed picture as a network's input in −1…1: red, green, blue plane, and the 1.

    Args:
        words, sample: (N, (S + 2)²) pictures in black edges, and which.
        side: S.
        walk: (6,) where to take each pixel from, as :func:`mlpcore.engines.dealing.move` has it.
        line: (S,) int32, to be overwritten.
        inputs, at: where to, 3 S² + 1 numbers.
    """
    one, scale = like(1, inputs[0]), like(1 / 127.5, inputs[0])
    plane, pixels = side * side, words[sample]
    lowest, last, edged = np.int32(-1), np.int32(side), np.int32(side + 2)
    for row in range(side):
        x0 = np.int32(walk[1] * row + walk[2])
        y0 = np.int32(walk[4] * row + walk[5])
        for column in range(side):
            # Each step in 32 bits; Numba would take 64.
            x = np.int32(x0 >> np.int32(FRACTION_BITS))
            y = np.int32(y0 >> np.int32(FRACTION_BITS))
            x = lowest if x < lowest else last if x > last else x
            y = lowest if y < lowest else last if y > last else y
            # Unsigned, so that it cannot be an index from the end.
            line[column] = pixels[np.uint32(np.int32(y * edged + x + edged + 1))]
            x0, y0 = np.int32(x0 + walk[0]), np.int32(y0 + walk[3])
        start = at + row * side
        for colour in range(3):
            out = inputs[colour * plane + start : colour * plane + start + side]
            shift = np.int32(8 * colour)
            for column in range(side):
                out[column] = like(np.int32((line[column] >> shift) & 255), one) * scale - one
    inputs[at + 3 * plane] = one


@inner
def gather(
    points: Any, words: Any, degrees: Any, seed: Any, epoch: Any, order: Any, inputs: Any, at: Any
) -> None:  # fmt: skip
    """Write samples ``order`` (B,) into ``inputs`` from a place on.

    As (B, D + 1), or as (D + 1, B) if there are at most :data:`FEW` features. They are rows of
    ``points`` (N, D + 1), or else pictures of ``words`` (N, (S + 2)²), moved by up to ``degrees``,
    or left alone if that is negative.
    """
    batch, features = len(order), points.shape[1]
    if len(points) and features <= FEW:
        for i in range(features):
            row = inputs[at + i * batch : at + (i + 1) * batch]
            for b in range(batch):
                row[b] = points[order[b], i]
    elif len(points):
        for b in range(batch):
            # Not by assigning the slice, which is ten times slower.
            row, out = points[order[b]], inputs[at + b * features : at + (b + 1) * features]
            for i in range(features):
                out[i] = row[i]
    else:
        side = int(np.sqrt(words.shape[1])) - 2
        walk, line = np.zeros(6, np.int32), np.empty(side, np.int32)
        walk[0] = walk[4] = 1 << FRACTION_BITS
        walk[2] = walk[5] = 1 << (FRACTION_BITS - 1)
        for b in range(batch):
            if degrees >= 0:
                move(seed, epoch, order[b], degrees, side, walk)
            picture(words, order[b], side, walk, line, inputs, at + b * (3 * side * side + 1))

"""In which order networks meet their samples, how pictures are moved, and what dropout drops.

All are functions of a seed and an epoch, computed anew wherever they are needed, so that there is
no generator whose state would have to be kept. The numbers are SplitMix64's (Steele, Lea & Flood
2014, doi:10.1145/2660193.2660195).
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpcore.arithmetic.compiling import compiled, inner
from mlpcore.arithmetic.functions import like
from mlpcore.datasets.augmentation import FRACTION_BITS

GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_ORDER, _MOVE, _DROP = np.uint64(0x6F72646572), np.uint64(0x6D6F7665), np.uint64(0x64726F70)


@inner
def mixed(x: Any) -> Any:
    """SplitMix64's output for a state."""
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@inner
def _stream(purpose: Any, seed: Any, epoch: Any) -> Any:
    """Where the numbers of a purpose, a seed and an epoch start."""
    state = mixed(purpose + GOLDEN * np.uint64(seed + 1))
    return mixed(state + GOLDEN * np.uint64(epoch + 1))


@inner
def deal(seed: Any, epoch: Any, order: Any) -> None:
    """Fill ``order`` (N,) with 0 … N − 1, shuffled (Fisher & Yates) for a seed and an epoch."""
    state = _stream(_ORDER, seed, epoch)
    for i in range(len(order)):
        order[i] = i
    for i in range(len(order) - 1, 0, -1):
        state += GOLDEN
        # A 32-bit number times i + 1, over 2³²: 0 … i, as good as evenly.
        j = np.int64(((mixed(state) >> np.uint64(32)) * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]


@inner
def _fixed(value: Any) -> Any:
    return np.int32(math.floor(value * np.float64(1 << FRACTION_BITS) + 0.5))


@inner
def move(seed: Any, epoch: Any, picture: Any, degrees: Any, side: Any, walk: Any) -> None:
    """Fill ``walk`` (6,) with how a picture is rotated about its middle, and flipped, in an epoch.

    The angle is uniform within ± ``degrees``, half of the pictures are flipped. In fixed point:
    what is added to x a pixel across and a pixel down and where the first pixel comes from; then
    for y.
    """
    state = mixed(_stream(_MOVE, seed, epoch) + GOLDEN * np.uint64(picture + 1))
    share = np.float64(state >> np.uint64(11)) * (1.0 / (1 << 53))
    turn = -(2.0 * share - 1.0) * degrees * (math.pi / 180.0)
    # PIL steps from pixel to pixel by rounded cosines and sines, from the first pixel's centre.
    cos, sin = math.cos(turn), math.sin(turn)
    middle, first = 0.5 * side, 0.5 - 0.5 * side
    walk[0], walk[1], walk[2] = _fixed(cos), _fixed(sin), _fixed((cos + sin) * first + middle)
    walk[3], walk[4], walk[5] = -_fixed(sin), _fixed(cos), _fixed((cos - sin) * first + middle)
    if mixed(state + GOLDEN) >> np.uint64(63):
        for at in (0, 3):  # from the last pixel of the row backwards
            walk[at + 2] += np.int32(side - 1) * walk[at]
            walk[at] = -walk[at]


@inner
def drop(seed: Any, epoch: Any, layer: Any, unit: Any, first: Any, dropout: Any, mask: Any) -> None:
    """Fill ``mask`` (B,) with what dropout multiplies a hidden unit's activations by, in an epoch.

    That is 0 with probability ``dropout`` p, else 1 / (1 − p) (Srivastava et al. 2014, section 10).
    The samples are those that come ``first`` and next in the epoch's order.
    """
    state = mixed(_stream(_DROP, seed, epoch) + GOLDEN * np.uint64(layer + 1))
    state = mixed(state + GOLDEN * np.uint64(unit + 1)) + GOLDEN * np.uint64(first)
    least = np.uint64(dropout * np.float64(1 << 32))
    nothing, kept = like(0, mask[0]), like(1 / (1 - dropout), mask[0])
    for b in range(len(mask)):
        state += GOLDEN
        mask[b] = kept if (mixed(state) >> np.uint64(32)) >= least else nothing


@compiled
def _orders(seeds: Any, epoch: Any, orders: Any) -> None:
    for row in range(len(seeds)):
        deal(seeds[row], epoch, orders[row])


@compiled
def _walks(seeds: Any, epoch: Any, degrees: Any, side: Any, walks: Any) -> None:
    for row in range(len(seeds)):
        for picture in range(walks.shape[1]):
            move(seeds[row], epoch, picture, degrees, side, walks[row, picture])


@compiled
def _masks(seeds: Any, epoch: Any, layer: Any, first: Any, dropout: Any, masks: Any) -> None:
    for row in range(len(seeds)):
        for unit in range(masks.shape[1]):
            drop(seeds[row], epoch, layer, unit, first, dropout, masks[row, unit])


def orders(seeds: NDArray[np.int64], epoch: int, size: int) -> NDArray[np.int64]:
    """The order in which each seed's networks meet the samples in an epoch: (R, N)."""
    dealt = np.empty((len(seeds), size), np.int64)
    _orders(seeds, epoch, dealt)
    return dealt


def walks(
    seeds: NDArray[np.int64], epoch: int, size: int, degrees: float, side: int
) -> NDArray[np.int32]:
    """How each seed's pictures are moved in an epoch: (R, N, 2, 3), as :func:`move` has it."""
    moved = np.empty((len(seeds), size, 6), np.int32)
    _walks(seeds, epoch, float(degrees), side, moved)
    return moved.reshape(len(seeds), size, 2, 3)


def masks(
    seeds: NDArray[np.int64],
    epoch: int,
    layer: int,
    shape: tuple[int, int],
    first: int,
    dropout: float,
) -> NDArray[np.float64]:
    """What dropout multiplies a hidden layer's activations by, as :func:`drop` has it.

    Args:
        seeds: (R,) of the networks.
        epoch, layer: counted from 0, the layer from the first hidden one.
        shape: units of the layer, and samples in the batch.
        first: the place in the epoch's order of the batch's first sample.
        dropout: p, the probability of 0.

    Returns:
        (R, units, B).
    """
    dropped = np.empty((len(seeds), *shape))
    _masks(seeds, epoch, layer, first, float(dropout), dropped)
    return dropped

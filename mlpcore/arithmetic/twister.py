"""The uniform numbers of torch's CPU generator, in one call that keeps the interpreter's lock.

Small networks are drawn by a dozen calls of torch a layer, each of which lets the lock go: beside a
busy server, drawing then takes longer than training.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpcore.arithmetic.compiling import compiled

Floats = NDArray[np.float32]

# MT19937's constants (Matsumoto & Nishimura 1998, doi:10.1145/272991.272995).
_SIZE, _MIDDLE = 624, 397
_UPPER, _LOWER, _MATRIX = np.uint32(1 << 31), np.uint32((1 << 31) - 1), np.uint32(0x9908B0DF)


@compiled
def _fill(seed: Any, numbers: Any) -> None:
    state = np.empty(_SIZE, np.uint32)
    state[0] = np.uint32(seed)
    for i in range(1, _SIZE):
        before = state[i - 1] ^ (state[i - 1] >> np.uint32(30))
        state[i] = np.uint32(np.uint64(1812433253) * np.uint64(before) + np.uint64(i))
    for k in range(len(numbers)):
        if k % _SIZE == 0:
            for i in range(_SIZE):
                y = (state[i] & _UPPER) | (state[(i + 1) % _SIZE] & _LOWER)
                odd = _MATRIX if y & np.uint32(1) else np.uint32(0)
                state[i] = state[(i + _MIDDLE) % _SIZE] ^ (y >> np.uint32(1)) ^ odd
        y = state[k % _SIZE]
        y ^= y >> np.uint32(11)
        y ^= (y << np.uint32(7)) & np.uint32(0x9D2C5680)
        y ^= (y << np.uint32(15)) & np.uint32(0xEFC60000)
        y ^= y >> np.uint32(18)
        # torch makes a float of the lowest 24 bits.
        numbers[k] = np.float32(y & np.uint32(0xFFFFFF)) * np.float32(1 / (1 << 24))


def uniform(seed: int, count: int) -> Floats:
    """What ``torch.rand(count, generator=torch.Generator().manual_seed(seed))`` gives."""
    numbers = np.empty(count, np.float32)
    _fill(seed & 0xFFFFFFFF, numbers)
    return numbers


def between(numbers: Floats, bound: float) -> Floats:
    """Uniform numbers 0…1 as ``uniform_(-bound, bound)`` would have made them."""
    low = np.float32(-bound)
    # In one rounding, as torch's kernels do.
    return (numbers.astype(np.float64) * np.float64(np.float32(bound) - low) + low).astype(
        np.float32
    )

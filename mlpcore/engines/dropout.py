"""Dropout of a network's hidden units in compiled loops.

Masks are laid out as pre-activations, see :mod:`mlpcore.engines.layout`; without dropout they are
empty.
"""

from typing import Any

from mlpcore.arithmetic.compiling import inner
from mlpcore.engines.dealing import drop


@inner
def draw(
    shape: Any, at: Any, seed: Any, epoch: Any, first: Any, batch: Any, dropout: Any, masks: Any
) -> None:  # fmt: skip
    """Fill the masks of a batch, if there are any; see :func:`mlpcore.engines.dealing.drop`."""
    if len(masks):
        for layer in range(len(shape) - 2):
            for unit in range(shape[layer + 1]):
                m = at[1, layer] + unit * batch
                drop(seed, epoch, layer, unit, first, dropout, masks[m : m + batch])


@inner
def keep(size: Any, masks: Any, m: Any, source: Any, s: Any, out: Any, o: Any) -> None:
    """Write so many numbers of ``source`` times their masks into ``out``, if there are masks."""
    if len(masks):
        numbers, mask, kept = source[s : s + size], masks[m : m + size], out[o : o + size]
        for i in range(size):
            kept[i] = numbers[i] * mask[i]

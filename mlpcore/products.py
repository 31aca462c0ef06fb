"""Products of large matrices, by the fastest kernels for them that torch has on the device.

On a CPU they are oneDNN's, as in compiled models: torch's own products are MKL's, which leaves a
processor's widest registers unused unless Intel made it. oneDNN adds in an order that depends
neither on the number of rows nor on that of threads.

Shapes: R rows, K inner, N columns.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

# Weights of a layer below which a call costs more than it saves, and rows at a time, so that what
# is to be subtracted from a large matrix is still in the cache then.
LARGE, ROWS = 1 << 16, 512


def multiply(left: Tensor, right: Tensor, out: Tensor) -> None:
    """Write left (R, K) times right (K, N) into ``out`` (R, N)."""
    if _has_onednn(left):
        for part, product in _parts(left, right, out):
            part.copy_(product)
    else:
        torch.mm(left, right, out=out)


def subtract_product(left: Tensor, right: Tensor, factor: float, out: Tensor) -> None:
    """Subtract ``factor`` · left (R, K) times right (K, N) from ``out`` (R, N)."""
    if _has_onednn(left):
        for part, product in _parts(left, right, out):
            part.sub_(product, alpha=factor)
    else:
        out.addmm_(left, right, alpha=-factor)


def _has_onednn(like: Tensor) -> bool:
    return (
        like.device.type == "cpu"
        and like.dtype == torch.float32
        and torch.backends.mkldnn.is_available()
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")  # not a public name
    )


def _parts(left: Tensor, right: Tensor, out: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows of ``out``, and what left times right has there."""
    # With other strides oneDNN may fall back to a loop that is a thousand times slower.
    left, right = left.contiguous(), right.T.contiguous()
    for part, rows in zip(out.split(ROWS), left.split(ROWS), strict=True):
        yield part, torch.ops.mkldnn._linear_pointwise(rows, right, None, "none", [], "")

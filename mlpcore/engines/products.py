"""Matrix products inside compiled loops: BLAS, or loops of our own where those are faster.

On some processors BLAS takes a microsecond for a product of a handful of units and a batch, which
alone is ten times what it costs. There products of few units are written out here.
"""

from functools import cache
from typing import Any

import threadpoolctl

from mlpcore.arithmetic import like
from mlpcore.compiling import inner
from mlpcore.engines.blas import address, gemm

# Processors for which OpenBLAS has kernels for small matrices.
QUICK = {"SkylakeX", "Cooperlake", "SapphireRapids"}
# Multiplications a sample up to which products are written out on others; and what an output of a
# first layer of many features counts for there, of which BLAS is slow at a handful.
FEW_UNITS, THIN = 512, 64


def kernels(dtype: Any) -> tuple[int, int]:
    """What :func:`combine` and :func:`dots` need to know of this processor.

    Returns:
        Where BLAS's product of this type is, and up to how many multiplications a sample products
        are written out.
    """
    return address(dtype), _written_out()


@cache
def _written_out() -> int:
    found = {library.get("architecture") for library in threadpoolctl.threadpool_info()}
    return 0 if found & QUICK else FEW_UNITS


@inner
def _combine(
    rows: Any, columns: Any, inner: Any, left: Any, left_at: Any, down: Any, across: Any,
    right: Any, right_at: Any, right_stride: Any, out: Any, out_at: Any, out_stride: Any,
) -> None:  # fmt: skip
    """Write left · right, whose rows are long: each row of the product combines rows of ``right``.

    The number at row r and column k of ``left`` is ``down`` · r + ``across`` · k from its place.
    """
    for r in range(rows):
        weight = left_at + r * down
        z = out[out_at + r * out_stride : out_at + r * out_stride + columns]
        w = left[weight]
        a = right[right_at : right_at + columns]
        for b in range(columns):
            z[b] = w * a[b]
        k = 1
        while k + 3 < inner:
            w0, w1 = left[weight + k * across], left[weight + (k + 1) * across]
            w2, w3 = left[weight + (k + 2) * across], left[weight + (k + 3) * across]
            at = right_at + k * right_stride
            a0, a1 = (
                right[at : at + columns],
                right[at + right_stride : at + right_stride + columns],
            )
            at += 2 * right_stride
            a2, a3 = (
                right[at : at + columns],
                right[at + right_stride : at + right_stride + columns],
            )
            for b in range(columns):
                z[b] += w0 * a0[b] + w1 * a1[b] + w2 * a2[b] + w3 * a3[b]
            k += 4
        while k < inner:
            w = left[weight + k * across]
            a = right[right_at + k * right_stride : right_at + k * right_stride + columns]
            for b in range(columns):
                z[b] += w * a[b]
            k += 1


@inner
def _dots(
    rows: Any, columns: Any, inner: Any, left: Any, left_at: Any, left_stride: Any,
    right: Any, right_at: Any, right_stride: Any, out: Any, out_at: Any, out_stride: Any,
) -> None:  # fmt: skip
    """Write left · rightᵀ, whose rows are long: each number is the product of two rows."""
    for r in range(rows):
        x = left[left_at + r * left_stride : left_at + r * left_stride + inner]
        place = out_at + r * out_stride
        c = 0
        while c + 3 < columns:
            at = right_at + c * right_stride
            y0, at = right[at : at + inner], at + right_stride
            y1, at = right[at : at + inner], at + right_stride
            y2, at = right[at : at + inner], at + right_stride
            y3 = right[at : at + inner]
            s0 = s1 = s2 = s3 = like(0, x[0])
            for b in range(inner):
                s0 += x[b] * y0[b]
                s1 += x[b] * y1[b]
                s2 += x[b] * y2[b]
                s3 += x[b] * y3[b]
            out[place + c], out[place + c + 1] = s0, s1
            out[place + c + 2], out[place + c + 3] = s2, s3
            c += 4
        while c < columns:
            y = right[right_at + c * right_stride : right_at + c * right_stride + inner]
            s0 = like(0, x[0])
            for b in range(inner):
                s0 += x[b] * y[b]
            out[place + c] = s0
            c += 1


@inner
def combine(
    kernels: Any, few: Any, transposed: Any, rows: Any, columns: Any, inner: Any,
    left: Any, left_at: Any, left_stride: Any, right: Any, right_at: Any, right_stride: Any,
    out: Any, out_at: Any, out_stride: Any,
) -> None:  # fmt: skip
    """Write left · right into ``out``: (rows, inner) times (inner, columns), the rows of both long.

    Args:
        kernels: from :func:`kernels`.
        few: units that the product is a matter of: the multiplications a sample, or a thin layer's
            outputs, in terms of :data:`FEW_UNITS`.
        transposed: whether ``left`` holds its columns as rows.
        rows, columns, inner, left, left_at, left_stride, right, right_at, right_stride, out,
            out_at, out_stride: as for :func:`mlpcore.engines.blas.gemm`.
    """
    if few <= kernels[1]:
        down, across = (1, left_stride) if transposed else (left_stride, 1)
        _combine(rows, columns, inner, left, left_at, down, across, right, right_at, right_stride,
                 out, out_at, out_stride)  # fmt: skip
    else:
        one, zero = like(1, out[0]), like(0, out[0])
        gemm(kernels[0], transposed, False, rows, columns, inner, one, left, left_at, left_stride,
             right, right_at, right_stride, zero, out, out_at, out_stride)  # fmt: skip


@inner
def dots(
    kernels: Any, few: Any, rows: Any, columns: Any, inner: Any,
    left: Any, left_at: Any, left_stride: Any, right: Any, right_at: Any, right_stride: Any,
    out: Any, out_at: Any, out_stride: Any,
) -> None:  # fmt: skip
    """Write left · rightᵀ into ``out``: (rows, inner) times (columns, inner), whose rows are long.

    Arguments are as for :func:`combine`.
    """
    if few <= kernels[1]:
        _dots(rows, columns, inner, left, left_at, left_stride, right, right_at, right_stride,
              out, out_at, out_stride)  # fmt: skip
    else:
        one, zero = like(1, out[0]), like(0, out[0])
        gemm(kernels[0], False, True, rows, columns, inner, one, left, left_at, left_stride,
             right, right_at, right_stride, zero, out, out_at, out_stride)  # fmt: skip

"""Matrix products inside compiled loops: BLAS, or loops of our own where those are faster.

On some processors BLAS takes a microsecond for a product of a handful of units and a batch, which
alone is ten times what it costs. There products of few units are written out here. On all of them
BLAS is slow where a handful of outputs have a thousand inputs; the loops for those read samples
where they lie.
"""

from functools import cache
from typing import Any

import threadpoolctl

from mlpcore.arithmetic.compiling import inner
from mlpcore.arithmetic.functions import like
from mlpcore.engines.blas import address, gemm

# Processors for which OpenBLAS has kernels for small matrices.
QUICK = {"SkylakeX", "Cooperlake", "SapphireRapids"}
# Multiplications a sample up to which products are written out on others.
FEW_UNITS = 512
# Outputs up to which a layer of many features is thin.
THIN = 8


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
        few: the multiplications a sample.
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


@inner
def _thin_dots(
    units: Any, features: Any, weights: Any, start: Any, points: Any, rows: Any, out: Any
) -> None:  # fmt: skip
    batch = len(rows)
    for b in range(batch):
        x = points[rows[b] * features : (rows[b] + 1) * features]
        k = 0
        while k + 3 < units:
            at = start + k * features
            w0, at = weights[at : at + features], at + features
            w1, at = weights[at : at + features], at + features
            w2, at = weights[at : at + features], at + features
            w3 = weights[at : at + features]
            s0 = s1 = s2 = s3 = like(0, x[0])
            for i in range(features):
                s0 += x[i] * w0[i]
                s1 += x[i] * w1[i]
                s2 += x[i] * w2[i]
                s3 += x[i] * w3[i]
            out[k * batch + b], out[(k + 1) * batch + b] = s0, s1
            out[(k + 2) * batch + b], out[(k + 3) * batch + b] = s2, s3
            k += 4
        while k < units:
            w = weights[start + k * features : start + (k + 1) * features]
            s = like(0, x[0])
            for i in range(features):
                s += x[i] * w[i]
            out[k * batch + b] = s
            k += 1


@inner
def _thin_gradients(
    units: Any, features: Any, errors: Any, at: Any, points: Any, rows: Any, out: Any
) -> None:  # fmt: skip
    batch, zero = len(rows), like(0, out[0])
    for i in range(units * features):
        out[i] = zero
    b = 0
    while b + 3 < batch:
        x0 = points[rows[b] * features : (rows[b] + 1) * features]
        x1 = points[rows[b + 1] * features : (rows[b + 1] + 1) * features]
        x2 = points[rows[b + 2] * features : (rows[b + 2] + 1) * features]
        x3 = points[rows[b + 3] * features : (rows[b + 3] + 1) * features]
        for k in range(units):
            g, e = out[k * features : (k + 1) * features], at + k * batch + b
            e0, e1, e2, e3 = errors[e], errors[e + 1], errors[e + 2], errors[e + 3]
            for i in range(features):
                g[i] += e0 * x0[i] + e1 * x1[i] + e2 * x2[i] + e3 * x3[i]
        b += 4
    while b < batch:
        x = points[rows[b] * features : (rows[b] + 1) * features]
        for k in range(units):
            g, e = out[k * features : (k + 1) * features], errors[at + k * batch + b]
            for i in range(features):
                g[i] += e * x[i]
        b += 1


@inner
def wide_dots(
    kernels: Any, units: Any, features: Any, weights: Any, start: Any,
    points: Any, first: Any, rows: Any, out: Any,
) -> None:  # fmt: skip
    """Write the pre-activations of a layer of many features into ``out``: (units, B).

    Args:
        kernels: from :func:`kernels`.
        units, features: of the layer; a thin one has at most :data:`THIN` units.
        weights, start: (units, features) from a place on.
        points: samples, (…, features).
        first: where the batch begins, unless the layer is thin.
        rows: (B,) which samples it is, if the layer is thin.
        out: to be filled.
    """
    if units <= THIN:
        _thin_dots(units, features, weights, start, points, rows, out)
    else:
        one, zero, batch = like(1, out[0]), like(0, out[0]), len(rows)
        gemm(kernels[0], False, True, units, batch, features, one, weights, start, features,
             points, first, features, zero, out, 0, batch)  # fmt: skip


@inner
def wide_gradients(
    kernels: Any, units: Any, features: Any, errors: Any, at: Any,
    points: Any, first: Any, rows: Any, out: Any,
) -> None:  # fmt: skip
    """Write the gradients of a layer of many features into ``out``: (units, features).

    Args:
        kernels, units, features, points, first, rows: as for :func:`wide_dots`.
        errors, at: of its pre-activations, (units, B) from a place on.
        out: to be filled.
    """
    if units <= THIN:
        _thin_gradients(units, features, errors, at, points, rows, out)
    else:
        one, zero, batch = like(1, out[0]), like(0, out[0]), len(rows)
        gemm(kernels[0], False, False, units, features, batch, one, errors, at, batch,
             points, first, features, zero, out, 0, features)  # fmt: skip

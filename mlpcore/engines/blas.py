"""Matrix products inside compiled loops: SciPy's BLAS, called without the interpreter's lock.

It runs in the calling thread alone. A product's numbers depend on its shape and on the processor,
and on nothing else that runs.
"""

from typing import Any

import numpy as np
import threadpoolctl
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

import scipy.linalg.cython_blas  # noqa: F401, isort: skip  # loads it, so that the next line reaches it

# Networks are spread over threads of our own.
threadpoolctl.threadpool_limits(1, user_api="blas")


def address(dtype: Any) -> int:
    """Where the product of this type's matrices is; compiled code that is kept cannot hold it."""
    name = {np.dtype(np.float32): "sgemm", np.dtype(np.float64): "dgemm"}[np.dtype(dtype)]
    return int(get_cython_function_address("scipy.linalg.cython_blas", name))


def _gemm(
    typing: Any,
    blas: Any,
    left_transposed: Any,
    right_transposed: Any,
    rows: Any,
    columns: Any,
    inner: Any,
    alpha: Any,
    left: Any,
    left_at: Any,
    left_stride: Any,
    right: Any,
    right_at: Any,
    right_stride: Any,
    beta: Any,
    out: Any,
    out_at: Any,
    out_stride: Any,
) -> Any:
    """Write α · left · right + β · out into ``out``: (rows, inner) times (inner, columns).

    A matrix is a run of rows, their stride apart, that begins at some place of a one-dimensional
    array; one that is transposed holds its columns as rows.
    """
    flag, whole, real = types.boolean, types.intp, left.dtype
    sizes, places = [whole] * 3, [whole, whole]
    signature = types.void(
        whole, flag, flag, *sizes, real, left, *places, right, *places, real, out, *places
    )

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        blas, left_t, right_t, m, n, k, alpha, a, a_at, lda, b, b_at, ldb, beta, c, c_at, ldc = (
            values
        )
        byte, integer = ir.IntType(8), ir.IntType(32)

        def letter(transposed: Any) -> Any:
            chosen = builder.select(transposed, byte(ord("T")), byte(ord("N")))
            return cgutils.alloca_once_value(builder, chosen)

        def number(value: Any) -> Any:
            return cgutils.alloca_once_value(builder, builder.trunc(value, integer))

        def data(array: Any, kind: Any, at: Any) -> Any:
            return builder.gep(context.make_array(kind)(context, builder, array).data, [at])

        # BLAS counts along columns first: there the transposed product is the same bytes.
        arguments = [letter(right_t), letter(left_t), number(n), number(m), number(k)]
        arguments += [cgutils.alloca_once_value(builder, alpha), data(b, right, b_at), number(ldb)]
        arguments += [data(a, left, a_at), number(lda), cgutils.alloca_once_value(builder, beta)]
        arguments += [data(c, out, c_at), number(ldc)]
        function = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        builder.call(builder.inttoptr(blas, function.as_pointer()), arguments)
        return context.get_dummy_value()

    return signature, generate


gemm: Any = intrinsic(_gemm)

"""How threads share the networks of one call: each takes the next of the tasks that are left.

A thread that gets less of a processor than another, or begins late, takes fewer of them.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic


def _take(typing: Any, counter: Any) -> Any:
    """Count one up in ``counter`` (1,) int64, which threads share; returns what it was before."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(counter)(context, builder, values[0]).data
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", data, one, "monotonic")

    return types.int64(counter), generate


take: Any = intrinsic(_take)

"""How threads share the networks of one call: each takes the next of the tasks that are left.

A thread that gets less of a processor than another, or begins late, takes fewer of them.
"""

from typing import Any

from numba import types
from numba.extending import intrinsic

from mlpcore.arithmetic.compiling import inner


def _take(typing: Any, counter: Any) -> Any:
    """Count one up in ``counter`` (1,) int64, which threads share; returns what it was before."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        data = context.make_array(counter)(context, builder, values[0]).data
        one = context.get_constant(types.int64, 1)
        return builder.atomic_rmw("add", data, one, "monotonic")

    return types.int64(counter), generate


_take_next: Any = intrinsic(_take)


@inner
def shares(networks: Any, tasks: Any, counter: Any) -> Any:
    """Yield those of the networks, task by task, that no other thread has taken.

    Args:
        networks, tasks: (M,) in an order, and (T + 1,) where in it each task begins and the last
            one ends.
        counter: (1,) int64, tasks that have been taken; threads share it.
    """
    task = _take_next(counter)
    while task < len(tasks) - 1:
        yield networks[tasks[task] : tasks[task + 1]]
        task = _take_next(counter)

"""Mean and spread of a quantity over seeds."""

import functools
import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit


@dataclass(frozen=True)
class Score:
    """Mean of a quantity over seeds.

    Attributes:
        count: number of networks; everything else is NaN without any.
        mean: their mean.
        deviation: sample standard deviation, NaN below two networks.
        margin: half the width of the mean's 95% interval (Student's t), NaN below two networks.
    """

    count: int
    mean: float
    deviation: float
    margin: float

    @classmethod
    def of(cls, values: NDArray[np.float32]) -> Self:
        """Summarise values (M,)."""
        numbers, count = values.tolist(), len(values)
        # In Python: for a few seeds NumPy takes ten times as long, a hundred times a moment.
        mean = sum(numbers) / count if count else math.nan
        squares = sum((number - mean) ** 2 for number in numbers)
        deviation = math.sqrt(squares / (count - 1)) if count > 1 else math.nan
        return cls(count, mean, deviation, _factor(count) * deviation / math.sqrt(max(count, 1)))


@functools.cache
def _factor(count: int) -> float:
    """Half the width of a 95% interval in standard errors, of so many numbers (Student's t)."""
    return float(stdtrit(count - 1, 0.975))

"""Mean and spread of a quantity over seeds."""

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
        count = len(values)
        mean = float(values.mean(dtype=np.float64)) if count else math.nan
        deviation = float(values.std(ddof=1, dtype=np.float64)) if count > 1 else math.nan
        margin = float(stdtrit(count - 1, 0.975)) * deviation / math.sqrt(max(count, 1))
        return cls(count, mean, deviation, margin)

"""What the numbers of a data set in the plane stand for."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[float, float]


@dataclass(frozen=True)
class Legend:
    """The names of classes and axes, and the units that points had before they were scaled.

    A point p of the plane was ``centre + scale · p``, axis by axis.

    Attributes:
        classes: name of each class.
        axes: names of the two axes.
        centre, scale: of the two axes.
    """

    classes: tuple[str, ...]
    axes: tuple[str, str] = ("x", "y")
    centre: Pair = (0.0, 0.0)
    scale: Pair = (1.0, 1.0)

    def original(self, points: ArrayLike) -> NDArray[np.float64]:
        """Points (N, 2) of the plane in the units they were brought in."""
        return np.asarray(points, np.float64) * self.scale + self.centre

    def plane(self, points: ArrayLike) -> NDArray[np.float64]:
        """Points (N, 2) in the units they were brought in, as they lie in the plane."""
        return (np.asarray(points, np.float64) - self.centre) / self.scale

"""What a lesson's learner guesses, and what the run then says: one number, or one at each place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mlpcore.experiments.scores import Score


@dataclass(frozen=True)
class Measure:
    """A quantity of a page's experiment.

    Attributes:
        page: as its address names it.
        name: what it is, as an axis says it.
        unit: "%", or "" for a pure number.
        values: snapshot → a number for each place, NaN where there is none; one without places.
        places: config → the numbers along a curve's x axis, or None for a single number.
        along: the x axis' title.
    """

    page: str
    name: str
    unit: str
    values: Callable[[Any], Sequence[float]]
    places: Callable[[Any], Sequence[float]] | None = None
    along: str = ""

    @property
    def title(self) -> str:
        """The name and the unit."""
        return f"{self.name} ({self.unit})" if self.unit else self.name

    def words(self, value: float) -> str:
        """A value with its unit."""
        if np.isnan(value):
            return "nothing"
        return f"{value:.1f}%" if self.unit == "%" else f"{value:.3g}{self.unit}"

    def distance(self, value: float) -> str:
        """How far two values are apart, with the unit; of percentages, in points."""
        return f"{value:.1f} points" if self.unit == "%" else self.words(value)


def _percent(score: Score) -> float:
    return 100 * score.mean if score.count else float("nan")


# Name, as a lesson's file has it → measure.
MEASURES = {
    "accuracy by depth": Measure(
        page="wide-vs-deep",
        name="test accuracy",
        unit="%",
        values=lambda snapshot: [_percent(a.score) for a in snapshot.architectures],
        places=lambda config: list(config.depths),
        along="hidden layers",
    ),
    "polynomial accuracy": Measure(
        page="polynomial-features",
        name="test accuracy of the polynomial model",
        unit="%",
        values=lambda snapshot: [_percent(snapshot.polynomial.score)],
    ),
    "MLP accuracy": Measure(
        page="polynomial-features",
        name="test accuracy of the MLP",
        unit="%",
        values=lambda snapshot: [_percent(snapshot.mlp.score)],
    ),
    "accuracy with augmentation": Measure(
        page="animal-faces",
        name="validation accuracy with augmentation",
        unit="%",
        values=lambda snapshot: [
            _percent(snapshot.augmented.score) if snapshot.augmented else np.nan
        ],
    ),
    "accuracy without augmentation": Measure(
        page="animal-faces",
        name="validation accuracy without augmentation",
        unit="%",
        values=lambda snapshot: [_percent(snapshot.plain.score) if snapshot.plain else np.nan],
    ),
    "accuracy by gain": Measure(
        page="initialization",
        name="test accuracy",
        unit="%",
        values=lambda snapshot: [
            _percent(score) for score in snapshot.scores(snapshot.test_accuracy)
        ],
        places=lambda config: config.places.tolist(),
        along="gain",
    ),
    "best gain": Measure(
        page="initialization",
        name="best gain",
        unit="",
        values=lambda snapshot: [snapshot.best.gain if snapshot.progress else np.nan],
    ),
}


def results(page: str, snapshot: Any) -> dict[str, float]:
    """A page's measures as rounded numbers, by their titles; of one at many places the highest."""
    found = {}
    for measure in MEASURES.values():
        if measure.page == page:
            title = f"highest {measure.title}" if measure.places else measure.title
            values = [value for value in measure.values(snapshot) if not np.isnan(value)]
            value = max(values, default=float("nan"))
            found[f"{title[0].upper()}{title[1:]}"] = round(value, 1 if measure.unit == "%" else 3)
    return found

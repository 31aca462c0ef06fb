"""Experiments with more seeds than one machine may train; they run in parts, on a cluster."""

from typing import Any

from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    PolynomialFeatures,
    Trainability,
    WideVsDeep,
)
from mlpcore.experiments.parts import Divisible
from mlpcore.params import ParameterError, again, specs

MOST_SEEDS = 10_000
# Weights and biases of the networks that a result holds: 1 GB.
MOST_HELD = 250_000_000


def _more(kind: type[Divisible[Any]]) -> int:
    """The field of an experiment's seeds, with room for more."""
    seeds: int = again(specs(kind)["seeds"], high=MOST_SEEDS)
    return seeds


def _check_held(config: Divisible[Any]) -> None:
    most = MOST_HELD * config.seeds // config.parameters
    if config.seeds > most:
        allowed = f"at most {most} for networks of this size"
        raise ParameterError("seeds", allowed, config.seeds, "Lower it or the networks' size")


class ManyWideVsDeep(WideVsDeep):
    """As the experiment."""

    spread = True
    seeds: int = _more(WideVsDeep)

    def check(self) -> None:
        """As for the experiment; and the networks must fit the result."""
        super().check()
        _check_held(self)


class ManyPolynomialFeatures(PolynomialFeatures):
    """As the experiment."""

    spread = True
    seeds: int = _more(PolynomialFeatures)

    def check(self) -> None:
        """As for the experiment; and the networks must fit the result."""
        super().check()
        _check_held(self)


class ManyAnimalFaces(AnimalFaces):
    """As the experiment."""

    spread = True
    seeds: int = _more(AnimalFaces)

    def check(self) -> None:
        """As for the experiment; and the networks must fit the result."""
        super().check()
        _check_held(self)


class ManyDegreeSweep(DegreeSweep):
    """As the experiment."""

    spread = True
    seeds: int = _more(DegreeSweep)


class ManyGainSweep(GainSweep):
    """As the experiment."""

    spread = True
    seeds: int = _more(GainSweep)


class ManyTrainability(Trainability):
    """As the experiment."""

    spread = True
    seeds: int = _more(Trainability)


# Experiment → the same with more seeds.
MANY: dict[type, type[Divisible[Any]]] = {
    WideVsDeep: ManyWideVsDeep,
    PolynomialFeatures: ManyPolynomialFeatures,
    AnimalFaces: ManyAnimalFaces,
    DegreeSweep: ManyDegreeSweep,
    GainSweep: ManyGainSweep,
    Trainability: ManyTrainability,
}

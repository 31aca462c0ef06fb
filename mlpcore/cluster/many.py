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
from mlpcore.experiments.experiment import Experiment
from mlpcore.experiments.parts import Divisible
from mlpcore.params import ParameterError, again, specs

MOST_SEEDS = 10_000
# Weights and biases of the networks that a result holds, where it holds any: 1 GB.
MOST_HELD = 250_000_000
HOLD = (WideVsDeep, PolynomialFeatures, AnimalFaces)


def _more(kind: type[Divisible[Any]]) -> int:
    """The field of an experiment's seeds, with room for more."""
    seeds: int = again(specs(kind)["seeds"], high=MOST_SEEDS)
    return seeds


def check_held(config: Experiment[Any]) -> None:
    """Raise :class:`ParameterError` if an experiment's networks do not fit its result."""
    if not isinstance(config, HOLD):
        return
    most = MOST_HELD * config.seeds // config.parameters
    if config.seeds > most:
        allowed = f"at most {most} for networks of this size"
        raise ParameterError("seeds", allowed, config.seeds, "Lower it or the networks' size")


class ManyWideVsDeep(WideVsDeep):
    """As the experiment."""

    spread = True
    seeds: int = _more(WideVsDeep)


class ManyPolynomialFeatures(PolynomialFeatures):
    """As the experiment."""

    spread = True
    seeds: int = _more(PolynomialFeatures)


class ManyAnimalFaces(AnimalFaces):
    """As the experiment."""

    spread = True
    seeds: int = _more(AnimalFaces)


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

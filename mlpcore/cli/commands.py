"""The experiments by their names on the command line, and the commands that run configs."""

import shlex
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    MeanField,
    PolynomialFeatures,
    SignalPropagation,
    Trainability,
    WideVsDeep,
)
from mlpcore.params import Config

Experiment: TypeAlias = (
    WideVsDeep
    | PolynomialFeatures
    | AnimalFaces
    | GainSweep
    | SignalPropagation
    | Trainability
    | MeanField
)

EXPERIMENTS: dict[str, type[Experiment]] = {
    "wide-vs-deep": WideVsDeep,
    "polynomial": PolynomialFeatures,
    "animal-faces": AnimalFaces,
    "gain-sweep": GainSweep,
    "signal-propagation": SignalPropagation,
    "trainability": Trainability,
    "mean-field": MeanField,
}
# What --sweep runs instead.
SWEEPS: dict[str, type[DegreeSweep]] = {"polynomial": DegreeSweep}


def flag(field: str) -> str:
    """The flag that sets a config's field."""
    return "--" + field.replace("_", "-")


def experiment_of(config: Config) -> str:
    """The name of a config's experiment."""
    kinds = [*EXPERIMENTS.items(), *SWEEPS.items()]
    return next(name for name, kind in kinds if kind is type(config))


def command_line(
    config: Config, file: str | None = None, reading: Mapping[str, Sequence[str]] | None = None
) -> str:
    """The command that reproduces a config's result.

    Args:
        config: what it runs.
        file: what holds its data, if they were brought.
        reading: option → values that say how to read the file.
    """
    texts = config.changes()
    values: dict[str, Sequence[str]] = {}
    if file is not None:
        values = {"data": [file], **(reading or {})}
        texts = {name: text for name, text in texts.items() if name not in ("data", "classes")}
    values |= {name: [text] for name, text in texts.items()}
    flags = [shlex.join([flag(name), *texts]) for name, texts in values.items()]
    sweep = " --sweep" if type(config) in SWEEPS.values() else ""
    return " ".join([f"python -m mlpcore {experiment_of(config)}{sweep}", *flags])

"""An experiment as a short Python file that runs it again."""

from collections.abc import Mapping, Sequence
from textwrap import dedent

import mlpcore
from mlpcore.datasets import collection
from mlpcore.datasets.collection import MADE
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    PolynomialFeatures,
    SignalPropagation,
    WideVsDeep,
)
from mlpcore.experiments.settings import PlanarTraining
from mlpcore.params import Config

# What an experiment says of its last snapshot; others print their result.
_ANSWERS: dict[type[Config], str] = {
    WideVsDeep: """
        for a in last.architectures:
            print(f"{a.label}: {a.score.mean:.1%} ± {a.score.margin:.1%} of the test set right")
    """,
    PolynomialFeatures: """
        for name, a in {"linear model": last.polynomial, "MLP": last.mlp}.items():
            print(f"{name}: {a.score.mean:.1%} ± {a.score.margin:.1%} of the test set right")
    """,
    DegreeSweep: """
        for p in last.points:
            score = p.networks.score
            print(f"{p.basis}, degree {p.degree}: {score.mean:.1%} of the test set right")
    """,
    AnimalFaces: """
        for name, a in last.arms.items():
            print(f"{name}: {a.score.mean:.1%} ± {a.score.margin:.1%} of the validation set right")
    """,
    GainSweep: """
        best = last.best
        print(f"best gain {best.gain:.2f}, 95% interval {best.low:.2f} to {best.high:.2f}")
        print(f"theory: {best.theory:.2f}")
    """,
    SignalPropagation: """
        print(f"length in the last layer: {last.lengths[:, -1].mean():.4g} measured,")
        print(f"{last.theory.lengths[-1]:.4g} in theory")
    """,
}

# Data that somebody brought have a name that says nothing about where they are.
_PICTURES = """
    # The page was given pictures: name their folder or zip archive here.
    data = collection.keep(image_folder.load(Path("pictures.zip"){split}))
"""
_POINTS = """
    # The page was given points: name their CSV file here.
    data = points.keep(points.load(Path("points.csv")))
"""


def to_script(config: Config, about: Sequence[str] = ()) -> str:
    """A Python file that runs a config and prints its headline.

    Args:
        config: what to run; only what differs from the defaults is written down.
        about: lines to stand on top, as comments.
    """
    kind = type(config)
    values = {name: repr(getattr(config, name)) for name in config.changes()}
    modules, own = "", ""
    if isinstance(config, AnimalFaces | GainSweep) and config.data not in MADE:
        split = ", split_train=True" if collection.splits_train(config.data) else ""
        modules, own = "collection, image_folder", _PICTURES.format(split=split)
    elif isinstance(config, PlanarTraining) and config.brought:
        modules, own = "points", _POINTS
    if own:
        values["data"] = "data"
    return "\n".join(
        [
            f'"""{(kind.__doc__ or "").splitlines()[0]}',
            "",
            f"It needs mlpcore, which comes with MLP Explorer {mlpcore.__version__}.",
            '"""',
            "",
            *(f"# {''.join(filter(str.isprintable, line))}" for line in about),
            *([""] if about else []),
            *(["from pathlib import Path", ""] if own else []),
            "import torch",
            "",
            *([f"from mlpcore.datasets import {modules}"] if own else []),
            f"from mlpcore.experiments import {kind.__name__}",
            "from mlpcore.engines.devices import device",
            "",
            "torch.set_num_threads(1)  # as the app does: more threads round differently",
            *_lines(own),
            f"config = {kind.__name__}({_arguments(values)})",
            "for last in config.run(device=device()):",
            '    print(f"\\r{last.label}", end="", flush=True)',
            "print()",
            *_answer(config),
            "# last.table() is a pandas table of all numbers; last.result() is the command line's.",
            "",
        ]
    )


def _answer(config: Config) -> list[str]:
    """The lines that print the headline; one seed has no interval."""
    answer = _ANSWERS.get(type(config), "print(last.result())")
    if config.values().get("seeds") == 1:
        answer = answer.replace(" ± {a.score.margin:.1%}", "")
    return _lines(answer)


def _arguments(values: Mapping[str, str]) -> str:
    fields = "".join(f"    {name}={value},\n" for name, value in values.items())
    return f"\n{fields}" if fields else ""


def _lines(code: str) -> list[str]:
    return dedent(code).strip().splitlines()

"""An experiment as a Jupyter notebook in plain torch, which needs nothing of ours.

``assets/notebooks`` has the text of each, in cells that begin with ``# %%``. A cell ``# %% include
NAME`` stands for the cell ``# %% NAME`` of ``shared.py``, or for what is made here of the config.
"""

import base64
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from app.texts import take_away as texts
from mlpcore.datasets import planar
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    PolynomialFeatures,
    SignalPropagation,
    Trainability,
    WideVsDeep,
    degree_sweep,
    signal_propagation,
    trainability,
)
from mlpcore.experiments.gain_sweep import ROTATION
from mlpcore.experiments.settings import GENERATED, PlanarTraining
from mlpcore.params import Config, specs

_FOLDER = Path(__file__).parents[2] / "assets" / "notebooks"
_KINDS: dict[type[Config], str] = {
    WideVsDeep: "wide_vs_deep",
    PolynomialFeatures: "polynomial_features",
    DegreeSweep: "degree_sweep",
    AnimalFaces: "animal_faces",
    GainSweep: "gain_sweep",
    SignalPropagation: "signal_propagation",
    Trainability: "trainability",
}
# Bytes of weights that are written into a notebook; more of them stay in the file beside it.
MOST_EMBEDDED = 200_000
_CELL = re.compile(r"^# %% ?(.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class Trained:
    """Trained networks that a notebook compares its own with.

    Attributes:
        file: the name of the file of weights.
        weights: its bytes.
        accuracies: test accuracy in 0…1 by network.
    """

    file: str
    weights: bytes
    accuracies: Mapping[str, float]


@dataclass(frozen=True)
class Said:
    """What the app found where it keeps no weights: numbers that a notebook compares its own with.

    Attributes:
        cell: the cell of ``shared.py`` that compares.
        values: the numbers, by what they are of.
    """

    cell: str
    values: Mapping[str, object]


def has_notebook(config: Config) -> bool:
    """Whether there is a notebook of a config's experiment."""
    return type(config) in _KINDS


def on_pictures(config: Config) -> bool:
    """Whether a config's data are pictures."""
    return isinstance(config, AnimalFaces) or (isinstance(config, GainSweep) and config.on_pictures)


def pictures_file(config: Config) -> str:
    """The name of the file of pictures that a notebook reads."""
    return f"pictures-{config.values()['data']}.npz"


def without_weights(snapshot: Any) -> Said | None:
    """What is to be compared with a finished snapshot that never has weights; None if it may."""
    if isinstance(snapshot, signal_propagation.Snapshot):
        of_layers = ("lengths", "correlations", "gradients")
        means = {name: getattr(snapshot, name).mean(0).tolist() for name in of_layers}
        return Said("measurements", means)
    if isinstance(snapshot, degree_sweep.Snapshot):
        table = snapshot.table()
        table = table[table["epoch"] == snapshot.config.epochs]
        names = table["basis"] + ".degree" + table["degree"].astype(str)
    elif isinstance(snapshot, trainability.Snapshot):
        table = snapshot.table()
        names = "depth" + table["depth"] + ".sigma_w" + table["sigma_w"].astype(str)
    else:
        return None
    names = names + ".seed" + table["seed"].astype(str)
    return Said("accuracies", dict(zip(names, table["test_accuracy"].tolist(), strict=True)))


def to_notebook(config: Config, about: Sequence[str], trained: Trained | Said | None) -> str:
    """A notebook, as nbformat 4.5 has it, that trains a config's networks.

    Args:
        config: of an experiment that :func:`has_notebook`.
        about: lines to stand below the title.
        trained: what to compare with; None if the run has not ended.
    """
    named = _shared() | _made(config, trained)
    cells = []
    for title, text in _cells(_KINDS[type(config)]):
        if title == "[markdown]":
            cells.append(_markdown(re.sub("^# ?", "", text, flags=re.MULTILINE)))
        elif title.startswith("include "):
            cells += [_code(one) for one in named[title.removeprefix("include ")]]
        else:
            cells.append(_code(text))
    cells.insert(1, _markdown("\n\n".join(about)))  # below the title
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"


def _made(config: Config, trained: Trained | Said | None) -> dict[str, list[str]]:
    """The cells that depend on the config, by name."""
    shared, pictures = _shared(), on_pictures(config)
    compared: dict[str, list[str]] = {"weights": [], "accuracies": [], "measurements": []}
    if isinstance(trained, Trained):
        compared["weights"] = [_weights(trained), *shared["weights"]]
    elif trained:
        compared[trained.cell] = [_said(trained), *shared[trained.cell]]
    return compared | {
        "values": [_values(config)],
        "data": _data(config),
        "plot data": shared["plot pictures" if pictures else "plot points"],
        "augment if pictures": [*shared["augment"], "change = augment"]
        if pictures
        else ["change = None"],
    }


def _values(config: Config) -> str:
    """The config as constants, but for what its data do not use."""
    left_out = {"data"}
    if on_pictures(config) or (isinstance(config, PlanarTraining) and config.brought):
        left_out |= {*GENERATED, "classes"} if on_pictures(config) else {*GENERATED}
    lines = [
        f"{name.upper()} = {getattr(config, name)!r}  # {spec.label}"
        for name, spec in specs(type(config)).items()
        if name not in left_out
    ]
    if isinstance(config, GainSweep) and config.on_pictures:
        lines.append(f"DEGREES = {ROTATION!r}  # Pictures are rotated by up to this")
    return "\n".join(lines)


def _data(config: Config) -> list[str]:
    """Cells that make, or read, training and test set."""
    shared = _shared()
    if on_pictures(config):
        return [f"PICTURES = {pictures_file(config)!r}\n\n{shared['pictures'][0]}"]
    if not isinstance(config, PlanarTraining):
        return []
    if config.brought:
        return [f"# {texts.OWN_POINTS}\nPOINTS = {_points(config)!r}", *shared["own points"]]
    name = config.data
    return [f"{planar.source(name)}\n\ngenerate = {name}", *shared["generated points"]]


def _points(config: PlanarTraining) -> str:
    split, file = config.split(), io.BytesIO()
    np.savez_compressed(
        file,
        train_x=split.train_inputs.numpy(),
        train_y=split.train_labels.numpy(),
        test_x=split.test_inputs.numpy(),
        test_y=split.test_labels.numpy(),
    )
    return base64.b64encode(file.getvalue()).decode()


def _weights(trained: Trained) -> str:
    """What the weights' cell reads."""
    few = len(trained.weights) <= MOST_EMBEDDED
    embedded = base64.b64encode(trained.weights).decode() if few else ""
    return "\n".join(
        [
            f"# {texts.APP_WEIGHTS}",
            f"WEIGHTS_FILE = {trained.file!r}",
            f"APP_ACCURACY = {json.dumps(trained.accuracies, indent=4)}",
            f"WEIGHTS = {embedded!r}",
        ]
    )


def _said(said: Said) -> str:
    """The app's numbers; ``json`` writes those that are not finite as Python does not."""
    text = json.dumps(said.values).replace("NaN", "math.nan").replace("Infinity", "math.inf")
    name = {"accuracies": "APP_ACCURACY", "measurements": "APP_MEASURED"}[said.cell]
    return f"# {texts.APP_NUMBERS}\n{name} = {text}"


@cache
def _shared() -> dict[str, list[str]]:
    return {title: [text] for title, text in _cells("shared")}


@cache
def _cells(name: str) -> list[tuple[str, str]]:
    """Title and text of each cell of a file."""
    _, *parts = _CELL.split((_FOLDER / f"{name}.py").read_text(encoding="utf-8"))
    return [(title, text.strip()) for title, text in zip(parts[::2], parts[1::2], strict=True)]


def _markdown(text: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def _code(text: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }

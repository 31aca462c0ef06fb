"""Data of one's own on the command line: options that say how to read a file, and reading it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from mlpcore.datasets import collection, image_folder, planar, points, tables
from mlpcore.datasets.image_folder import UnlikeSets
from mlpcore.datasets.pictures import Pictures, Progress
from mlpcore.experiments import AnimalFaces, GainSweep
from mlpcore.experiments.settings import PlanarTraining
from mlpcore.params import Config, ParameterError, specs

SPLIT_TRAIN = "--split-train"
OPTIONS = ("split_train", "columns", "encoding")


def add_options(command: argparse.ArgumentParser, kind: type[Config]) -> None:
    """Add those of what an experiment may be given as ``data``."""
    if _takes_pictures(kind):
        add_split(command)
    if _takes_points(kind):
        command.add_argument(
            "--columns",
            nargs=3,
            metavar=("X", "Y", "LABEL"),
            help="Columns of one's own table, each by its name or its number from 1 on; default "
            "those of these names, or the only three.",
        )
        command.add_argument(
            "--encoding",
            metavar="VALUE",
            help=f"Of one's own table, {tables.ENCODINGS_ALLOWED}; default the likeliest.",
        )


def add_split(command: argparse.ArgumentParser) -> None:
    """Add the option of pictures."""
    command.add_argument(
        SPLIT_TRAIN,
        action="store_true",
        help="Leave val out of one's own pictures; a fifth of each class in train takes its place.",
    )


def check_none(options: dict[str, Any]) -> None:
    """Raise :class:`ParameterError` if there is an option, though ``data`` is no file to read."""
    for name, value in options.items():
        if value:
            allowed = "left out unless data is a file of one's own"
            raise ParameterError(name, allowed, value, "Name one as data, or leave this out")


def read_pictures(
    data: str, split_train: bool, progress: Progress = lambda share: None
) -> Pictures:
    """Read a folder or a zip archive as :func:`mlpcore.datasets.image_folder.load` does."""
    try:
        return image_folder.load(Path(data), progress, split_train)
    except UnlikeSets as problem:
        problem.add_note(f"{SPLIT_TRAIN} does that.")
        raise


def bring(kind: type[Config], texts: dict[str, str], options: dict[str, Any]) -> dict[str, str]:
    """Read and keep what ``data`` is the path of.

    Args:
        kind: the experiment's config.
        texts: its fields.
        options: those of :data:`OPTIONS` that the command has, by name; None or False if left out.

    Returns:
        The fields with the name of what was read.

    Raises:
        ParameterError: it cannot be read, or options do not go with it.
    """
    data = texts.get("data", str(specs(kind)["data"].default) if "data" in specs(kind) else "")
    if _takes_pictures(kind) and data not in collection.MADE:
        pictures = read_pictures(data, options["split_train"])
        for line in pictures.skipped:
            print(f"left out {line}", file=sys.stderr)
        return texts | {"data": collection.keep(pictures)}
    if _takes_points(kind) and data not in planar.PLANAR:
        encoding = options["encoding"] and tables.encoding(options["encoding"])
        brought = points.load(Path(data), options["columns"], encoding or "")
        return {"classes": str(len(brought.classes))} | texts | {"data": points.keep(brought)}
    check_none(options)
    return texts


def _takes_pictures(kind: type[Config]) -> bool:
    return issubclass(kind, AnimalFaces | GainSweep)


def _takes_points(kind: type[Config]) -> bool:
    return issubclass(kind, PlanarTraining) and not specs(kind)["data"].options

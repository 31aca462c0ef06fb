"""``python -m mlpcore data``: fetch the real faces, draw the drawn ones, see what a set holds."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from mlpcore.caches import disk
from mlpcore.cli import brought
from mlpcore.datasets import animal_faces, drawn_faces
from mlpcore.datasets.collection import DRAWN, REAL
from mlpcore.datasets.contact_sheet import contact_sheet
from mlpcore.params import ParameterError
from mlpcore.progress import ProgressBar

# What is made by which action, and what it is called.
ACTIONS = {"fetch": REAL, "draw": DRAWN}
SETS = {DRAWN: drawn_faces, REAL: animal_faces}


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Add the actions and their arguments."""
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    fetch = actions.add_parser("fetch", help="Download the real Animal Faces into the cache.")
    draw = actions.add_parser("draw", help="Draw the drawn faces into the cache.")
    info = actions.add_parser(
        "info", help="Tell as JSON what is in the cache, or what a set holds."
    )
    for action in (fetch, draw):
        action.add_argument("--sheet", metavar="FILE", help="Write a contact sheet, FILE.png.")
    info.add_argument(
        "data", nargs="?", help="drawn, real, or a zip archive or folder of pictures."
    )
    brought.add_split(info)
    for action in (fetch, draw, info):
        action.add_argument("--quiet", action="store_true", help="No progress bar.")


def run(options: argparse.Namespace) -> None:
    """Do what the arguments say, and print what there is now.

    Raises:
        ParameterError: an argument is not allowed.
        DownloadError: the real faces cannot be fetched.
    """
    if options.action in ACTIONS:
        _make(ACTIONS[options.action], options.sheet, options.quiet)
    else:
        told = _info(options.data, options.split_train, options.quiet)
        print(json.dumps(told, indent=2, ensure_ascii=False))


def _make(name: str, sheet: str | None, quiet: bool) -> None:
    """See to it that a set is in the cache."""
    if sheet is not None and not (sheet.endswith(".png") and Path(sheet).parent.is_dir()):
        raise ParameterError("sheet", "a .png file in a folder that exists", sheet)
    there = SETS[name].cached()
    with ProgressBar(quiet or None) as bar:
        pictures = SETS[name].load(bar.reach)
    if not SETS[name].cached():
        fix = f"Set {disk.VARIABLE} to another one"
        raise ParameterError("cache", "a folder that can be written", str(disk.folder()), fix)
    count = len(pictures.train_labels) + len(pictures.val_labels)
    print(f"{count:,} {name} faces are {'already' if there else 'now'} in {disk.folder()}.")
    if sheet is not None:
        try:
            contact_sheet(pictures).save(sheet)
        except (OSError, ValueError) as error:  # a ValueError is a name no file can have
            raise ParameterError("sheet", "a file that can be written", sheet) from error
        print(f"{sheet} shows some of them.")


def _info(data: str | None, split_train: bool, quiet: bool) -> dict[str, object]:
    """What there is to tell about a set, or about the cache."""
    if data in (None, *SETS):
        brought.check_none({"split_train": split_train})
    if data is None:
        files = sorted(path for path in disk.folder().glob("*") if path.is_file())
        return {
            "cache": str(disk.folder()),
            "bytes": {path.name: path.stat().st_size for path in files},
            **{name: _info(name, False, quiet) for name in SETS},
        }
    if data in SETS:
        counts = animal_faces.COUNTS
        return {"cached": SETS[data].cached(), **_counts(animal_faces.CLASSES, counts)}
    with ProgressBar(quiet or None) as bar:
        pictures = brought.read_pictures(data, split_train, bar.reach)
    return {
        **_counts(pictures.classes, pictures.counts),
        "resized": pictures.resized,
        "left_out": list(pictures.skipped),
    }


def _counts(
    classes: Sequence[str], counts: tuple[Sequence[int], Sequence[int]]
) -> dict[str, dict[str, int]]:
    """Pictures by set and class."""
    return {
        name: dict(zip(classes, part, strict=True))
        for name, part in zip(("train", "val"), counts, strict=True)
    }

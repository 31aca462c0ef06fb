"""The experiments on the command line: ``python -m mlpcore EXPERIMENT [--field value …]``."""

import argparse
import json
import platform
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TypeAlias

import numpy as np
import torch
from tqdm import tqdm

from mlpcore.datasets import collection, image_folder, planar, points
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    MeanField,
    PolynomialFeatures,
    SignalPropagation,
    WideVsDeep,
)
from mlpcore.experiments.settings import PlanarTraining
from mlpcore.jobs import default_device
from mlpcore.params import Config, ParameterError, Spec, specs

Experiment: TypeAlias = (
    WideVsDeep | PolynomialFeatures | AnimalFaces | GainSweep | SignalPropagation | MeanField
)

EXPERIMENTS: dict[str, type[Experiment]] = {
    "wide-vs-deep": WideVsDeep,
    "polynomial": PolynomialFeatures,
    "animal-faces": AnimalFaces,
    "gain-sweep": GainSweep,
    "signal-propagation": SignalPropagation,
    "mean-field": MeanField,
}
# What --sweep runs instead.
SWEEPS: dict[str, type[DegreeSweep]] = {"polynomial": DegreeSweep}


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The parser: a subcommand an experiment, a flag a field."""
    top = _Parser(prog="python -m mlpcore", description="Experiments on multi-layer perceptrons.")
    commands = top.add_subparsers(dest="experiment", metavar="EXPERIMENT", required=True)
    for name, config in EXPERIMENTS.items():
        about = (config.__doc__ or "").splitlines()[0]
        command = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        command.set_defaults(kind=config)
        fields = specs(config)
        add_flags(command, fields.values())
        if name in SWEEPS:
            add_sweep(command, SWEEPS[name], fields)
        command.add_argument("--device", help="Where to train: cpu, cuda, …; default a GPU if any.")
        command.add_argument(
            "--json", metavar="FILE", default="-", help="Where to write the result; default stdout."
        )
        command.add_argument("--quiet", action="store_true", help="No progress bar.")
    return top


def add_flags(command: argparse._ActionsContainer, fields: Iterable[Spec]) -> None:
    """Add a flag for each field."""
    for spec in fields:
        about = f"{spec.help} {spec.allowed.capitalize()}; default {spec.format(spec.default)}."
        command.add_argument(flag(spec.name), metavar="VALUE", help=about)


def add_sweep(command: _Parser, sweep: type[DegreeSweep], fields: Mapping[str, Spec]) -> None:
    """Add --sweep, the flags that are the sweep's alone, and what it allows differently."""
    own = [spec for spec in specs(sweep).values() if spec.name not in fields]
    changed = [spec for spec in specs(sweep).values() if fields.get(spec.name, spec) != spec]
    group = command.add_argument_group(
        "with --sweep",
        " ".join(f"{flag(s.name)} is {s.allowed}; default {s.format(s.default)}." for s in changed),
    )
    group.add_argument(
        "--sweep", dest="kind", action="store_const", const=sweep, help=sweep.__doc__
    )
    add_flags(group, own)


def flag(field: str) -> str:
    """The flag that sets a config's field."""
    return "--" + field.replace("_", "-")


def command_line(experiment: str, config: Config, file: str | None = None) -> str:
    """The command that reproduces a config's result.

    Args:
        experiment: the subcommand.
        config: what it runs.
        file: the CSV file that holds its points, if they were brought.
    """
    texts = config.changes()
    if file is not None:
        texts["data"] = shlex.quote(file)
        texts.pop("classes", None)
    flags = [f" {flag(name)} {text}" for name, text in texts.items()]
    sweep = " --sweep" if type(config) is SWEEPS.get(experiment) else ""
    return f"python -m mlpcore {experiment}{sweep}{''.join(flags)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one experiment and return the exit status."""
    options = vars(parser().parse_args(arguments))
    experiment, kind, device_name, target, quiet = (
        options.pop(name) for name in ("experiment", "kind", "device", "json", "quiet")
    )
    texts = {name: text for name, text in options.items() if text is not None}
    stray = next((name for name in texts if name not in specs(kind)), None)
    if stray:
        when = "with" if kind is SWEEPS[experiment] else "without"
        return _refuse(f"{stray} must be left out {when} --sweep; got {texts[stray]!r}.")
    try:
        if "data" in texts:
            texts = _brought(kind, texts)
        config, problems = kind.parse(texts)
        if problems:
            raise problems[0]
    except ParameterError as problem:
        return _refuse(str(problem))
    try:
        device = torch.device(device_name or default_device())
        torch.zeros((), device=device).item()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        return _refuse(f"device must be one torch can use here; got {device_name!r}: {reason}")
    if target != "-" and not _writable(Path(target)):
        return _refuse(f"json must be a file that can be written, or -; got {target!r}.")

    torch.set_num_threads(1)
    started = time.perf_counter()
    with tqdm(
        total=1.0,
        disable=quiet or None,
        leave=False,
        bar_format="{l_bar}{bar}| {elapsed} < {remaining}{postfix}",
    ) as bar:
        try:
            for snapshot in config.run(device=device):
                bar.update(snapshot.progress - bar.n)
                bar.set_postfix_str(snapshot.label)
        except (DownloadError, ParameterError) as problem:
            return _refuse("\n".join([str(problem), *getattr(problem, "__notes__", [])]))
    report = {
        "experiment": experiment,
        "config": config.values(),
        "result": snapshot.result(),
        "seconds": round(time.perf_counter() - started, 3),
        "device": str(device),
        "versions": {
            "python": platform.python_version(),
            "torch": torch.__version__,
            "numpy": np.__version__,
        },
    }
    text = json.dumps(_finite(report), indent=2, allow_nan=False)
    if target == "-":
        print(text)
    else:
        Path(target).write_text(text + "\n")
    return 0


def _brought(kind: type[Config], texts: dict[str, str]) -> dict[str, str]:
    """The texts with the name of what ``data`` is the path of, which is read and kept."""
    data = texts["data"]
    if kind is AnimalFaces and data not in (collection.DRAWN, collection.REAL):
        pictures = image_folder.load(Path(data))
        for line in pictures.skipped:
            print(f"left out {line}", file=sys.stderr)
        return texts | {"data": collection.keep(pictures)}
    if issubclass(kind, PlanarTraining) and data not in planar.PLANAR:
        brought = points.load(Path(data))
        return {"classes": str(len(brought.classes))} | texts | {"data": points.keep(brought)}
    return texts


def _refuse(message: str) -> int:
    print(f"python -m mlpcore: {message}", file=sys.stderr)
    return 2


def _writable(path: Path) -> bool:
    try:
        path.open("a").close()
    except OSError:
        return False
    return True


def _finite(value: object) -> object:
    """Plain data with null in place of numbers JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())

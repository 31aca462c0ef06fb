"""The experiments on the command line: ``python -m mlpcore EXPERIMENT [--field value …]``."""

import argparse
import shlex
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

import torch

from mlpcore import data_command
from mlpcore.datasets import collection, image_folder, planar, points
from mlpcore.datasets.animal_faces import DownloadError
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
from mlpcore.experiments.settings import PlanarTraining
from mlpcore.jobs import default_device
from mlpcore.params import Config, ParameterError, Spec, specs
from mlpcore.progress_bar import ProgressBar
from mlpcore.report import report, to_json

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
    about = "Fetch, draw or look at pictures of animals."
    data_command.add_arguments(commands.add_parser("data", help=about, description=about))
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


def experiment_of(config: Config) -> str:
    """The name of a config's experiment."""
    kinds = [*EXPERIMENTS.items(), *SWEEPS.items()]
    return next(name for name, kind in kinds if kind is type(config))


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
    """Run a command and return the exit status."""
    options = parser().parse_args(arguments)
    # More are slower wherever anything else runs, many times so with small networks.
    torch.set_num_threads(1)
    try:
        if options.experiment == "data":
            data_command.run(options)
            return 0
        return _run(vars(options))
    except (DownloadError, ParameterError) as problem:
        lines = [str(problem), *getattr(problem, "__notes__", [])]
        return _refuse(" ".join(lines).replace("\n", " "))
    except KeyboardInterrupt:
        print("python -m mlpcore: interrupted.", file=sys.stderr)
        return 130


def _run(options: dict[str, Any]) -> int:
    """Run one experiment and return the exit status."""
    experiment, kind, device_name, target, quiet = (
        options.pop(name) for name in ("experiment", "kind", "device", "json", "quiet")
    )
    texts = {name: text for name, text in options.items() if text is not None}
    stray = next((name for name in texts if name not in specs(kind)), None)
    if stray:
        when = "with" if kind is SWEEPS[experiment] else "without"
        return _refuse(f"{stray} must be left out {when} --sweep; got {texts[stray]!r}.")
    if "data" in texts:
        texts = _brought(kind, texts)
    config, problems = kind.parse(texts)
    if problems:
        raise problems[0]
    try:
        device = torch.device(device_name or default_device())
        torch.zeros((), device=device).item()
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        return _refuse(f"device must be one torch can use here; got {device_name!r}: {reason}")
    if target != "-" and not _writable(Path(target)):
        return _refuse(f"json must be a file that can be written, or -; got {target!r}.")

    started = time.perf_counter()
    with ProgressBar(quiet) as bar:
        for snapshot in config.run(device=device):
            bar.reach(snapshot.progress)
            bar.set_postfix_str(snapshot.label)
    seconds = round(time.perf_counter() - started, 3)
    text = to_json(report(experiment, config, snapshot, device, seconds=seconds))
    if target == "-":
        print(text, end="")
    else:
        Path(target).write_text(text)
    return 0


def _brought(kind: type[Config], texts: dict[str, str]) -> dict[str, str]:
    """The texts with the name of what ``data`` is the path of, which is read and kept."""
    data = texts["data"]
    made = (collection.DRAWN, collection.REAL, *specs(kind)["data"].options)
    if kind in (AnimalFaces, GainSweep) and data not in made:
        pictures = image_folder.load(Path(data))
        for line in pictures.skipped:
            print(f"left out {line}", file=sys.stderr)
        return texts | {"data": collection.keep(pictures)}
    takes_files = issubclass(kind, PlanarTraining) and not specs(kind)["data"].options
    if takes_files and data not in planar.PLANAR:
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


if __name__ == "__main__":
    sys.exit(main())

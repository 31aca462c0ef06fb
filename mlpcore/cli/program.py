"""The experiments on the command line: ``python -m mlpcore EXPERIMENT [--field value …]``."""

import argparse
import sys
import time
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

import torch

from mlpcore.cli import brought, data_command
from mlpcore.cli.commands import EXPERIMENTS, SWEEPS, flag
from mlpcore.cli.report import report, to_json
from mlpcore.cluster import spread
from mlpcore.cluster.many import MANY, MOST_SEEDS
from mlpcore.cluster.spread import ClusterFailed
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.engines import devices
from mlpcore.engines.preparing import prepare
from mlpcore.experiments import DegreeSweep
from mlpcore.params import ParameterError, Spec, specs
from mlpcore.progress import progress
from mlpcore.texts import printable

# Of a message that repeats arguments.
MOST_LETTERS = 500


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the arguments, and exits with status 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {printable(message, MOST_LETTERS)}\n")


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
        brought.add_options(command, config)
        command.add_argument("--device", help="Where to train: cpu, cuda, …; default a GPU if any.")
        about = "Spread the run over a Ray cluster: auto for this machine's, or its HOST:PORT"
        more = f"; up to {MOST_SEEDS:,} seeds then" if config in MANY else ""
        command.add_argument("--cluster", metavar="ADDRESS", help=f"{about}{more}.")
        command.add_argument(
            "--json", metavar="FILE", default="-", help="Where to write the result; default stdout."
        )
        command.add_argument("--quiet", action="store_true", help="No progress bar.")
    about = "Compile the training loops, once after each installation; later starts find them."
    commands.add_parser("compile", help=about, description=about)
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return the exit status."""
    options = parser().parse_args(arguments)
    for name, value in vars(options).items():
        if value == []:  # what argparse makes of --name=-- before Python 3.13
            setattr(options, name, "--")
    # More are slower wherever anything else runs, many times so with small networks.
    torch.set_num_threads(1)
    try:
        if options.experiment == "data":
            data_command.run(options)
        elif options.experiment == "compile":
            print(f"Compiled loops are ready after {prepare():.1f} s.")
        else:
            _run(vars(options))
    except (ClusterFailed, DownloadError, ParameterError) as problem:
        lines = [str(problem), *getattr(problem, "__notes__", [])]
        print("python -m mlpcore:", " ".join(lines).replace("\n", " "), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("python -m mlpcore: interrupted.", file=sys.stderr)
        return 130
    return 0


def _run(options: dict[str, Any]) -> None:
    """Run one experiment and write its report."""
    experiment, kind, device_name, cluster, target, quiet = (
        options.pop(name) for name in ("experiment", "kind", "device", "cluster", "json", "quiet")
    )
    reading = {name: options.pop(name) for name in brought.OPTIONS if name in options}
    texts = {name: text for name, text in options.items() if text is not None}
    stray = next((name for name in texts if name not in specs(kind)), None)
    if stray:
        when = "with" if kind is SWEEPS[experiment] else "without"
        raise ParameterError(stray, f"left out {when} --sweep", texts[stray])
    texts = brought.bring(kind, texts, reading)
    config, problems = (MANY.get(kind, kind) if cluster else kind).parse(texts)
    if problems:
        raise problems[0]
    reason = devices.trouble(device_name) if device_name and not cluster else ""
    if reason:
        raise ParameterError("device", "one torch can use here", device_name, reason)
    unwritable = ParameterError("json", "a file that can be written, or -", target)
    if target != "-" and not _writable(Path(target)):
        raise unwritable

    if not cluster:
        prepare()
    started = time.perf_counter()
    if cluster:
        with redirect_stdout(sys.stderr):  # where Ray says that a worker died
            moments = spread.run(config, cluster, device_name or "")
            (end,) = deque(progress(moments, quiet or None), 1)
        last, device = end.snapshot, end.device
    else:
        chosen = devices.device(device_name or "")
        (last,) = deque(progress(config.run(chosen), quiet or None), 1)
        device = str(chosen)
    seconds = round(time.perf_counter() - started, 3)
    told = report(experiment, config, last, device, seconds=seconds)
    told["config"] = {name: getattr(config, name) for name in specs(kind)}  # in its own order
    text = to_json(told)
    if target == "-":
        print(text, end="")
        return
    try:
        Path(target).write_text(text)
    except OSError as error:
        raise unwritable from error


def _writable(path: Path) -> bool:
    try:
        path.open("a").close()
    except (OSError, ValueError):  # a ValueError is a name no file can have
        return False
    return True

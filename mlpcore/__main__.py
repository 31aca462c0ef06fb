"""The experiments on the command line: ``python -m mlpcore EXPERIMENT [--field value …]``."""

import argparse
import json
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from tqdm import tqdm

from mlpcore.experiments import MeanField, SignalPropagation, WideVsDeep
from mlpcore.jobs import default_device
from mlpcore.params import Config, specs

EXPERIMENTS: dict[str, type[WideVsDeep | MeanField | SignalPropagation]] = {
    "wide-vs-deep": WideVsDeep,
    "signal-propagation": SignalPropagation,
    "mean-field": MeanField,
}


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
        for spec in specs(config).values():
            allowed, default = spec.allowed.capitalize(), spec.format(spec.default)
            command.add_argument(
                flag(spec.name),
                metavar="VALUE",
                help=f"{spec.help} {allowed}; default {default}.",
            )
        command.add_argument("--device", help="Where to train: cpu, cuda, …; default a GPU if any.")
        command.add_argument(
            "--json", metavar="FILE", default="-", help="Where to write the result; default stdout."
        )
        command.add_argument("--quiet", action="store_true", help="No progress bar.")
    return top


def flag(field: str) -> str:
    """The flag that sets a config's field."""
    return "--" + field.replace("_", "-")


def command_line(experiment: str, config: Config) -> str:
    """The command that reproduces a config's result."""
    flags = [f" {flag(name)} {text}" for name, text in config.changes().items()]
    return f"python -m mlpcore {experiment}{''.join(flags)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one experiment and return the exit status."""
    options = vars(parser().parse_args(arguments))
    experiment = options.pop("experiment")
    kind = EXPERIMENTS[experiment]
    texts = {name: options[name] for name in specs(kind) if options[name] is not None}
    config, problems = kind.parse(texts)
    if problems:
        return _refuse(str(problems[0]))
    try:
        device = torch.device(options["device"] or default_device())
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0]
        return _refuse(
            f"device must be one torch can use here; got {options['device']!r}: {reason}"
        )
    target = options["json"]
    if target != "-" and not Path(target).absolute().parent.is_dir():
        return _refuse(f"json must be a file in a folder that exists, or -; got {target!r}.")

    torch.set_num_threads(1)
    started = time.perf_counter()
    with tqdm(
        total=1.0,
        disable=options["quiet"] or None,
        leave=False,
        bar_format="{l_bar}{bar}| {elapsed} < {remaining}{postfix}",
    ) as bar:
        for snapshot in config.run(device=device):
            bar.update(snapshot.progress - bar.n)
            bar.set_postfix_str(snapshot.label)
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


def _refuse(message: str) -> int:
    print(f"python -m mlpcore: {message}", file=sys.stderr)
    return 2


def _finite(value: object) -> object:
    """Plain data with null in place of numbers JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value


if __name__ == "__main__":
    sys.exit(main())

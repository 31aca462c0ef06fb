"""A result to keep: the report that the command line prints and pages hand out, and its table."""

import json
import platform
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

import mlpcore
from mlpcore.params import Config


def report(
    experiment: str,
    config: Config,
    snapshot: Any,
    device: torch.device | str,
    *,
    seconds: float | None = None,
    notes: Sequence[str] = (),
) -> dict[str, object]:
    """What is known of a run, as plain data that JSON can hold.

    Args:
        experiment: its name on the command line.
        config: what was run.
        snapshot: the run's latest.
        device: where it ran.
        seconds: how long it took, if that was measured.
        notes: sentences on how it differs from what the config alone gives.
    """
    parts = {
        "experiment": experiment,
        "config": config.values(),
        "result": snapshot.result(),
        "seconds": seconds,
        "notes": list(notes),
        "device": str(device),
        "versions": versions(),
    }
    optional = ("seconds", "notes")
    return {name: _finite(part) for name, part in parts.items() if part or name not in optional}


def to_json(parts: dict[str, object]) -> str:
    """A report as text that ends with a new line."""
    return json.dumps(parts, indent=2, allow_nan=False) + "\n"


def to_csv(snapshot: Any) -> str:
    """A snapshot's table as text; a cell without a number is empty."""
    text: str = snapshot.table().to_csv(index=False)
    return text


def versions() -> dict[str, str]:
    """The versions that a result's last digits may depend on."""
    return {
        "mlp_explorer": mlpcore.__version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
    }


def _finite(value: object) -> object:
    """Plain data with null in place of numbers JSON does not have."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not np.isfinite(value) else value

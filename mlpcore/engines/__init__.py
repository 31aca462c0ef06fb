"""Engines: what trains and evaluates networks. :func:`engine` chooses the one for a device."""

import torch

from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.interface import OPTIMISERS, Engine, Ensemble, Lesson, Metrics, Rule
from mlpcore.engines.reference import TorchEngine
from mlpcore.engines.samples import PictureSamples, Samples, evenly

__all__ = [
    "OPTIMISERS",
    "Engine",
    "Ensemble",
    "Lesson",
    "Metrics",
    "PictureSamples",
    "Rule",
    "Samples",
    "devices",
    "engine",
    "evenly",
    "maps",
    "network",
    "preparing",
    "workers",
]


def engine(device: torch.device | str) -> Engine:
    """Compiled loops on a CPU, torch elsewhere."""
    if torch.device(device).type == "cpu":
        return CompiledEngine()
    return TorchEngine(device)

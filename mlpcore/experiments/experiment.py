"""What every experiment is: a config that can be run, and the snapshots it yields."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

import torch

from mlpcore.experiments.settings import Training
from mlpcore.params import Config
from mlpcore.running.control import Control

Device: TypeAlias = torch.device | str
S = TypeVar("S")


class Experiment(Config, Generic[S]):
    """A config that can be run; an experiment says how in ``_run``."""

    @property
    def parameters(self) -> int:
        """Weights and biases of all networks that a run has at once."""
        return 0

    @property
    def working_bytes(self) -> int:
        """What a run takes of memory while it works, besides its data and snapshots; about.

        Weights are there twice while networks are drawn, later only those in training.
        """
        states = self.rule.states if isinstance(self, Training) else 0
        return 4 * (2 + states) * self.parameters

    def run(self, device: Device = "cpu", control: Control | None = None) -> Iterator[S]:
        """Run the experiment.

        Args:
            device: where to compute.
            control: steers the run from another thread.

        Yields:
            Snapshots: at most one every tenth of a second, but for the first and one at a pause,
            and the final one.

        Raises:
            Cancelled: when the control says so.
            DownloadError: real pictures are wanted and cannot be fetched.
            ParameterError: a batch holds more pictures than there are, and the last one is dropped.
        """
        return self._run(device, control or Control())

    def _run(self, device: Device, control: Control) -> Iterator[S]:
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class AnySnapshot:
    """An experiment that trains, at one moment: plain numbers and NumPy arrays on the CPU.

    Attributes:
        config: what runs.
        epoch: epochs that all networks have finished.
        progress: share of all training steps done, 0…1.
    """

    config: Training
    epoch: int
    progress: float

    @property
    def finished(self) -> bool:
        """Whether this is the last snapshot of its run."""
        return self.progress == 1

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        return f"epoch {self.epoch} of {self.config.epochs}"

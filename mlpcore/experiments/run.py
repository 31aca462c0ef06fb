"""One run: learners trained in turn, epoch by epoch, and the cadence of its snapshots."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from mlpcore.control import Control
from mlpcore.experiments.learner import Learner
from mlpcore.experiments.settings import Training
from mlpcore.training import Samples, steps_per_epoch

# Snapshots are at least this many seconds apart, but for the first, the last and a pause.
INTERVAL = 0.1


@dataclass(frozen=True, eq=False)
class AnySnapshot:
    """An experiment at one moment: plain numbers and NumPy arrays on the CPU.

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
        return self.epoch == self.config.epochs

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        return f"epoch {self.epoch} of {self.config.epochs}"


C = TypeVar("C", bound=Training)
S = TypeVar("S", bound=AnySnapshot)


class Course:
    """Learners that share their data and, seed by seed, the order of its batches.

    Args:
        config: how they are trained.
        train, test: what they learn from, and are tested on.
        learners: they take turns.
        seen: what stands for ``train`` in evaluations, if not ``train`` itself.
    """

    def __init__(
        self,
        config: Training,
        train: Samples,
        test: Samples,
        learners: Sequence[Learner],
        *,
        seen: Samples | None = None,
    ) -> None:
        self.config, self.train, self.test, self.learners = config, train, test, learners
        self.seen = seen or train
        self.orders = [torch.Generator().manual_seed(seed) for seed in config.network_seeds]
        self.steps_done = 0

    @property
    def steps(self) -> int:
        """Steps of all learners in an epoch."""
        size, config = self.train.targets.shape[1], self.config
        return len(self.learners) * steps_per_epoch(size, config.batch_size, config.drop_last)

    def epoch(self, control: Control) -> Iterator[None]:
        """Train every learner for an epoch, in turn. Yields before each step."""
        config = self.config
        dealt = self.train.dealt(self.orders, config.batch_size, config.drop_last)
        for learner in self.learners:
            for inputs, targets in dealt:
                yield
                learner.step(inputs, targets, control.learning_rate(config.learning_rate))
                self.steps_done += 1

    def evaluate(self, epoch: int) -> None:
        """Evaluate every learner on all data."""
        for learner in self.learners:
            learner.evaluate(epoch, self.seen, self.test)


class Run(ABC, Generic[C, S]):
    """The state of one run: its courses, and how far they are."""

    def __init__(self, config: C, courses: Sequence[Course]) -> None:
        self.config, self.courses = config, courses
        self.epoch = 0
        self.all_steps = config.epochs * sum(course.steps for course in courses)
        self.evaluate()

    @abstractmethod
    def snapshot(self) -> S:
        """The run as it stands now."""

    @property
    def progress(self) -> float:
        """Share of all training steps done, 0…1."""
        return sum(course.steps_done for course in self.courses) / self.all_steps

    def evaluate(self) -> None:
        """Evaluate all networks on all data."""
        for course in self.courses:
            course.evaluate(self.epoch)

    def snapshots(self, control: Control) -> Iterator[S]:
        """Train all networks, learners interleaved epoch by epoch.

        Args:
            control: steers the run from another thread.

        Yields:
            Snapshots: one before training, then at most one every :data:`INTERVAL` seconds, one at
            a pause, and the final one.

        Raises:
            Cancelled: when the control says so.
        """
        yield self.snapshot()
        published = time.monotonic()
        while self.epoch < self.config.epochs:
            for course in self.courses:
                steps = course.epoch(control)
                while _train(steps, control, published + INTERVAL):
                    yield self.snapshot()
                    published = time.monotonic()
                    control.checkpoint()
            self.epoch += 1
            control.epoch_done()
            if self.epoch in self.config.evaluation_epochs or control.pausing:
                self.evaluate()
        yield self.snapshot()


@torch.inference_mode()
def _train(steps: Iterator[None], control: Control, until: float) -> bool:
    """Take steps until a pause or a time, which is reached; say whether any are left."""
    for _ in steps:
        if control.pausing or time.monotonic() >= until:
            return True
        control.step_done()
    return False

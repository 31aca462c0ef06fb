"""One run: its networks, trained in slices of time, and the cadence of its snapshots."""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import torch

from mlpcore import engines
from mlpcore.engines import Lesson, PictureSamples, Rule, Samples
from mlpcore.experiments.learner import Architecture, Learner
from mlpcore.experiments.settings import Training
from mlpcore.networks.initialization import Initialization
from mlpcore.running.control import Control

# Snapshots are at least this many seconds apart, but for the first, the last and a pause.
INTERVAL = 0.1
# Seconds that a run trains for, about, before it looks whether to pause or to end.
SLICE = 0.03


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
    """Networks that share their data and, seed by seed or all of them, the order of its batches.

    Args:
        config: how they are trained.
        train, test: what they learn from, and are tested on.
        architectures: units of the input, every hidden layer and the output; of each there is a
            network from every seed, and from every seed for each of several initializations.
        activation, negative_slope: of the hidden layers.
        device: where to train.
        initialization: how networks are drawn from their seeds; torch's default if None.
        seen: what stands for ``train`` in evaluations; ``train`` itself, which then are no
            pictures, if None.
        shared_order: a seed of one order of batches for all; each seed has its own if None.

    Attributes:
        learners: the networks of each architecture.
    """

    def __init__(
        self,
        config: Training,
        train: Samples | PictureSamples,
        test: Samples,
        architectures: Sequence[Sequence[int]],
        activation: str,
        negative_slope: float,
        device: torch.device | str,
        *,
        initialization: Initialization | Sequence[Initialization] | None = None,
        seen: Samples | None = None,
        shared_order: int | None = None,
    ) -> None:
        if not isinstance(initialization, Sequence):
            initialization = [initialization or Initialization()]
        seeds = config.network_seeds
        drawn = [
            law.draw(sizes, seed)
            for sizes in architectures
            for law in initialization
            for seed in seeds
        ]
        each = len(initialization) * len(seeds)
        orders = [*seeds] * (len(drawn) // len(seeds))
        if shared_order is not None:
            orders = [shared_order] * len(drawn)
        rule = Rule(config.optimiser, config.momentum, config.weight_decay)
        self.engine = engines.engine(device)
        self.ensemble = self.engine.ensemble(drawn, activation, negative_slope, rule, orders)
        self.learners = [
            Learner(sizes, self.ensemble, slice(place * each, (place + 1) * each))
            for place, sizes in enumerate(architectures)
        ]
        steps = config.steps_per_epoch(len(train))
        self.lesson = Lesson(self.ensemble, train, config.batch_size, steps)
        self.seen, self.test = seen or self._unmoved(train), test

    @staticmethod
    def _unmoved(train: Samples | PictureSamples) -> Samples:
        if isinstance(train, PictureSamples):
            raise TypeError("pictures that move need others that stand for them in evaluations")
        return train

    def snapshot(self) -> list[Architecture]:
        """The networks of each architecture as they stand now."""
        copies = self.ensemble.copies()
        return [learner.snapshot(mine) for learner, mine in zip(self.learners, copies, strict=True)]


class Run(ABC, Generic[C, S]):
    """The state of one run: its courses, and how far they are.

    Args:
        config: what runs.
        courses: they train side by side, on equally many samples.
        threads: how many to spread the first evaluation over.
    """

    def __init__(self, config: C, courses: Sequence[Course], threads: int) -> None:
        self.config, self.courses = config, courses
        self.engine = courses[0].engine
        self.steps_an_epoch = courses[0].lesson.steps
        self.step = 0
        self.evaluate(threads)

    @abstractmethod
    def snapshot(self) -> S:
        """The run as it stands now."""

    @property
    def epoch(self) -> int:
        """Epochs that all networks have finished."""
        return self.step // self.steps_an_epoch

    @property
    def steps(self) -> int:
        """Steps of the whole run."""
        return self.config.epochs * self.steps_an_epoch

    @property
    def progress(self) -> float:
        """Share of all training steps done, 0…1."""
        return self.step / self.steps

    def evaluate(self, threads: int) -> None:
        """Evaluate all networks on all data."""
        self.test({course: (course.seen, course.test) for course in self.courses}, threads)

    def test(self, on: Mapping[Course, tuple[Samples, Samples]], threads: int) -> None:
        """Evaluate the networks of courses on what stands for training and test set."""
        tests = [(course.ensemble, samples) for course, both in on.items() for samples in both]
        metrics = iter(self.engine.evaluate(tests, threads))
        for course in on:
            train, test = next(metrics), next(metrics)
            for learner in course.learners:
                learner.record(self.epoch, train, test)

    def snapshots(self, control: Control) -> Iterator[S]:
        """Train all networks.

        Args:
            control: steers the run from another thread.

        Yields:
            Snapshots: one before training, then at most one every :data:`INTERVAL` seconds, one at
            a pause, and the final one.

        Raises:
            Cancelled: when the control says so.
        """
        yield self.snapshot()
        published, lessons = time.monotonic(), [course.lesson for course in self.courses]
        count, rate = 1, self.config.learning_rate
        while self.step < self.steps:
            stop = min(self.step + count, self.pause_after(control.epochs_left))
            before, now = self.step, control.learning_rate(rate)
            spent = self.engine.train(lessons, before, stop, now, control.threads)
            self.step = stop
            # As many steps as the time is for, but not many more than have just been timed.
            count = max(1, min(int(SLICE * (stop - before) / max(spent, 1e-9)), 4 * count))
            control.epochs_done(stop // self.steps_an_epoch - before // self.steps_an_epoch)
            self.look(control)
            if self.step < self.steps and (
                control.pausing or time.monotonic() >= published + INTERVAL
            ):
                yield self.snapshot()
                published = time.monotonic()
                control.checkpoint()
            else:
                control.step_done()
        yield self.snapshot()

    def pause_after(self, epochs: float) -> int:
        """The step to train to at most: the next evaluation's, or the end of so many epochs."""
        following = min(e for e in self.config.evaluation_epochs if e > self.epoch)
        return int(min(following, self.epoch + epochs)) * self.steps_an_epoch

    def look(self, control: Control) -> None:
        """Evaluate the networks if it is time."""
        ended = self.step % self.steps_an_epoch == 0
        if ended and (self.epoch in self.config.evaluation_epochs or control.pausing):
            self.evaluate(control.threads)

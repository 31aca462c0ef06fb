"""A run: courses trained in slices of time, and the moments at which it is due a snapshot."""

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mlpcore.engines import Ensemble, Samples
from mlpcore.experiments.course import Course
from mlpcore.experiments.settings import Training
from mlpcore.running.control import Control

# Snapshots are at least this many seconds apart, but for the first, the last and a pause.
INTERVAL = 0.1
# Seconds that a run trains for, about, before it looks whether to pause or to end.
SLICE = 0.03
# Samples of each set that a look between evaluations takes, at most.
LOOKED_AT = 128

Tests = Sequence[tuple[Ensemble, Samples]]


class At(NamedTuple):
    """How far a run is.

    Attributes:
        epoch: epochs that all networks have finished.
        progress: share of all training steps done, 0…1.
    """

    epoch: int
    progress: float


def train(
    config: Training, courses: Sequence[Course], control: Control, looks: int = 0
) -> Iterator[At]:
    """Train the networks of courses side by side.

    Args:
        config: how; the courses have equally many samples.
        courses: whom. They record evaluations after the config's epochs.
        control: steers the run from another thread.
        looks: evaluations on a few samples, spread over the run. If there are any, the first
            evaluation, before training, is one too.

    Yields:
        How far it is, whenever a snapshot is due, which must be taken before the run goes on:
        before training, then at most every :data:`INTERVAL` seconds, at a pause, and at the end.

    Raises:
        Cancelled: when the control says so.
    """
    engine, an_epoch = courses[0].engine, courses[0].lesson.steps
    steps, evaluated = config.epochs * an_epoch, config.evaluation_epochs
    between = max(1, steps // looks) if looks else steps
    lessons = [course.lesson for course in courses]
    everything = [
        (course.ensemble, samples)
        for course in courses
        for samples in (course.material.seen, course.material.test)
    ]
    few = [(ensemble, samples.few(LOOKED_AT)) for ensemble, samples in everything if looks]

    def evaluate(tests: Tests, epoch: int) -> None:
        metrics = iter(engine.evaluate(tests, control.threads))
        for course in courses:
            course.record(epoch, next(metrics), next(metrics))

    evaluate(few or everything, 0)
    yield At(0, 0.0)
    published = time.monotonic()
    step, count = 0, 1
    while step < steps:
        epoch = step // an_epoch
        following = min(e for e in evaluated if e > epoch)
        stop = min(
            step + count,
            int(min(following, epoch + control.epochs_left)) * an_epoch,
            step + between - step % between,
        )
        rate = control.learning_rate(config.learning_rate)
        spent = engine.train(lessons, step, stop, rate, control.threads)
        # As many steps as the time is for, but not many more than have just been timed.
        count = max(1, min(int(SLICE * (stop - step) / max(spent, 1e-9)), 4 * count))
        step, (done, rest) = stop, divmod(stop, an_epoch)
        control.epochs_done(done - epoch)
        if rest == 0 and (done in evaluated or control.pausing):
            evaluate(everything, done)
        elif rest and step % between == 0:
            evaluate(few, done)
        if step < steps and (control.pausing or time.monotonic() >= published + INTERVAL):
            yield At(done, step / steps)
            published = time.monotonic()
            control.checkpoint()
        else:
            control.step_done()
    yield At(config.epochs, 1.0)


def train_in_turn(
    config: Training, courses: Iterable[Course], costs: Sequence[int], control: Control
) -> Iterator[tuple[int, Course, At]]:
    """Train courses one after another, as :func:`train` does each.

    Args:
        config: how.
        courses: whom; each is asked for when its turn comes.
        costs: what a step of each takes, by any measure.
        control: steers the run from another thread.

    Yields:
        The course in training, with its place among all, and how far the whole run is: epochs
        count on from course to course.

    Raises:
        Cancelled: when the control says so.
    """
    for place, course in enumerate(courses):
        for at in train(config, [course], control):
            done = sum(costs[:place]) + costs[place] * at.progress
            yield place, course, At(place * config.epochs + at.epoch, done / sum(costs))

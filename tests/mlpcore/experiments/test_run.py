"""A run's slices: who steers it is heard at the next one, and threads change no number."""

import numpy as np
import pytest

from mlpcore.datasets import collection, drawn_faces
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.course import Course
from mlpcore.running.control import Cancelled, Control

CONFIG = WideVsDeep(depth_to=2, seeds=2, samples=60, batch_size=32, epochs=6)
LAST = CONFIG.epochs * CONFIG.steps_per_epoch(CONFIG.train_size)


@pytest.fixture
def slices(monkeypatch):
    """What the engine was called with, a step a slice; and what to call within a slice."""
    monkeypatch.setattr("mlpcore.experiments.run.SLICE", 0.0)
    calls, then, train = [], {}, CompiledEngine.train

    def spy(self, lessons, start, stop, learning_rate, threads):
        calls.append((start, stop, learning_rate, threads))
        seconds = train(self, lessons, start, stop, learning_rate, threads)
        then.get(len(calls) - 1, lambda: None)()
        return seconds

    monkeypatch.setattr(CompiledEngine, "train", spy)
    return calls, then


def test_slices_follow_each_other_to_the_end(slices):
    calls, _ = slices
    list(CONFIG.run())
    assert [call[:2] for call in calls] == [(step, step + 1) for step in range(LAST)]


def test_a_run_that_is_cancelled_does_no_other_slice(slices):
    (calls, then), control = slices, Control()
    then[4] = control.cancel
    with pytest.raises(Cancelled):
        list(CONFIG.run(control=control))
    assert len(calls) == 5


def at_pause(control):
    """The snapshot that a run yields when it is about to pause."""
    return next(snapshot for snapshot in CONFIG.run(control=control) if control.pausing)


def test_a_pause_shows_the_step_in_which_it_was_asked_for(slices):
    (calls, then), control = slices, Control()
    then[4] = control.pause
    assert at_pause(control).progress == 5 / LAST
    assert len(calls) == 5


def test_an_epoch_that_is_granted_is_done_and_no_step_more(slices):
    (calls, _), control = slices, Control()
    control.step(2)
    assert at_pause(control).epoch == 2
    assert len(calls) == 2 * LAST // CONFIG.epochs


def test_learning_rate_and_threads_are_those_of_the_next_slice(slices):
    (calls, then), shares = slices, [1]
    control = Control(share=lambda: shares[-1])
    then[2] = lambda: setattr(control, "chosen_learning_rate", 0.5)
    then[3] = lambda: shares.append(2)
    list(CONFIG.run(control=control))
    assert [call[2] for call in calls] == [CONFIG.learning_rate] * 3 + [0.5] * (LAST - 3)
    assert [call[3] for call in calls] == [1] * 4 + [2] * (LAST - 4)


@pytest.mark.parametrize(
    "make",
    [
        lambda data: WideVsDeep(depth_to=3, seeds=3, samples=60, batch_size=32, epochs=4),
        lambda data: PolynomialFeatures(degree=5, seeds=2, samples=60, batch_size=32, epochs=3),
        lambda data: AnimalFaces(data=data, widths="6-4", epochs=2, seeds=2),
        lambda data: GainSweep(data=data, widths="6-4", gains=3, seeds=2),
        lambda data: GainSweep(data="moons", widths="6-4", gains=3, seeds=2),
    ],
    ids=["wide vs deep", "polynomials", "faces", "gains, faces", "gains, points"],
)
def test_weights_depend_neither_on_threads_nor_on_slices(make, monkeypatch):
    """To the bit, and so do all accuracies and losses on the way."""
    config, record, courses = make(collection.keep(drawn_faces.make(60, 12))), Course.record, {}

    def spy(self, *found):
        record(self, *found)
        courses[id(self)] = self

    monkeypatch.setattr(Course, "record", spy)
    ends = []
    for threads, seconds in ((1, 0.03), (2, 0.0), (3, 10.0)):
        courses.clear()
        monkeypatch.setattr("mlpcore.experiments.run.SLICE", seconds)
        for _ in config.run(control=Control(share=lambda threads=threads: threads)):
            pass
        ends.append(
            [
                np.array(array).tobytes()
                for course in courses.values()
                for arrays in (*course.ensemble.copies(), *course.history)
                for array in arrays
            ]
        )
    assert len(ends[0]) > 3
    assert ends[1] == ends[0]
    assert ends[2] == ends[0]

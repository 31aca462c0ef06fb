"""Training goes on while another thread holds the interpreter, and computes the same."""

import sys
import threading
import time

import numpy as np
import pytest
import torch

from mlpcore.engines import Rule
from mlpcore.engines.compiled import CompiledEngine

STEPS = 2000


@pytest.fixture
def held_lock():
    """No thread gives the interpreter up unless it waits or computes without it."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1000.0)
    yield
    sys.setswitchinterval(before)


def lesson_of(school):
    networks = [school.network([2, 8, 8, 3], seed, torch.float32) for seed in range(4)]
    dataset = school.points(2, 3, 50, torch.float32)
    return school.lesson(CompiledEngine(), networks, dataset, Rule("adam"))


def test_steps_are_done_while_a_thread_computes_in_python(school, held_lock):
    """A call ends in weights known beforehand, seen by a thread that never lets the lock go.

    If the call had ended before this thread came to look, that would prove nothing: then a longer
    one is tried.
    """
    engine, steps = CompiledEngine(), STEPS
    for _ in range(6):
        known, lesson = lesson_of(school), lesson_of(school)
        engine.train([known], 0, steps, 0.01)
        end = known.ensemble.flat.tobytes()
        weights, start = lesson.ensemble.flat, lesson.ensemble.flat.tobytes()
        call = threading.Thread(target=engine.train, args=([lesson], 0, steps, 0.01))
        call.start()
        while weights.tobytes() == start and call.is_alive():
            time.sleep(0.001)  # lets the call begin
        # From here to the last look this thread neither waits nor calls what lets the lock go.
        deadline, seen = time.monotonic() + 30, set()
        while (now := weights.tobytes()) != end and time.monotonic() < deadline:
            seen.add(now)
        call.join()
        assert now == end, "the call stood still while the lock was held"
        if len(seen) > 10:
            return
        steps *= 4
    pytest.fail("no step was seen")


def test_what_is_done_meanwhile_does_not_change_the_numbers(school):
    """Two runs at once, on threads of their own, are two runs one after the other."""
    engine, alone = CompiledEngine(), lesson_of(school)
    engine.train([alone], 0, 200, 0.01)
    lessons = [lesson_of(school) for _ in range(3)]
    calls = [
        threading.Thread(target=engine.train, args=([lesson], 0, 200, 0.01, 2))
        for lesson in lessons
    ]
    for call in calls:
        call.start()
    for call in calls:
        call.join()
    for lesson in lessons:
        np.testing.assert_array_equal(lesson.ensemble.flat, alone.ensemble.flat)

"""Steering a run: each test plays the run and its owner, most of them on one thread."""

import math
import threading
from contextlib import contextmanager

import pytest

from mlpcore.running.control import Cancelled, Control

WAIT = 90.0  # seconds; longer than anything here takes, so that a hang fails


class Waiting:
    """A checkpoint on a thread of its own; ``away`` follows its pauses."""

    def __init__(self, after_pause=lambda: None):
        self.events = []
        self.paused = threading.Semaphore(0)
        self.control = Control(self.away)
        self.after_pause = after_pause
        self.thread = threading.Thread(target=self.check)

    @contextmanager
    def away(self):
        self.events.append("away")
        self.paused.release()
        yield
        self.events.append("back")
        self.after_pause()

    def check(self):
        try:
            self.control.checkpoint()
            self.events.append("on")
        except Cancelled:
            self.events.append("cancelled")

    def start(self):
        self.thread.start()
        assert self.paused.acquire(timeout=WAIT)

    def join(self):
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


def test_a_checkpoint_returns_at_once_unless_something_was_asked():
    control = Control()
    control.checkpoint()
    control.epochs_done(1)
    control.checkpoint()
    assert not control.pausing


def test_the_end_of_a_step_makes_room_but_does_not_pause():
    rooms = []
    control = Control(make_room=lambda: rooms.append("room"))
    control.step_done()
    control.pause()
    control.step_done()
    assert rooms == ["room"]
    control.cancel()
    with pytest.raises(Cancelled):
        control.step_done()


def test_a_pause_waits_away_until_resumed():
    waiting = Waiting()
    waiting.control.pause()
    assert waiting.control.pausing
    waiting.start()
    assert waiting.events == ["away"]
    waiting.control.resume()
    waiting.join()
    assert waiting.events == ["away", "back", "on"]


def test_a_step_pauses_after_its_epochs():
    control = Control()
    control.pause()
    control.step(2)
    assert not control.pausing
    control.epochs_done(1)
    assert not control.pausing
    control.epochs_done(1)
    assert control.pausing
    control.resume()
    for _ in range(5):
        control.epochs_done(1)
    assert not control.pausing


def test_a_later_step_replaces_an_earlier_one():
    control = Control()
    control.step(5)
    control.step(1)
    control.epochs_done(1)
    assert control.pausing


def test_cancelling_ends_a_pause():
    waiting = Waiting()
    waiting.control.pause()
    waiting.start()
    waiting.control.cancel()
    waiting.join()
    assert waiting.events == ["away", "back", "cancelled"]


@pytest.mark.parametrize(
    "afterwards",
    [
        pytest.param(lambda control: control.pause(), id="pause"),
        pytest.param(lambda control: (control.step(), control.epochs_done(1)), id="step is over"),
    ],
)
def test_nothing_undoes_a_cancel(afterwards):
    waiting = Waiting()
    waiting.control.cancel()
    afterwards(waiting.control)
    assert not waiting.control.pausing
    waiting.thread.start()
    waiting.join()
    assert waiting.events == ["cancelled"]


def test_a_pause_during_the_way_back_pauses_again():
    def pause_once():
        waiting.after_pause = lambda: None
        waiting.control.pause()

    waiting = Waiting(pause_once)
    waiting.control.pause()
    waiting.start()
    waiting.control.resume()
    assert waiting.paused.acquire(timeout=WAIT)
    assert waiting.events == ["away", "back", "away"]
    waiting.control.resume()
    waiting.join()
    assert waiting.events == ["away", "back", "away", "back", "on"]


def test_a_resume_is_not_lost_when_an_epoch_ends_at_the_same_moment():
    control = Control()
    resume = threading.Thread(target=control.resume)

    class Last(int):
        """One epoch left; while it is counted down, the owner resumes."""

        def __sub__(self, other):
            resume.start()
            resume.join(0.1)
            return int(self) - other

    control.step(Last(1))
    control.epochs_done(1)
    resume.join(WAIT)
    assert not control.pausing


def test_the_learning_rate_is_the_default_until_one_is_chosen():
    control = Control()
    assert control.learning_rate(0.1) == 0.1
    control.chosen_learning_rate = 0.0
    assert control.learning_rate(0.1) == 0.0


def test_what_the_owner_asks_for_is_heard_by_a_run_elsewhere():
    control, heard = Control(), []
    assert control.asked == (0, False, math.inf)
    control.follow(lambda: heard.append((control.asked, control.chosen_learning_rate)))
    control.pause()
    control.step(3)
    control.chosen_learning_rate = 0.1
    control.resume()
    control.cancel()
    assert [(*asked, rate) for asked, rate in heard] == [
        (1, True, math.inf, None),
        (2, False, 3, None),
        (2, False, 3, 0.1),
        (3, False, math.inf, 0.1),
        (3, False, math.inf, 0.1),
    ]
    assert control.cancelled

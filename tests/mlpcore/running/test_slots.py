"""The line before the slots. Threads wait for each other by events, never by sleeping."""

import threading

import pytest

from mlpcore.running.control import Cancelled
from mlpcore.running.slots import Seat, Slots

WAIT = 90.0  # seconds; longer than anything here takes, so that a hang fails


class Worker:
    """Takes a seat on a thread of its own and keeps it until told to leave."""

    def __init__(self, slots, on_move=lambda place: None, count=1):
        self.places, self.count = [], count
        self.moved = threading.Condition()
        self.on_move = on_move
        self.abandoned = False
        self.done = threading.Event()
        self.cancelled = False
        self.seat = Seat(slots, self.note, lambda: self.abandoned)
        self.thread = threading.Thread(target=self.work)
        self.thread.start()

    def note(self, place):
        with self.moved:
            self.places.append(place)
            self.moved.notify_all()
        self.on_move(place)

    def work(self):
        try:
            self.seat.take(self.count)
            assert self.done.wait(WAIT)
        except Cancelled:
            self.cancelled = True
        finally:
            self.seat.leave()

    def at(self, place):
        """Wait until this is the latest place that was told."""
        with self.moved:
            assert self.moved.wait_for(lambda: self.places and self.places[-1] == place, WAIT)

    def leave(self):
        self.done.set()
        self.thread.join(WAIT)
        assert not self.thread.is_alive()


def test_no_more_than_the_slots_and_first_come_first_served():
    slots = Slots(2, turn=0)
    workers = []
    for place in (None, None, 1, 2, 3):
        workers.append(Worker(slots))
        workers[-1].at(place)
    assert slots.free == 0

    workers[1].leave()
    workers[2].at(None)
    workers[3].at(1)
    workers[4].at(2)
    assert [worker.places for worker in workers] == [[None], [None], [1, None], [2, 1], [3, 2]]
    for worker in workers:
        worker.leave()
    assert workers[4].places[-1] is None
    assert slots.free == 2
    assert slots.line == []


def test_a_free_slot_is_kept_for_whoever_is_next():
    slots = Slots(1, turn=0)
    first = Worker(slots)
    first.at(None)
    hearing = threading.Event()
    next_one = Worker(slots, on_move=lambda place: hearing.wait(WAIT))
    next_one.at(1)
    first.leave()
    assert slots.free == 1
    late = Worker(slots)
    late.at(2)
    hearing.set()
    next_one.at(None)
    late.at(1)
    next_one.leave()
    late.leave()


def test_who_takes_many_slots_waits_for_them_and_holds_up_nobody():
    slots = Slots(4)
    first = Worker(slots, count=3)
    first.at(None)
    many = Worker(slots, count=2)
    many.at(1)
    few = Worker(slots, count=1)
    few.at(None)
    all_there_are = Worker(slots, count=100)
    all_there_are.at(2)
    first.leave()
    many.at(None)
    few.leave()
    all_there_are.at(1)
    many.leave()
    all_there_are.at(None)
    assert slots.free == 0
    all_there_are.leave()
    assert slots.free == 4


def test_an_abandoned_seat_leaves_the_line():
    slots = Slots(1, turn=0)
    first, second, third = (Worker(slots) for _ in range(3))
    first.at(None)
    second.at(1)
    third.at(2)
    second.abandoned = True
    second.seat.wake()
    second.leave()
    assert second.cancelled
    third.at(1)
    first.leave()
    third.at(None)
    third.leave()
    assert slots.free == 1


def test_leaving_twice_or_without_a_slot_gives_nothing_back():
    slots = Slots(1, turn=0)
    seat = Seat(slots, lambda place: None, lambda: False)
    seat.leave()
    assert slots.free == 1
    seat.take()
    assert slots.free == 0
    seat.leave()
    seat.leave()
    assert slots.free == 1


@pytest.mark.parametrize(("turn", "makes_room"), [(0, True), (1e6, False)])
def test_a_seat_makes_room_once_its_turn_is_over_and_others_wait(turn, makes_room):
    slots = Slots(1, turn)
    places = []
    seat = Seat(slots, places.append, lambda: False)
    seat.take()
    seat.make_room()  # nobody waits
    assert places == [None]

    other = Worker(slots)
    other.at(1)
    other.done.set()
    seat.make_room()
    assert (len(places) > 1) == makes_room
    assert places[-1] is None
    seat.leave()
    other.leave()
    assert slots.free == 1


def test_whoever_hears_of_a_move_may_wait_for_others():
    """``moved`` reaches listeners of all kinds, so the line must not be locked meanwhile."""
    slots = Slots(1, turn=0)
    first = Worker(slots)
    first.at(None)
    heard = []

    def wake_from_another_thread(place):
        waker = threading.Thread(target=first.seat.wake, daemon=True)
        waker.start()
        waker.join(1)
        heard.append((place, not waker.is_alive()))

    second = Worker(slots, wake_from_another_thread)
    second.at(1)
    first.leave()
    second.leave()
    assert heard == [(1, True), (None, True)]


def test_a_failing_listener_leaves_the_line():
    slots = Slots(1, turn=0)
    first = Worker(slots)
    first.at(None)

    def fail(place):
        raise RuntimeError("no ear")

    with pytest.raises(RuntimeError, match="no ear"):
        Seat(slots, fail, lambda: False).take()
    assert slots.line == []
    first.leave()


def test_jobs_at_work_share_the_threads():
    slots = Slots(4, turn=0)
    seats = [Seat(slots, lambda place: None, lambda: False) for _ in range(4)]
    shares = []
    for seat in seats:
        seat.take()
        shares.append(seats[0].share())
    assert shares == [4, 2, 1, 1]
    seats[3].leave()
    seats[2].leave()
    assert seats[0].share() == 2

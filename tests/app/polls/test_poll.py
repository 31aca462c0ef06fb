"""A poll counts each browser once, and only what was asked; it is gone with who asked."""

import gc
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from app.polls import poll as polling
from app.polls.poll import LENGTH, LETTERS, Allowance, Poll, Polls

CHOICES = ["one", "two", "three"]
ANSWERS = st.lists(
    st.tuples(st.sampled_from("abcde"), st.integers(0, 3), st.integers(-1, 4)), max_size=30
)


@given(ANSWERS, st.integers(0, 30))
def test_the_latest_answer_of_each_browser_counts_until_the_question_is_closed(answers, end):
    poll, latest = Poll("abc"), {}
    poll.ask("First?", CHOICES)
    assert poll.answer("a", 1, 0)
    poll.ask("Which?", CHOICES)
    for place, (browser, turn, choice) in enumerate(answers):
        if place == end:
            poll.close()
        counts = place < end and turn == 2 and 0 <= choice < 3
        assert poll.answer(browser, turn, choice) == counts
        if counts:
            latest[browser] = choice
    given_ = Counter(latest.values())
    assert poll.counts == [given_[choice] for choice in range(3)]
    assert all(poll.given(browser) == latest.get(browser) for browser in "abcde")


def test_nothing_may_be_answered_before_something_is_asked():
    poll = Poll("abc")
    assert not poll.answer("a", 0, 0)
    assert poll.counts == []


def test_a_question_hears_so_many_and_no_more_but_those_may_change(monkeypatch):
    monkeypatch.setattr(polling, "MOST_BROWSERS", 2)
    poll = Poll("abc")
    poll.ask("Which?", CHOICES)
    assert [poll.answer(browser, 1, 0) for browser in "abc"] == [True, True, False]
    assert poll.answer("a", 1, 1)
    assert poll.counts == [1, 1, 0]


def test_a_poll_is_found_by_its_code_until_who_asks_is_gone():
    polls = Polls()
    poll = polls.start()
    code = poll.code
    assert len(code) == LENGTH
    assert set(code) <= set(LETTERS)
    assert polls.find(code.upper()) is poll
    assert polls.find("") is None
    del poll
    gc.collect()
    assert polls.find(code) is None


def test_codes_of_polls_that_are_open_differ(monkeypatch):
    monkeypatch.setattr(polling, "LETTERS", "ab")
    monkeypatch.setattr(polling, "LENGTH", 2)
    polls = Polls()
    kept = [polls.start() for _ in range(4)]
    assert len({poll.code for poll in kept}) == 4


def test_an_allowance_comes_back_with_time():
    now = [0.0]
    allowance = Allowance(2, 3, lambda: now[0])
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]
    now[0] = 0.5
    assert [allowance.take() for _ in range(2)] == [True, False]
    now[0] = 100
    assert [allowance.take() for _ in range(4)] == [True, True, True, False]

"""A class is asked a question, and its counts stand beside the answer."""

import pytest

from app.classroom.polling import Asking
from app.classroom.questions import Said
from app.polls.poll import polls
from app.texts import polls as texts
from tests.app.pages import of, press, visit

LESSON = {"lesson": "deep-mlps", "step": "2"}


@pytest.fixture
def asked():
    """A lesson's question, which a class is asked."""
    return press(visit("wide-vs-deep", **LESSON), texts.ASK)


def poll(at):
    return of(at, Asking).poll


def answer(at, *choices):
    for browser, choice in enumerate(choices):
        assert poll(at).answer(f"browser {browser}", poll(at).asked.turn, choice)


def said(at):
    return " ".join(text.value for text in at.markdown)


def labels(at):
    return [button.label for button in at.button]


def test_a_class_answers_the_question_and_sees_what_it_said(asked):
    found = poll(asked)
    assert polls.find(found.code) is found
    assert found.asked.open
    assert not asked.radio  # who asks does not choose
    wrong = found.asked.choices.index("Yes, if both train long enough.")
    answer(asked, wrong, wrong, 1 - min(wrong, 1))
    at = press(asked, texts.SHOW)
    assert not at.exception
    assert "The class said: *Yes, if both train long enough.* Rather: *Not necessarily" in said(at)
    (counts,) = of(at, Said).counts.values()
    assert sorted(counts.values()) == [0, 1, 2]
    bars = next(html.value for html in at.get("html") if "mlp-poll" in html.value)
    assert bars.count("<li") == 3
    assert "<li class=right><p>Not necessarily" in bars
    assert not poll(at).asked.open


def test_a_class_that_is_divided_is_called_that(asked):
    answer(asked, 0, 1)
    assert "The class is divided. Right is: *Not necessarily" in said(press(asked, texts.SHOW))


def test_the_answer_is_not_shown_before_anybody_has_answered(asked):
    at = press(asked, texts.SHOW)
    assert texts.SILENT in [caption.value for caption in at.caption]
    assert texts.SHOW in labels(at)
    assert not of(at, Said).answers


def test_phones_stay_with_the_class_from_question_to_question(asked):
    answer(asked, 0)
    before = poll(asked).code
    at = press(press(press(asked, texts.SHOW), "Next"), texts.ASK)
    assert (poll(at).code, poll(at).asked.turn) == (before, 2)
    assert poll(at).counts == [0, 0, 0]


def test_a_question_that_is_asked_again_has_no_counts(asked):
    answer(asked, 0)
    at = press(press(asked, texts.SHOW), "Ask again")
    assert not of(at, Said).counts
    assert texts.ASK in labels(at)


def test_who_stops_asking_may_choose_again(asked):
    at = press(asked, texts.STOP)
    assert poll(at) is None
    assert len(at.radio) >= 1
    assert texts.ASK in labels(at)


def test_a_number_to_guess_is_not_asked_of_a_class():
    at = visit("wide-vs-deep", lesson="deep-mlps", step="1")
    assert texts.ASK not in labels(at)

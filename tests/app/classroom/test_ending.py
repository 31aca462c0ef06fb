"""A lesson's end: questions, what was said beside what came of it, and the score."""

import threading

import pytest

from app.classroom.ending import CLOSE, ROW
from app.classroom.questions import Measured, Said, step_name
from app.lessons import folders, lessons
from app.lessons.lessons import Guess
from app.texts import lesson_end as texts
from tests.app.lessons.test_scenes import STEP
from tests.app.pages import answer, of, press, shown, visit

QUICK = "epochs = 1\nseeds = 1\nsamples = 40\nbatch_size = 32"
NEXT = '\n[[next]]\npage = "animal-faces"\nscene = "Four filters"\n'
CURVE = Guess("accuracy by depth", 0, 100)
NAME = step_name("mine", 2)


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "own", lambda: [tmp_path])
    (tmp_path / "mine.toml").write_text(STEP.replace("budget = 200", QUICK) + NEXT)
    return lessons.get("mine")


def end(**more):
    return visit("wide-vs-deep", lesson="mine", step="3", **more)


def said(at):
    return " ".join([*(text.value for text in [*at.markdown, *at.caption])])


def told(at, guess, measured):
    """The end, when that has been guessed and measured."""
    visits = of(at, Said)
    visits.answers[NAME, CURVE] = guess
    if measured:
        visits.measured[NAME, CURVE] = Measured((1, 2, 3, 4, 5)[: len(measured)], measured)
    return at.run()


def test_the_end_has_all_questions_and_no_answer_that_was_not_asked_for(lesson):
    at = end()
    assert not at.exception
    assert not at.warning
    words = said(at)
    assert all(step.question in words for step in lesson.steps)
    assert not any(step.answer in words for step in lesson.steps)
    assert all(f"- {choice}" in words for choice in lesson.steps[0].task.choices)
    assert "**0 of 0** right. Not answered: 2." in words
    at = press(at, texts.ANSWER)
    assert at.query_params == {"lesson": "mine"}  # the first step needs no number


def test_the_last_step_leads_to_the_end(lesson):
    at = visit("wide-vs-deep", lesson="mine", step="2", projector="true")
    at = press(at, "Next")
    assert texts.HEAD in [header.value for header in at.header]
    assert at.query_params == {"projector": "true", "lesson": "mine", "step": "3"}
    assert next(button for button in at.button if button.label == "Next").disabled
    assert press(at, "Previous").query_params["step"] == "2"


def test_a_choice_stands_beside_the_right_one(lesson):
    at = answer(visit("wide-vs-deep", lesson="mine", step="1", epochs="1"), "One")
    at = press(press(at, "Next"), "Next")
    words = said(at)
    assert "You said: *One* Rather: *Two*" in words
    assert "**0 of 1** right. Not answered: 1." in words
    assert lesson.steps[0].answer in words


@pytest.mark.parametrize(("off", "right"), [(100 * CLOSE, 1), (100 * CLOSE + 1, 0)])
def test_a_guess_is_right_if_it_is_close(lesson, off, right):
    guess = (50.0,) * 5
    at = told(end(), guess, tuple(value + off for value in guess))
    assert f"**{right} of 1** right. Not answered: 1." in said(at)
    (table,) = [html.body for html in at.get("html") if "class=told" in html.body]
    assert table.count("50.0%") == 5
    assert table.count(f"{50 + off:.1f}%") == 5


@pytest.mark.parametrize("measured", [(), (float("nan"),) * 5, (50.0,) * 4])
def test_a_guess_that_nothing_was_measured_for_is_neither(lesson, measured):
    at = told(end(), (50.0,) * 5, measured)
    assert not at.exception
    assert "**0 of 0** right. Not answered: 1. Not measured: 1." in said(at)
    if not measured:
        assert press(at, texts.MEASURE).query_params["step"] == "2"


def test_a_long_curve_is_told_in_rows(lesson):
    at = told(end(), (50.0,) * (ROW + 1), tuple(map(float, range(ROW + 1))))
    tables = [html.body for html in at.get("html") if "class=told" in html.body]
    assert "".join(tables).count("<table") == 2


def test_what_a_finished_run_gives_is_remembered_until_it_is_asked_again(lesson):
    at = visit("wide-vs-deep", lesson="mine", step="2")
    visits = of(at, Said)
    visits.answers[NAME, CURVE] = (50.0,) * 5
    at = at.run()
    job, over = shown(at), threading.Event()
    job.subscribe(lambda: job.status().state.over and over.set())
    assert job.status().state.over or over.wait(300)
    at = at.run()
    measured = of(at, Said).measured[NAME, CURVE]
    assert measured.places == (1, 2, 3, 4, 5)
    assert all(0 <= value <= 100 for value in measured.values)
    at = press(at, "Next")
    assert "of 1** right. Not answered: 1." in said(at)
    at = press(press(at, "Previous"), "Ask again")
    assert not of(at, Said).measured


def test_what_is_next_is_one_press_away(lesson):
    at = press(end(projector="true"), "Four filters")
    assert not at.exception
    assert at.query_params == {"projector": "true", "scene": "four-filters", "widths": "4"}

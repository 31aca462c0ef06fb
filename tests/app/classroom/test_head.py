"""Scenes, lessons and the projector on the pages, as scripts."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.classroom.questions import UNTOUCHED, Said, shuffled
from app.lessons import lessons, scenes
from app.lessons.lessons import Choice
from app.lessons.toml_files import FileProblem
from app.live.component import Watching
from app.pages import PARAMETERS
from app.texts import initialization as texts
from tests.app.pages import answer, of, press, shown, visit

APP = Path(__file__).parents[3] / "app"
LESSON = lessons.get("deep-mlps")
CURVE = next(n for n, step in enumerate(LESSON.steps, 1) if step.page == "wide-vs-deep")
CHOICE = CURVE + 1  # a question with choices
NUMBER = next(n for n, step in enumerate(LESSON.steps, 1) if step.page == "polynomial-features")


def in_lesson(number, **parameters):
    step = LESSON.steps[number - 1]
    return visit(step.page, lesson=LESSON.slug, step=f"{number}", **parameters)


def compare(at):
    return next(button for button in at.main.button if button.label.startswith("Compare"))


def draw(at, values):
    """Draw on the chart that is shown, as if the browser had sent it."""
    curves = of(at, Said).curves
    curves[list(curves)[-1]] = values
    return at.run()


def answers(at):
    """A question's name → what has been answered there."""
    return {name: answer for (name, _), answer in of(at, Said).answers.items()}


def said(at, words):
    return any(words in text.value for text in at.markdown)


def warned(at):
    return " ".join(warning.value for warning in at.warning)


@pytest.mark.parametrize("page", PARAMETERS)
def test_a_scene_is_a_link(page):
    assert scenes.of_page(page), f"{page} needs a scene in assets/scenes"
    scene = scenes.of_page(page)[0][0]
    at = visit(scene.page, scene=scene.slug)
    assert not at.exception
    assert not at.warning
    assert said(at, scene.sentence)
    assert at.query_params == {"scene": scene.slug, **scene.parameters}
    assert shown(at).config == PARAMETERS[scene.page][0].parse(scene.parameters)[0]


def test_choosing_a_scene_sets_the_controls_until_one_changes():
    at = press(visit("wide-vs-deep", seeds="3", noise="0.2"), "Ten times the budget")
    assert at.query_params == {"scene": "ten-times-the-budget", "budget": "1000"}
    assert at.slider[1].label == "Seeds"
    assert at.slider[1].value == 8
    assert said(at, "**Ten times the budget.**")
    at = at.slider[1].set_value(4).run()
    assert not said(at, "**Ten times the budget.**")
    assert at.query_params == {"budget": "1000", "seeds": "4"}
    assert shown(at).config.budget == 1000


def test_a_links_own_parameters_go_before_the_scenes():
    at = visit("wide-vs-deep", scene="ten-times-the-budget", budget="200")
    assert shown(at).config.budget == 200
    assert at.query_params == {"budget": "200"}


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"scene": "lost"}, "scene must be one of one-seed-lies"),
        ({"lesson": "lost"}, "lesson must be one of deep-mlps; got 'lost'."),
        ({"lesson": "deep-mlps", "step": "5"}, "step must be one of 1, 2, 3, 4, 11, 12 on"),
        ({"step": "many"}, "step must be a whole number from 1 to 999; got 'many'."),
        ({"projector": "maybe"}, "projector must be true or false; got 'maybe'."),
        ({"show": "budget,taste,sound"}, "This page cannot show: sound, taste."),
    ],
)
def test_what_is_wrong_in_a_link_is_said(parameters, message):
    at = visit("wide-vs-deep", seeds="2", **parameters)
    assert not at.exception
    assert message in warned(at)
    assert shown(at).config.seeds == 2


def test_what_is_wrong_with_a_file_is_said_on_the_page(monkeypatch):
    good = scenes.of_page("wide-vs-deep")[0][:1]
    bad = FileProblem("mine.toml", 7, "No.")
    monkeypatch.setattr(scenes, "all_scenes", lambda _: (good, [bad]))
    at = visit("wide-vs-deep")
    assert "- mine.toml, line 7: No." in warned(at)
    assert "One seed lies" in [button.label for button in at.button]
    monkeypatch.setattr(lessons, "all_lessons", lambda: ([], [bad]))
    at = AppTest.from_file(str(APP / "router.py"), default_timeout=180).run()
    assert "- mine.toml, line 7: No." in warned(at)


@pytest.mark.parametrize("number", range(1, len(LESSON.steps) + 1))
def test_a_step_shows_no_result_before_the_guess(number):
    step = LESSON.steps[number - 1]
    at = in_lesson(number)
    assert not at.exception
    assert not at.warning
    assert said(at, step.question)
    assert not said(at, step.answer)
    assert not shown(at)
    assert not of(at, Watching).placed
    assert not at.header


def test_a_choice_is_answered():
    step = LESSON.steps[CHOICE - 1]
    wrong = next(c for n, c in enumerate(step.task.choices) if n != step.task.right)
    at = in_lesson(CHOICE)
    at = at.radio[0].set_value(wrong).run()
    assert not shown(at)  # choosing is not answering
    at = answer(at, wrong)
    assert said(at, f"You said: *{wrong}* Rather: *")
    assert said(at, step.answer)
    assert shown(at).config.seeds == 1
    at = press(press(at, "Previous"), "Next")
    assert said(at, step.answer)


def test_a_curve_is_guessed_and_compared():
    at = in_lesson(CURVE)
    assert not [*at.main.slider]
    assert compare(at).label == "Compare (5 places to draw)"
    at = draw(at, (50.0, 80.0, None, 60.0, None))
    assert compare(at).label == "Compare (2 places to draw)"
    assert compare(at).disabled
    at = draw(at, (50.0, 80.0, 70.0, 60.0, 0.0))
    assert not shown(at)
    at = press(at, "Compare")
    assert said(at, LESSON.steps[CURVE - 1].answer)
    assert answers(at) == {f"{LESSON.slug} {CURVE}": (50, 80, 70, 60, 0)}
    assert shown(at)


def test_a_curve_that_is_half_drawn_is_kept_for_the_visit_and_not_in_the_link():
    at = draw(in_lesson(CURVE), (50.0, None, None, None, 60.0))
    at = press(press(at, "Next"), "Previous")
    assert compare(at).label == "Compare (3 places to draw)"
    assert at.query_params == {"lesson": LESSON.slug}  # the first step needs no number


def test_a_curve_is_drawn_anew_over_other_places():
    at = draw(in_lesson(CURVE), (50.0,) * 5)
    at = at.sidebar.slider[0].set_value((1, 3)).run()
    assert compare(at).label == "Compare (3 places to draw)"
    at = at.sidebar.slider[0].set_value((1, 5)).run()
    assert compare(at).label == "Compare"


def test_a_number_is_guessed_and_kept_for_the_visit():
    at = in_lesson(NUMBER)
    assert at.main.select_slider[0].value == UNTOUCHED
    assert compare(at).disabled
    at = at.main.select_slider[0].set_value(60.0).run()
    at = press(press(at, "Next"), "Previous")
    assert at.main.select_slider[0].value == 60
    at = press(at, "Compare")
    assert answers(at) == {f"{LESSON.slug} {NUMBER}": (60,)}
    assert shown(at)


def test_an_answer_before_a_choice_is_none():
    at = press(in_lesson(CHOICE), "Answer")
    assert not at.exception
    assert not answers(at)
    assert not shown(at)


def test_a_question_is_asked_again():
    choices = LESSON.steps[CHOICE - 1].task.choices
    at = press(answer(in_lesson(CHOICE), choices[0]), "Ask again")
    assert not answers(at)
    assert not shown(at)
    assert at.radio[0].value is None
    at = answer(at, choices[1])
    assert answers(at) == {f"{LESSON.slug} {CHOICE}": 1}


def test_all_questions_are_asked_again_for_the_next_class():
    at = press(draw(in_lesson(CURVE), (50.0,) * 5), "Compare")
    at = answer(press(at, "Next"), LESSON.steps[CHOICE - 1].task.choices[0])
    assert len(answers(at)) == 2
    at = press(at, "Ask all again")
    assert not answers(at)
    assert at.radio[0].value is None
    assert compare(press(at, "Previous")).label == "Compare (5 places to draw)"


def test_right_choices_are_everywhere():
    asked = [step for step in LESSON.steps if isinstance(step.task, Choice)]
    places = [
        shuffled(step.question, step.task.choices).index(step.task.choices[step.task.right])
        for step in asked
    ]
    assert set(places) == {0, 1, 2}


def test_a_question_on_a_page_is_kept_while_another_is_asked_again():
    at = answer(visit("initialization", gains="3", epochs="1"), texts.CHOICES[0])
    at = answer(at, texts.DEPTH_CHOICES[0])
    assert set(answers(at).values()) == {0}
    assert list(answers(press(at, "Ask again"))) == ["tongue"]


def test_a_lesson_goes_on_on_other_pages():
    last = next(n for n, step in enumerate(LESSON.steps) if step.page != "wide-vs-deep")
    at = in_lesson(last, projector="true", show="budget")
    at = press(at, "Next")
    assert not at.exception
    assert said(at, LESSON.steps[last].question)
    assert at.query_params == {"projector": "true", "lesson": LESSON.slug, "step": f"{last + 1}"}


def test_a_lesson_may_be_left():
    at = press(in_lesson(CHOICE), "Leave")
    assert at.query_params == {"seeds": "1"}
    assert shown(at).config.seeds == 1


def test_a_step_keeps_what_a_learner_changes_back():
    at = in_lesson(CHOICE)
    at = at.sidebar.slider[1].set_value(8).run()
    assert at.query_params["seeds"] == "8"


def test_home_offers_the_lessons():
    at = AppTest.from_file(str(APP / "router.py"), default_timeout=180).run()
    links = [link.proto for link in at.get("page_link")]
    assert any(LESSON.title in link.label for link in links)


@pytest.mark.parametrize("page", PARAMETERS)
def test_a_room_sees_only_the_controls_that_are_asked_for(page):
    at = visit(page, projector="true")
    assert not at.exception
    assert not [*at.slider, *at.select_slider, *at.selectbox, *at.number_input, *at.toggle][1:]
    at = visit(page, projector="true", show="seeds")
    assert [slider.label for slider in at.slider] == ["Seeds"]


def test_the_projector_is_entered_and_left():
    at = press(visit("wide-vs-deep", budget="200"), "Projector")
    assert at.query_params == {"budget": "200", "projector": "true"}
    assert shown(at).config.budget == 200
    at = press(at, "Leave projector")
    assert at.query_params == {"budget": "200"}
    assert at.select_slider[0].value == 200

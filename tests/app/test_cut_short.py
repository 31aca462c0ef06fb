"""A press is done, and once, wherever the run of the script that it starts is cut short."""

import pytest
from streamlit.runtime.state.safe_session_state import SafeSessionState

from app.lessons import scenes
from app.own_data.points import OwnPoints
from app.results.runs import Listed
from app.server import presses
from app.visit import Place
from mlpcore.running.jobs import State
from tests.app.cutting import cut_short
from tests.app.pages import of, press, shown, visit

LONG = dict(epochs="2000", seeds="32", budget="1000")
# The first ones lie in a button's callback, if it lets itself be cut, or close behind it.
PLACES = [*range(1, 13), 16, 24, 48, 96, 192]


@pytest.fixture
def each_place(monkeypatch):
    """A function that yields a page again and again, whose next run will be cut short."""
    called = SafeSessionState.on_script_will_rerun
    monkeypatch.setattr(SafeSessionState, "on_script_will_rerun", called)  # put back at the end
    presses.hear_all()

    def pages(at):
        for place in PLACES:
            with cut_short(place) as cuts:
                yield at, place
            assert cuts or place > 50, "the run has not so many places"
            assert not at.exception

    return pages


def test_new_seeds_are_the_next_ones(each_place):
    at = visit("wide-vs-deep", epochs="1", seeds="2", depth_to="2")
    for number, (page, _) in enumerate(each_place(at), 1):
        press(page, "New seeds")
        assert shown(at).config.seed == 2 * number


def test_reset_waits_at_the_start(each_place, wait_for):
    at = visit("wide-vs-deep", **LONG)
    for page, place in each_place(at):
        before = shown(at)
        press(page, "Reset")
        job = shown(at)
        assert job is not before, place
        wait_for(lambda job=job: job.status().state is State.PAUSED)
        assert job.status().snapshot.epoch == 0


def test_pause_and_resume_take_turns(each_place, wait_for):
    at = visit("wide-vs-deep", **LONG, seed="7")
    for number, (page, _) in enumerate(each_place(at)):
        press(page, "Resume" if number % 2 else "Pause")
        wanted = State.RUNNING if number % 2 else State.PAUSED
        wait_for(lambda wanted=wanted: shown(at).status().state is wanted)
        at.run()


def test_a_scene_is_set_up(each_place):
    at = visit("polynomial-features", epochs="1", seeds="2")
    two = scenes.of_page("polynomial-features")[0][:2]
    for number, (page, _) in enumerate(each_place(at)):
        scene = two[number % 2]
        press(page, scene.name)
        config = shown(at).config
        wanted = type(config).parse(scene.parameters)[0]
        assert config == wanted
        assert at.query_params["scene"] == scene.slug


def test_a_run_is_pinned_and_let_go_of(each_place):
    at = visit("wide-vs-deep", epochs="1", seeds="2", depth_to="2")
    for number, (page, _) in enumerate(each_place(at)):
        press(page, "Unpin" if number % 2 else "Pin")
        assert bool(of(at, Listed).pins) == (number % 2 == 0)


def test_the_dialog_opens(each_place):
    at = visit("wide-vs-deep", epochs="1", seeds="2", depth_to="2")
    for page, place in each_place(at):
        of(at, OwnPoints).bringing = False
        press(page, "Your own points")
        assert of(at, OwnPoints).bringing, place


def test_a_lesson_turns_its_pages(each_place):
    at = visit("wide-vs-deep", lesson="deep-mlps", step="1")
    steps = []
    for number, (page, _) in enumerate(each_place(at)):
        press(page, "Previous" if number % 2 else "Next")
        steps.append(at.query_params.get("step", "1"))
        assert of(at, Place).link is None
    assert set(steps[::2]) == {"2"}
    assert set(steps[1::2]) == {"1"}


def test_a_slider_is_taken(each_place):
    at = visit("wide-vs-deep", epochs="1", depth_to="2")
    for number, (page, _) in enumerate(each_place(at), 1):
        page.slider[1].set_value(number + 1).run()
        assert shown(at).config.seeds == number + 1
        assert of(at, Place).address == shown(at).config.changes() | {"depth": "2"}

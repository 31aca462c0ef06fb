"""The pages as scripts: they run without an error, and what is wrong in a link is said."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from app.controls import links
from app.live import component
from app.pages import PARAMETERS
from app.texts import wide_vs_deep as texts
from mlpcore.datasets.planar import PLANAR
from mlpcore.experiments.wide_vs_deep import WideVsDeep
from mlpcore.params import specs
from mlpcore.running.jobs import State
from tests.app.pages import answer, press, shown, visit

PAGES = ["home", *PARAMETERS]
# Small enough for a test to wait for.
QUICK = {"budget": "40", "depth_to": "2", "seeds": "2", "samples": "50", "epochs": "2"} | {
    "batch_size": "32"
}


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs(page):
    at = visit(page)
    assert not at.exception
    assert not at.error
    assert not at.warning
    assert len(at.title) == 1


@pytest.mark.parametrize("page", PAGES)
def test_no_page_needs_italics_for_which_a_font_would_come(page):
    at = visit(page)
    texts = [one.value for one in (*at.markdown, *at.caption)]
    assert texts
    assert not [text for text in texts if re.search(r"(?<!\*)\*[^*\s][^*]*\*(?!\*)|<em|<i>", text)]


def test_home_links_to_every_other_page():
    at = visit("home")
    links = {link.proto.page for link in at.get("page_link")}
    assert len(links) == len(PAGES) - 1


def test_a_link_sets_the_controls_and_the_job():
    at = visit("wide-vs-deep", **QUICK, activation="tanh", noise="0.25", width="never_above")
    assert not at.warning
    assert shown(at).config == WideVsDeep(
        budget=40, depth_to=2, seeds=2, samples=50, epochs=2, batch_size=32,
        activation="tanh", noise=0.25, width="never_above",
    )  # fmt: skip
    values = {box.label: box.value for box in at.selectbox}
    assert (values["Width"], values["Activation"]) == ("never_above", "tanh")


def test_each_hidden_layer_may_have_its_activation():
    parameters = QUICK | {"depth_to": "3", "activation": "tanh-relu", "dropout": "0.25"}
    at = visit("wide-vs-deep", opened=["layers"], **parameters)
    assert not at.warning

    def box(label):
        return next(box for box in at.selectbox if box.label == label)

    def said():
        return [box(f"Hidden layer {layer}").value for layer in (1, 2, 3)]

    assert said() == ["tanh", "relu", "relu"]
    assert "tanh → ReLU" in box("Activation").options
    box("Hidden layer 2").select("leaky_relu").run()
    assert not at.exception
    assert said() == ["tanh", "leaky_relu", "relu"]
    assert box("Activation").value == shown(at).config.activation == "tanh-leaky_relu-relu"
    assert "Negative slope" in [slider.label for slider in at.slider]
    assert shown(at).config.dropout == 0.25
    box("Hidden layer 3").select("leaky_relu").run()
    assert shown(at).config.activation == "tanh-leaky_relu"
    box("Activation").select("gelu").run()
    assert said() == ["gelu"] * 3
    assert shown(at).config.activation == "gelu"
    assert "Negative slope" not in [slider.label for slider in at.slider]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"activation": "relu-tan"}, "linear, or up to 10 of them joined by -"),
        ({"budget": "many"}, "budget must be a whole number from 20 to 20000; got 'many'."),
        ({"seeds": "0"}, "seeds must be a whole number from 1 to 32; got 0."),
        ({"noise": "nan"}, "noise must be a number from 0 to 1; got nan."),
        ({"data": "moon"}, f"data must be one of {', '.join(PLANAR)}"),
        ({"depth_from": "4", "depth_to": "2"}, "depth_to must be depth_from (4) or more; got 2."),
        ({"batch_size": "4096", "samples": "10"}, "batch_size must be at most the training set's"),
        ({"budget": "20", "depth_to": "10"}, "budget must be at least"),
        ({"colour": "red"}, "does not know: colour."),
    ],
)
def test_what_is_wrong_in_a_link_is_said_and_the_rest_is_used(parameters, message):
    at = visit("wide-vs-deep", learning_rate="0.01", **parameters)
    assert not at.exception
    assert message in " ".join(warning.value for warning in at.warning)
    assert shown(at).config.learning_rate == 0.01


@given(st.dictionaries(st.sampled_from([*specs(WideVsDeep), "depth", "network"]), st.text()))
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_link_breaks_the_page(parameters):
    at = visit("wide-vs-deep", **parameters)
    assert not at.exception
    assert not at.error


def test_a_change_writes_the_url_and_starts_another_job():
    at = visit("wide-vs-deep", bogus="1")
    before = shown(at)
    assert at.warning
    at = at.select_slider[0].set_value(500).run()
    assert at.query_params == {"budget": "500"}
    assert not at.warning
    assert shown(at).config.budget == 500
    assert component.jobs().get(before.id) is None or before.status().state is State.FINISHED


def test_a_button_that_changes_the_config_ends_the_warning_too():
    at = visit("wide-vs-deep", **QUICK, bogus="1")
    assert at.warning
    assert not press(at, "New seeds").warning


def test_an_outdated_url_undoes_no_change():
    at = visit("wide-vs-deep", **QUICK)
    before = dict(at.query_params)
    at = at.slider[1].set_value(3).run()
    at.query_params.update(before)  # what the browser sends until it has the new one
    at = at.run()
    assert shown(at).config.seeds == 3


def test_going_back_brings_back_the_controls(monkeypatch):
    at = visit("wide-vs-deep", **QUICK)
    before = dict(at.query_params)
    at = at.slider[1].set_value(3).run()
    at.query_params.update(before)
    monkeypatch.setattr(links, "_gone_back", lambda: True)
    at = at.run()
    assert shown(at).config.seeds == 2
    assert at.slider[1].value == 2


def test_controls_that_contradict_each_other_keep_the_last_result():
    at = visit("wide-vs-deep", **QUICK)
    job = shown(at)
    at = at.select_slider[0].set_value(20).run()
    at = at.slider[0].set_value((1, 10)).run()
    assert "budget must be at least" in at.error[0].value
    assert "The page shows the last result" in at.error[0].value
    assert shown(at) is not None
    assert not at.exception
    assert job.config.budget == 40


def test_the_same_page_run_again_keeps_its_job():
    at = visit("wide-vs-deep", **QUICK)
    job = shown(at)
    assert shown(at.run()) is job


def test_two_visits_share_a_job_until_one_steers_it():
    slow = {"epochs": "2000"}
    one, two = visit("wide-vs-deep", **slow), visit("wide-vs-deep", **slow)
    assert shown(one) is shown(two)
    one = press(one, "Pause")
    assert shown(one) is not shown(two)
    assert shown(one).config == shown(two).config
    assert shown(two).status().state in (State.RUNNING, State.QUEUED)


def test_reset_waits_at_the_initial_weights_and_steps_from_there(wait_for):
    at = press(visit("wide-vs-deep", **QUICK), "Reset")
    wait_for(lambda: shown(at).status().state is State.PAUSED)
    assert shown(at).status().snapshot.epoch == 0
    at = press(at.run(), "Step")
    wait_for(lambda: shown(at).status().snapshot.epoch == 1)
    wait_for(lambda: shown(at).status().state is State.PAUSED)
    at = press(at.run(), "Resume")
    wait_for(lambda: shown(at).status().state is State.FINISHED)


def test_new_seeds_are_seeds_not_yet_seen():
    at = press(visit("wide-vs-deep", **QUICK), "New seeds")
    assert at.query_params["seed"] == "2"
    assert list(shown(at).config.network_seeds) == [2, 3]


def test_leaving_the_page_lets_go_of_its_job():
    at = visit("wide-vs-deep", epochs="2000")
    job = shown(at)
    at.switch_page("views/home.py").run()
    job.thread.join(90)
    assert job.status().state is State.CANCELLED
    assert component.jobs().get(job.id) is None


def test_coming_back_finds_the_controls_as_they_were():
    at = visit("wide-vs-deep", **QUICK)
    at.switch_page("views/home.py").run()
    at.query_params.clear()
    at.switch_page("views/wide_vs_deep.py")
    at = at.run()
    assert shown(at).config.budget == 40
    assert at.query_params["budget"] == "40"


def test_the_command_reproduces_the_page():
    at = visit("wide-vs-deep", opened=["commands"], budget="40", activation="elu")
    command = "python -m mlpcore wide-vs-deep --budget 40 --activation elu"
    assert command in [code.value for code in at.code]


def test_the_answer_comes_after_the_guess():
    at = visit("wide-vs-deep", **QUICK)
    assert not any("part ways" in m.value for m in at.markdown)
    at = answer(at, texts.CHOICES[0])
    assert any("Rather:" in m.value and "part ways" in m.value for m in at.markdown)


def test_a_run_of_the_script_that_is_cut_short_loses_nothing_of_the_link():
    def script():
        import streamlit as st  # noqa: PLC0415

        from app.controls import Panel  # noqa: PLC0415
        from app.live import component  # noqa: PLC0415
        from mlpcore.experiments import WideVsDeep  # noqa: PLC0415

        component.enter("page")
        panel = Panel(WideVsDeep)
        if "cut" not in st.session_state:
            st.session_state["cut"] = True
            st.stop()
        panel.draw(WideVsDeep, "budget")
        panel.config(WideVsDeep)
        panel.write_url()

    at = AppTest.from_function(script)
    at.query_params["budget"] = "40"
    at.run().run()
    assert not at.exception
    assert at.select_slider[0].value == 40
    assert at.query_params["budget"] == "40"

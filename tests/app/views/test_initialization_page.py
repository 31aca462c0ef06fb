"""Initialization as a script."""

import pytest

from app.live.component import Watching
from app.texts import initialization as texts
from mlpcore.experiments import GainSweep, SignalPropagation, Trainability
from tests.app import pages
from tests.app.pages import answer, of, shown

QUICK = {"data": "moons", "widths": "16-8", "seeds": "2", "gains": "4"}


GRID = {"grid": "true", "grid_sigmas": "3", "grid_depth_to": "4", "grid_depths": "2"} | {
    "grid_width": "8",
    "grid_seeds": "1",
    "grid_epochs": "1",
}


def visit(**parameters):
    return pages.visit("initialization", **QUICK | parameters)


def named(widgets, label):
    return next(widget for widget in widgets if widget.label == label)


def test_a_link_sets_both_jobs():
    at = visit(negative_slope="0.2", sigma_w="2.5", activation="erf")
    assert not at.exception
    assert any("activation must be one of" in warning.value for warning in at.warning)
    at = visit(negative_slope="0.2", sigma_w="2.5", activation="leaky_relu")
    assert not at.warning
    assert shown(at).config == GainSweep(
        data="moons", widths="16-8", seeds=2, gains=4, negative_slope=0.2
    )
    assert shown(at, "deep").config == SignalPropagation(
        activation="leaky_relu", negative_slope=0.2, sigma_w=2.5
    )


def test_dragging_the_gain_trains_nothing():
    at = visit()
    job = shown(at)
    at = named(at.slider, "Gain").set_value(2.5).run()
    assert shown(at) is job
    assert at.query_params["gain"] == "2.5"


def test_presets_move_the_point():
    at = visit()
    for name, low, high in (("Ordered", 0.1, 1.2), ("Chaotic", 1.6, 4.1)):
        at = named(at.button, name).click().run()
        assert not at.exception
        assert low < shown(at, "deep").config.sigma_w < high
        assert float(at.query_params["sigma_w"]) == shown(at, "deep").config.sigma_w


def test_presets_without_an_edge_cannot_be_pressed():
    at = visit(activation="relu")
    assert named(at.button, "Critical").disabled


def test_hidden_layers_are_typed():
    at = named(visit().text_input, "Hidden layers").set_value("8-8-8").run()
    assert shown(at).config.widths == "8-8-8"
    at = named(at.text_input, "Hidden layers").set_value("8 and 8").run()
    assert "widths must be 1 to 6 whole numbers" in at.error[0].value
    assert shown(at).config.widths == "8-8-8"
    assert not at.exception


def test_reversed_gains_keep_the_last_result():
    at = visit()
    at = named(at.number_input, "Highest gain").set_value(0.05).run()
    assert "gain_to must be above gain_from (0.1)" in at.error[0].value
    assert shown(at).config.gain_to == 3


def test_the_commands_reproduce_the_page():
    at = visit(opened=["commands"], sigma_w="2.5")
    shown_commands = at.code[0].value
    assert "gain-sweep --gains 4 --widths 16-8 --data moons --seeds 2" in shown_commands
    assert "signal-propagation --sigma-w 2.5" in shown_commands


def test_the_answer_comes_after_the_guess():
    at = visit()
    assert not any("splits the" in m.value for m in at.markdown)
    at = answer(at, texts.CHOICES[0])
    assert any("Rather:" in m.value and "splits the" in m.value for m in at.markdown)
    assert not any("like a tongue" in m.value for m in at.markdown)
    at = answer(at, texts.DEPTH_CHOICES[texts.DEPTH_RIGHT])
    assert any("Yes." in m.value and "like a tongue" in m.value for m in at.markdown)


def test_the_grid_is_trained_only_when_it_is_asked_for():
    at = visit(opened=["commands"])
    assert "grid" not in of(at, Watching).shown
    assert not any("trainability" in code.value for code in at.code)
    at = named(at.toggle, "Train the grid").set_value(True).run()
    assert not at.exception
    assert shown(at, "grid").config == Trainability()
    assert at.query_params["grid"] == "true"
    assert at.code[0].value.endswith("trainability")
    at = named(at.toggle, "Train the grid").set_value(False).run()
    assert "grid" not in of(at, Watching).shown


def test_a_link_brings_the_grid_with_the_networks_above_it():
    at = visit(**GRID, sigma_b="0.1", sigma_w="2", activation="leaky_relu", negative_slope="0.2")
    assert not at.exception
    assert not at.warning
    config = shown(at, "grid").config
    assert config == Trainability(
        sigmas=3, depth_to=4, depths=2, width=8, seeds=1, epochs=1,
        activation="leaky_relu", sigma_b=0.1, negative_slope=0.2,
    )  # fmt: skip
    job = shown(at, "grid")
    at = named(at.slider, "Weight scale σ_w").set_value(3.1).run()
    assert shown(at, "grid") is job


def test_a_grid_that_cannot_be_keeps_the_last_result():
    at = visit(**GRID)
    job = shown(at, "grid")
    at.session_state["GridDisplay.grid_sigma_from,grid_sigma_to"] = (2.0, 2.0)
    at = at.run()
    assert [error.value.split(";")[0] for error in at.error] == [
        "grid_sigma_to must be above sigma_from (2)"
    ]
    assert shown(at, "grid") is job


def test_a_bad_grid_in_a_link_is_said():
    at = visit(grid="true", grid_depth_from="9", grid_depth_to="3", grid_width="0")
    words = " ".join(warning.value for warning in at.warning)
    assert "grid_depth_to must be depth_from (9) or more; got 3." in words
    assert "grid_width must be a whole number from 4 to 256; got 0." in words
    assert not at.exception
    assert shown(at, "grid").config.width == 64


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gain_from": "0"}, "gain_from must be a number from 0.01 to 10; got 0."),
        ({"gain": "-1"}, "gain must be a number from 0.1 to 5.1; got -1."),
        ({"negative_slope": "1"}, "negative_slope must be a number from 0 to 0.99; got 1."),
        ({"widths": "0"}, "widths must be 1 to 6 whole numbers"),
        ({"sigma_b": "-0.1"}, "sigma_b must be a number from 0 to 2; got -0.1."),
        ({"grid_data": "drawn"}, "grid_data must be one of spirals"),
    ],
)
def test_what_is_wrong_in_a_link_is_said(parameters, message):
    at = visit(**parameters)
    assert not at.exception
    assert any(message in warning.value for warning in at.warning)


def test_biases_without_a_fixed_length_are_shown():
    """ReLU's lengths grow for ever there, whatever σ_w above √2."""
    at = visit(**GRID, activation="relu", sigma_w="2", sigma_b="0.5")
    assert not at.exception
    assert not at.warning
    assert named(at.button, "Critical").disabled


def test_points_are_chosen_where_the_data_are_points():
    at = visit(classes="3", noise="0.2")
    assert shown(at).config.sizes == [2, 16, 8, 3]
    at = named(at.select_slider, "Samples per class").set_value(500).run()
    assert shown(at).config.samples == 500
    at = named(at.selectbox, "Data set").set_value("drawn").run()
    assert not any(slider.label == "Samples per class" for slider in at.select_slider)

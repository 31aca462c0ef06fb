"""Polynomial Features as a script."""

import pytest

from app.live.component import Watching
from app.texts import polynomial_features as texts
from mlpcore.experiments import DegreeSweep
from tests.app import pages
from tests.app.pages import answer, of, shown

QUICK = {"degree": "4", "seeds": "2", "samples": "50", "batch_size": "32", "epochs": "2"}


def visit(**parameters):
    return pages.visit("polynomial-features", **QUICK | parameters)


def test_zooming_out_trains_nothing():
    at = visit()
    job = shown(at)
    zoom = next(slider for slider in at.slider if slider.label == "Map half-width")
    at = zoom.set_value(7.5).run()
    assert shown(at) is job
    assert at.query_params["half_width"] == "7.5"


def test_the_sweep_is_a_second_job_on_the_same_data():
    sweep = {"sweep": "true", "degree_from": "2", "degree_to": "6", "degree_step": "2"}
    at = visit(opened=["commands"], noise="0.3", **sweep)
    assert not at.exception
    assert shown(at, "sweep").config == DegreeSweep(
        seeds=2, samples=50, batch_size=32, epochs=2, noise=0.3,
        degree_from=2, degree_to=6, degree_step=2,
    )  # fmt: skip
    assert any("polynomial --sweep" in code.value for code in at.code)
    switch = next(toggle for toggle in at.toggle if toggle.label == "Sweep over degrees")
    at = switch.set_value(False).run()
    assert "sweep" not in of(at, Watching).shown


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"degree": "61"}, "degree must be a whole number from 1 to 60; got 61."),
        ({"half_width": "0"}, "half_width must be a number from 1 to 10; got 0."),
        ({"basis": "fourier"}, "basis must be one of monomial, chebyshev, legendre"),
        ({"sweep": "true", "degree_from": "9", "degree_to": "3"}, "degree_to must be degree_from"),
    ],
)
def test_what_is_wrong_in_a_link_is_said(parameters, message):
    at = visit(**parameters)
    assert not at.exception
    assert message in " ".join(warning.value for warning in at.warning)


def test_the_conditioning_of_the_features_is_shown():
    at = visit()
    assert any("effective rank" in html.proto.body for html in at.get("html"))


def test_the_answer_comes_after_the_guess():
    at = visit()
    assert not any("held down only where" in m.value for m in at.markdown)
    at = answer(at, texts.CHOICES[texts.RIGHT])
    assert any("You said: " in m.value and "Yes." in m.value for m in at.markdown)

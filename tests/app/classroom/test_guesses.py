"""A guess beside what is measured, and figures made large for a room, by their data."""

from types import SimpleNamespace

import plotly.graph_objects as go
import pytest

from app.classroom import guesses
from app.figures import wide_vs_deep
from app.figures.drawing import LARGER, LEAST_WRITING, THEMES, Html, enlarged
from app.lessons.measures import MEASURES
from app.pages import PARAMETERS
from mlpcore.experiments import GainSweep, PolynomialFeatures, WideVsDeep

SMALL = {"samples": 50, "batch_size": 32, "epochs": 1, "seeds": 2}
CONFIGS = {
    "wide-vs-deep": WideVsDeep(budget=40, depth_to=3, **SMALL),
    "polynomial-features": PolynomialFeatures(degree=3, **SMALL),
    "initialization": GainSweep(data="moons", widths="8", gains=3, seeds=2),
}
THEME = THEMES["light"]


@pytest.fixture(scope="module")
def runs():
    """Page → first and last snapshot of a small run."""
    found = {}
    for page, config in CONFIGS.items():
        first, *_, last = config.run()
        found[page] = first, last
    # Any architecture will do, and one of the two networks may be missing.
    one = found["polynomial-features"][1].mlp
    found["animal-faces"] = tuple(
        SimpleNamespace(augmented=augmented, plain=plain, finished=True)
        for augmented, plain in ((one, None), (None, one))
    )
    return found


@pytest.mark.parametrize("name", MEASURES)
def test_every_measure_is_drawn_beside_a_guess(name, runs):
    measure = MEASURES[name]
    for snapshot in runs[measure.page]:
        places = measure.places(snapshot.config) if measure.places else [0]
        drawn = guesses.beside(snapshot, THEME, name, tuple(50.0 for _ in places))
        assert len(measure.values(snapshot)) == len(places)
        if measure.places:
            go.Figure(enlarged(drawn))
            guessed, measured = drawn["data"]
            assert guessed["y"] == [50] * len(places)
            assert measured["y"] == pytest.approx(measure.values(snapshot), rel=1e-5)
        else:
            assert isinstance(drawn, Html)


def test_how_far_a_curve_is_off_is_said(runs):
    first, last = runs["wide-vs-deep"]
    measured = MEASURES["accuracy by depth"].values(last)
    guess = (measured[0], measured[1] + 3, measured[2] - 6)
    layout = guesses.beside(last, THEME, "accuracy by depth", guess)["layout"]
    words = "Your guess is 3.0 points off on average, and 6.0 points at most (hidden layers: 3)."
    assert layout["meta"]["caption"] == words
    assert words in layout["meta"]["alt"]
    early = guesses.beside(first, THEME, "accuracy by depth", guess)["layout"]
    assert " off on average so far, and " in early["meta"]["caption"]


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_the_names_of_lines_whose_ends_meet_stand_apart(runs, off):
    last = runs["wide-vs-deep"][1]
    measured = MEASURES["accuracy by depth"].values(last)
    guess = (*measured[:2], measured[2] + off)
    names = guesses.beside(last, THEME, "accuracy by depth", guess)["layout"]["annotations"]
    sides = ["top", "bottom"] if off < 0 else ["bottom", "top"]
    assert [name["yanchor"] for name in names] == sides
    assert [name["y"] for name in names] == pytest.approx([guess[2], measured[2]], rel=1e-5)


def test_a_number_is_said_with_what_came_of_it(runs):
    first, last = runs["polynomial-features"]
    score = f"{100 * last.polynomial.score.mean:.1f}%"
    said = guesses.beside(last, THEME, "polynomial accuracy", (80.0,))
    assert f"You said 80.0%. Measured: {score}." in said
    assert "Measured so far: " in guesses.beside(first, THEME, "polynomial accuracy", (80.0,))


def test_a_guess_made_with_other_settings_is_not_compared(runs):
    said = guesses.beside(runs["wide-vs-deep"][1], THEME, "accuracy by depth", (50.0,) * 5)
    assert "other settings" in said


def test_measures_are_of_pages_with_parameters():
    assert {measure.page for measure in MEASURES.values()} <= set(PARAMETERS)


def sizes(part, place=""):
    """All sizes of writing in a figure."""
    if isinstance(part, list):
        return [size for item in part for size in sizes(item, place)]
    if not isinstance(part, dict):
        return []
    own = [part["size"]] if place.endswith("font") and "size" in part else []
    return own + [size for name, item in part.items() for size in sizes(item, name)]


def test_a_large_figure_is_read_from_the_back_of_a_room(runs):
    drawn = wide_vs_deep.accuracy_by_depth(runs["wide-vs-deep"][1], THEME)
    before = str(drawn)
    large = enlarged(drawn)
    go.Figure(large)
    assert min(sizes(large)) >= LEAST_WRITING
    assert len(sizes(large)) == len(sizes(drawn)) > 5
    mean, thick = drawn["data"][2], large["data"][2]
    assert thick["line"]["width"] == LARGER * mean["line"]["width"]
    assert thick["y"] == mean["y"]
    assert str(drawn) == before

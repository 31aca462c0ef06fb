"""Two runs in one figure: its lines, its axes, its words."""

import plotly.graph_objects as go
import pytest

from app.figures import initialization, polynomial_features, wide_vs_deep
from app.figures.drawing import THEMES
from app.figures.overlay import overlaid
from mlpcore.experiments import GainSweep, PolynomialFeatures, WideVsDeep
from tests.runs import final

THEME = THEMES["light"]
SMALL = dict(seeds=2, samples=40, batch_size=32, epochs=2)


@pytest.fixture(scope="module")
def shallow():
    return final(WideVsDeep(budget=40, depth_to=2, **SMALL))


@pytest.fixture(scope="module")
def deep():
    return final(WideVsDeep(budget=60, depth_from=2, depth_to=4, **SMALL | {"epochs": 3}))


def dashed(figure):
    return [t for t in figure["data"] if t.get("line", {}).get("dash") == "dash"]


def test_the_pinned_runs_means_are_dashed_below_this_runs(shallow, deep):
    drawn = overlaid(shallow, THEME, wide_vs_deep.accuracy_by_depth, lambda: deep)
    go.Figure(drawn)
    (line,) = dashed(drawn)
    assert line is drawn["data"][0]
    assert line["x"] == [2, 3, 4]
    assert line["y"] == pytest.approx([100 * a.score.mean for a in deep.architectures], rel=1e-4)
    plain = wide_vs_deep.accuracy_by_depth(shallow, THEME)
    assert drawn["data"][1:] == plain["data"]


def test_the_axes_hold_both_runs(shallow, deep):
    drawn = overlaid(shallow, THEME, wide_vs_deep.accuracy_by_depth, lambda: deep)
    axis = drawn["layout"]["xaxis"]
    assert axis["range"] == [0.5, 4.5]
    ticks = dict(zip(axis["tickvals"], axis["ticktext"], strict=True))
    assert sorted(ticks) == [1, 2, 3, 4]
    assert f"{shallow.at_depth(2).parameters}" in ticks[2]
    curves = overlaid(shallow, THEME, wide_vs_deep.loss_curves, lambda: deep, depth=2)
    assert curves["layout"]["xaxis"]["range"][1] >= 3
    assert len(dashed(curves)) == 3


def test_words_say_which_line_is_which(shallow, deep):
    drawn = overlaid(shallow, THEME, wide_vs_deep.accuracy_by_depth, lambda: deep)
    assert drawn["layout"]["meta"]["caption"] == "dashed: the means of the pinned run"
    assert "Dashed, the pinned run: Test accuracy against depth." in drawn["layout"]["meta"]["alt"]


def test_a_pinned_run_that_is_gone_leaves_the_figure_as_it_is(shallow):
    drawn = overlaid(shallow, THEME, wide_vs_deep.accuracy_by_depth, lambda: None)
    assert drawn == wide_vs_deep.accuracy_by_depth(shallow, THEME)


@pytest.mark.parametrize(
    ("config", "draw", "lines"),
    [
        (GainSweep(data="spirals", widths="8", gains=3), initialization.accuracy_by_gain, 1),
        (PolynomialFeatures(degree=3, **SMALL), polynomial_features.accuracy_curves, 2),
    ],
)
def test_other_pages_curves_can_be_overlaid(config, draw, lines):
    snapshot = final(config)
    drawn = overlaid(snapshot, THEME, draw, lambda: snapshot)
    go.Figure(drawn)
    assert len(dashed(drawn)) == lines

"""The figures of Initialization by their data."""

import dataclasses
import functools
import json

import numpy as np
import plotly.graph_objects as go
import pytest

from app.display import GainDisplay
from app.figures import chaos, initialization
from app.figures.drawing import THEMES, Html
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.experiments import GainSweep, SignalPropagation
from mlpcore.experiments.layer_moments import critical_gains
from mlpcore.params import replace
from mlpcore.theory.meanfield import phase
from tests import runs

LIGHT = THEMES["light"]
QUICK = GainSweep(data="moons", widths="16-8", seeds=3, gains=4)


final = functools.cache(runs.final)


@functools.cache
def deep(**changes):
    return final(SignalPropagation(networks=2, width=40, **changes))


def checked(figure):
    """Plotly accepts it, and so does JSON."""
    assert isinstance(figure, dict)
    json.dumps(figure, allow_nan=False)
    return go.Figure(figure)


def sweep(gains, accuracy, **changes):
    """A finished snapshot with given accuracies (G, S)."""
    accuracy = np.asarray(accuracy, np.float32)
    config = replace(QUICK, seeds=accuracy.shape[1], gains=len(accuracy))
    config = replace(config, gain_from=gains[0], gain_to=gains[-1])
    lost = np.full(accuracy.shape, -1)
    given = {"train_accuracy": accuracy, "test_accuracy": accuracy, "diverged_at": lost}
    return dataclasses.replace(final(config), **(given | changes))


@pytest.mark.parametrize(
    ("draw", "parameters"),
    [
        (initialization.accuracy_by_gain, {}),
        (initialization.signal_by_layer, {"gain": 1.4}),
        (initialization.gradient_by_layer, {"gain": 5.0}),
    ],
)
@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_every_figure(draw, parameters, theme):
    checked(draw(final(QUICK), theme, **parameters))
    checked(draw(next(QUICK.run()), theme, **parameters))
    checked(draw(final(replace(QUICK, learning_rate=1e6, seeds=1)), theme, **parameters))


def test_the_headline_says_whether_theory_holds():
    inside = sweep([1, 1.5, 2], [[0.1, 0.2], [0.9, 0.8], [0.5, 0.5]])
    outside = sweep([1, 2, 3], [[0.1, 0.2], [0.1, 0.1], [0.9, 0.8]])
    assert "1.50 (1.25 to 1.75)" in initialization.headline(inside, LIGHT)
    assert "By training accuracy." in initialization.headline(inside, LIGHT)
    assert "1.407 lies inside this interval over 2 seeds," in initialization.headline(inside, LIGHT)
    assert "0.50 wide: it leaves out 50% of the sweep." in initialization.headline(inside, LIGHT)
    assert "end of the sweep" not in initialization.headline(inside, LIGHT)
    assert "lies outside" in initialization.headline(outside, LIGHT)
    assert "reaches an end of the sweep" in initialization.headline(outside, LIGHT)


def test_the_headline_of_little_evidence():
    vague = sweep([1, 2, 3], [[0.9, 0.2], [0.2, 0.3], [0.1, 0.9]])
    assert "2.00, but it might be any." in initialization.headline(vague, LIGHT)
    assert "inside" not in initialization.headline(vague, LIGHT)
    one = sweep([1, 2], [[0.1], [0.9]])
    assert "One seed proves nothing" in initialization.headline(one, LIGHT)
    lost = sweep([1, 2], [[0.1], [0.9]], diverged_at=np.ones((2, 1)))
    assert "Every network diverged" in initialization.headline(lost, LIGHT)
    assert "Not trained yet" in initialization.headline(next(QUICK.run()), LIGHT)


def test_the_critical_gains_are_said_and_which_the_sweep_is_nearer_to():
    signal, gradient = critical_gains(QUICK)
    low = sweep([1, 1.5, 2], [[0.9, 0.9], [0.5, 0.5], [0.1, 0.1]])
    high = sweep([1, 1.5, 2], [[0.1, 0.1], [0.5, 0.5], [0.9, 0.9]])
    notes = initialization.accuracy_by_gain(low, LIGHT)["layout"]["annotations"]
    words = [note["text"] for note in notes]
    assert f"signal kept: {signal:.2f}" in words
    assert f"gradient kept: {gradient:.2f}" in words
    said = initialization.critical(low, LIGHT)
    assert f"at gain <b>{signal:.2f}</b>, the gradient at <b>{gradient:.2f}</b>" in said
    assert "is nearer to the signal's; the signal's lies inside its interval." in said
    assert "is nearer to the gradient's; neither lies inside" in initialization.critical(
        high, LIGHT
    )
    running = dataclasses.replace(low, progress=0.5)
    assert "best gain" not in initialization.critical(running, LIGHT)


def test_equal_widths_have_one_critical_gain_and_one_hidden_layer_none():
    equal = dataclasses.replace(final(QUICK), config=replace(QUICK, widths="8-8"))
    assert "one gain keeps both" in initialization.critical(equal, LIGHT)
    words = str(initialization.accuracy_by_gain(equal, LIGHT)["layout"]["annotations"])
    assert "kept" not in words
    single = dataclasses.replace(final(QUICK), config=replace(QUICK, widths="8"))
    assert "nothing to keep" in initialization.critical(single, LIGHT)


def test_accuracy_by_gain_marks_theory_and_best():
    figure = initialization.accuracy_by_gain(
        sweep([1, 2, 3], [[0.1, 0.2], [0.9, 0.8], [0.5, 0.5]]), LIGHT
    )
    band, train, _, dots, mean = figure["data"]
    np.testing.assert_allclose(mean["x"], [1, 2, 3])
    np.testing.assert_allclose(mean["y"], [15, 85, 50], rtol=1e-5)
    np.testing.assert_allclose(train["y"], mean["y"])
    assert len(dots["y"]) == 6
    assert len(band["x"]) == 6
    words = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert "theory 1.407" in words
    assert "<b>best 2.00</b> in training" in words
    interval = next(s for s in figure["layout"]["shapes"] if s["type"] == "rect")
    assert (interval["x0"], interval["x1"]) == (1.5, 2.5)


def test_the_signal_follows_the_gain():
    def theory(gain):
        figure = initialization.signal_by_layer(final(QUICK), LIGHT, gain=gain)
        return next(t["y"] for t in figure["data"] if t.get("name") == "theory")

    small, large = theory(0.5), theory(3.0)
    assert len(small) == 3
    assert large[-1] > 100 * small[-1]


def test_the_axes_stay_while_the_gain_moves_within_the_sweep():
    axes = [
        initialization.gradient_by_layer(final(QUICK), LIGHT, gain=gain)["layout"]["yaxis"]
        for gain in (0.5, 2.0)
    ]
    assert axes[0] == axes[1]


def test_accounts_of_the_derivation():
    markup = initialization.accounts(final(QUICK), LIGHT, gain=1.4)
    assert isinstance(markup, Html)
    assert markup.count("<tr><th scope='row'>") == 3
    assert "25.5%" in markup  # (1 − a)²/π(1 + a²) at a = 0.1
    assert "0.505" in markup  # (1 + a²)/2
    assert "99.6% at gain 0.1" in markup  # of the last layer's E[h²], its biases make


def test_the_table_has_a_row_a_gain():
    assert initialization.scores_table(final(QUICK), LIGHT).count("scope='row'") == QUICK.gains


DEEP = [chaos.phase_diagram, chaos.cobweb, chaos.gradient_by_depth]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("sigma_w", "sigma_b"), [(0.1, 0.0), (4.1, 0.3)])
def test_plotly_accepts_order_and_chaos(activation, sigma_w, sigma_b):
    depth = 30 if activation in ("relu", "leaky_relu", "linear") else 8
    snapshot = deep(activation=activation, sigma_w=sigma_w, sigma_b=sigma_b, depth=depth)
    for draw in DEEP:
        checked(draw(snapshot, THEMES["dark"]))
    checked(chaos.great_circle(snapshot, LIGHT, layer=depth))
    assert "strong" in chaos.headline(snapshot, LIGHT)


def test_the_edge_divides_the_phases():
    sigma_w, sigma_b = chaos.edge("tanh", 0.1)
    assert len(sigma_w) > 20
    for w, b in zip(sigma_w[20::40], sigma_b[20::40], strict=True):
        assert phase("tanh", float(0.95 * w) ** 2, float(b) ** 2) == "ordered"
        assert phase("tanh", float(1.05 * w) ** 2, float(b) ** 2) == "chaotic"


def test_the_edge_of_relu_is_upright():
    np.testing.assert_allclose(chaos.edge("relu", 0.1)[0], 2**0.5)


def test_the_cobweb_ends_where_theory_says():
    figure = chaos.cobweb(deep(sigma_w=2.5, sigma_b=0.3, depth=8), LIGHT)
    path = figure["data"][2]
    assert path["x"][0] == 0.5
    assert path["y"][-1] == pytest.approx(0.12211, abs=5e-3)


def test_the_circle_is_closed():
    (circle,) = chaos.great_circle(deep(depth=8), LIGHT, layer=8)["data"]
    assert circle["x"][0] == circle["x"][-1]
    assert len(circle["x"]) == 97


def test_presets_are_in_their_phases():
    look = GainDisplay(sigma_b=0.2)
    presets = look.presets(0.1)
    assert presets["Critical"] == pytest.approx(1.30415, abs=1e-4)
    for name in ("Ordered", "Chaotic"):
        assert phase("tanh", presets[name] ** 2, 0.04) == name.lower()


def test_presets_out_of_reach():
    assert set(GainDisplay(activation="relu", sigma_b=0.3).presets(0.1).values()) == {None}

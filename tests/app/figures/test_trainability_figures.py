"""The map of trainability, and what deep networks do to steps and circles, by their data."""

import dataclasses
import functools
import json
import math

import numpy as np
import plotly.graph_objects as go
import pytest

from app.display import GainDisplay, GridDisplay
from app.figures import geometry, trainability
from app.figures.drawing import THEMES
from app.figures.words import magnitude
from app.live.frames import View, encode
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.experiments import SignalPropagation, Trainability
from mlpcore.experiments.trainability import Row
from mlpcore.params import ParameterError, replace, specs
from tests import runs

LIGHT = THEMES["light"]
QUICK = Trainability(
    sigmas=3, depth_to=8, depths=3, width=8, samples=60, seeds=1, epochs=1, batch_size=96
)


final = functools.cache(runs.final)


def grid(accuracy, diverged=False):
    """A finished snapshot with given accuracies (D, 3) of one seed at depths 2, 4 and 8."""
    rows = tuple(
        Row(row, row, np.where(diverged, 1, -1) + np.zeros_like(row, int))
        for row in np.asarray(accuracy, np.float32)[..., None]
    )
    return dataclasses.replace(final(QUICK), rows=rows)


def checked(figure):
    """Plotly accepts it, and so does JSON."""
    json.dumps(figure, allow_nan=False)
    return go.Figure(figure)


def named(figure, kind):
    return [trace for trace in figure["data"] if trace["type"] == kind]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_plotly_accepts_the_map_from_start_to_end(theme):
    for snapshot in (next(QUICK.run()), final(QUICK), grid(np.full((3, 3), 0.5), diverged=True)):
        checked(trainability.trainability_map(snapshot, theme, sigma_w=1.5))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("sigma_b", [0.0, 0.3])
def test_every_activation_has_a_map(activation, sigma_b, monkeypatch):
    monkeypatch.setattr(trainability, "FINE", 9)
    config = replace(QUICK, activation=activation, sigma_b=sigma_b, depth_to=2, depths=1)
    checked(trainability.trainability_map(next(config.run()), LIGHT, sigma_w=0.1))


def test_cells_are_accuracies_and_name_their_column():
    figure = trainability.trainability_map(
        grid([[1, 1, 1], [0.5, 1, 0.75], [0.5, 1, 0.5]]), LIGHT, sigma_w=1.5
    )
    (cells,) = named(figure, "heatmap")
    assert cells["x"] == [0.5, 2, 3.5]
    assert cells["z"] == [[100, 100, 100], [50, 100, 75], [50, 100, 50]]
    assert cells["customdata"] == [[0, 1, 2]] * 3
    assert (cells["zmin"], cells["zmax"]) == (50, 100)
    assert figure["layout"]["yaxis"]["ticktext"] == ["2", "4", "8"]
    mark = figure["data"][-1]
    assert (mark["x"], mark["y"]) == ([1.5], [-0.5])


def test_rows_fill_in_from_below():
    figure = trainability.trainability_map(next(QUICK.run()), LIGHT, sigma_w=1.5)
    (cells,) = named(figure, "heatmap")
    assert np.shape(cells["z"]) == (1, 3)
    assert figure["layout"]["yaxis"]["range"] == [-0.5, 2.5]


def test_what_diverged_is_marked():
    snapshot = grid([[1, 1, 1], [1, 1, 1], [1, 1, 1]], diverged=True)
    figure = trainability.trainability_map(snapshot, LIGHT, sigma_w=1.5)
    (cells,) = named(figure, "heatmap")
    assert cells["z"] == [[None] * 3] * 3
    crosses = figure["data"][1]
    assert len(crosses["x"]) == 9
    assert crosses["customdata"][:4] == [0, 1, 2, 0]
    assert "Diverged: 9 cells." in trainability.headline(snapshot, LIGHT)


def test_theory_is_drawn_where_it_is():
    """Rows are evenly spaced in the logarithm: 4 layers are row 1, 5.66 half-way to row 2."""
    depths = [2, 4, 8]
    places = trainability._places(np.array([1.9, 2, 4, math.sqrt(32), 8, 9, math.inf]), depths)
    np.testing.assert_allclose(places, [-1, 0, 1, 1.5, 2, 3, 3], atol=1e-9)
    figure = trainability.trainability_map(final(QUICK), LIGHT, sigma_w=1.5)
    dotted, solid = (np.array(trace["y"], float) for trace in figure["data"][2:4])
    assert (solid <= dotted).all()
    at_edge = np.abs(np.array(figure["data"][3]["x"]) - 1.396).argmin()
    assert solid[at_edge] == 3  # off the map
    edge = figure["layout"]["shapes"][0]
    assert edge["x0"] == pytest.approx(1.39558, abs=1e-5)


def test_the_edge_of_piecewise_linear_activations_does_not_depend_on_biases():
    assert trainability._edge(replace(QUICK, activation="relu")) == pytest.approx(2**0.5)
    assert math.isnan(trainability._edge(replace(QUICK, activation="gelu")))


def test_the_headline_counts():
    """6ξ is 3.8 layers at σ_w 0.5, 21 at 2 and 8.1 at 3.5."""
    snapshot = grid([[1, 1, 0.6], [0.9, 1, 1], [0.5, 1, 1]])
    words = trainability.headline(snapshot, LIGHT)
    assert "The rule 6 min(ξ_c, ξ_∇) holds in 7 of 9 cells." in words
    assert "Within its depth 6 of 7 trained, to 75% right or more; beyond it 1 of 2 did." in words
    alt = trainability.trainability_map(snapshot, LIGHT, sigma_w=1.5)["layout"]["meta"]["alt"]
    assert "The rule 6 min(ξ_c, ξ_∇) holds in 7 of 9 cells." in alt
    assert "9 networks, the shallowest first" in trainability.headline(next(QUICK.run()), LIGHT)


def test_a_frame_is_small():
    config = replace(Trainability(), samples=20, batch_size=32, epochs=1, width=4, seeds=1)
    frame = encode(View(trainability.trainability_map, (("sigma_w", 1.5),)), final(config), LIGHT)
    assert sum(map(len, frame.parts.values())) < 30_000


def test_every_weight_scale_of_the_grid_can_be_sent_signals_through():
    for name in ("sigma_from", "sigma_to"):
        mine, theirs = specs(Trainability)[name], specs(GainDisplay)["sigma_w"]
        assert (mine.low, mine.high) == (theirs.low, theirs.high)


def test_the_grid_has_the_look_of_the_networks_above_it():
    look = GainDisplay(activation="leaky_relu", sigma_b=0.1)
    config = GridDisplay(grid_width=20, grid_depth_to=9).trainability(look, 0.3)
    assert config == Trainability(
        width=20, depth_to=9, activation="leaky_relu", sigma_b=0.1, negative_slope=0.3
    )
    with pytest.raises(
        ParameterError,
        match=r"^grid_depth_to must be depth_from \(2\) or more; got 1\. Swap the two\.$",
    ):
        GridDisplay(grid_depth_to=1)


# Steps and circles


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.0314, "0.031"),
        (67_890, "68,000"),
        (3.14e-11, "3.1·10⁻¹¹"),
        (1.0, "1"),
        (999_999.0, "1.0·10⁶"),
        (0.0, "0"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_numbers_of_any_size_are_readable(value, words):
    assert magnitude(value) == words


GEOMETRY = [geometry.singular_values, geometry.circle_length, geometry.circle_curvature]


@functools.cache
def deep(**changes):
    return final(SignalPropagation(networks=1, width=40, **changes))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize(("sigma_w", "sigma_b"), [(0.1, 0.0), (4.1, 0.3)])
@pytest.mark.parametrize("depth", [1, 50])
def test_plotly_accepts_the_geometry(activation, sigma_w, sigma_b, depth):
    snapshot = deep(activation=activation, sigma_w=sigma_w, sigma_b=sigma_b, depth=depth)
    for draw in GEOMETRY:
        checked(draw(snapshot, THEMES["dark"]))


def test_signals_beyond_numbers_have_a_picture_too():
    snapshot = deep(activation="linear", sigma_w=4.1, depth=50)
    lost = dataclasses.replace(snapshot, singular_values=np.full(40, np.nan))
    assert "beyond" in checked(geometry.singular_values(lost, LIGHT)).layout.meta["alt"]
    gone = dataclasses.replace(snapshot, singular_values=np.zeros(40))
    checked(geometry.singular_values(gone, LIGHT))


def test_singular_values_are_shown_with_their_mean_square():
    snapshot = deep(sigma_w=2.0, depth=8)
    measured, theory = geometry.singular_values(snapshot, LIGHT)["data"]
    values = snapshot.singular_values
    values = values[values > 1e-15 * values[0]]  # the rest is rounding
    assert len(values) > 30
    np.testing.assert_allclose(measured["y"], values, rtol=1e-4)
    assert measured["x"][0] == 100 * 0.5 / 40
    squares = [
        np.square(
            final(
                SignalPropagation(networks=1, width=200, depth=8, sigma_w=2.0, seed=seed)
            ).singular_values
        ).mean()
        for seed in range(8)
    ]
    error = np.std(squares, ddof=1) / 8**0.5
    assert abs(np.mean(squares) - theory["y"][0] ** 2) < 4.5 * error
    assert error < 0.1 * theory["y"][0] ** 2


def test_the_circle_grows_in_chaos_alone():
    ordered, chaotic = (
        geometry.circle_length(deep(sigma_w=sigma_w, depth=20), LIGHT)["data"]
        for sigma_w in (0.8, 3.0)
    )
    for measured, theory in (ordered, chaotic):
        assert measured["y"][0] == theory["y"][0] == 1
    assert ordered[1]["y"][-1] < 0.01
    assert chaotic[1]["y"][-1] > 100
    assert chaotic[0]["y"][-1] == pytest.approx(chaotic[1]["y"][-1], rel=0.9)


def test_a_kink_has_no_curvature():
    figure = geometry.circle_curvature(deep(activation="relu", depth=5), LIGHT)
    assert figure["data"] == []
    assert "kink" in figure["layout"]["meta"]["caption"]

"""Figures of Polynomial Features by their data."""

import json

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures import polynomial_features as figures
from app.figures.drawing import THEMES
from app.figures.words import in_points, magnitude
from mlpcore.experiments import DegreeSweep, PolynomialFeatures
from mlpcore.experiments.polynomial_features import (
    Window,
    feature_conditioning,
    mlp_map,
    polynomial_map,
    spectrum,
)
from mlpcore.experiments.verdicts import unpaired

THEME = THEMES["light"]
SMALL = {"seeds": 2, "samples": 100, "batch_size": 32, "epochs": 4}
SHOWN = {"network": 1, "half_width": 3.0, "confidence": True}


@pytest.fixture(scope="module")
def finished():
    *_, last = PolynomialFeatures(degree=6, learning_rate=0.01, **SMALL).run()
    return last


@pytest.fixture(scope="module")
def diverged():
    config = PolynomialFeatures(degree=60, basis="chebyshev", noise=1.0, **SMALL)
    *_, last = config.run()
    return last


@pytest.fixture(scope="module")
def swept():
    *_, last = DegreeSweep(degree_from=1, degree_to=5, degree_step=2, **SMALL).run()
    return last


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("state", ["finished", "diverged"])
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("polynomial_model", SHOWN),
        ("mlp", SHOWN),
        ("coefficients", {"network": 0, "label": 2}),
        ("accuracy_curves", {}),
        ("loss_curves", {}),
    ],
)
def test_every_figure_is_valid(name, parameters, state, theme, request):
    drawn = getattr(figures, name)(request.getfixturevalue(state), THEMES[theme], **parameters)
    go.Figure(drawn)
    json.dumps(drawn, allow_nan=False)
    assert drawn["layout"]["meta"]["alt"].endswith(".")


def test_both_maps_have_one_scale_and_mark_where_the_data_are(finished):
    layouts = [
        draw(finished, THEME, **SHOWN)["layout"] for draw in (figures.polynomial_model, figures.mlp)
    ]
    for layout in layouts:
        assert layout["xaxis"]["range"] == layout["yaxis"]["range"] == [-3, 3]
        (box,) = layout["shapes"]
        assert box["x1"] == -box["y0"] == finished.data_half_width
        (image,) = layout["images"]
        assert (image["x"], image["sizex"]) == (-3, 6)


def test_what_is_found_stands_under_each_map(finished):
    window = Window(half_width=3.0)
    for draw, seen, networks in (
        (figures.polynomial_model, polynomial_map(finished, 1, window), finished.polynomial),
        (figures.mlp, mlp_map(finished, 1, window), finished.mlp),
    ):
        caption = draw(finished, THEME, **SHOWN)["layout"]["meta"]["caption"]
        assert f"{100 * float(networks.test_accuracy[-1, 1]):.1f}% right inside" in caption
        assert f"{seen.regions_inside} decision region" in caption
        assert f"{seen.regions_outside} outside" in caption
        assert f"{networks.parameters:,} parameters" in caption


def test_without_confidence_every_class_is_at_full_strength(finished):
    sure = figures.mlp(finished, THEME, **SHOWN)["layout"]["images"][0]["source"]
    flat = figures.mlp(finished, THEME, **(SHOWN | {"confidence": False}))
    assert len(flat["layout"]["images"][0]["source"]) < len(sure)


def test_monomials_of_degree_60_far_out_are_drawn_and_what_happened_is_said():
    *_, last = PolynomialFeatures(degree=60, **(SMALL | {"epochs": 1, "seeds": 1})).run()
    drawn = figures.polynomial_model(last, THEME, network=0, half_width=10.0, confidence=True)
    assert drawn["layout"]["images"]
    seen = polynomial_map(last, 0, Window(half_width=10.0))
    assert seen.beyond_float32 > 0.1
    share = f"{100 * seen.beyond_float32:.0f}%"
    assert f"logits beyond float32 on {share} of the map" in drawn["layout"]["meta"]["caption"]


def test_a_diverged_model_is_named_and_the_mlp_is_shown(diverged):
    assert not diverged.polynomial.converged.any()
    drawn = figures.polynomial_model(diverged, THEME, **SHOWN)
    assert drawn["layout"]["annotations"][0]["text"] == "diverged"
    assert "diverged at epoch 0" in drawn["layout"]["meta"]["caption"]
    assert figures.mlp(diverged, THEME, **SHOWN)["layout"]["images"]
    assert "has diverged" in figures.headline(diverged, THEME, network=0, half_width=2.0)


def test_the_headline_has_both_accuracies_and_both_counts(finished):
    said = figures.headline(finished, THEME, network=0, half_width=2.0)
    outside = [
        draw(finished, 0, Window(half_width=2.0)).regions_outside
        for draw in (polynomial_map, mlp_map)
    ]
    assert f"{100 * finished.polynomial.score.mean:.1f} ±" in said
    assert f"{100 * finished.mlp.score.mean:.1f} ±" in said
    ahead = unpaired(finished.mlp.accuracies, finished.polynomial.accuracies)
    assert f"he MLP is {in_points(ahead)} above it. ± covers" in said
    assert f"Outside, to ±2: {outside[0]} region" in said
    assert f"against {outside[1]} region" in said


def test_weights_are_drawn_at_their_degrees(finished):
    square = spectrum(finished, 0)[1]
    drawn = figures.coefficients(finished, THEME, network=0, label=1)
    largest = np.nanmax(np.abs(square))
    assert magnitude(largest) in drawn["layout"]["meta"]["caption"]
    assert drawn["layout"]["xaxis"]["range"] == [-0.5, 6.5]
    on_hover = np.array(drawn["data"][0]["z"], float)  # a row a degree in y
    np.testing.assert_allclose(on_hover, square.T, rtol=1e-5)
    i, j = np.argwhere(np.abs(np.nan_to_num(square)) == largest)[0]
    assert drawn["layout"]["meta"]["alt"].endswith(f"at degree {i} in x and {j} in y.")


def test_accuracy_against_degree_has_a_line_and_a_band_a_basis(swept):
    drawn = figures.accuracy_by_degree(swept, THEME, degree=3)
    lines = {trace["name"]: trace for trace in drawn["data"] if "name" in trace}
    assert set(lines) == {"Monomials", "Chebyshev", "Legendre"}
    points = swept.curve("legendre")
    assert lines["Legendre"]["x"] == [1, 3, 5]
    assert lines["Legendre"]["y"] == pytest.approx(
        [100 * p.networks.score.mean for p in points], abs=1e-3
    )
    assert len({trace["line"]["dash"] for trace in lines.values()}) == 3
    assert sum(trace.get("fill") == "toself" for trace in drawn["data"]) == 3
    go.Figure(drawn)


def test_the_table_says_how_the_features_are_conditioned():
    found = feature_conditioning(PolynomialFeatures(degree=20, samples=50, batch_size=32))
    html = figures.conditioning_table(found, 230)
    assert "<td>230</td>" in html
    assert f"<td>{found.effective_rank:.1f}</td>" in html
    assert f"<td>{100 * found.zeros:.1f}%</td>" in html

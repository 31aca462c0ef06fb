"""Brought points in pictures: named, in their units, and never taken for markup."""

import base64
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures import classes, polynomial_features, wide_vs_deep
from app.figures.drawing import CLASS_COLOURS, THEMES
from mlpcore.datasets import points
from mlpcore.datasets.legend import Legend
from mlpcore.datasets.points import Points
from mlpcore.experiments import PolynomialFeatures, WideVsDeep

THEME = THEMES["light"]
NAMES = ("%{x}", "<script>alert(1)</script>", "a & b", "c", "d", "e", "f", "g")
SMALL = {"classes": 8, "seeds": 1, "batch_size": 8, "epochs": 1}


@pytest.fixture(scope="module")
def data():
    labels = np.repeat(np.arange(8), 10)
    coordinates = np.random.default_rng(0).normal(size=(80, 2)) * [1, 100] + [50, 2000]
    return points.keep(Points(coordinates, labels, NAMES, ("<b>size</b>", "year")))


@pytest.fixture(scope="module")
def depths(data):
    *_, last = WideVsDeep(data=data, depth_to=1, **SMALL).run()
    return last


@pytest.fixture(scope="module")
def polynomial(data):
    *_, last = PolynomialFeatures(data=data, degree=2, **SMALL).run()
    return last


def drawn_maps(depths, polynomial):
    shown = {"network": 0, "half_width": 3.0, "confidence": True}
    yield wide_vs_deep.decision_map(depths, THEME, depth=1, network=0)
    yield wide_vs_deep.large_map(depths, THEME, depth=1, network=0)
    yield polynomial_features.polynomial_model(polynomial, THEME, **shown)
    yield polynomial_features.mlp(polynomial, THEME, **shown)


def test_points_say_their_class_and_what_was_brought(depths, polynomial):
    for drawn in drawn_maps(depths, polynomial):
        go.Figure(drawn)
        traces = drawn["data"]
        assert [trace["marker"]["color"] for trace in traces] == list(CLASS_COLOURS)
        assert traces[0]["hovertemplate"] == "&#37;{x}<br>%{text}<extra></extra>"
        assert traces[1]["hovertemplate"].startswith("&lt;script&gt;alert(1)&lt;/script&gt;<br>")
        x, y = depths.legend.original(depths.test_points[depths.test_labels == 3])[0]
        said = f"&lt;b&gt;size&lt;/b&gt; {x:.4g}, year {y:.4g}"
        assert traces[3]["text"][0] == said
        assert "<script" not in json.dumps(drawn["data"])


def test_weights_say_their_class(polynomial):
    drawn = polynomial_features.coefficients(polynomial, THEME, network=0, label=1)
    assert drawn["layout"]["meta"]["caption"].startswith("<b>&lt;script&gt;alert(1)")


def test_axes_say_the_units_that_were_brought(depths, polynomial):
    _, large, *wide = drawn_maps(depths, polynomial)
    for drawn, half_width in ((large, 2), (wide[0], 3), (wide[1], 3)):
        axis = drawn["layout"]["yaxis"]
        assert axis["title"]["text"] == "year"
        ticks = np.array(axis["tickvals"])
        assert np.abs(ticks).max() <= half_width + 1e-9
        said = [float(text) for text in axis["ticktext"]]
        centre, scale = depths.legend.centre[1], depths.legend.scale[1]
        np.testing.assert_allclose(said, centre + scale * ticks)
        assert 4 <= len(said) <= 9
    assert large["layout"]["xaxis"]["title"]["text"] == "&lt;b&gt;size&lt;/b&gt;"


def test_generated_points_are_shown_as_ever():
    *_, last = WideVsDeep(depth_to=1, seeds=1, epochs=1, samples=50, batch_size=8).run()
    drawn = wide_vs_deep.large_map(last, THEME, depth=1, network=0)
    assert drawn["data"][2]["name"] == "class 2"
    assert "tickvals" not in drawn["layout"]["xaxis"]
    assert drawn["layout"]["xaxis"]["title"]["text"] == "x"


reach = st.floats(1e-100, 1e100)


@given(st.floats(-1e100, 1e100), reach, st.floats(1, 10))
def test_any_axis_has_ticks_that_plotly_takes(centre, scale, half_width):
    legend = Legend(("a", "b"), ("x", "y"), (centre, 0.0), (scale, 1.0))
    axis = classes.axis_units(legend, 0, half_width)
    assert len(axis["tickvals"]) == len(axis["ticktext"]) <= 20
    assert np.isfinite(axis["tickvals"]).all()


def test_the_key_names_the_classes_as_text():
    html = classes.key(Legend(NAMES), [1234, *range(7)])
    assert "&lt;script&gt;alert(1)&lt;/script&gt; <small>0</small>" in html
    assert "<script" not in html
    assert "%{x} <small>1,234</small>" in html
    assert html.count("<li>") == 8
    source = html.split('src="data:image/svg+xml;base64,')[1].split('"')[0]
    assert CLASS_COLOURS[0] in base64.b64decode(source).decode()

"""The loss around a network, by the figure's data."""

import dataclasses

import numpy as np
import plotly.graph_objects as go
import pytest

from app.figures.drawing import THEMES
from app.figures.loss_surface import contours
from mlpcore.experiments.loss_surface import LossSurface


@pytest.fixture(scope="module")
def snapshot():
    config = LossSurface(depth=1, width=4, samples=30, batch_size=16, epochs=4)
    return list(config.run())[-1]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_the_path_runs_from_its_start_to_its_end_over_the_loss(snapshot, theme):
    drawn = go.Figure(contours(snapshot, theme, "path"))
    levels, path, start, end = drawn.data
    np.testing.assert_allclose(np.array(levels.z), np.log10(snapshot.along.loss), atol=1e-4)
    assert (path.x[0], path.y[0]) == pytest.approx((start.x[0], start.y[0]), rel=1e-5)
    assert (end.x[0], end.y[0]) == pytest.approx((0, 0), abs=1e-9)
    assert list(path.text) == [f"epoch {epoch}" for epoch in snapshot.architecture.epochs]
    assert f"{100 * snapshot.along.shares[0]:.1f}%" in drawn.layout.xaxis.title.text


def test_over_random_directions_there_is_no_path(snapshot):
    levels, end = contours(snapshot, THEMES["light"], "random")["data"]
    np.testing.assert_allclose(levels["z"], np.log10(snapshot.random.loss), atol=1e-4)
    assert end["name"] == "end"


def test_what_cannot_be_drawn_is_said(snapshot):
    lost = dataclasses.replace(snapshot, along=None, random=None)
    assert "diverged" in str(contours(lost, THEMES["light"], "path"))
    early = dataclasses.replace(lost, progress=0.5)
    assert "when training ends" in str(contours(early, THEMES["light"], "path"))

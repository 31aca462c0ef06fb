"""Inside a network drawn: what a snapshot says stands in the picture, and Plotly accepts it."""

import dataclasses
import inspect
import json

import plotly.graph_objects as go
import pytest

from app.figures import inside as figures
from app.figures.drawing import THEMES
from mlpcore.experiments import inside

THEME = THEMES["light"]
PARAMETERS = {"arm": "plain", "network": 1, "unit": 2, "place": 5}
DRAW = [
    name
    for name, draw in vars(figures).items()
    if inspect.isfunction(draw) and draw.__module__ == figures.__name__ and not name.startswith("_")
]  # fmt: skip


def draw(name, snapshot, theme=THEME, **changes):
    wanted = inspect.signature(getattr(figures, name)).parameters
    given = {key: value for key, value in (PARAMETERS | changes).items() if key in wanted}
    return getattr(figures, name)(snapshot, theme, **given)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("state", ["finished_faces", "diverged_faces"])
def test_every_figure_is_valid_and_says_what_it_shows(name, state, theme, request):
    drawn = draw(name, request.getfixturevalue(state), THEMES[theme])
    json.dumps(drawn, allow_nan=False)
    go.Figure(drawn)  # raises if Plotly does not know an attribute
    assert drawn["layout"]["meta"]["alt"].endswith(".")


def test_a_unit_is_shown_with_the_pictures_it_answers_to(finished_faces):
    hover = draw("unit_pictures", finished_faces)["data"][0]["text"]
    answers = [float(text.rpartition(" ")[2]) for text in hover]
    activations = inside.first_layer(finished_faces.plain, 1, finished_faces.pictures)[:, 2]
    assert answers[0] == pytest.approx(activations.max(), rel=1e-2)
    assert answers[-1] == pytest.approx(activations.min(), rel=1e-2)


def test_probes_wait_for_the_end(finished_faces):
    early = dataclasses.replace(finished_faces, epoch=1)
    assert not draw("probes", early)["data"]
    assert [len(trace["x"]) for trace in draw("probes", finished_faces)["data"]] == [3, 3]

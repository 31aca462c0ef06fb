"""Inside a network drawn: what a snapshot says stands in the picture, and Plotly accepts it."""

import dataclasses
import inspect
import json

import numpy as np
import plotly.graph_objects as go
import pytest
import torch

from app.figures import inside as figures
from app.figures.drawing import THEMES
from app.live.frames import View
from mlpcore.experiments import inside
from mlpcore.experiments.animal_faces import learnt_filters

THEME = THEMES["light"]
PARAMETERS = {"arm": "plain", "network": 1, "unit": 2, "subject": figures.Subject(5)}
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


@pytest.mark.parametrize("name", ["picture_classes", "picture_units", "unit_classes", "saliency"])
def test_a_network_without_finite_weights_answers_nothing(name, finished_faces):
    weights = tuple(np.full_like(layer, np.nan) for layer in finished_faces.plain.weights)
    lost = dataclasses.replace(finished_faces.plain, weights=weights)
    drawn = draw(name, dataclasses.replace(finished_faces, plain=lost))
    assert drawn["layout"]["meta"]["alt"] == "The network diverged."


def test_a_unit_is_shown_with_the_pictures_it_answers_to(finished_faces):
    hover = draw("unit_pictures", finished_faces)["data"][0]["text"]
    answers = [float(text.rpartition(" ")[2]) for text in hover]
    activations = inside.first_layer(finished_faces.plain, 1, finished_faces.pictures)[:, 2]
    assert answers[0] == pytest.approx(activations.max(), rel=1e-2)
    assert answers[-1] == pytest.approx(activations.min(), rel=1e-2)


def test_words_on_bars_are_their_values(finished_faces):
    drawn = draw("picture_classes", finished_faces)
    alt, [bars] = drawn["layout"]["meta"]["alt"], drawn["data"]
    for name, value in zip(bars["y"], bars["x"], strict=True):
        assert f"{name} {value:.3g}" in alt


def test_words_on_a_gradient_say_where_it_is_strongest(finished_faces):
    response = inside.respond(finished_faces.plain, 1, finished_faces.pictures.val_images[3])
    row, column = divmod(int(response.saliency.argmax()), response.saliency.shape[1])
    alt = draw("saliency", finished_faces, subject=figures.Subject(3))["layout"]["meta"]["alt"]
    assert alt.endswith(f"the strongest is in row {row + 1}, column {column + 1}.")


def test_a_place_beyond_the_validation_set_is_its_last(finished_faces):
    last = len(finished_faces.pictures.val_images)
    drawn = draw("picture", finished_faces, subject=figures.Subject(10**6))
    assert f"picture {last}<" in drawn["layout"]["meta"]["caption"]


def test_a_picture_that_was_brought_is_what_the_network_answers_to(finished_faces):
    image = finished_faces.pictures.val_images[17]
    brought = figures.Subject(3, brought=image.numpy().tobytes())
    for name in ("saliency", "picture_classes", "picture_units"):
        drawn, known = (
            draw(name, finished_faces, subject=subject)
            for subject in (brought, figures.Subject(17))
        )
        assert drawn["data"] == known["data"]
        assert drawn["layout"].get("images") == known["layout"].get("images")
        assert "your picture" in drawn["layout"]["meta"]["alt"].lower()


def test_a_subject_is_turned_and_flipped_as_augmentation_does(finished_faces):
    seen = finished_faces.pictures
    image = seen.val_images[0]
    as_it_is = figures.Subject(0).image(seen)
    assert torch.equal(as_it_is, image)
    assert torch.equal(figures.Subject(0, flip=True).image(seen), image.flip(1))
    upside_down = figures.Subject(0, image.numpy().tobytes(), turn=180).image(seen)
    assert torch.equal(upside_down, image.flip(0, 1))


def test_equal_subjects_are_one_view():
    ids = {
        View(figures.picture, (("subject", figures.Subject(1, bytes([value]) * 3072)),)).id
        for value in (1, 1, 2)
    }
    assert len(ids) == 2


def test_effects_are_called_outgoing_weights_where_they_are(finished_faces, train_faces):
    deep, shallow = (
        draw("unit_classes", snapshot)["layout"]
        for snapshot in (finished_faces, train_faces(epochs=1, widths="5"))
    )
    assert "derivative, averaged" in deep["meta"]["caption"]
    assert shallow["xaxis"]["title"]["text"] == "outgoing weight"


def test_probes_wait_for_the_end(finished_faces):
    early = dataclasses.replace(finished_faces, epoch=1, progress=0.5)
    assert not draw("probes", early)["data"]
    assert [len(trace["x"]) for trace in draw("probes", finished_faces)["data"]] == [3, 3]


def test_reaches_fall_from_filter_to_filter(finished_faces):
    drawn = draw("reaches", finished_faces)
    for name, trace in zip(finished_faces.arms, drawn["data"], strict=True):
        learnt = inside.reach(learnt_filters(finished_faces, name, 1))
        np.testing.assert_allclose(trace["y"], sorted(learnt, reverse=True), rtol=1e-4)
    whole, patch = (shape["y0"] for shape in drawn["layout"]["shapes"])
    assert (round(whole, 1), patch) == (13.1, 2)
    assert not draw("reaches", dataclasses.replace(finished_faces, progress=0.0))["data"]

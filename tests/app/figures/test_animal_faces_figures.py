"""Animal Faces drawn: what a snapshot says stands in the picture, and Plotly accepts it."""

import base64
import dataclasses
import inspect
import io
import json
import re

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from app.figures import animal_faces as figures
from app.figures import pictures
from app.figures.drawing import THEMES, Html
from mlpcore.experiments.animal_faces import confusion, filters, probabilities

THEME = THEMES["light"]
PARAMETERS = {
    "arm": "plain", "network": 1, "own": False, "ordered": True,
}  # fmt: skip
DRAW = [
    name
    for name, draw in vars(figures).items()
    if inspect.isfunction(draw) and "snapshot" in inspect.signature(draw).parameters
    and name != "arms" and not name.startswith("_")
]  # fmt: skip


def draw(name, snapshot, theme=THEME, **changes):
    wanted = inspect.signature(getattr(figures, name)).parameters
    given = {key: value for key, value in (PARAMETERS | changes).items() if key in wanted}
    return getattr(figures, name)(snapshot, theme, **given)


def image_of(figure):
    source = figure["layout"]["images"][0]["source"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))), np.int64)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("state", ["finished_faces", "diverged_faces"])
def test_every_figure_is_valid_and_says_what_it_shows(name, state, theme, request):
    drawn = draw(name, request.getfixturevalue(state), THEMES[theme])
    json.dumps(drawn, allow_nan=False)
    if not isinstance(drawn, Html):
        go.Figure(drawn)  # raises if Plotly does not know an attribute
        assert drawn["layout"]["meta"]["alt"].endswith(".")


def test_the_headline_compares_both_trainings(finished_faces, train_faces):
    text = draw("headline", finished_faces)
    for arm in (finished_faces.augmented, finished_faces.plain):
        assert f"{100 * arm.score.mean:.1f}" in text
        gap = 100 * (arm.train_score.mean - arm.score.mean)
        assert f"{gap:.1f}" in text.split("higher by")[1]
    assert draw("headline", train_faces(epochs=1, augmentation="off")).count("augmentation") == 1


@pytest.mark.parametrize(
    ("augmented", "plain", "said"),
    [
        # Every seed gains two points or so, much less than seeds are apart.
        ([0.6, 0.8], [0.58, 0.779], ">70.0 ± 127.1% right with augmentation.<"),
        ([0.6, 0.8], [0.7, 0.6], ">Too close to call: 70.0 ± 127.1% right with"),
    ],
)
def test_the_headline_compares_seed_by_seed(finished_faces, augmented, plain, said):
    def scored(arm, accuracies):
        accuracy = np.tile(np.float32(accuracies), (len(arm.epochs), 1))
        return dataclasses.replace(arm, test_accuracy=accuracy, diverged_at=np.full(2, -1))

    arms = {
        "augmented": scored(finished_faces.augmented, augmented),
        "plain": scored(finished_faces.plain, plain),
    }
    text = draw("headline", dataclasses.replace(finished_faces, **arms))
    assert said in text
    assert "± covers 2 seeds" in text


def test_filters_stand_in_order_and_are_scaled_by_the_largest_weight_of_all(finished_faces):
    seen = filters(finished_faces.plain, 1)
    shown = image_of(draw("filter_grid", finished_faces, ordered=False))
    expected = 128 + 127 * seen / np.abs(seen).max()
    # The image is lossy; the mean of a colour over a filter is not far off.
    for unit, (row, column) in {0: (0, 0), 1: (0, 1), 9: (1, 1)}.items():
        cell = shown[row * 34 : row * 34 + 32, column * 34 : column * 34 + 32, :3]
        assert np.abs(cell.mean() - expected[unit].mean()) < 3
        centred = cell.mean(2) - cell.mean(), expected[unit].mean(2) - expected[unit].mean()
        assert np.corrcoef(centred[0].ravel(), centred[1].ravel())[0, 1] > 0.8


def test_filters_in_order_of_their_norms(finished_faces):
    hover = draw("filter_grid", finished_faces, ordered=True)["data"][0]["text"]
    norms = [float(re.search(r"norm (\S+)", text)[1]) for text in hover]
    assert norms == sorted(norms, reverse=True)
    assert len(norms) == 10


def test_a_filter_scaled_by_its_own_weight_is_never_fainter(finished_faces):
    by_all, by_own = (
        image_of(draw("filter_grid", finished_faces, own=own))[:, :, :3].astype(float)
        for own in (False, True)
    )
    assert by_own[:66].std() > by_all[:66].std()


def test_a_full_grid_of_noise_is_small_on_the_wire():
    noise = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype(np.float32)
    pixels = pictures.weights_as_pixels(noise, np.ones(1, np.float32))
    grid = pictures.grid(pixels, 8, THEME, alt="Noise.", hover=[""] * 64)
    assert len(json.dumps(grid)) < 150_000


def test_pixels_are_encoded_once_and_told_apart_by_their_shape(monkeypatch):
    pixels = np.full((4, 9, 4), 77, np.uint8)
    first = pictures.webp(pixels)
    other = pictures.webp(pixels.reshape(9, 4, 4))
    assert first != other
    monkeypatch.delattr(Image, "fromarray")
    assert pictures.webp(pixels.copy()) is first


def test_weights_become_grey_at_zero_and_full_colours_at_the_ends():
    filters = np.array([-1, 0, 1], np.float32)[:, None, None, None]
    pixels = pictures.weights_as_pixels(filters, np.ones(3, np.float32))
    assert pixels.ravel().tolist() == [1, 128, 255]


def test_the_confusion_table_holds_every_validation_picture(finished_faces):
    table = draw("confusion_table", finished_faces)
    numbers = [int(text) for text in re.findall(r">(\d+) <small>", table)]
    expected = confusion(finished_faces.plain, 1, finished_faces.pictures)
    assert numbers == expected.ravel().tolist()
    assert sum(numbers) == 60


def test_the_most_wrong_are_wrong_and_the_surest_first(finished_faces):
    words = [note["text"] for note in draw("most_wrong", finished_faces)["layout"]["annotations"]]
    assert words
    assert all("✗" in text for text in words)
    shares = [int(re.search(r"(\d+)%", text)[1]) for text in words]
    assert shares == sorted(shares, reverse=True)


def test_predictions_say_the_likeliest_class_and_its_probability(finished_faces):
    says = probabilities(finished_faces.plain, 1, finished_faces.pictures)[0]
    first = draw("predictions", finished_faces)["layout"]["annotations"][0]["text"]
    assert first.startswith(finished_faces.pictures.classes[says.argmax()])
    assert first.endswith(f"{says.max():.0%}")


def test_names_from_folders_are_escaped(finished_faces):
    named = dataclasses.replace(finished_faces.pictures, classes=("<b>", "dog", "wild"))
    snapshot = dataclasses.replace(finished_faces, pictures=named)
    assert "&lt;b&gt;" in draw("confusion_table", snapshot)
    assert "<b><b>" not in json.dumps(draw("class_samples", snapshot))

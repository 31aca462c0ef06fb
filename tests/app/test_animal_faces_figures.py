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
from mlpcore.datasets import collection, drawn_faces
from mlpcore.experiments import AnimalFaces, inside
from mlpcore.experiments.animal_faces import confusion, filters, probabilities

THEME = THEMES["light"]
PARAMETERS = {
    "arm": "plain", "network": 1, "own": False, "ordered": True, "unit": 2, "place": 5,
}  # fmt: skip
DRAW = [
    name
    for name, draw in vars(figures).items()
    if inspect.isfunction(draw) and "snapshot" in inspect.signature(draw).parameters
    and name not in ("arms",) and not name.startswith("_")
]  # fmt: skip


def run(**fields):
    data = collection.keep(drawn_faces.make(train=120, val=60, seed=3))
    config = AnimalFaces(**{"data": data, "widths": "10-6", "seeds": 2, "batch_size": 16} | fields)
    return list(config.run())[-1]


@pytest.fixture(scope="module")
def finished():
    return run(epochs=4)


@pytest.fixture(scope="module")
def diverged():
    return run(epochs=2, optimiser="sgd", learning_rate=1e6, momentum=0.9)


def draw(name, snapshot, theme=THEME, **changes):
    wanted = inspect.signature(getattr(figures, name)).parameters
    given = {key: value for key, value in (PARAMETERS | changes).items() if key in wanted}
    return getattr(figures, name)(snapshot, theme, **given)


def image_of(figure):
    source = figure["layout"]["images"][0]["source"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))), np.int64)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", DRAW)
@pytest.mark.parametrize("state", ["finished", "diverged"])
def test_every_figure_is_valid_and_says_what_it_shows(name, state, theme, request):
    drawn = draw(name, request.getfixturevalue(state), THEMES[theme])
    json.dumps(drawn, allow_nan=False)
    if not isinstance(drawn, Html):
        go.Figure(drawn)  # raises if Plotly does not know an attribute
        assert drawn["layout"]["meta"]["alt"].endswith(".")


def test_the_headline_compares_both_trainings(finished):
    text = draw("headline", finished)
    for arm in (finished.augmented, finished.plain):
        assert f"{100 * arm.score.mean:.1f}" in text
        gap = 100 * (arm.train_score.mean - arm.score.mean)
        assert f"{gap:.1f} points" in text
    assert draw("headline", run(epochs=1, augmentation="off")).count("augmentation") == 2


def test_filters_stand_in_order_and_are_scaled_by_the_largest_weight_of_all(finished):
    seen = filters(finished.plain, 1)
    shown = image_of(draw("filter_grid", finished, ordered=False))
    expected = 128 + 127 * seen / np.abs(seen).max()
    # The image is lossy; the mean of a colour over a filter is not far off.
    for unit, (row, column) in {0: (0, 0), 1: (0, 1), 9: (1, 1)}.items():
        cell = shown[row * 34 : row * 34 + 32, column * 34 : column * 34 + 32, :3]
        assert np.abs(cell.mean() - expected[unit].mean()) < 3
        centred = cell.mean(2) - cell.mean(), expected[unit].mean(2) - expected[unit].mean()
        assert np.corrcoef(centred[0].ravel(), centred[1].ravel())[0, 1] > 0.8


def test_filters_in_order_of_their_norms(finished):
    hover = draw("filter_grid", finished, ordered=True)["data"][0]["text"]
    norms = [float(re.search(r"norm (\S+)", text)[1]) for text in hover]
    assert norms == sorted(norms, reverse=True)
    assert len(norms) == 10


def test_a_filter_scaled_by_its_own_weight_is_never_fainter(finished):
    by_all, by_own = (
        image_of(draw("filter_grid", finished, own=own))[:, :, :3].astype(float)
        for own in (False, True)
    )
    assert by_own[:66].std() > by_all[:66].std()


def test_a_full_grid_of_noise_is_small_on_the_wire():
    noise = np.random.default_rng(0).uniform(-1, 1, (64, 32, 32, 3)).astype(np.float32)
    pixels = pictures.weights_as_pixels(noise, np.ones(1, np.float32))
    grid = pictures.grid(pixels, 8, THEME, alt="Noise.", hover=[""] * 64)
    assert len(json.dumps(grid)) < 150_000


def test_weights_become_grey_at_zero_and_full_colours_at_the_ends():
    filters = np.array([-1, 0, 1], np.float32)[:, None, None, None]
    pixels = pictures.weights_as_pixels(filters, np.ones(3, np.float32))
    assert pixels.ravel().tolist() == [1, 128, 255]


def test_the_confusion_table_holds_every_validation_picture(finished):
    table = draw("confusion_table", finished)
    numbers = [int(text) for text in re.findall(r">(\d+) <small>", table)]
    expected = confusion(finished.plain, 1, finished.pictures)
    assert numbers == expected.ravel().tolist()
    assert sum(numbers) == 60


def test_the_most_wrong_are_wrong_and_the_surest_first(finished):
    words = [note["text"] for note in draw("most_wrong", finished)["layout"]["annotations"]]
    assert words
    assert all("✗" in text for text in words)
    shares = [int(re.search(r"(\d+)%", text)[1]) for text in words]
    assert shares == sorted(shares, reverse=True)


def test_predictions_say_the_likeliest_class_and_its_probability(finished):
    says = probabilities(finished.plain, 1, finished.pictures)[0]
    first = draw("predictions", finished)["layout"]["annotations"][0]["text"]
    assert first.startswith(finished.pictures.classes[says.argmax()])
    assert first.endswith(f"{says.max():.0%}")


def test_a_unit_is_shown_with_the_pictures_it_answers_to(finished):
    hover = draw("unit_pictures", finished)["data"][0]["text"]
    answers = [float(text.rpartition(" ")[2]) for text in hover]
    activations = inside.first_layer(finished.plain, 1, finished.pictures)[:, 2]
    assert answers[0] == pytest.approx(activations.max(), rel=1e-2)
    assert answers[-1] == pytest.approx(activations.min(), rel=1e-2)


def test_names_from_folders_are_escaped(finished):
    named = dataclasses.replace(finished.pictures, classes=("<b>", "dog", "wild"))
    snapshot = dataclasses.replace(finished, pictures=named)
    assert "&lt;b&gt;" in draw("confusion_table", snapshot)
    assert "<b><b>" not in json.dumps(draw("class_samples", snapshot))


def test_probes_wait_for_the_end(finished):
    early = dataclasses.replace(finished, epoch=1)
    assert not draw("probes", early)["data"]
    assert [len(trace["x"]) for trace in draw("probes", finished)["data"]] == [3, 3]

"""Figures by their data: what a snapshot says stands in the picture, and Plotly accepts it."""

import base64
import dataclasses
import io
import json

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from app.figures import curves, plane, wide_vs_deep, words
from app.figures.drawing import (
    CLASS_COLOURS,
    THEMES,
    Html,
    along,
    numbers,
    packed,
    rgb,
    to_json,
)
from mlpcore.experiments.scores import Score
from mlpcore.experiments.wide_vs_deep import WideVsDeep, view, without

THEME = THEMES["light"]
PICTURES = {
    "accuracy_by_depth": {},
    "decision_map": {"depth": 2, "network": 1},
    "large_map": {"depth": 2, "network": 1},
    "unit_maps": {"depth": 2, "network": 1},
    "accuracy_curves": {"depth": 2},
    "loss_curves": {"depth": 2},
}


def run(**fields):
    config = WideVsDeep(
        **{"budget": 60, "depth_to": 3, "seeds": 3, "samples": 80, "batch_size": 32} | fields
    )
    return list(config.run())


@pytest.fixture(scope="module")
def finished():
    return run(epochs=12, learning_rate=0.02)[-1]


@pytest.fixture(scope="module")
def diverged():
    return run(epochs=3, optimiser="sgd", learning_rate=1e6, momentum=0.9)[-1]


def unpack(array):
    return np.frombuffer(base64.b64decode(array["bdata"]), array["dtype"])


def picture_of(image):
    data = base64.b64decode(image["source"].removeprefix("data:image/png;base64,"))
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("state", ["finished", "diverged"])
def test_every_figure_is_valid_and_says_what_it_shows(name, state, theme, request):
    snapshot = request.getfixturevalue(state)
    drawn = getattr(wide_vs_deep, name)(snapshot, THEMES[theme], **PICTURES[name])
    go.Figure(drawn)  # raises if Plotly does not know an attribute
    json.dumps(drawn, allow_nan=False)
    assert drawn["layout"]["meta"]["alt"].endswith(("%.", ".", "seeds."))


def test_accuracy_by_depth_holds_every_seed_and_the_mean(finished):
    drawn = wide_vs_deep.accuracy_by_depth(finished, THEME)
    band, dots, mean, train = drawn["data"]
    expected = [100 * a.test_accuracy[-1] for a in finished.architectures]
    assert dots["y"] == pytest.approx(np.concatenate(expected), abs=1e-3)
    assert mean["y"] == pytest.approx([values.mean() for values in expected], abs=1e-3)
    margins = 100 * np.array([a.score.margin for a in finished.architectures])
    assert np.array(band["y"][:3]) - mean["y"] == pytest.approx(margins, abs=1e-3)
    assert train["y"] == pytest.approx(
        [100 * a.train_accuracy[-1].mean() for a in finished.architectures], abs=1e-3
    )
    ticks = drawn["layout"]["xaxis"]["ticktext"]
    assert all(f"{a.parameters}" in t for a, t in zip(finished.architectures, ticks, strict=True))


@pytest.mark.parametrize(("most", "ending"), [(6, "%"), (1, "")])
def test_accuracies_above_are_shorter_where_there_are_many(finished, monkeypatch, most, ending):
    monkeypatch.setattr(wide_vs_deep, "MOST_ABOVE", most)
    drawn = wide_vs_deep.accuracy_by_depth(finished, THEME)
    above = [note["text"] for note in drawn["layout"]["annotations"][: len(finished.architectures)]]
    for a, text in zip(finished.architectures, above, strict=True):
        shown = text.removeprefix("<b>").removesuffix("</b>")
        assert shown.endswith(ending)
        assert float(shown.removesuffix("%")) == pytest.approx(100 * a.score.mean, abs=0.51)


def test_decision_map_shows_the_likeliest_class_at_every_place(finished):
    architecture = finished.at_depth(2)
    drawn = wide_vs_deep.decision_map(finished, THEME, depth=2, network=1)
    pixels = picture_of(drawn["layout"]["images"][0])
    probabilities = view(architecture, 1).probabilities
    winners = probabilities.argmax(0)[::-1]  # a picture's first row is the highest y
    confident = probabilities.max(0)[::-1] > 0.5
    assert confident.mean() > 0.5
    for k in np.unique(winners[confident]):
        shades = plane.class_palette(THEME)[k * plane.SHADES : (k + 1) * plane.SHADES]
        here = pixels[confident & (winners == k)]
        assert (here[:, None] == shades).all(2).any(1).all()
    assert drawn["layout"]["meta"]["caption"].startswith(f"<b>{architecture.label}</b>")


def test_confidence_is_the_strength_of_the_colour():
    sure = np.zeros((3, 2, 2), np.float32)
    sure[1] = 1
    guess = np.full((3, 2, 2), 1 / 3, np.float32)
    images = [plane.decision_image(p, THEME) for p in (sure, guess)]
    strong, faint = (picture_of({"source": image})[0, 0].astype(float) for image in images)
    paper, hue = rgb(THEME.paper), rgb(CLASS_COLOURS[1])
    assert np.linalg.norm(strong - hue) < np.linalg.norm(strong - paper)
    assert np.linalg.norm(faint - paper) < 0.2 * np.linalg.norm(strong - paper)


def test_test_points_stand_in_the_colours_of_their_classes(finished):
    traces = wide_vs_deep.decision_map(finished, THEME, depth=1, network=0)["data"]
    for k, trace in enumerate(traces):
        points = np.stack([unpack(trace["x"]), unpack(trace["y"])], axis=1)
        assert trace["marker"]["color"] == CLASS_COLOURS[k]
        np.testing.assert_array_equal(points, finished.test_points[finished.test_labels == k])
    assert len({trace["marker"]["symbol"] for trace in traces}) == len(traces)


def test_points_are_drawn_and_put_into_json_once_while_networks_learn():
    first, second = (
        wide_vs_deep.decision_map(snapshot, THEME, depth=2, network=0)["data"]
        for snapshot in run(epochs=2)[:2]
    )
    assert all(one is other for one, other in zip(first, second, strict=True))
    for trace in first:
        assert to_json(trace) is to_json(trace)
        assert json.loads(to_json(trace)) == dict(trace)
    large = wide_vs_deep.large_map(run(epochs=1)[-1], THEME, depth=2, network=0)["data"]
    assert large[0]["marker"]["size"] != first[0]["marker"]["size"]


def test_a_map_says_what_is_off_and_what_that_costs(finished):
    whole = wide_vs_deep.large_map(finished, THEME, depth=2, network=0)
    none = wide_vs_deep.large_map(finished, THEME, depth=2, network=0, off=((3, 1), (1, 99)))
    assert none == whole
    one = wide_vs_deep.large_map(finished, THEME, depth=2, network=0, off=((1, 2), (3, 1)))
    before, after = finished.at_depth(2).test_accuracy[-1, 0], without(finished, 2, 0, [(0, 1)])[1]
    said = f"layer 1, unit 2 off: test accuracy {100 * before:.1f}% → {100 * after:.1f}%"
    assert said in json.dumps(one, ensure_ascii=False)
    assert one["layout"]["images"] != whole["layout"]["images"]


def test_points_of_equal_length_are_told_apart():
    labels, guess = np.array([0, 1]), np.full((2, 3, 3), 0.5, np.float32)
    drawn = [
        plane.decision_map(guess, 1.0, np.float32([p, p]), labels, THEME, alt="A map.", size=3)
        for p in ([0, 1], [2, 3])
    ]
    xs = [unpack(figure["data"][0]["x"]).tolist() for figure in drawn]
    assert xs == [[0], [2]]


def test_unit_maps_hold_one_picture_a_unit(finished):
    architecture = finished.at_depth(3)
    drawn = wide_vs_deep.unit_maps(finished, THEME, depth=3, network=0)
    assert len(drawn["layout"]["images"]) == 3 * architecture.width
    assert len(drawn["data"][0]["text"]) == 3 * architecture.width
    first = view(architecture, 0).units[0][0]
    assert f"to {first.max():.3g}" in drawn["data"][0]["text"][0]


def test_unit_pictures_are_the_papers_colour_at_zero():
    activations = np.array([[-1.0, 0.0], [0.5, 1.0]], np.float32)
    pixels = picture_of({"source": plane.signed_image(activations, THEME)})
    assert tuple(pixels[1, 1]) == tuple(rgb(THEME.paper).astype(int))  # row 0 is the lowest
    assert tuple(pixels[1, 0]) != tuple(pixels[0, 1])


def test_learning_curves_end_at_the_latest_evaluation(finished):
    drawn = wide_vs_deep.accuracy_curves(finished, THEME, depth=2)
    by_name = {trace.get("name"): trace for trace in drawn["data"]}
    architecture = finished.at_depth(2)
    chosen = by_name["2 hidden layers"]
    assert chosen["x"] == architecture.epochs.tolist()
    assert chosen["y"] == pytest.approx(100 * architecture.test_accuracy.mean(1), abs=1e-3)
    assert by_name["training set"]["y"] == pytest.approx(
        100 * architecture.train_accuracy.mean(1), abs=1e-3
    )
    assert chosen["line"]["width"] > by_name["1 hidden layer"]["line"]["width"]
    said = f"2 hidden layers {100 * architecture.test_accuracy[-1].mean():.3g}"
    assert said in drawn["layout"]["meta"]["alt"]


def test_a_band_leaves_out_the_places_without_a_mean():
    band = curves.band([1, 2, 3], np.array([5, np.nan, 7.0]), np.array([1, 1, 2.0]), "#ffffff")
    assert band["x"] == [1, 3, 3, 1]
    assert band["y"] == [6, 9, 5, 4]


def test_labels_of_lines_stand_apart_and_inside():
    assert curves.apart([0.0, 10.0, 20.0], gap=5, top=100) == [0, 10, 20]
    assert curves.apart([99.0, 98.0, 97.0], gap=5, top=100) == [100, 95, 90]
    assert curves.apart([1.0, 1.0], gap=2, top=100) == [1, 3]


def test_the_tutorials_runs_are_drawn_where_their_depths_are(finished):
    plain = wide_vs_deep.accuracy_by_depth(finished, THEME)
    drawn = wide_vs_deep.accuracy_by_depth(finished, THEME, tutorial=True)
    runs = drawn["data"][len(plain["data"]) :]
    depths = [a.depth for a in finished.architectures]
    assert [run["x"] for run in runs] == [depths] * 3
    assert runs[0]["y"] == [81.9, 85.4, 93.8][: len(depths)]
    assert "the tutorial's three runs, 81.9, 85.4, 93.8, 90, 67.8; 81.5" in str(drawn["layout"])
    assert "tutorial" not in str(plain["layout"])


def test_table_has_a_row_a_depth(finished):
    html = wide_vs_deep.table(finished, THEME, network=2)
    assert isinstance(html, Html)
    assert html.count("<tr") == 1 + len(finished.architectures)
    for a in finished.architectures:
        assert words.accuracy(a.score) in html
        assert f"<td>{view(a, 2).regions:,}</td>" in html
    assert html.count('class="best"') == len(finished.verdict.tied)


def headline(snapshot, **scores):
    """The headline if depths had scored so."""

    def scored(a):
        values = np.array(scores[f"d{a.depth}"], np.float32)
        diverged_at = np.where(np.isnan(values), 1, -1)
        accuracy = np.tile(values, (len(a.epochs), 1))
        return dataclasses.replace(a, test_accuracy=accuracy, diverged_at=diverged_at)

    changed = tuple(scored(a) for a in snapshot.architectures if f"d{a.depth}" in scores)
    return wide_vs_deep.headline(dataclasses.replace(snapshot, architectures=changed), THEME)


def test_headline_names_the_best_depth_and_how_sure_that_is(finished):
    clear = headline(finished, d1=[0.5, 0.51], d2=[0.9, 0.91])
    assert "<strong>2 hidden layers do best: 90.5 ± 6.4% right.</strong>" in clear
    assert "That is 40.0 points (37.0 to 43.0) above 1 hidden layer." in clear
    assert "± covers 2 seeds" in clear
    tied = headline(finished, d1=[0.8, 0.9], d2=[0.79, 0.9], d3=[0.1, 0.1001])
    assert "Too close to call: 1, 2 or 3 hidden layers." in tied
    assert "1 hidden layer leads with 85.0 ± 63.5% right, 0.5 points (" in tied
    alone = headline(finished, d3=[0.8, 0.9])
    assert "3 hidden layers: 85.0 ± 63.5% right." in alone
    single = headline(finished, d1=[0.8], d2=[0.7])
    assert "1 hidden layer leads: 80.0% right, from one seed." in single
    assert "That is 10.0 points above 2 hidden layers. One seed proves nothing" in single
    lost = headline(finished, d1=[0.5, np.nan], d2=[0.9, 0.91])
    assert "Left out: 1 network that diverged." in lost
    nothing = headline(finished, d1=[np.nan], d2=[np.nan])
    assert "Every network diverged." in nothing


def test_headline_before_and_during_training(finished):
    first = run(epochs=1)[0]
    assert "Guessing gets 25% of the test points right." in wide_vs_deep.headline(first, THEME)
    running = dataclasses.replace(finished, epoch=11, progress=0.9)
    assert "right after 12 epochs" in wide_vs_deep.headline(running, THEME)


def test_a_diverged_network_is_named_as_such(diverged):
    depth, network = next(
        (a.depth, i) for a in diverged.architectures for i in np.flatnonzero(~a.converged).tolist()
    )
    drawn = wide_vs_deep.decision_map(diverged, THEME, depth=depth, network=network)
    assert "images" not in drawn["layout"]
    assert drawn["layout"]["annotations"][0]["text"] == "diverged"
    assert "diverged at epoch" in drawn["layout"]["meta"]["caption"]
    units = wide_vs_deep.unit_maps(diverged, THEME, depth=depth, network=network)
    assert units["layout"]["annotations"][0]["text"] == "diverged"


def test_numbers_that_json_has_not_become_none():
    assert numbers([1.0, np.nan, np.inf, 1 / 3]) == [1.0, None, None, 0.333333]
    np.testing.assert_array_equal(unpack(packed([1.0, np.nan])), np.float32([1, np.nan]))


def test_colours_along_a_scale():
    assert along(("#000000", "#ffffff"), 0.5) == "#808080"
    assert along(("#000000", "#ffffff", "#ff0000"), 1) == "#ff0000"


@pytest.mark.parametrize(
    ("score", "text"),
    [
        (Score.of(np.float32([])), "diverged"),
        (Score.of(np.float32([0.5])), "50.0%"),
        (Score.of(np.float32([0.5, 0.6])), "55.0 ± 63.5%"),
    ],
)
def test_accuracies_in_words(score, text):
    assert words.accuracy(score) == text


def test_counts_in_words():
    assert words.count(1, "seed") == "1 seed"
    assert words.count(1200, "region") == "1,200 regions"
    assert [words.agree(n, v) for v in ("reach", "lead", "do") for n in (1, 2)] == [
        "reaches", "reach", "leads", "lead", "does", "do",
    ]  # fmt: skip


# Machado, Oliveira & Fernandes 2009, severity 1, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
                   [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
                     [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
                   [0.004733, 0.691367, 0.3039]],
}  # fmt: skip


def lab(colour, sight):
    """CIE L*a*b* (D65) of an sRGB colour as somebody sees it."""
    value = rgb(colour) / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.asarray(sight) @ linear, 0, 1)
    to_xyz = [[0.4125, 0.3576, 0.1804], [0.2127, 0.7152, 0.0722], [0.0193, 0.1192, 0.9503]]
    x, y, z = np.cbrt(np.asarray(to_xyz) @ seen / [0.9505, 1, 1.0888])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("count", "apart"), [(4, 20), (8, 9)])
def test_classes_can_be_told_apart(sight, count, apart):
    colours = [lab(colour, SIGHT[sight]) for colour in CLASS_COLOURS[:count]]
    pairs = [np.linalg.norm(a - b) for i, a in enumerate(colours) for b in colours[:i]]
    assert min(pairs) > apart


def test_the_first_four_classes_differ_in_grey():
    lightness = [lab(colour, np.eye(3))[0] for colour in CLASS_COLOURS[:4]]
    assert np.diff(sorted(lightness)).min() > 12

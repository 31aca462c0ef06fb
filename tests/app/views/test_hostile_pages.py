"""Links and names made to do harm: every page says what it could not use, and shows all as text."""

import html
import io
import json
import re
import time
import zipfile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from app import display
from app.figures.drawing import THEMES
from app.live import component
from app.live.frames import encode
from app.own_data import loading, picture_sets
from app.own_data.picture_sets import Expected
from app.pages import PARAMETERS
from app.texts import animal_faces as texts
from app.texts.markdown import plain
from mlpcore import experiments
from mlpcore.caches.memory import Kept
from mlpcore.datasets import animal_faces, collection, drawn_faces, image_folder, points
from mlpcore.params import Config, specs
from tests.app.pages import answer, of, shown, visit

PAGES = ["home", *PARAMETERS]
CONFIGS = sorted(
    {
        kind
        for module in (experiments, display)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Config) and kind is not Config
    },
    key=lambda kind: kind.__name__,
)
NAMES = sorted({name for kind in CONFIGS for name in specs(kind)})
TEXTS = st.sampled_from(
    [
        "", "0", "-0", "1", "-1", "1e308", "nan", "inf", "1_0", "9" * 5000, "true", "TRUE", "None",
        "real", "points-", "points-0123456789abcdef", "0123456789abcdef", "../../etc/passwd", "/",
        "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))",
        "![](http://evil.example/x.png)",
        "http://evil.example", "www.evil.example", ":material/home:", ":red[x]", "$x$",
        "`x`", "**x**", "&lt;", "\n# x", "\u202e", "\0", "x" * 5000, "64-64",
        "1-1-1-1-1-1", "１２", "٣",
    ]
) | st.text(max_size=8)  # fmt: skip
LINKS = st.dictionaries(st.sampled_from(NAMES) | TEXTS.filter(bool), TEXTS, max_size=6)


# Parameters


@pytest.mark.parametrize("kind", CONFIGS, ids=lambda kind: kind.__name__)
@given(texts=st.data())
@settings(max_examples=300)
def test_whatever_a_link_says_gives_a_config_that_a_link_gives_back(kind, texts):
    config, problems = kind.parse(texts.draw(LINKS))
    assert all(str(problem).isprintable() and len(str(problem)) < 1000 for problem in problems)
    assert kind.parse(config.changes()) == (config, [])
    assert kind(**config.values()) == config
    hash(config)


@pytest.fixture
def _few_faces(monkeypatch):
    """Drawn faces that are quick to draw, in place of the others."""
    pictures = drawn_faces.make(train=30, val=15, seed=9)
    for made in (animal_faces, drawn_faces):
        monkeypatch.setattr(made, "load", lambda progress: pictures)
        monkeypatch.setattr(made, "cached", lambda: True)
    monkeypatch.setattr(collection, "_made", {})


@pytest.mark.parametrize("page", PAGES)
@given(link=LINKS)
@settings(
    max_examples=6,
    phases=[Phase.generate],  # shrinking would take minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@pytest.mark.usefixtures("_few_faces")
def test_no_link_breaks_a_page(page, link):
    at = visit(page, **link)
    assert not at.exception
    assert not [error for error in at.error if "an error of its own" in error.value]
    assert len(at.title) == 1


def test_what_a_link_says_is_repeated_as_text():
    at = visit("wide-vs-deep", epochs="[x](javascript:alert(1))", **{"![](http://e.x/y.png)": "1"})
    (warning,) = at.warning
    assert "got '\\[x\\](javascript:\u2060alert(1))'" in warning.value
    assert "!\\[\\](http:\u2060//e.x/y.png)" in warning.value


def test_many_unknown_names_are_not_all_repeated():
    at = visit("wide-vs-deep", **{f"unknown{i}": "1" for i in range(500)})
    assert len(at.warning[0].value) < 400


@given(text=TEXTS | st.text())
@settings(max_examples=500)
def test_markdown_of_a_text_holds_nothing_but_text(text):
    written = plain(text)
    assert "\n" not in written
    unescaped = re.sub(r"\\[!-/:-@\[-`{-~]", "", written)
    assert not re.search(r"[\\`*\[\]<>&$~|]", unescaped)
    assert not re.search(r":\w|://|\w@\w|(?i:\bwww\.)", unescaped)
    assert html.unescape(written) or not text.split()


# Names


EVIL = "<img src=x onerror=alert(1)>"
LINKED = "[a](javascript:x)%{x}<a href=e.x>"


def archive(names):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        for shade, name in enumerate(names):
            for i in range(8):
                picture = io.BytesIO()
                Image.new("RGB", (32, 32), (100 * shade, i, 0)).save(picture, "PNG")
                file.writestr(f"set/{name}/{i}.png", picture.getvalue())
    return stream.getvalue()


def strings(value, name=""):
    """All strings of a picture, with their names, but those that are set as attributes."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "alt":
                yield from strings(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item, name)


MARKUP, PLACE = ("<img src=x", "<a href"), "%{x}&lt;a"


def check_pictures(at, wait_for):
    """Draw whatever the page has placed, and see that strangers' names are escaped in it."""
    assert not at.exception
    job = shown(at)
    wait_for(lambda: job.status().state.over)
    assert job.status().message is None
    snapshot, seen = job.status().snapshot, 0
    for drawn in component.frames._views.values():
        parts = encode(drawn, snapshot, THEMES["light"]).parts.values()
        for name, text in strings([json.loads(part) for part in parts]):
            assert not any(mark in text for mark in MARKUP), (drawn, name, text)
            assert not (name.endswith("template") and PLACE in text), (drawn, name, text)
            assert "could not be drawn" not in text, drawn
            seen += html.escape(EVIL, quote=False)[:20] in text
    for element in at.get("html"):
        assert not any(mark in element.proto.body for mark in MARKUP)
    return seen


@pytest.fixture
def views(monkeypatch):
    monkeypatch.setattr(component.frames, "_views", Kept(1000))


def test_names_of_classes_are_text_in_every_picture_of_faces(wait_for, views):
    name = collection.keep(image_folder.load(archive([EVIL, LINKED])))
    at = visit("animal-faces", data=name, epochs="1", widths="8", batch_size="4")
    at = answer(at, at.radio[0].options[0])
    assert check_pictures(at, wait_for) > 5


@pytest.mark.parametrize("page", ["wide-vs-deep", "polynomial-features"])
def test_labels_and_headers_are_text_in_every_picture_of_points(page, wait_for, views):
    rows = [f'{i},{i * i % 7},"{(EVIL, LINKED)[i % 2]}"' for i in range(30)]
    brought = points.read("\n".join([f'"{EVIL}","{LINKED}",label', *rows]), "x.csv")
    small = {"epochs": "2", "seeds": "2", "classes": "2", "batch_size": "8"}
    at = visit(page, data=points.keep(brought), **small)
    assert check_pictures(at, wait_for) > 0


# What is brought


@pytest.fixture
def _slow_reading(monkeypatch):
    def load(source, progress, split_train):
        while True:
            progress(0.5)
            time.sleep(0.01)

    monkeypatch.setattr(image_folder, "load", load)


@pytest.mark.usefixtures("_slow_reading")
def test_a_bounded_number_of_sets_is_read_and_what_is_given_up_ends():
    brought = [loading.read(b"") for _ in range(loading.MOST_BROUGHT)]
    refused = loading.read(b"")
    refused.thread.join(90)
    assert refused.problem == loading.FULL
    for each in brought:
        each.give_up()
    for each in brought:
        each.thread.join(90)
        assert each.over
    again = loading.read(b"")
    again.give_up()
    again.thread.join(90)
    assert again.problem != loading.FULL


def test_offline_the_page_says_so_and_fetches_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(tmp_path))
    monkeypatch.setenv("MLP_EXPLORER_OFFLINE", "true")
    monkeypatch.setattr(animal_faces, "_fetch", None)
    at = visit("animal-faces", data="real")
    assert not at.exception
    assert texts.OFFLINE in [text.value for text in at.markdown]
    assert {"Real photographs", "Try again"}.isdisjoint(button.label for button in at.button)
    assert of(at, Expected).loading is None
    with pytest.raises(animal_faces.DownloadError) as caught:
        animal_faces.load()
    assert "nothing is fetched" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("address", "hosts", "headers", "here"),
    [
        ("localhost", ["localhost", "::1"], {"Origin": "http://localhost:8501"}, True),
        ("127.0.0.1", ["localhost"], {"Origin": "http://127.0.0.1:8501"}, True),
        ("0.0.0.0", ["localhost"], {"Origin": "http://localhost:8501"}, False),
        (None, ["localhost"], {"Origin": "http://localhost:8501"}, False),
        ("localhost", [], {"Origin": "http://localhost:8501"}, False),
        ("localhost", ["*"], {"Origin": "http://localhost:8501"}, False),
        ("localhost", ["localhost"], {"Origin": "https://mlp.example.org"}, False),
        ("localhost", ["localhost"], {}, False),
        ("localhost", ["localhost"], {"Origin": "http://localhost", "X-Forwarded-For": "1"}, False),
    ],
)
def test_a_path_is_for_those_at_the_machine(address, hosts, headers, here):
    assert picture_sets.sits_here(address, hosts, headers) == here


def test_a_picture_that_is_told_of_twice_is_no_error():
    def script():
        from app.own_data import picture as own_picture  # noqa: PLC0415

        own_picture._read("own_picture 7")
        own_picture.bring()

    at = AppTest.from_function(script).run()
    assert not at.exception
    assert not at.error

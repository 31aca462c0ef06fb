"""The page Animal Faces as a script: pictures are there, on their way, or it says why not."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from app.figures.inside import Subject
from app.live import component
from app.live.component import Watching
from app.own_data import loading
from app.own_data.picture_sets import Expected
from app.texts.animal_faces import REFERENCE
from mlpcore.datasets import animal_faces, collection, drawn_faces, image_file
from mlpcore.datasets.animal_faces import DownloadError
from mlpcore.experiments import AnimalFaces
from tests.app import pages
from tests.app.pages import answer, of, shown

QUICK = {"epochs": "1", "widths": "8"}


@pytest.fixture(autouse=True)
def _downloads():
    yield
    loading.real_faces.cache_clear()


@pytest.fixture
def small():
    return collection.keep(drawn_faces.make(train=60, val=30, seed=5))


@pytest.fixture
def _no_real_faces(monkeypatch, tmp_path):
    def fail(progress):
        raise DownloadError("https://x: no network\nSave the archive as /home/ada/afhq.zip.")

    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(tmp_path))
    monkeypatch.setattr(collection, "_made", {})
    monkeypatch.setattr(animal_faces, "load", fail)


def visit(**parameters):
    return pages.visit("animal-faces", **QUICK | parameters)


def arrived(at):
    """The page once what it waits for has come, or will not come."""
    coming = of(at, Expected).loading
    if coming:
        coming.thread.join(90)
    return at.run()


def button(at, label):
    return next(button for button in at.button if button.label == label)


def archive(classes, count=3):
    stream = io.BytesIO()
    noise = np.random.default_rng(0)
    with zipfile.ZipFile(stream, "w") as file:
        for name in classes:
            for i in range(count):
                picture = io.BytesIO()
                pixels = noise.integers(0, 256, (40, 50, 3), dtype=np.uint8)
                Image.fromarray(pixels).save(picture, "PNG")
                file.writestr(f"{name}/{i}.png", picture.getvalue())
    return stream.getvalue()


def test_drawn_faces_stand_beside_what_the_tutorial_gets_on_photographs(small):
    def compared(at):
        return [caption.value for caption in at.caption if caption.value == REFERENCE]

    assert len(compared(visit())) == 1
    assert not compared(visit(data=small))


def test_a_link_sets_the_controls_and_the_job(small):
    at = visit(data=small, widths="16-8", augmentation="on", unit="9", own_scale="true")
    assert not at.exception
    assert not at.warning
    assert shown(at).config == AnimalFaces(
        data=small, widths="16-8", augmentation="on", epochs=1
    )  # fmt: skip
    assert any(toggle.value for toggle in at.toggle)
    assert at.query_params["unit"] == "9"


def test_widths_that_are_none_are_refused_and_the_last_result_stays(small):
    at = visit(data=small)
    before = shown(at).config
    at.text_input(key="AnimalFaces.widths").set_value("64-many").run()
    assert "widths must be" in at.error[0].value
    assert shown(at).config == before


def test_widths_may_be_written_with_commas(small):
    at = visit(data=small)
    at = at.text_input(key="AnimalFaces.widths").set_value("8, 4").run()
    assert not at.error
    assert shown(at).config.widths == "8-4"
    assert at.query_params["widths"] == "8-4"


def test_fewer_units_keep_the_chosen_filter_within_the_layer(small):
    at = visit(data=small, widths="16", unit="16")
    at.text_input(key="AnimalFaces.widths").set_value("4").run()
    assert not at.exception
    assert next(slider for slider in at.slider if slider.label == "Unit").value == 4


def test_a_set_that_is_gone_is_said():
    at = visit(data="0123456789abcdef")
    assert "Load it again" in at.warning[0].value


@pytest.mark.usefixtures("_no_real_faces")
def test_real_faces_that_cannot_come_leave_the_page_as_it_is(small, caplog):
    at = visit(data=small)
    button(at, "Real photographs").click().run()
    at = arrived(at)
    assert not at.exception
    assert "Go on with drawn faces" in at.error[0].value
    assert "/home" not in at.error[0].value
    assert "Save the archive as /home/ada/afhq.zip" in caplog.text  # whoever runs the server knows
    assert shown(at).config.data == small


@pytest.mark.usefixtures("_no_real_faces")
def test_a_link_to_real_faces_that_cannot_come_offers_a_way_on(small):
    at = arrived(visit(data="real"))
    assert not at.exception
    assert "could not be downloaded" in at.error[0].value
    assert "main" not in of(at, Watching).shown
    assert {"Drawn faces", "Try again"} <= {button.label for button in at.button}
    assert "real" in at.query_params["data"]


def test_pictures_that_were_brought_are_shown(small):
    at = visit(data=small)
    of(at, Expected).loading = loading.read(archive(["ant", "bee"]))
    at = arrived(at)
    assert not at.exception
    assert not at.error
    pictures = collection.load(shown(at).config.data)
    assert pictures.classes == ("ant", "bee")


def test_an_archive_that_will_not_do_says_why(small):
    at = visit(data=small)
    of(at, Expected).loading = loading.read(archive(["ant"]))
    at = arrived(at)
    assert "2 to 20 folders" in at.error[0].value
    assert shown(at).config.data == small


def uneven():
    """An archive whose validation set lacks a class, which comes second."""
    stream = io.BytesIO()
    whole = zipfile.ZipFile(io.BytesIO(archive(["ant", "bee"], 5)))
    with whole, zipfile.ZipFile(stream, "w") as file:
        for name in whole.namelist():
            file.writestr(f"train/{name}", whole.read(name))
        file.writestr("val/ant/1.png", whole.read("ant/1.png"))
    return stream.getvalue()


def test_train_is_split_where_val_lacks_a_class(small):
    at = visit(data=small, opened=["commands"])
    of(at, Expected).loading = loading.read(uneven())
    at = arrived(at)
    assert "val has no folder bee" in at.error[0].value
    assert shown(at).config.data == small
    at = button(at, "Split train instead").click().run()
    at = arrived(at)
    assert not at.exception
    assert not at.error
    assert "Split train instead" not in buttons(at)
    pictures = collection.load(shown(at).config.data)
    assert pictures.counts == ([4, 4], [1, 1])
    command = " ".join(code.value for code in at.code)
    assert "animal-faces --data pictures.zip" in command
    assert "--split-train" in command


def test_only_unlike_sets_are_offered_a_split(small):
    at = visit(data=small)
    of(at, Expected).loading = loading.read(archive(["ant"]))
    assert "Split train instead" not in buttons(arrived(at))


def picture(form="PNG"):
    pixels = np.random.default_rng(0).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, form)
    return stream.getvalue()


def own_picture(at, name, data):
    uploader = next(each for each in at.file_uploader if "own picture" in each.label)
    return uploader.set_value((name, data, "image/png")).run()


def buttons(at):
    return {button.label for button in at.button}


def test_a_picture_of_ones_own_is_shown_until_it_is_put_away(small):
    at = own_picture(visit(data=small, picture="7"), "me.png", picture())
    assert not at.exception
    assert not at.error
    seen = image_file.read(picture(), "me.png").numpy().tobytes()
    assert looked_at(seen)
    assert "Picture" not in {box.label for box in at.number_input}
    at = button(at, "Back to the validation pictures").click().run()
    assert "Back to the validation pictures" not in buttons(at)
    assert next(box for box in at.number_input if box.label == "Picture").value == 7


def looked_at(pixels):
    """Whether the page has placed pictures of these pixels."""
    views = component.frames._views.values()
    subjects = [value for view in views for _, value in view.parameters]
    return any(isinstance(s, Subject) and s.brought == pixels for s in subjects)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.png", b""),
        ("words.jpg", b"no picture"),
        ("half.png", picture()[:2000]),
        ("phone.heic", b"\0\0\0\x18ftypheic" + bytes(99)),
    ],
)
def test_a_file_that_is_no_picture_is_refused_in_place(name, data, small):
    at = own_picture(visit(data=small), name, data)
    assert not at.exception
    assert "picture must be a JPEG, PNG, WebP, GIF, BMP or TIFF file" in at.error[0].value
    assert f"got '{name}'" in at.error[0].value
    assert "Back to the validation pictures" not in buttons(at)
    at = own_picture(at, "me.png", picture())
    assert not at.error


def test_a_bad_file_leaves_the_good_one_before_it(small):
    at = own_picture(visit(data=small), "me.png", picture())
    at = own_picture(at, "words.jpg", b"no picture")
    assert at.error
    assert "Back to the validation pictures" in buttons(at)


def test_the_answer_brings_its_measurements(small):
    at = visit(data=small)
    at = answer(at, at.radio[0].options[0])
    assert not at.exception
    assert any("templates" in text.value for text in at.markdown)

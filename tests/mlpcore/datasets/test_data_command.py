"""``python -m mlpcore data``: what it fetches, draws, tells and refuses."""

import json
import sys

import numpy as np
import pytest
from PIL import Image

from mlpcore.cli.program import main
from mlpcore.datasets import animal_faces, drawn_faces, image_folder
from mlpcore.datasets.contact_sheet import COLUMNS, ROWS, ZOOM, contact_sheet


def said(capsys, *arguments, status=0):
    """What a command puts out, or its one line of refusal."""
    assert main(["data", *arguments]) == status
    out, err = capsys.readouterr()
    if status:
        assert out == ""
        assert err.startswith("python -m mlpcore: ")
        assert err.count("\n") == 1
        return err
    assert err == ""
    return out


@pytest.fixture
def few_faces(monkeypatch):
    """A drawn set small enough for a test."""
    make = drawn_faces.make
    monkeypatch.setattr(drawn_faces, "SHAPE", (36, 32, 32, 3))
    monkeypatch.setattr(drawn_faces, "COUNTS", ([10, 10, 10], [2, 2, 2]))
    monkeypatch.setattr(drawn_faces, "make", lambda progress: make(30, 6, progress=progress))


def test_fetch(use, capsys, cache_folder):
    use("good")
    assert said(capsys, "fetch") == f"6 real faces are now in {cache_folder}.\n"
    use()
    assert said(capsys, "fetch") == f"6 real faces are already in {cache_folder}.\n"


def test_a_failed_fetch(use, capsys, cache_folder):
    use("missing", "html")
    line = said(capsys, "fetch", status=2)
    assert "404" in line
    assert "not a zip archive" in line
    assert str(cache_folder / "afhq_32x32.zip") in line
    assert list(cache_folder.iterdir()) == []


@pytest.mark.parametrize(("arguments", "shown"), [([], True), (["--quiet"], False)])
def test_the_bar(use, capsys, monkeypatch, arguments, shown):
    use("good")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["data", "fetch", *arguments]) == 0
    assert ("0%" in capsys.readouterr().err) == shown


def test_ctrl_c(use, capsys, monkeypatch, cache_folder):
    use("good")

    def interrupt(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(image_folder, "load", interrupt)
    assert main(["data", "fetch"]) == 130
    assert capsys.readouterr().err == "python -m mlpcore: interrupted.\n"
    assert list(cache_folder.iterdir()) == []


def test_draw_with_a_contact_sheet(few_faces, capsys, tmp_path, cache_folder):
    sheet = tmp_path / "sheet.png"
    first, second = said(capsys, "draw", "--sheet", str(sheet)).splitlines()
    assert first == f"36 drawn faces are now in {cache_folder}."
    assert second == f"{sheet} shows some of them."
    with Image.open(sheet) as image:
        assert image.size == (COLUMNS * 32 * ZOOM, 3 * ROWS * 32 * ZOOM)
    assert "already" in said(capsys, "draw")


def test_a_contact_sheet_has_a_class_below_the_other():
    pictures = drawn_faces.make(30, 6)
    sheet = np.asarray(contact_sheet(pictures))[::ZOOM, ::ZOOM]
    cats, dogs, _ = np.split(sheet, 3)
    assert (cats[:32, 32:64] == pictures.train_images[1].numpy()).all()
    first_dog = int((pictures.train_labels == 1).nonzero()[0, 0])
    assert (dogs[:32, :32] == pictures.train_images[first_dog].numpy()).all()
    assert (cats[32:] == 0).all()


@pytest.mark.parametrize("sheet", ["sheet.jpg", "none/sheet.png"])
def test_a_sheet_that_cannot_be_is_refused_first(few_faces, capsys, monkeypatch, sheet):
    monkeypatch.setattr(drawn_faces, "load", None)
    line = said(capsys, "draw", "--sheet", sheet, status=2)
    assert line.endswith(f"sheet must be a .png file in a folder that exists; got '{sheet}'.\n")


def test_a_cache_that_cannot_be_written(few_faces, capsys, caplog, cache_folder):
    cache_folder.write_text("a file where the folder should be")
    line = said(capsys, "draw", status=2)
    assert "cache must be a folder that can be written" in line
    assert "MLP_EXPLORER_CACHE" in line


def test_info_on_the_cache(use, capsys, cache_folder):
    told = json.loads(said(capsys, "info"))
    assert told["cache"] == str(cache_folder)
    assert told["bytes"] == {}
    assert not told["real"]["cached"]
    use("good")
    animal_faces.load()
    told = json.loads(said(capsys, "info"))
    assert told["bytes"].keys() == {"afhq_32x32.npy", "afhq_32x32.zip"}
    assert told["real"] == json.loads(said(capsys, "info", "real"))
    assert told["real"] == {
        "cached": True,
        "train": {"cat": 2, "dog": 2},
        "val": {"cat": 1, "dog": 1},
    }


def test_info_on_a_path(capsys, tmp_path, zipped, good_files):
    path = tmp_path / "mine.zip"
    path.write_bytes(zipped(good_files | {"afhq/train/cat/notes.txt": b"no picture"}))
    assert json.loads(said(capsys, "info", str(path))) == {
        "train": {"cat": 2, "dog": 2},
        "val": {"cat": 1, "dog": 1},
        "resized": 0,
        "left_out": ["afhq/train/cat/notes.txt: no JPEG, PNG, WebP, GIF, BMP or TIFF picture"],
    }


def test_info_on_a_path_whose_train_is_split(capsys, tmp_path, zipped, good_files, encode):
    path = tmp_path / "mine.zip"
    more = {f"afhq/train/bird/{i}.png": encode() for i in range(9)}
    path.write_bytes(zipped(good_files | more))
    line = said(capsys, "info", str(path), status=2)
    assert "val has no folder bird" in line
    assert line.endswith("takes the place of val. --split-train does that.\n")
    assert json.loads(said(capsys, "info", str(path), "--split-train")) == {
        "train": {"bird": 7, "cat": 1, "dog": 1},
        "val": {"bird": 2, "cat": 1, "dog": 1},
        "resized": 0,
        "left_out": [],
    }


@pytest.mark.parametrize("arguments", [[], ["drawn"], ["real"]])
def test_only_pictures_of_ones_own_are_split(capsys, arguments):
    line = said(capsys, "info", *arguments, "--split-train", status=2)
    assert "split_train must be left out unless data is a file of one's own; got True." in line


def test_info_refuses_what_is_no_set(capsys, tmp_path):
    line = said(capsys, "info", str(tmp_path / "none"), status=2)
    assert "data must be a folder or a zip archive that can be read" in line


@pytest.mark.parametrize("arguments", [[], ["steal"], ["fetch", "--sheet"]])
def test_bad_arguments(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        main(["data", *arguments])
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1

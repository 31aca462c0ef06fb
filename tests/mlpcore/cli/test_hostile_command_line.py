"""Arguments made to do harm: the command line ends with 0 or 2, and says why in a line."""

import contextlib
import io
import json
import os
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mlpcore.cli.commands import EXPERIMENTS, SWEEPS, flag
from mlpcore.cli.program import main
from mlpcore.datasets import animal_faces, drawn_faces
from mlpcore.params import specs


@dataclass
class Done:
    """A snapshot of a run that trains nothing."""

    progress: float = 1.0
    label: str = "done"

    def result(self):
        return {"accuracy": float("nan")}


@pytest.fixture(autouse=True, scope="module")
def _no_training():
    with pytest.MonkeyPatch.context() as patch:
        for kind in (*EXPERIMENTS.values(), *SWEEPS.values()):
            patch.setattr(kind, "run", lambda self, device: iter([Done()]))
        yield


RESULT = {"accuracy": None}
READING = ["--split-train", "--columns", "--encoding"]
FLAGS = sorted({flag(name) for kind in EXPERIMENTS.values() for name in specs(kind)})
VALUES = st.sampled_from(
    [
        "", "-", "--", "0", "1", "-1", "1e30", "nan", "inf", "-inf", "9" * 5000, "1_0", "true",
        "relu", "spirals", "drawn", "real", "/", ".", "/etc/passwd", "/dev/null", "a\nb", "\x1b[2J",
        "\0", "\udc80", "\ud800", "\u202e", "x" * 5000, "64-64", "cpu", "cuda:-1", "cuda:x", "meta",
        "cpu:99", "mps", "xla", "%s", "%(prog)s", "{}", "'; rm -rf /", "🙂",
    ]
) | st.text(st.characters(), max_size=8)  # fmt: skip
ARGUMENTS = st.lists(
    st.sampled_from(
        [*FLAGS, *READING, "--device", "--quiet", "--sweep", "--help", "-h", "--seed=1"]
    )
    | st.builds("{}={}".format, st.sampled_from(FLAGS), VALUES)
    | VALUES,
    max_size=5,
)


def outcome(arguments):
    """Exit status, standard output and standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(arguments)
        except SystemExit as end:
            status = end.code
    return status, out.getvalue(), err.getvalue()


def check(arguments, result=None):
    """That it ends with a report, or says in a line why not."""
    status, out, err = outcome(arguments)
    if status == 0:
        assert out.startswith("usage:") or result is None or json.loads(out)["result"] == result
    else:
        assert status == 2
        assert out == "" or arguments[0] == "data"  # which tells what it did before
        (line,) = err.removesuffix("\n").split("\n")
        assert line.startswith("python -m mlpcore")
        assert line.isprintable()
        assert len(line) < 2000
    return status, out, err


@given(experiment=st.sampled_from([*EXPERIMENTS, "wide", ""]), arguments=ARGUMENTS)
@settings(max_examples=500)
def test_any_arguments(experiment, arguments, nothing_written):
    with nothing_written():
        check([experiment, *arguments], RESULT)


@given(arguments=st.lists(VALUES, max_size=4))
def test_no_experiment(arguments, nothing_written):
    with nothing_written():
        check(arguments)


@given(name=st.sampled_from(FLAGS), value=VALUES, experiment=st.sampled_from([*EXPERIMENTS]))
@settings(max_examples=500)
def test_any_value_of_any_flag(name, value, experiment, nothing_written):
    with nothing_written():
        check([experiment, f"{name}={value}"], RESULT)


@given(device=VALUES)
def test_any_device(device, nothing_written):
    with nothing_written():
        check(["mean-field", f"--device={device}"], RESULT)


@pytest.mark.parametrize(
    "target",
    ["", ".", "/", "no/such/folder", "x" * 300, "a\0b", "\ud800", "/dev/full"],
)
def test_a_target_that_cannot_be_written(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, _, err = check(["mean-field", f"--json={target}"])
    assert status == 2
    assert "json must be a file that can be written" in err
    assert list(tmp_path.iterdir()) == []


def test_only_the_target_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert outcome(["mean-field", "--json=-odd name\n.json"]) == (0, "", "")
    (written,) = tmp_path.iterdir()
    assert written.name == "-odd name\n.json"
    assert json.loads(written.read_text())["result"] == {"accuracy": None}


@pytest.mark.parametrize("experiment", ["animal-faces", "wide-vs-deep"])
@pytest.mark.parametrize("path", ["/dev/null", "a\0b", "\ud800", "x" * 5000, "/proc/self/mem"])
def test_data_that_is_no_file_of_data(experiment, path, nothing_written):
    with nothing_written():
        status, _, err = check([experiment, f"--data={path}"])
    assert status == 2
    assert "data must be" in err


@given(action=st.sampled_from(["fetch", "draw", "info", ""]), arguments=st.lists(
    VALUES | st.sampled_from(["--sheet", "--sheet=a\0.png", "--sheet=no/such/a.png", "--quiet"]),
    max_size=3,
))  # fmt: skip
def test_any_data_command(action, arguments, small_sets):
    check(["data", action, *arguments])


@pytest.fixture(scope="module")
def small_sets(tmp_path_factory):
    """Sets that are there at once, so that nothing is drawn and nothing fetched."""
    pictures = drawn_faces.make(train=6, val=3, seed=0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLP_EXPLORER_CACHE", str(tmp_path_factory.mktemp("cache")))
        for made in (animal_faces, drawn_faces):
            patch.setattr(made, "cached", lambda: True)
            patch.setattr(made, "load", lambda progress: pictures)
        yield


def test_a_folder_with_names_that_are_no_text(tmp_path):
    picture = io.BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    for name in (b"cat", b"dog", b"\xff\xfe", b"cow\xff"):
        folder = os.path.join(os.fsencode(tmp_path), name)
        os.mkdir(folder)
        for number in (b"0.png", b"1\xff.png", b"2.png", b"\x1b[2J.png"):
            with open(os.path.join(folder, number), "wb") as file:
                file.write(picture.getvalue())
    status, out, _ = outcome(["data", "info", str(tmp_path)])
    assert status == 0
    out.encode()
    assert set(json.loads(out)["train"]) == {"cat", "dog"}
    assert len(json.loads(out)["left_out"]) == 4

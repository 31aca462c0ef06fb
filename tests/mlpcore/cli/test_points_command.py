"""Points from a file on the command line."""

import json
import shlex
from pathlib import Path

import numpy as np
import pytest

from mlpcore.cli.commands import command_line
from mlpcore.cli.program import main
from mlpcore.datasets import points
from mlpcore.experiments import DegreeSweep, PolynomialFeatures, WideVsDeep

QUICK = ["--epochs", "1", "--seeds", "2", "--batch-size", "8", "--device", "cpu", "--quiet"]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "my points.csv"
    noise = np.random.default_rng(0).normal(size=(60, 2))
    path.write_text("\n".join(f"{x + i % 3},{y},{'abc'[i % 3]}" for i, (x, y) in enumerate(noise)))
    return str(path)


@pytest.mark.parametrize(
    "arguments",
    [
        ["wide-vs-deep", "--depth-to", "1"],
        ["polynomial", "--degree", "2"],
        ["polynomial", "--sweep", "--degree-from", "2", "--degree-to", "2"],
    ],
)
def test_a_file_is_learnt(capsys, path, arguments):
    assert main([*arguments, "--data", path, *QUICK]) == 0
    config = json.loads(capsys.readouterr().out)["config"]
    assert config["classes"] == 3
    assert points.find(config["data"]).classes == ("a", "b", "c")


@pytest.mark.parametrize("kind", [WideVsDeep, PolynomialFeatures, DegreeSweep])
def test_the_command_names_the_file_and_reproduces(capsys, path, kind):
    data = points.keep(points.load(Path(path)))
    config = kind(data=data, classes=3, epochs=1, seeds=2, batch_size=8)
    command = command_line(config, path)
    assert "--classes" not in command
    extra = ["--degree-from", "5", "--degree-to", "5"] if kind is DegreeSweep else []
    assert main([*shlex.split(command)[3:], *extra, "--device", "cpu", "--quiet"]) == 0
    reported = json.loads(capsys.readouterr().out)["config"]
    assert reported["data"] == data


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--batch-size", "128"], "batch_size must be at most the training set's 48 samples"),
        (["--classes", "5"], "classes must be 3, as many as the points that were brought have"),
        (["--noise", "0.1"], "noise must be left out with points that were brought; got 0.1."),
    ],
)
def test_what_does_not_go_with_a_file_is_refused(capsys, path, arguments, message):
    assert main(["wide-vs-deep", "--data", path, *QUICK, *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.fixture
def wide(tmp_path):
    """A file of five columns in another encoding than the likeliest."""
    path = tmp_path / "wide.csv"
    rows = [f"{i},{i % 5},{i % 7},{'žý'[i % 2]},{i % 3}" for i in range(30)]
    path.write_bytes("\n".join(["n,five,se ven,-word,-word", *rows]).encode("cp1250"))
    return str(path)


CHOSEN = ["--columns", "n", "se ven", "4", "--encoding", "windows-1250"]


@pytest.mark.parametrize("arguments", [["wide-vs-deep", "--depth-to", "1"], ["polynomial"]])
def test_columns_and_encoding_are_taken(capsys, wide, arguments):
    assert main([*arguments, "--data", wide, *CHOSEN, *QUICK]) == 0
    brought = points.find(json.loads(capsys.readouterr().out)["config"]["data"])
    assert brought.axes == ("n", "se ven")
    assert brought.classes == ("ý", "ž")
    assert brought.coordinates[8].tolist() == [8, 1]


def test_the_command_says_how_the_file_is_read(capsys, wide):
    columns, encoding = ["five", "se ven", "4"], "Windows-1250 (Central Europe)"
    data = points.keep(points.load(Path(wide), columns, encoding))
    config = WideVsDeep(data=data, classes=2, epochs=1, seeds=2, batch_size=8, depth_to=1)
    reading = {"columns": columns, "encoding": ["Windows-1250"]}
    command = command_line(config, wide, reading)
    assert main([*shlex.split(command)[3:], "--device", "cpu", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["data"] == data


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--columns", "n", "six", "4"], "columns must be among the table's 5, by name or number"),
        (["--columns", "n", "0", "4"], "number: 'n', 'five', 'se ven', '-word', '-word (5)'; got"),
        (["--columns", "n", "n", "4"], "data must be three columns: x, y and label"),
        (["--encoding", "latin"], "encoding must be one of UTF-8, UTF-16, Windows-1252, Wind"),
        ([], "their header must name those three, or columns must; got 5 columns: 'n', 'five',"),
    ],
)
def test_a_choice_that_will_not_do_is_refused_in_a_line(capsys, wide, arguments, message):
    assert main(["wide-vs-deep", "--data", wide, *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("arguments", [CHOSEN[:4], CHOSEN[4:]])
def test_what_is_made_here_has_no_columns_and_no_encoding(capsys, arguments):
    assert main(["wide-vs-deep", *arguments]) == 2
    assert "must be left out unless data is a file of one's own" in capsys.readouterr().err


def test_a_file_with_bad_rows_is_refused_in_a_line(capsys, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("x,y,label\n1,2,a\nabc,2,a\n1,,b\n")
    assert main(["wide-vs-deep", "--data", str(path)]) == 2
    out, err = capsys.readouterr()
    assert err.count("\n") == 1
    assert "Row 3: x must be a finite number; got 'abc'. Row 4: y must be a finite" in err
    assert not out

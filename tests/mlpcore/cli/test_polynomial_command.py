"""The polynomial experiment and its sweep on the command line."""

import json
import shlex

import pytest

from mlpcore.cli.commands import command_line
from mlpcore.cli.program import main
from mlpcore.experiments import DegreeSweep, PolynomialFeatures

SMALL = ["--samples", "30", "--batch-size", "16", "--epochs", "2", "--seeds", "2", "--quiet"]


def test_polynomial_writes_its_result(capsys):
    assert main(["polynomial", "--degree", "3", "--basis", "legendre", *SMALL]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["config"]["degree"] == 3
    assert report["result"]["features"] == 9


def test_sweep_runs_the_degree_sweep(tmp_path):
    target = tmp_path / "sweep.json"
    limits = ["--degree-from", "1", "--degree-to", "3", "--degree-step", "2"]
    assert main(["polynomial", *limits, "--sweep", *SMALL, "--json", str(target)]) == 0
    points = json.loads(target.read_text())["result"]["points"]
    assert [(p["degree"], p["basis"]) for p in points] == [
        (degree, basis) for degree in (1, 3) for basis in ("monomial", "chebyshev", "legendre")
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--sweep", "--degree", "3"], "degree must be left out with --sweep; got '3'."),
        (["--degree-to", "9"], "degree_to must be left out without --sweep; got '9'."),
        (["--degree", "99"], "degree must be a whole number from 1 to 60; got 99."),
        (
            ["--basis", "all"],
            "basis must be one of monomial, chebyshev, legendre; got 'all'.",
        ),
    ],
)
def test_bad_arguments_are_refused_in_a_line(capsys, arguments, message):
    assert main(["polynomial", *arguments]) == 2
    assert capsys.readouterr().err == f"python -m mlpcore: {message}\n"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (PolynomialFeatures(degree=7, scale=True), "polynomial --degree 7 --scale true"),
        (DegreeSweep(basis="legendre"), "polynomial --sweep --basis legendre"),
    ],
)
def test_the_command_line_names_a_config(config, expected):
    command = command_line(config)
    assert shlex.split(command) == ["python", "-m", "mlpcore", *expected.split()]


def test_help_tells_what_the_sweep_changes(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["polynomial", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "with --sweep: --basis is one of all, monomial, chebyshev, legendre" in text

"""``python -m mlpcore``: its report, its refusals, and that it reproduces."""

import json
import runpy
import shlex
import subprocess
import sys

import pytest

from mlpcore.cli.commands import EXPERIMENTS, command_line, flag
from mlpcore.cli.program import main
from mlpcore.datasets.planar import PLANAR
from mlpcore.experiments import WideVsDeep
from mlpcore.params import specs

SMALL = WideVsDeep(depth_to=2, seeds=2, samples=60, batch_size=32, epochs=2)
ARGUMENTS = shlex.split(command_line(SMALL))[3:]


def report(capsys, *arguments):
    """The JSON that a successful run puts out."""
    assert main([*ARGUMENTS, "--device", "cpu", *arguments]) == 0
    return json.loads(capsys.readouterr().out)


def refusal(capsys, *arguments):
    """The line that a refused run puts out."""
    try:
        status = main(arguments)
    except SystemExit as end:
        status = end.code
    out, err = capsys.readouterr()
    assert status == 2
    assert out == ""
    assert err.endswith("\n")
    assert err.count("\n") == 1
    assert err.startswith("python -m mlpcore")
    return err


# What it puts out


def test_the_report(capsys):
    seen = report(capsys)
    assert seen.keys() == {"experiment", "config", "result", "seconds", "device", "versions"}
    assert seen["experiment"] == "wide-vs-deep"
    assert seen["config"] == SMALL.values()
    assert seen["device"] == "cpu"
    assert seen["versions"].keys() == {"mlp_explorer", "python", "torch", "numpy"}
    assert seen["result"]["epoch"] == 2
    assert [a["depth"] for a in seen["result"]["architectures"]] == [1, 2]


def test_it_reproduces_bit_for_bit(capsys):
    *_, snapshot = SMALL.run()
    expected = json.loads(json.dumps(snapshot.result()))
    assert report(capsys)["result"] == report(capsys)["result"] == expected


def test_the_config_of_a_report_is_its_command(capsys):
    config = report(capsys)["config"]
    assert WideVsDeep(**config) == SMALL


def test_json_writes_to_a_file(capsys, tmp_path):
    target = tmp_path / "result.json"
    target.write_text("what was there before")
    assert main([*ARGUMENTS, "--json", str(target)]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(target.read_text())["config"] == SMALL.values()


def test_numbers_json_does_not_have_are_null(capsys):
    result = report(capsys, "--seeds", "1")["result"]
    score = result["architectures"][0]["test_accuracy"]
    assert score["margin"] is None
    assert score["mean"] is not None
    diverged = report(capsys, "--optimiser", "sgd", "--learning-rate", "1e6")["result"]
    networks = [n for a in diverged["architectures"] for n in a["networks"]]
    assert any(n["diverged_at"] is not None and n["test_loss"] is None for n in networks)


@pytest.mark.parametrize(("arguments", "shown"), [([], True), (["--quiet"], False)])
def test_the_bar_is_for_terminals_and_can_be_quiet(capsys, monkeypatch, arguments, shown):
    assert main([*ARGUMENTS, *arguments]) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main([*ARGUMENTS, *arguments]) == 0
    assert ("epoch 2 of 2" in capsys.readouterr().err) == shown


def test_as_a_program(monkeypatch):
    command = [sys.executable, "-W", "error", "-m", "mlpcore", *ARGUMENTS, "--epochs", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["result"]["epoch"] == 1
    assert done.stderr == ""
    monkeypatch.setattr(sys, "argv", ["mlpcore", *ARGUMENTS, "--seeds", "0"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("mlpcore", run_name="__main__")
    assert end.value.code == 2


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_help_tells_every_flag_with_what_is_allowed(capsys, experiment):
    with pytest.raises(SystemExit) as end:
        main([experiment, "--help"])
    assert end.value.code == 0
    words = capsys.readouterr().out.split()
    for spec in specs(EXPERIMENTS[experiment]).values():
        assert flag(spec.name) in words
    assert {"--device", "--json", "--quiet"} <= set(words)


# The command for a config


def test_the_command_line_of_a_config():
    assert command_line(WideVsDeep()) == "python -m mlpcore wide-vs-deep"
    config = WideVsDeep(budget=500, learning_rate=0.01, drop_last=False)
    assert command_line(config) == (
        "python -m mlpcore wide-vs-deep --budget 500 --learning-rate 0.01 --drop-last false"
    )


# Refusals: status 2 and one line that names the field, what is allowed and what came


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--seeds", "0"], "seeds must be a whole number from 1 to 32; got 0."),
        (["--seeds", "many"], "seeds must be a whole number from 1 to 32; got 'many'."),
        (["--seeds", ""], "seeds must be a whole number from 1 to 32; got ''."),
        (["--noise", "nan"], "noise must be a number from 0 to 1; got nan."),
        (["--noise", "-1"], "noise must be a number from 0 to 1; got -1."),
        (["--budget", "1e30"], "budget must be a whole number from 20 to 20000; got 1e+30."),
        (["--drop-last", "0"], "drop_last must be true or false; got '0'."),
        (
            ["--data", "rings"],
            f"data must be one of {', '.join(PLANAR)}, or a file of "
            "points that can be read; got 'rings'. No such file or directory.",
        ),
        (
            ["--depth-from", "4", "--depth-to", "2"],
            "depth_to must be depth_from (4) or more; got 2. Swap the two.",
        ),
        (
            ["--samples", "10"],
            "batch_size must be at most the training set's 32 samples; got 128. "
            "Lower it or raise samples.",
        ),
        (
            ["--budget", "20", "--depth-to", "10"],
            "budget must be at least 29, what 10 hidden layers of width 1 need with 4 classes; "
            "got 20. Raise the budget or lower depth_to.",
        ),
    ],
)
def test_bad_values(capsys, arguments, line):
    assert refusal(capsys, "wide-vs-deep", *arguments) == f"python -m mlpcore: {line}\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["EXPERIMENT", "required"]),
        (["wide-vs-deeep"], ["EXPERIMENT", "'wide-vs-deeep'", "wide-vs-deep"]),
        (["wide-vs-deep", "--depth", "3"], ["unrecognized arguments", "--depth 3"]),
        (["wide-vs-deep", "--seeds"], ["--seeds", "expected one argument"]),
        (["wide-vs-deep", "--device", "abacus"], ["device must be", "'abacus'"]),
        (["wide-vs-deep", "--device", "meta"], ["device must be", "'meta'"]),
        (["wide-vs-deep", "--device", "cuda:99"], ["device must be", "'cuda:99'"]),
    ],
)
def test_bad_arguments(capsys, arguments, words):
    line = refusal(capsys, *arguments)
    for word in words:
        assert word in line


@pytest.mark.parametrize("target", ["no such folder/result.json", "."])
def test_a_result_that_could_not_be_written_is_refused_before_training(
    capsys, monkeypatch, tmp_path, target
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(WideVsDeep, "run", None)
    line = refusal(capsys, *ARGUMENTS, "--json", target)
    assert line == (
        f"python -m mlpcore: json must be a file that can be written, or -; got {target!r}.\n"
    )

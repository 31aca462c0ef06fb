"""The mean-field command."""

import json

import pytest

from mlpcore.cli.commands import command_line
from mlpcore.cli.program import main
from mlpcore.experiments import MeanField


def answer(capsys, *flags):
    assert main(["mean-field", "--quiet", *flags]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_chaotic_network(capsys):
    report = answer(capsys, "--activation", "tanh", "--sigma-w", "2.5", "--sigma-b", "0.3")
    assert report["experiment"] == "mean-field"
    assert report["config"] == dict(activation="tanh", negative_slope=0.1, sigma_w=2.5, sigma_b=0.3)
    result = report["result"]
    assert result.pop("phase") == "chaotic"
    assert result == pytest.approx(
        dict(q_star=4.07912, chi_1=1.58522, c_star=0.12210, xi_c=5.10892, xi_gradient=2.17049),
        abs=1e-5,
    )


def test_what_is_infinite_or_undecided_is_null(capsys):
    exploding = answer(capsys, "--activation", "relu", "--sigma-w", "2")["result"]
    assert exploding["q_star"] is exploding["xi_c"] is None
    assert (exploding["c_star"], exploding["phase"]) == (1, "chaotic")
    linear = answer(capsys, "--activation", "linear", "--sigma-w", "1", "--sigma-b", "0")["result"]
    assert linear["c_star"] is linear["xi_gradient"] is None
    assert linear["phase"] == "critical"


def test_the_negative_slope_counts(capsys):
    edge = ["--activation", "leaky_relu", "--sigma-b", "0", "--sigma-w"]
    assert answer(capsys, *edge, "1.4071951")["result"]["phase"] == "critical"
    steep = [*edge, "1.4071951", "--negative-slope", "0.5"]
    assert answer(capsys, *steep)["result"]["phase"] == "chaotic"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (["--sigma-w", "-1"], "sigma_w must be a number from 0 to 20; got -1."),
        (["--negative-slope", "1"], "negative_slope must be a number from 0 to 0.99; got 1."),
        (["--activation", "step"], "activation must be one of relu, leaky_relu,"),
    ],
)
def test_bad_values_are_refused_in_a_line(capsys, flags, message):
    assert main(["mean-field", *flags]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert message in line


def test_the_command_reproduces_the_config():
    config = MeanField(activation="erf", sigma_w=2.0)
    command = "python -m mlpcore mean-field --activation erf --sigma-w 2.0"
    assert command_line(config) == command
    (snapshot,) = config.run()
    assert snapshot.finished
    assert snapshot.progress == 1

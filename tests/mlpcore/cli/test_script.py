"""Scripts: they run, and give the numbers of the config they were made from."""

import dataclasses
import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.cli.script import to_script
from mlpcore.datasets import collection, drawn_faces, points
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    MeanField,
    PolynomialFeatures,
    SignalPropagation,
    WideVsDeep,
)

TINY = {"seeds": 2, "samples": 40, "batch_size": 32, "epochs": 2}
CONFIGS = [
    WideVsDeep(budget=40, depth_to=2, activation="tanh", drop_last=False, **TINY),
    PolynomialFeatures(degree=3, **TINY),
    DegreeSweep(degree_from=2, degree_to=3, degree_step=1, basis="legendre", **TINY),
    GainSweep(data="moons", widths="8-4", gains=3, seeds=2),
    SignalPropagation(depth=4, width=20, networks=2),
    MeanField(sigma_w=0.1),
]


@pytest.fixture
def run(capsys):
    """Run a script here; what it printed, and its names."""

    def run(text):
        names = {"__name__": "__main__"}
        exec(compile(text, "script.py", "exec"), names)
        return capsys.readouterr().out, names

    return run


@pytest.mark.parametrize("config", CONFIGS, ids=lambda config: type(config).__name__)
def test_a_script_gives_the_config_s_numbers(run, config):
    printed, names = run(to_script(config))
    *_, snapshot = config.run()
    assert names["config"] == config
    assert json.dumps(names["last"].result()) == json.dumps(snapshot.result())
    assert len(printed.splitlines()) > 1


@pytest.mark.parametrize("kind", [AnimalFaces, GainSweep])
def test_drawn_faces_need_nothing_brought(kind):
    assert "Path" not in to_script(kind())


def test_a_script_is_a_program_of_its_own(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(to_script(CONFIGS[0]))
    command = [sys.executable, "-W", "error", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *_, snapshot = CONFIGS[0].run()
    for a in snapshot.architectures:
        said = f"{a.label}: {a.score.mean:.1%} ± {a.score.margin:.1%} of the test set right"
        assert said in done.stdout
    assert done.stderr == ""


def test_one_seed_has_no_interval():
    assert "margin" in to_script(WideVsDeep())
    assert "margin" not in to_script(WideVsDeep(seeds=1))


def test_a_script_says_only_what_differs():
    assert "config = WideVsDeep()\n" in to_script(WideVsDeep())
    text = to_script(WideVsDeep(budget=500))
    assert "config = WideVsDeep(\n    budget=500,\n)\n" in text


@given(st.lists(st.text()))
def test_comments_stay_comments(about):
    plain = compile(to_script(WideVsDeep()), "script.py", "exec")
    assert compile(to_script(WideVsDeep(), about), "script.py", "exec").co_names == plain.co_names


def test_pictures_that_somebody_brought_are_asked_for():
    name = collection.keep(drawn_faces.make(20, 10))
    text = to_script(AnimalFaces(data=name, epochs=1))
    assert 'image_folder.load(Path("pictures.zip"))' in text
    assert "data=data" in text
    assert name not in text
    compile(text, "script.py", "exec")


def test_pictures_whose_train_was_split_are_split_again():
    pictures = dataclasses.replace(drawn_faces.make(20, 10, seed=3), split_train=True)
    text = to_script(GainSweep(data=collection.keep(pictures)))
    assert 'image_folder.load(Path("pictures.zip"), split_train=True)' in text


def test_points_that_somebody_brought_are_asked_for(run, monkeypatch, tmp_path):
    rows = [f"{x / 10},{y},{'cat' if x > y else 'dog'}" for x in range(-9, 10) for y in (-1, 0, 1)]
    (tmp_path / "points.csv").write_text("\n".join(["x,y,label", *rows]))
    monkeypatch.chdir(tmp_path)
    name = points.keep(points.load(Path("points.csv")))
    tiny = {"seeds": 1, "epochs": 1, "batch_size": 8}
    config = WideVsDeep(data=name, classes=2, budget=40, depth_to=1, **tiny)
    text = to_script(config)
    assert name not in text
    _, names = run(text)
    assert names["config"] == config

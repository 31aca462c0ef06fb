"""Reports and tables: every number of a result is in them, and none that is not."""

import io
import json
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mlpcore
from mlpcore.cli.program import main
from mlpcore.cli.report import report, to_csv, to_json
from mlpcore.datasets import collection, drawn_faces
from mlpcore.experiments import (
    AnimalFaces,
    DegreeSweep,
    GainSweep,
    MeanField,
    PolynomialFeatures,
    SignalPropagation,
    Trainability,
    WideVsDeep,
)
from tests.runs import final

TINY = {"seeds": 2, "samples": 40, "batch_size": 32, "epochs": 3}
CONFIGS = {
    "wide-vs-deep": WideVsDeep(budget=40, depth_to=2, **TINY),
    "polynomial": PolynomialFeatures(degree=3, **TINY),
    "gain-sweep": GainSweep(data="moons", widths="8", gains=3, seeds=2),
    "signal-propagation": SignalPropagation(depth=4, width=20, networks=3),
    "mean-field": MeanField(),
    "trainability": Trainability(**TINY, sigmas=3, depths=2, depth_to=4, width=8),
}


def table(snapshot):
    return pd.read_csv(io.StringIO(to_csv(snapshot)))


def test_the_version_is_the_package_s():
    project = tomllib.loads((Path(mlpcore.__file__).parents[1] / "pyproject.toml").read_text())
    assert mlpcore.__version__ == project["project"]["version"]


@pytest.mark.parametrize("experiment", CONFIGS)
def test_a_report_is_the_command_line_s(experiment, capsys):
    config = CONFIGS[experiment]
    flags = [f"--{name.replace('_', '-')}={text}" for name, text in config.changes().items()]
    assert main([experiment, *flags, "--device", "cpu", "--quiet"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed.pop("seconds") > 0
    assert json.loads(to_json(report(experiment, config, final(config), "cpu"))) == printed


def test_notes_are_there_if_there_are_any():
    config = CONFIGS["mean-field"]
    assert "notes" not in report("mean-field", config, final(config), "cpu")
    assert report("mean-field", config, final(config), "cpu", notes=["x"])["notes"] == ["x"]


@given(st.integers(1, 2), st.integers(1, 3), st.integers(1, 4), st.sampled_from([1e-3, 1e6]))
@settings(max_examples=8)
def test_a_table_has_every_network_s_history_and_result(depth_to, seeds, epochs, learning_rate):
    config = WideVsDeep(
        **TINY | {"seeds": seeds, "epochs": epochs},
        budget=40,
        depth_to=depth_to,
        seed=5,
        optimiser="sgd",
        learning_rate=learning_rate,
    )
    snapshot = final(config)
    rows = table(snapshot)
    evaluated = snapshot.architectures[0].epochs
    assert len(rows) == depth_to * seeds * len(evaluated)
    assert not rows.duplicated(["depth", "seed", "epoch"]).any()
    at_end = rows[rows.epoch == epochs].set_index(["depth", "seed"])
    for a in snapshot.result()["architectures"]:
        assert rows[rows.depth == a["depth"]].parameters.eq(a["parameters"]).all()
        for network in a["networks"]:
            row = at_end.loc[a["depth"], network["seed"]]
            assert row.test_accuracy == network["test_accuracy"]
            assert row.train_accuracy == network["train_accuracy"]
            np.testing.assert_equal(row.test_loss_nats, network["test_loss"])
            assert row.diverged == (network["diverged_at"] is not None)


def test_a_table_of_two_models():
    rows = table(final(CONFIGS["polynomial"]))
    result = final(CONFIGS["polynomial"]).result()
    assert list(rows.model.unique()) == ["polynomial", "mlp"]
    for model, some in rows[rows.epoch == 3].groupby("model"):
        means = result[model]["test_accuracy"]["mean"]
        assert some.test_accuracy.mean() == pytest.approx(means, abs=1e-12)


def test_a_table_of_degrees():
    config = DegreeSweep(degree_from=1, degree_to=3, degree_step=2, **TINY)
    rows = table(final(config))
    places = rows[["degree", "basis"]].drop_duplicates().to_numpy().tolist()
    assert places == [list(place) for place in config.places]


def test_a_table_of_gains():
    config = CONFIGS["gain-sweep"]
    rows, result = table(final(config)), final(config).result()
    by_gain = rows.pivot_table(index="gain", columns="seed", values="test_accuracy")
    assert by_gain.index.tolist() == result["gains"]
    assert by_gain.to_numpy().tolist() == result["test_accuracy"]


def test_a_table_of_a_grid():
    config = CONFIGS["trainability"]
    rows, result = table(final(config)), final(config).result()
    assert list(rows.depth.unique()) == result["depths"]
    for accuracies, (_, some) in zip(result["train_accuracy"], rows.groupby("depth"), strict=True):
        by_scale = some.pivot_table(index="sigma_w", columns="seed", values="train_accuracy")
        assert by_scale.index.tolist() == result["sigma_w"]
        assert by_scale.to_numpy().tolist() == accuracies


def test_a_table_of_layers():
    config = CONFIGS["signal-propagation"]
    rows, result = table(final(config)), final(config).result()
    assert len(rows) == 3 * 4
    means = rows.groupby("layer").mean()
    np.testing.assert_allclose(means.length, result["length"]["measured"])
    np.testing.assert_allclose(means.length_theory, result["length"]["theory"])
    np.testing.assert_allclose(means.correlation, result["correlation"]["measured"])
    np.testing.assert_allclose(means.gradient, result["gradient"]["measured"])


def test_a_table_of_theory():
    rows = table(final(CONFIGS["mean-field"]))
    assert rows.loc[0, "phase"] == final(CONFIGS["mean-field"]).result()["phase"]


def test_a_table_of_faces():
    data = collection.keep(drawn_faces.make(20, 10))
    config = AnimalFaces(data=data, widths="8-4", seeds=2, epochs=1)
    rows = table(final(config))
    assert set(rows.training) == {"augmented", "plain"}
    assert set(rows.widths) == {"8-4"}

"""Notebooks: they run with torch, NumPy and Matplotlib alone, and agree with the app."""

import ast
import base64
import json

import matplotlib as mpl
import numpy as np
import pytest
import torch

from app.results import files, notebook
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets import augmentation, collection, drawn_faces, planar, points
from mlpcore.datasets.pictures import SIDE
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
from mlpcore.networks.weights import networks_of
from mlpcore.running.jobs import Jobs, State

LINK = "https://example.org/mlp/wide-vs-deep?epochs=3"
# All samples in one batch: then their order changes no more than roundings.
PLANE = {"seeds": 2, "samples": 40, "batch_size": 64, "epochs": 3, "classes": 2}
PLANE |= {"learning_rate": 0.01, "noise": 0.2}
PICTURES = {"widths": "8", "seeds": 2, "batch_size": 64, "epochs": 2}


@pytest.fixture
def finished(wait_for):
    jobs = Jobs(device="cpu", patience=600)

    def run(config):
        job = jobs.submit(config, "w")
        wait_for(lambda: job.status().state.over)
        assert job.status().state is State.FINISHED
        return job

    yield run
    jobs.close()


def cells_of(text):
    """Sources of a notebook's code cells."""
    cells = json.loads(text)["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.fixture
def execute(tmp_path, monkeypatch):
    """Run a notebook's cells in a folder of its own; its names."""
    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)

    def execute(text):
        names = {"__name__": "__main__"}
        with torch.random.fork_rng(), mpl.rc_context({"figure.max_open_warning": 0}):
            for cell in cells_of(text):
                exec(compile(cell, "cell", "exec"), names)
        mpl.pyplot.close("all")
        return names

    return execute


def check(names, job, within):
    """Loaded weights give the app's accuracies; what was trained here is near them."""
    snapshot = job.status().snapshot
    table = snapshot.table()
    said = table[table["epoch"] == snapshot.epoch]["test_accuracy"].to_numpy()
    assert list(names["loaded"]) == list(networks_of(snapshot).layers)
    np.testing.assert_allclose(list(names["loaded"].values()), said, atol=1e-6)
    here = [names["curves"][name][-1] for name in names["loaded"]]
    np.testing.assert_allclose(here, said, atol=within)


def own_points():
    rows = [f"{x},{x * x % 7},{'left' if x < 20 else 'right'}" for x in range(40)]
    return points.keep(points.read("\n".join(rows), "mine.csv"))


@pytest.mark.parametrize(
    "config",
    [
        WideVsDeep(
            budget=40, depth_to=2, activation="gelu-tanh", width="nearest", l1=0.01, **PLANE
        ),
        PolynomialFeatures(degree=3, basis="legendre", scale=True, standardise=True, **PLANE),
        GainSweep(**PLANE | {"data": "moons", "widths": "8-4", "gains": 3, "optimiser": "rmsprop"}),
    ],
    ids=lambda config: type(config).__name__,
)
def test_points_are_learnt_as_in_the_app(finished, execute, config):
    job = finished(config)
    assert config.train_size == config.batch_size
    names = execute(files.as_notebook(job, LINK))
    check(names, job, within=1e-6)


@pytest.mark.parametrize(
    "config",
    [
        WideVsDeep(budget=60, depth_to=2, dropout=0.2, **PLANE | {"epochs": 100}),
        PolynomialFeatures(degree=6, hidden_layers=1, dropout=0.2, **PLANE | {"epochs": 100}),
    ],
    ids=lambda config: type(config).__name__,
)
def test_dropout_is_torchs(finished, execute, config):
    names = execute(files.as_notebook(finished(config), LINK))
    check(names, finished(config), within=0.25)  # other units are left out
    for net in names["networks"].values():
        rates = [part.p for part in net.modules() if isinstance(part, torch.nn.Dropout)]
        assert rates == [0.2] * (len(net) // 2)
        assert not net.training


@pytest.mark.parametrize(
    "config",
    [
        lambda data: AnimalFaces(data=data, scheme="he_normal", gain=1.4, **PICTURES),
        lambda data: GainSweep(data=data, gains=2, **PICTURES),
    ],
    ids=["AnimalFaces", "GainSweep"],
)
def test_pictures_and_weights_may_stand_beside(finished, execute, tmp_path, monkeypatch, config):
    monkeypatch.setattr(notebook, "MOST_EMBEDDED", 0)
    job = finished(config(collection.keep(drawn_faces.make(40, 20))))
    text = files.as_notebook(job, LINK)
    with pytest.raises(FileNotFoundError, match="Put pictures-"):
        execute(text)
    (tmp_path / files.pictures_name(job)).write_bytes(files.as_pictures(job))
    assert execute(text)["loaded"] == {}
    (tmp_path / f"{files.name(job)}.safetensors").write_bytes(files.as_weights(job))
    # Other batches and rotations, in a few steps: no two runs are that far apart.
    check(execute(text), job, within=0.5)


def test_still_pictures_are_learnt_as_in_the_app(finished, execute, tmp_path):
    data = collection.keep(drawn_faces.make(40, 20))
    job = finished(
        AnimalFaces(
            data=data,
            augmentation="off",
            activation="tanh-relu",
            **PICTURES | {"batch_size": 4096, "widths": "8-8"},
        )
    )
    (tmp_path / files.pictures_name(job)).write_bytes(files.as_pictures(job))
    (tmp_path / f"{files.name(job)}.safetensors").write_bytes(files.as_weights(job))
    check(execute(files.as_notebook(job, LINK)), job, within=1e-6)


SWEEP = DegreeSweep(
    degree_from=2, degree_to=5, degree_step=3, scale=True, standardise=True, **PLANE
)
GRID = Trainability(
    **PLANE | {"noise": 0.3, "activation": "tanh", "width": 6},
    data="circles",
    optimiser="sgd",
    sigmas=3,
    depths=2,
    depth_to=4,
)


@pytest.mark.parametrize("config", [SWEEP, GRID], ids=lambda config: type(config).__name__)
def test_what_keeps_no_weights_is_compared_by_its_numbers(finished, execute, config):
    job = finished(config)
    names = execute(files.as_notebook(job, LINK))
    said = names["APP_ACCURACY"]
    table = job.status().snapshot.table()
    if "epoch" in table:
        table = table[table["epoch"] == config.epochs]
    assert list(said) == list(names["curves"])
    assert list(said.values()) == table["test_accuracy"].tolist()
    here = [curve[-1] for curve in names["curves"].values()]
    np.testing.assert_allclose(here, list(said.values()), atol=1e-6)


def test_a_grid_s_theory_is_the_app_s(finished, execute):
    job = finished(GRID)
    names = execute(files.as_notebook(job, LINK))
    np.testing.assert_allclose(names["theory"], GRID.trainable_depths(GRID.scales), rtol=1e-3)
    assert (names["trained"] == job.status().snapshot.trained).all()


@pytest.mark.parametrize("activation", ["linear", "sigmoid", "selu", "gelu"])
@pytest.mark.parametrize("sigma_b", [0.0, 0.3])
def test_theory_of_a_grid_has_no_holes(activation, sigma_b):
    config = Trainability(
        activation=activation, sigma_b=sigma_b, sigma_from=0.1, sigma_to=4.1, sigmas=2
    )
    cells = cells_of(notebook.to_notebook(config, [], None))
    names = {"np": np, "scales": config.scales}
    for cell in cells:
        if any(part in cell for part in ("import", "SIGMA_B =", "ACTIVATIONS = {", "_map(")):
            exec(cell, names)
    np.testing.assert_allclose(names["theory"], config.trainable_depths(config.scales), rtol=0.02)


def test_a_sweep_learns_own_points(finished, execute):
    config = DegreeSweep(
        data=own_points(), classes=2, batch_size=32, degree_to=5, basis="chebyshev", epochs=2
    )
    names = execute(files.as_notebook(finished(config), LINK))
    assert (names["train_x"] == config.split().train_inputs).all()
    assert names["gaps"].keys() == names["curves"].keys()


@pytest.mark.parametrize(
    "law",
    [
        {"activation": "tanh", "sigma_w": 1.5, "sigma_b": 0.3},
        {"activation": "relu", "sigma_w": 1.4, "sigma_b": 0.0},
        {"activation": "leaky_relu", "negative_slope": 0.3, "sigma_w": 0.9, "sigma_b": 0.5},
        {"activation": "selu", "sigma_w": 1.0, "sigma_b": 0.2, "correlation": -1.0},
    ],
)
def test_random_networks_are_the_app_s(finished, execute, law):
    job = finished(SignalPropagation(depth=8, width=30, networks=3, seed=4, **law))
    snapshot = job.status().snapshot
    names = execute(files.as_notebook(job, LINK))
    for name in ("lengths", "correlations", "gradients"):
        values = getattr(snapshot, name)
        np.testing.assert_allclose(names["measured"][name], values, rtol=1e-3, atol=1e-5)
        theory = getattr(snapshot.theory, name)
        np.testing.assert_allclose(names["theory"][name], theory, rtol=2e-3, atol=1e-4)
    found = names["singular_values"].numpy()
    np.testing.assert_allclose(found, snapshot.singular_values, rtol=1e-3, atol=1e-6)


def test_numbers_that_are_not_finite_are_written_down(finished, execute):
    law = {"activation": "linear", "sigma_w": 5.0, "depth": 80}
    job = finished(SignalPropagation(width=10, networks=1, mean_square=100.0, **law))
    assert "math.inf" in files.as_notebook(job, LINK)
    with np.errstate(invalid="ignore", over="ignore"):
        execute(files.as_notebook(job, LINK))


def test_own_points_are_written_down(finished, execute):
    job = finished(WideVsDeep(data=own_points(), classes=2, batch_size=32, depth_to=2, epochs=2))
    names = execute(files.as_notebook(job, LINK))
    assert (names["train_x"] == job.config.split().train_inputs).all()
    check(names, job, within=1e-6)


@pytest.mark.parametrize("name", planar.PLANAR)
def test_generated_points_are_the_app_s(execute, name):
    config = WideVsDeep(data=name, samples=10, classes=3, batch_size=8)
    cells = cells_of(notebook.to_notebook(config, [], None))
    names = {}
    for cell in cells[:4]:
        exec(compile(cell, "cell", "exec"), names)
    split = config.split()
    assert (names["train_x"] == split.train_inputs).all()
    assert (names["test_y"] == split.test_labels).all()


def test_pictures_are_moved_as_the_app_moves_them():
    cells = cells_of(notebook.to_notebook(AnimalFaces(degrees=30.0), [], None))
    names = {"torch": torch, "nn": torch.nn, "DEGREES": 30.0}
    exec(next(cell for cell in cells if "def augment" in cell), names)
    images = drawn_faces.make(20, 10).train_images
    moved = names["augment"](augmentation.flat(images), torch.Generator().manual_seed(0))
    generator = torch.Generator().manual_seed(0)
    angles = (2 * torch.rand(len(images), generator=generator) - 1) * 30
    flips = torch.rand(len(images), generator=generator) < 0.5
    steps = augmentation.steps(angles, flips, SIDE)
    expected = augmentation.normalised(augmentation.moved(augmentation.pack(images), steps))
    # PIL, which the app follows, rounds cosines and sines: some pixels come from the next one.
    assert ((moved - expected).abs() < 1e-5).float().mean() > 0.98


def test_a_run_that_goes_on_has_no_weights_yet(wait_for):
    jobs = Jobs(device="cpu", patience=600)
    job = jobs.restart(jobs.submit(WideVsDeep(depth_to=1), "w"), "w", epochs=1)
    wait_for(lambda: job.status().state is State.PAUSED and job.status().snapshot)
    job.set_learning_rate(0.5)
    text = files.as_notebook(job, LINK)
    jobs.close()
    assert "that comes once a run has ended" in text
    assert "learning rate was set to 0.5" in text
    assert "read_safetensors" not in text


@pytest.mark.parametrize("kind", notebook._KINDS)
def test_a_notebook_is_one_and_needs_nothing_of_ours(kind):
    trained = notebook.Trained("w.safetensors", b"x" * 100, {"one": 0.5})
    if kind in (DegreeSweep, SignalPropagation, Trainability):
        trained = notebook.Said("accuracies", {"one": 0.5})
    text = notebook.to_notebook(kind(), ["about"], trained)
    whole = json.loads(text)
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    assert len({cell["id"] for cell in whole["cells"]}) == len(whole["cells"])
    code = {"cell_type", "id", "metadata", "source", "outputs", "execution_count"}
    for cell in whole["cells"]:
        assert cell.keys() == (
            code if cell["cell_type"] == "code" else code - {"outputs", "execution_count"}
        )
    nodes = [node for cell in cells_of(text) for node in ast.walk(ast.parse(cell))]
    roots = {
        alias.name.split(".")[0] for n in nodes if isinstance(n, ast.Import) for alias in n.names
    }
    roots |= {node.module.split(".")[0] for node in nodes if isinstance(node, ast.ImportFrom)}
    standard = {"base64", "copy", "io", "itertools", "json", "math", "pathlib"}
    assert roots == {"torch", "numpy", "matplotlib"} | standard
    if isinstance(trained, notebook.Trained):
        assert base64.b64encode(trained.weights).decode() in text
    assert len(text) < 100_000


def test_other_experiments_have_none(finished):
    assert not files.has_notebook(finished(MeanField()))


def test_every_activation_has_a_module():
    cells = cells_of(notebook.to_notebook(WideVsDeep(), [], None))
    names = {"nn": torch.nn, "NEGATIVE_SLOPE": 0.2}
    exec(next(cell for cell in cells if "ACTIVATIONS = {" in cell), names)
    z = torch.linspace(-3, 3, 7)
    assert names["ACTIVATIONS"].keys() == ACTIVATIONS.keys()
    for name, phi in ACTIVATIONS.items():
        torch.testing.assert_close(names["ACTIVATIONS"][name]()(z), phi.function(z, 0.2))

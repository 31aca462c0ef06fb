"""Weights that are taken away: torch.nn loads them and is as accurate as the page says."""

import json

import numpy as np
import pytest
import safetensors
import safetensors.torch
import torch
from numpy.polynomial import chebyshev, legendre, polynomial
from torch import nn

from mlpcore.datasets import collection, drawn_faces
from mlpcore.datasets.augmentation import flat
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.networks.weights import KeptWeights, to_safetensors
from tests.runs import final

TINY = {"seeds": 2, "samples": 60, "batch_size": 32, "epochs": 3, "seed": 4}
ACTIVATIONS = {"relu": nn.ReLU, "leaky_relu": nn.LeakyReLU, "tanh": nn.Tanh}


@pytest.fixture
def saved(tmp_path):
    """The tensors and metadata of a snapshot's networks, read from a file."""

    def saved(snapshot, **about):
        path = tmp_path / "weights.safetensors"
        path.write_bytes(to_safetensors(snapshot.networks(), about))
        with safetensors.safe_open(path, "pt") as opened:
            metadata = opened.metadata()
        return safetensors.torch.load_file(path), metadata

    return saved


def sequential(tensors, metadata, name):
    """A network as torch.nn has it."""
    state = {k.removeprefix(f"{name}."): v for k, v in tensors.items() if k.startswith(f"{name}.")}
    modules = []
    for key in sorted(
        (k for k in state if k.endswith("weight")), key=lambda k: int(k.split(".")[0])
    ):
        n_out, n_in = state[key].shape
        slope = (
            [float(metadata["negative_slope"])] if metadata["activation"] == "leaky_relu" else []
        )
        modules += [nn.Linear(n_in, n_out), ACTIVATIONS[metadata["activation"]](*slope)]
    network = nn.Sequential(*modules[:-1])
    network.load_state_dict(state)
    return network


def accuracy(network, inputs, labels):
    with torch.inference_mode():
        return float((network(inputs).argmax(1) == labels).float().mean())


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_networks_of_all_depths(saved, activation):
    config = WideVsDeep(budget=60, depth_to=3, activation=activation, negative_slope=0.2, **TINY)
    snapshot = final(config)
    tensors, metadata = saved(snapshot, config=config.values(), note="x")
    assert json.loads(metadata["config"]) == config.values()
    assert metadata["note"] == "x"
    split = config.split()
    for a in snapshot.result()["architectures"]:
        for n in a["networks"]:
            network = sequential(tensors, metadata, f"depth{a['depth']}.seed{n['seed']}")
            assert accuracy(network, split.test_inputs, split.test_labels) == n["test_accuracy"]
    parameters = sum(a.parameters * 2 for a in snapshot.architectures)
    assert snapshot.networks().size == 4 * parameters == sum(t.nbytes for t in tensors.values())


VANDER = {
    "monomial": polynomial.polyvander,
    "chebyshev": chebyshev.chebvander,
    "legendre": legendre.legvander,
}


@pytest.mark.parametrize("basis", VANDER)
@pytest.mark.parametrize("scale", [False, True])
def test_polynomial_features_can_be_made_from_the_file_alone(saved, basis, scale):
    config = PolynomialFeatures(degree=6, basis=basis, scale=scale, standardise=True, **TINY)
    tensors, metadata = saved(final(config), config=config.values())
    said = json.loads(metadata["config"])
    split = config.split()
    points = split.test_inputs.double().numpy() / (2 if said["scale"] else 1)
    x, y = (VANDER[said["basis"]](points[:, i], said["degree"]) for i in (0, 1))
    n, m = tensors["features.terms"].T.numpy()
    features = (x[:, n] * y[:, m] - tensors["features.mean"].numpy()) / tensors[
        "features.deviation"
    ].numpy()
    result = final(config).result()
    for model, inputs in {
        "polynomial": torch.tensor(features, dtype=torch.float32),
        "mlp": split.test_inputs,
    }.items():
        for n in result[model]["networks"]:
            network = sequential(tensors, metadata, f"{model}.seed{n['seed']}")
            assert accuracy(network, inputs, split.test_labels) == n["test_accuracy"]


def test_faces(saved):
    pictures = drawn_faces.make(60, 20)
    config = AnimalFaces(data=collection.keep(pictures), widths="16-8", epochs=1)
    tensors, metadata = saved(final(config))
    for name, arm in final(config).arms.items():
        network = sequential(tensors, metadata, f"{name}.seed0")
        reached = accuracy(network, flat(pictures.val_images), pictures.val_labels)
        assert reached == pytest.approx(float(arm.test_accuracy[-1, 0]), abs=1e-6)


def test_a_sweep_keeps_its_weights_when_it_is_finished(saved):
    config = GainSweep(data="spirals", widths="8-4", gains=3, seeds=2, seed=7)
    first, *_, snapshot = config.run()
    assert first.networks() is None
    tensors, metadata = saved(snapshot)
    split = WideVsDeep().split()  # the same points
    for gain, row in zip(config.places, snapshot.test_accuracy, strict=True):
        for seed, expected in zip(config.network_seeds, row, strict=True):
            network = sequential(tensors, metadata, f"gain_{gain}.seed{seed}")
            assert accuracy(network, split.test_inputs, split.test_labels) == expected


class Owner:
    """Something arrays can belong to."""


def test_kept_arrays_are_bounded_and_die_with_their_owner():
    kept = KeptWeights(most=20)
    owners = [Owner() for _ in range(4)]
    for owner in owners[:3]:
        kept.put(owner, [np.zeros(2, np.float32)])
    assert [kept.get(owner) is not None for owner in owners] == [False, True, True, False]
    assert kept.size == 16
    kept.put(owners[3], [np.zeros(9, np.float32)])
    assert [kept.get(owner) is not None for owner in owners] == [False, False, False, True]
    del owners[3], owner
    kept.put(owners[0], [np.zeros(4, np.float32)])
    assert kept.get(owners[0]) is not None

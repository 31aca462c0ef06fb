"""Inside a network: against autograd on the same network built from torch's modules."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from mlpcore.datasets import collection, drawn_faces
from mlpcore.datasets.augmentation import flat
from mlpcore.datasets.pictures import Pictures, class_labels
from mlpcore.experiments import AnimalFaces, inside
from mlpcore.experiments.animal_faces import filters, learnt_filters


@pytest.fixture(scope="module", params=["12", "12-8-5"])
def snapshot(request):
    data = collection.keep(drawn_faces.make(train=300, val=90, seed=1))
    config = AnimalFaces(
        data=data, widths=request.param, augmentation="off", epochs=3, activation="elu-tanh-silu"
    )
    return list(config.run())[-1]


@pytest.fixture(scope="module")
def modules(sequential):
    def build(architecture):
        layers = [torch.from_numpy(layer[0]) for layer in architecture.weights]
        return sequential(layers, architecture.activation)

    return build


def test_a_response_is_what_autograd_says(snapshot, modules):
    network, image = modules(snapshot.plain), snapshot.pictures.val_images[7]
    inputs = flat(image[None]).requires_grad_()
    logs = network(inputs).log_softmax(1)[0]
    logs.max().backward()
    seen = inside.respond(snapshot.plain, 0, image)
    np.testing.assert_allclose(seen.probabilities, logs.exp().detach(), rtol=1e-4)
    expected = inputs.grad.view(3, 32, 32).abs().amax(0)
    np.testing.assert_allclose(seen.saliency, expected, rtol=1e-3, atol=1e-7)
    np.testing.assert_allclose(seen.units[0], network[:2](inputs)[0].detach(), rtol=1e-3, atol=1e-5)
    assert [len(layer) for layer in seen.units] == snapshot.config.hidden_widths


def test_class_effects_are_mean_derivatives_less_their_mean(snapshot, modules):
    network, seen = modules(snapshot.plain), snapshot.pictures
    hidden = network[:2](flat(seen.val_images)).detach().requires_grad_()
    logits = network[2:](hidden)
    expected = torch.stack(
        [torch.autograd.grad(k.sum(), hidden, retain_graph=True)[0].mean(0) for k in logits.T], 1
    )
    expected -= expected.mean(1, keepdim=True)
    effects = inside.class_effects(snapshot.plain, 0, seen)
    np.testing.assert_allclose(effects, expected, rtol=1e-3, atol=1e-6)


def test_class_effects_with_one_hidden_layer_are_outgoing_weights():
    data = collection.keep(drawn_faces.make(train=60, val=30, seed=2))
    config = AnimalFaces(data=data, widths="7", augmentation="off", epochs=2)
    snapshot = list(config.run())[-1]
    outgoing = snapshot.plain.weights[1][0, :, :-1].T  # (W, C)
    expected = outgoing - outgoing.mean(1, keepdims=True)
    effects = inside.class_effects(snapshot.plain, 0, snapshot.pictures)
    np.testing.assert_allclose(effects, expected, rtol=1e-5, atol=1e-7)


def test_the_first_layer_is_that_of_the_network(snapshot, modules):
    expected = modules(snapshot.plain)[:2](flat(snapshot.pictures.val_images)).detach()
    seen = inside.first_layer(snapshot.plain, 0, snapshot.pictures)
    np.testing.assert_allclose(seen, expected, rtol=1e-3, atol=1e-5)


def test_probes_read_what_is_there_to_read():
    generator = torch.Generator().manual_seed(0)
    images = torch.randint(0, 100, (400, 32, 32, 3), generator=generator, dtype=torch.uint8)
    labels = class_labels([100, 100, 100, 100]) % 2
    images[labels == 1, :4] += 60
    order = torch.randperm(400, generator=generator)
    train, val = order[:300].sort().values, order[300:].sort().values
    parts = images[train], labels[train], images[val], labels[val]
    seen = Pictures(("dark", "bright"), *parts)
    config = AnimalFaces(data=collection.keep(seen), widths="12-8-5", augmentation="off", epochs=1)
    snapshot = list(config.run())[-1]
    pixels, *layers = inside.probe_accuracies(snapshot.plain, 0, seen)
    assert pixels > 0.95
    assert len(layers) == 3


def test_the_reach_of_patches_and_of_the_whole_picture():
    whole, patch, dots = np.ones((32, 32, 3)), np.zeros((32, 32, 3)), np.zeros((32, 32, 3))
    patch[3:8, 20:25] = -2
    dots[4, 4, 0], dots[4, 24, 2] = 1, -1
    # Of n places side by side the variance is (n² − 1)/12; two dots lie 10 from their middle.
    expected = [math.sqrt(2 * (32**2 - 1) / 12), 2, 10]
    filters = np.stack([whole, patch, dots]).astype(np.float32)
    np.testing.assert_allclose(inside.reach(filters), expected, rtol=1e-6)
    assert np.isnan(inside.reach(np.zeros((1, 32, 32, 3), np.float32)))


@pytest.mark.parametrize("scheme", ["torch_default", "xavier_normal"])
def test_what_filters_have_learnt_is_what_training_added(scheme):
    data = collection.keep(drawn_faces.make(train=60, val=30, seed=2))
    config = AnimalFaces(data=data, widths="7-5", epochs=2, seeds=2, scheme=scheme)
    start, *_, end = config.run()
    np.testing.assert_array_equal(learnt_filters(start, "plain", 1), 0)
    added = filters(end.augmented, 1) - filters(start.augmented, 1)
    np.testing.assert_allclose(learnt_filters(end, "augmented", 1), added, atol=1e-7)


def test_probes_do_not_depend_on_the_validation_labels(snapshot):
    relabelled = dataclasses.replace(
        snapshot.pictures, val_labels=(snapshot.pictures.val_labels + 1) % 3
    )
    right, wrong = (
        inside.probe_accuracies(snapshot.plain, 0, seen)[0]
        for seen in (snapshot.pictures, relabelled)
    )
    assert right + wrong <= 1

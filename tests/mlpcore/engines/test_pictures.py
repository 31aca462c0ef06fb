"""Training on pictures: both engines against torch on pictures moved by hand."""

import numpy as np
import pytest
import torch

from mlpcore.datasets import augmentation, drawn_faces
from mlpcore.engines import Lesson, PictureSamples, Rule, Samples
from mlpcore.engines.compiled import CompiledEngine
from mlpcore.engines.dealing import orders, walks
from mlpcore.engines.reference import TorchEngine

SHAPES, SEEDS = [[3072, 6, 3], [3072, 6, 3], [3072, 3]], [4, 9, 4]
EPOCHS, SIZE, STEPS, RATE = 2, 16, 4, 1e-3


@pytest.fixture(scope="module")
def pictures():
    return drawn_faces.make(60, 12)


@pytest.fixture
def trained(school, pictures):
    def train(engine, degrees, rule):
        networks = [school.network(shape, i, torch.float32) for i, shape in enumerate(SHAPES)]
        samples = PictureSamples(
            augmentation.pack(pictures.train_images), pictures.train_labels, degrees
        )
        ensemble = engine.ensemble(networks, "tanh", 0.0, rule, SEEDS)
        engine.train([Lesson(ensemble, samples, SIZE, STEPS)], 0, EPOCHS * STEPS, RATE)
        return networks, school.layers(ensemble)

    return train


@pytest.mark.parametrize("degrees", [None, 0.0, 25.0], ids=["left alone", "flipped", "rotated"])
@pytest.mark.parametrize("rule", [Rule("sgd"), Rule("adam")], ids=["sgd", "adam"])
def test_networks_learn_what_torch_learns_from_pictures_moved_by_hand(
    school, sequential, with_biases, learn_alone, pictures, trained, engine, degrees, rule
):
    initial, found = trained(engine, degrees, rule)
    count, words = len(pictures.train_labels), augmentation.pack(pictures.train_images)
    for seed, first, ours in zip(SEEDS, initial, found, strict=True):
        batches, one = [], np.array([seed])
        for epoch in range(EPOCHS):
            images = pictures.train_images
            if degrees is not None:
                steps = torch.from_numpy(walks(one, epoch, count, degrees, 32)[0])
                images = augmentation.unpacked(augmentation.moved(words, steps))
            dataset = augmentation.flat(images), pictures.train_labels
            order = torch.from_numpy(orders(one, epoch, count)[0])
            batches += school.batches(dataset, order, SIZE, STEPS)
        network = sequential(first, "tanh")
        learn_alone(network, rule, batches, RATE)
        for mine, theirs in zip(ours, with_biases(network), strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-3, atol=3e-5)


@pytest.mark.parametrize("degrees", [None, 25.0])
def test_both_engines_learn_the_same(trained, degrees):
    ends = [trained(engine(), degrees, Rule("sgd"))[1] for engine in (CompiledEngine, TorchEngine)]
    for one, other in zip(*ends, strict=True):
        for a, b in zip(one, other, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-4, atol=1e-6)


def test_pictures_left_alone_are_points(school, pictures, trained):
    """In the compiled engine too, which makes inputs of them one by one."""
    engine = CompiledEngine()
    initial, found = trained(engine, None, Rule("sgd"))
    samples = Samples(augmentation.flat(pictures.train_images), pictures.train_labels)
    ensemble = engine.ensemble(initial, "tanh", 0.0, Rule("sgd"), SEEDS)
    engine.train([Lesson(ensemble, samples, SIZE, STEPS)], 0, EPOCHS * STEPS, RATE)
    for one, other in zip(school.layers(ensemble), found, strict=True):
        for a, b in zip(one, other, strict=True):
            torch.testing.assert_close(a, b, rtol=1e-5, atol=1e-6)

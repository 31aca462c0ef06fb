"""Points in the plane."""

import math

import numpy as np
import pytest
import torch

from mlpcore.datasets import planar

every_set = pytest.mark.parametrize("name", planar.PLANAR)


def generate(name, classes, samples, noise, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return planar.PLANAR[name](classes, samples, noise, generator)


def test_the_tutorials_split():
    split = planar.make("spirals", 4, 1000, 0.4, seed=0)
    assert split.train_inputs.shape == (3200, 2)
    assert split.test_inputs.shape == (800, 2)
    assert split.train_inputs.dtype == torch.float32
    assert split.train_labels.dtype == torch.int64


@pytest.mark.parametrize("classes", [2, 4, 7])
def test_spirals_without_noise_are_the_formula(classes):
    samples = 50
    points, labels = generate("spirals", classes, samples, 0.0)
    expected = []
    for k in range(classes):
        for t in np.linspace(0, 1, samples):
            angle = 2 * math.pi / classes * (2 * t + k)
            expected.append([t * math.sin(angle), t * math.cos(angle)])
    np.testing.assert_allclose(points, expected, atol=1e-6)
    np.testing.assert_array_equal(labels, np.repeat(np.arange(classes), samples))


@every_set
def test_noise_displaces_by_its_square(name):
    classes, samples, noise = 4, 4000, 0.6
    # The generator's draws are the same, so the difference is the noise alone.
    clean, _ = generate(name, classes, samples, 0.0)
    noisy, _ = generate(name, classes, samples, noise)
    displacement = (noisy - clean).numpy() / noise**2
    if name == "spirals":
        t = np.tile(np.linspace(0, 1, samples), classes)[:, None]
        displacement = displacement[t[:, 0] > 0] / t[t[:, 0] > 0]
    # 32,000 standard normal draws: their mean is within 5/√32000, their deviation within half that.
    assert abs(displacement.mean()) < 0.03
    assert abs(displacement.std() - 1) < 0.02
    assert abs(np.corrcoef(displacement.T)[0, 1]) < 0.04


@every_set
@pytest.mark.parametrize("classes", [2, 5, 8])
def test_every_set_has_its_classes_within_the_picture(name, classes):
    points, labels = generate(name, classes, 300, 0.4)
    assert points.shape == (classes * 300, 2)
    assert torch.bincount(labels).tolist() == [300] * classes
    clean, _ = generate(name, classes, 300, 0.0)
    assert clean.abs().max() <= 1.4
    assert points.abs().max() <= 1.4 + 5 * 0.4**2


@every_set
def test_every_sets_classes_are_apart_without_noise(name):
    """A nearest neighbour knows the class, for the classes do not lie on each other."""
    split = planar.make(name, 3, 1000, 0.0, seed=1)
    nearest = torch.cdist(split.test_inputs, split.train_inputs).argmin(1)
    right = split.train_labels[nearest] == split.test_labels
    assert right.float().mean() > 0.9


@pytest.mark.parametrize("classes", [2, 3, 8])
def test_every_square_of_the_checkerboard_has_one_class(classes):
    points, labels = generate("checkerboard", classes, 500, 0.0)
    column, row = ((points / 1.2 + 1) * classes).floor().long().T
    assert torch.equal((column + row) % classes, labels)
    assert (column.min(), column.max()) == (row.min(), row.max()) == (0, 2 * classes - 1)


@every_set
def test_a_split_is_a_shuffle_of_all_points(name):
    split = planar.make(name, 4, 100, 0.3, seed=5)
    generator = torch.Generator().manual_seed(5)
    points, labels = planar.PLANAR[name](4, 100, 0.3, generator)

    def rows(inputs, labels):
        return sorted(torch.cat([inputs, labels[:, None]], dim=1).tolist())

    inputs = torch.cat([split.test_inputs, split.train_inputs])
    together = torch.cat([split.test_labels, split.train_labels])
    assert rows(inputs, together) == rows(points, labels)
    assert together.tolist() != labels.tolist()
    assert (torch.bincount(split.test_labels, minlength=4) > 5).all()


@every_set
def test_the_seed_decides_everything_and_nothing_global_does(name):
    first = planar.make(name, 4, 50, 0.4, seed=3)
    torch.rand(1)
    state = torch.get_rng_state()
    again = planar.make(name, 4, 50, 0.4, seed=3)
    other = planar.make(name, 4, 50, 0.4, seed=4)
    assert torch.equal(first.train_inputs, again.train_inputs)
    assert torch.equal(first.test_labels, again.test_labels)
    assert not torch.equal(first.train_inputs, other.train_inputs)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize(("classes", "samples"), [(2, 10), (3, 11), (7, 13), (8, 5000)])
def test_a_fifth_is_the_test_set(classes, samples):
    size = planar.test_size(classes, samples)
    assert size == classes * samples // 5
    split = planar.make("blobs", classes, samples, 0.1, seed=0)
    assert len(split.test_labels) == size
    assert len(split.train_labels) == classes * samples - size

"""The container of labelled pictures."""

import torch

from mlpcore.datasets.pictures import Pictures


def make(images=None, classes=("a", "b"), counts=((2, 1), (1, 1))):
    if images is None:
        images = torch.arange(5, dtype=torch.uint8).view(5, 1, 1, 1).expand(5, 32, 32, 3)
    return Pictures.in_order(images, classes, counts)


def test_one_array_becomes_two_sets():
    pictures = make()
    assert pictures.train_images[:, 0, 0, 0].tolist() == [0, 1, 2]
    assert pictures.train_labels.tolist() == [0, 0, 1]
    assert pictures.val_images[:, 0, 0, 0].tolist() == [3, 4]
    assert pictures.val_labels.tolist() == [0, 1]
    assert pictures.counts == ([2, 1], [1, 1])
    assert torch.equal(pictures.images[:, 0, 0, 0], torch.arange(5))


def test_the_fingerprint_tells_data_apart():
    changed = make().images.clone()
    changed[3, 5, 5, 1] += 1
    prints = [
        make().fingerprint,
        make(changed).fingerprint,
        make(classes=("a", "c")).fingerprint,
        make(counts=((1, 2), (1, 1))).fingerprint,
        make(counts=((2, 1), (2, 0))).fingerprint,
    ]
    assert len(set(prints)) == len(prints)
    assert make().fingerprint == prints[0]

"""Drawn faces: deterministic, in the real set's numbers, every kind drawn as its table says."""

import dataclasses
import logging

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.datasets import drawn_faces
from mlpcore.datasets.animal_faces import CLASSES, COUNTS
from mlpcore.datasets.face_kinds import FACE, KINDS


def test_equal_seeds_give_equal_pictures():
    state = torch.get_rng_state()
    pictures = drawn_faces.make(150, 30, seed=1)
    assert drawn_faces.make(150, 30, seed=1).fingerprint == pictures.fingerprint
    assert drawn_faces.make(150, 30, seed=2).fingerprint != pictures.fingerprint
    torch.set_num_threads(2)
    try:
        assert drawn_faces.make(150, 30, seed=1).fingerprint == pictures.fingerprint
    finally:
        torch.set_num_threads(1)
    assert torch.equal(torch.get_rng_state(), state)


def test_pictures_are_like_the_real_ones():
    shares = []
    pictures = drawn_faces.make(300, 30, progress=shares.append)
    assert pictures.classes == CLASSES
    assert pictures.train_images.shape == (300, 32, 32, 3)
    assert pictures.train_images.dtype == torch.uint8
    assert pictures.val_images.shape == (30, 32, 32, 3)
    # No two alike, none flat, light and dark ones, and colour.
    assert len(pictures.images.flatten(1).unique(dim=0)) == 330
    pixels = pictures.images.flatten(1, 2).float()
    assert pixels.std(1).mean(1).min() > 4
    assert 80 < pixels.mean() < 160
    assert pixels.mean((1, 2)).std() > 15
    assert (pixels.mean(1).amax(1) - pixels.mean(1).amin(1)).mean() > 10
    assert shares == sorted(shares)
    assert shares[-1] == 1


def test_the_default_numbers_are_the_real_sets(monkeypatch):
    def blank(labels, seed, progress):
        return torch.zeros(len(labels), 32, 32, 3, dtype=torch.uint8)

    monkeypatch.setattr(drawn_faces, "draw", blank)
    pictures = drawn_faces.make()
    assert pictures.counts == COUNTS
    assert len(pictures.train_images) == 14_630
    assert len(pictures.val_images) == 1_500


@given(train=st.integers(0, 100_000), val=st.integers(0, 100_000))
def test_any_number_is_shared_as_in_the_real_set(train, val):
    for number, counts in zip((train, val), COUNTS, strict=True):
        shares = drawn_faces._shares(number, counts)
        assert sum(shares) == number
        for share, count in zip(shares, counts, strict=True):
            assert abs(share - number * count / sum(counts)) <= 1


def test_every_class_has_kinds_and_every_range_is_known():
    assert {kind.animal for kind in KINDS.values()} == set(CLASSES)
    for name, kind in KINDS.items():
        assert kind.ranges.keys() <= FACE.keys(), name
        assert all(low <= high for low, high in (FACE | kind.ranges).values()), name


@pytest.mark.parametrize("feature", FACE)
def test_every_number_of_the_face_changes_the_picture(feature, monkeypatch):
    middle = {name: (low + high) / 2 for name, (low, high) in FACE.items()}
    names = list(FACE)
    middle |= dict.fromkeys(names[names.index("ear_inside") :], 0.5)  # the amounts

    def pictures(value):
        ranges = {name: (v, v) for name, v in (middle | {feature: value}).items()}
        kind = dataclasses.replace(KINDS["tabby"], ranges=ranges)
        monkeypatch.setattr(drawn_faces, "KINDS", {"only": kind})
        return drawn_faces.draw(torch.zeros(4, dtype=torch.int64), seed=0)

    assert not torch.equal(pictures(middle[feature]), pictures(middle[feature] + 0.3))


def test_the_default_set_is_drawn_once(monkeypatch, cache_folder):
    few = drawn_faces.make(6, 3)
    drawn = []

    def make(progress):
        drawn.append(1)
        return few

    monkeypatch.setattr(drawn_faces, "make", make)
    monkeypatch.setattr(drawn_faces, "SHAPE", (9, 32, 32, 3))
    monkeypatch.setattr(drawn_faces, "COUNTS", few.counts)
    assert drawn_faces.load().fingerprint == few.fingerprint
    assert drawn_faces.load().fingerprint == few.fingerprint
    assert drawn == [1]
    assert len(list(cache_folder.iterdir())) == 1


def test_without_a_cache_the_faces_are_drawn_each_time(monkeypatch, cache_folder, caplog):
    few = drawn_faces.make(6, 3)
    monkeypatch.setattr(drawn_faces, "make", lambda progress: few)
    cache_folder.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        assert drawn_faces.load().fingerprint == few.fingerprint
    assert "MLP_EXPLORER_CACHE" in caplog.text

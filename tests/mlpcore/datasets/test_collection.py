"""Picture sets by name."""

import pytest
import torch

from mlpcore.datasets import animal_faces, collection, drawn_faces
from mlpcore.datasets.pictures import Pictures
from mlpcore.params import ParameterError


def pictures(value):
    images = torch.full((4, 32, 32, 3), value, dtype=torch.uint8)
    return Pictures.in_order(images, ("a", "b"), ([1, 1], [1, 1]))


def test_the_drawn_and_the_real_ones_have_names(monkeypatch):
    monkeypatch.setattr(collection, "_made", {})
    monkeypatch.setattr(drawn_faces, "load", lambda progress: pictures(1))
    monkeypatch.setattr(animal_faces, "load", lambda progress: pictures(2))
    drawn, real = collection.load("drawn"), collection.load("real")
    assert drawn.val_images.max() == 1
    assert real.val_images.max() == 2
    # The same ones again, so that what is computed of them is kept.
    assert collection.load("drawn") is drawn
    assert collection.load("real") is real


def test_what_is_kept_is_found_until_others_crowd_it_out():
    count = collection.MOST_KEPT // (collection.EACH + 4)
    sets = [pictures(value) for value in range(count + 1)]
    names = [collection.keep(each) for each in sets[:-1]]
    assert collection.load(names[0]) is sets[0]  # used just now
    names.append(collection.keep(sets[-1]))
    assert collection.load(names[0]) is sets[0]
    with pytest.raises(ParameterError, match=r"data must be drawn, real or .*Load it again"):
        collection.load(names[1])


@pytest.mark.parametrize("name", ["", "/etc", "../secret", "0123456789abcdef"])
def test_a_name_is_never_a_path(name):
    with pytest.raises(ParameterError, match="data must be drawn, real or the name"):
        collection.check(name)

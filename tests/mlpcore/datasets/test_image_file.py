"""A single picture that somebody brings: read as those of an archive are, or refused in words."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.datasets import image_file, image_folder
from mlpcore.params import ParameterError


def test_a_picture_is_read_as_in_an_archive(zipped, encode, good_files):
    pixels = np.random.default_rng(1).integers(256, size=(70, 150, 3), dtype=np.uint8)
    for form in ("PNG", "JPEG"):
        data = encode(pixels, form=form)
        archived = image_folder.load(zipped(good_files | {"afhq/val/cat/0.png": data}))
        assert torch.equal(image_file.read(data, "mine"), archived.val_images[0])


def test_what_is_no_picture_is_refused_by_name_and_reason(bad_files):
    for name, (data, reason) in bad_files.items():
        with pytest.raises(ParameterError, match="picture must be a JPEG or PNG file") as caught:
            image_file.read(data, name)
        assert name in str(caught.value)
        assert reason in str(caught.value)


def test_a_file_of_too_many_bytes_is_refused(encode, monkeypatch):
    monkeypatch.setattr(image_file, "MOST_FILE_BYTES", 10)
    with pytest.raises(ParameterError, match="bytes, more than 10"):
        image_file.read(encode(), "long.png")


def test_a_strange_name_is_printable():
    with pytest.raises(ParameterError) as caught:
        image_file.read(b"", "\x1b[31mred.png")
    assert str(caught.value).isprintable()


@given(st.integers(0, 400), st.binary(max_size=30))
def test_a_damaged_file_is_read_or_refused(encode, place, damage):
    data = encode(np.arange(40 * 30 * 3, dtype=np.uint8).reshape(40, 30, 3), form="JPEG")
    try:
        image = image_file.read(data[:place] + damage + data[place + len(damage) :], "mine.jpg")
    except ParameterError:
        return
    assert image.shape == (32, 32, 3)

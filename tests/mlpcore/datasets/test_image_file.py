"""A single picture that somebody brings: read as those of an archive are, or refused in words."""

import io

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from mlpcore.datasets import image_file, image_folder
from mlpcore.params import ParameterError


def test_a_picture_is_read_as_in_an_archive(zipped, encode, good_files):
    pixels = np.random.default_rng(1).integers(256, size=(70, 150, 3), dtype=np.uint8)
    for form in ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF"):
        data = encode(pixels, form=form)
        archived = image_folder.load(zipped(good_files | {"afhq/val/cat/0.png": data}))
        assert torch.equal(image_file.read(data, "mine"), archived.val_images[0])


def test_what_is_no_picture_is_refused_by_name_and_reason(bad_files):
    for name, (data, reason) in bad_files.items():
        with pytest.raises(ParameterError, match="picture must be a JPEG, PNG, WebP") as caught:
            image_file.read(data, name)
        assert name in str(caught.value)
        assert reason in str(caught.value)


def test_of_a_moving_picture_the_first_is_read(encode):
    red, green = (Image.new("RGB", (40, 40), colour) for colour in ("red", "lime"))
    for form in ("GIF", "WEBP", "PNG", "TIFF"):
        stream = io.BytesIO()
        red.save(stream, form, save_all=True, append_images=[green])
        middle = image_file.read(stream.getvalue(), "moving.png")[16, 16].tolist()
        assert middle == pytest.approx([255, 0, 0], abs=3), form


def test_what_is_clear_is_white_whatever_lies_under_it(encode):
    pixels = np.full((40, 40, 4), (255, 0, 255, 0), np.uint8)
    pixels[10:30, 10:30] = (255, 128, 0, 255)
    image = image_file.read(encode(pixels), "clear.png")
    assert image[0, 0].tolist() == [255, 255, 255]
    assert image[16, 16].tolist() == [255, 128, 0]
    assert (image[..., 2] <= image[..., 1]).all()  # no magenta


@pytest.mark.parametrize(
    ("form", "modes"),
    [
        ("PNG", ["1", "L", "LA", "P", "RGB", "RGBA"]),
        ("TIFF", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK"]),
        ("JPEG", ["L", "RGB", "CMYK"]),
    ],
)
def test_what_is_light_stays_light_in_every_mode(form, modes):
    image = Image.new("RGB", (60, 60), (20, 20, 40))
    image.paste((250, 240, 230), (15, 15, 45, 45))
    for mode in modes:
        stream = io.BytesIO()
        image.convert(mode).save(stream, form)
        pixels = image_file.read(stream.getvalue(), "disc").float()
        assert pixels[13:19, 13:19].mean() > pixels[:3, :3].mean() + 100, mode


def test_sixteen_bits_are_a_ramp_from_black_to_white(encode):
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1))
    for form in ("PNG", "TIFF"):
        row = image_file.read(encode(ramp, form=form), "deep.png")[16, :, 0].int()
        assert (row.diff() > 0).all()
        assert row[0] < 8
        assert row[-1] > 247


def test_phones_own_kinds_are_named(encode):
    for brand, name in ((b"heic", "HEIC"), (b"mif1", "HEIC"), (b"avif", "AVIF")):
        with pytest.raises(ParameterError, match=f"this is {name}, as phones take it: export or"):
            image_file.read(b"\0\0\0\x18ftyp" + brand + bytes(99), "IMG_6003.JPG")


def test_a_tiff_of_jpegs_is_refused(encode):
    with pytest.raises(ParameterError, match="a TIFF compressed as JPEG: save it as JPEG"):
        image_file.read(encode(form="TIFF", compression="jpeg"), "scan.tif")


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

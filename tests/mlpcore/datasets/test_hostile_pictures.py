"""Archives and pictures made to do harm: pictures come out of them or a message, nothing else."""

import io
import struct
import warnings
import zipfile
import zlib
from contextlib import contextmanager

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mlpcore.datasets import file_tree, image_file, image_folder
from mlpcore.params import ParameterError

LIES = st.sampled_from([0, 1, 2, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 63])
NAMES = st.sampled_from(
    [
        "../../evil.png", "/etc/passwd", "C:\\evil.png", "\\\\host\\share.png", "cat/../../0.png",
        "", "cat/a\0.png", "cat/\x1b[2J.png", "cat/\u202egnp.exe", "cat/./0.png", "cat//0.png",
        "cat\\0.png", "/", "~/.bashrc", ".", "..", "train/cat/0.png", "val/dog/1.png",
        "cat/" * 30 + "0.png", "x" * 65_000 + ".png", "<img src=x>/0.png", "cat.png/0.png",
    ]
) | st.text(max_size=20)  # fmt: skip


@contextmanager
def quiet(nothing_written):
    """A block that must neither warn nor write; what warns inside is an error in other tests."""
    with warnings.catch_warnings(record=True, action="always") as warned, nothing_written():
        yield
    assert warned == []


def outcome(read, *arguments):
    """What reading gives, or its message."""
    try:
        return read(*arguments)
    except ParameterError as error:
        return str(error)


def read_archive(data, nothing_written):
    """The pictures of an archive, or the message."""
    with quiet(nothing_written):
        read = outcome(image_folder.load, data)
    if isinstance(read, str):
        assert read.isprintable()
        assert len(read) < 1000
    else:
        assert read.images.shape[1:] == (32, 32, 3)
        assert read.images.dtype == torch.uint8
        assert all(min(counts) >= 1 for counts in read.counts)
        assert all(line.isprintable() for line in read.skipped)
    return read


def read_picture(data, nothing_written):
    """One picture, or the message."""
    with quiet(nothing_written):
        read = outcome(image_file.read, data, "my.png")
    if isinstance(read, str):
        assert read.isprintable()
        assert "my.png" in read
    else:
        assert (read.shape, read.dtype) == ((32, 32, 3), torch.uint8)
    return read


@st.composite
def damaged(draw, good):
    """Bytes of something good with some of them changed, cut off, doubled or put in front."""
    data = bytearray(good)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from(["flip", "lie", "cut", "double", "insert"]))
        if kind == "flip" and data:
            data[place] ^= 1 << draw(st.integers(0, 7))
        elif kind == "lie":
            size = draw(st.sampled_from([1, 2, 4, 8]))
            order = draw(st.sampled_from(["little", "big"]))
            lie = draw(LIES) & ((1 << 8 * size) - 1)
            data[place : place + size] = lie.to_bytes(size, order)
        elif kind == "cut":
            del data[place:]
        elif kind == "double":
            data += data[place:]
        else:
            data[place:place] = draw(st.binary(max_size=64))
    return bytes(data)


# Archives


@given(data=st.data())
@settings(max_examples=150)
def test_an_archive_with_changed_bytes(data, zipped, good_files, nothing_written):
    read_archive(data.draw(damaged(zipped(good_files))), nothing_written)


def directory(archive):
    """Where the headers of an archive's directory stand."""
    places, place = [], archive.find(b"PK\x01\x02")
    while place >= 0:
        places.append(place)
        place = archive.find(b"PK\x01\x02", place + 1)
    return places


@given(data=st.data())
@settings(max_examples=150)
def test_a_directory_that_lies(data, zipped, good_files, nothing_written):
    archive = bytearray(zipped(good_files))
    for _ in range(data.draw(st.integers(1, 3))):
        # Versions, flags, method, time, checksum, sizes, lengths, disk, attributes, offset.
        field, size = data.draw(st.sampled_from([
            (4, 2), (6, 2), (8, 2), (10, 2), (12, 4), (16, 4), (20, 4), (24, 4), (28, 2), (30, 2),
            (32, 2), (34, 2), (36, 2), (38, 4), (42, 4),
        ]))  # fmt: skip
        place = data.draw(st.sampled_from(directory(archive))) + field
        lie = data.draw(LIES) & ((1 << 8 * size) - 1)
        archive[place : place + size] = lie.to_bytes(size, "little")
    read_archive(bytes(archive), nothing_written)


@given(ends=st.lists(st.tuples(st.integers(4, 20), LIES), min_size=1, max_size=3))
def test_an_end_of_directory_that_lies(ends, zipped, good_files, nothing_written):
    archive = bytearray(zipped(good_files))
    end = archive.rindex(b"PK\x05\x06")
    for field, lie in ends:
        archive[end + field : end + field + 2] = (lie & 0xFFFF).to_bytes(2, "little")
    read_archive(bytes(archive), nothing_written)


@given(values=st.lists(LIES, min_size=1, max_size=4))
def test_zip64_sizes_that_lie(values, zipped, good_files, nothing_written):
    extra = struct.pack("<HH", 1, 8 * len(values)) + b"".join(struct.pack("<Q", v) for v in values)
    stream = io.BytesIO(zipped(good_files))
    with zipfile.ZipFile(stream, "a") as archive:
        entry = zipfile.ZipInfo("afhq/train/cat/9.png")
        archive.writestr(entry, b"hello")
    data = bytearray(stream.getvalue())
    place = directory(data)[-1]
    data[place + 20 : place + 28] = b"\xff" * 8  # both sizes are in the extra field
    data[place + 30 : place + 32] = struct.pack("<H", len(extra))
    name = place + 46 + len("afhq/train/cat/9.png")
    data[name:name] = extra
    end = data.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<I", data, end + 12)
    struct.pack_into("<I", data, end + 12, size + len(extra))
    read_archive(bytes(data), nothing_written)


@given(
    entries=st.lists(
        st.tuples(NAMES, st.integers(0, 3), st.sampled_from([0, 0o120777, 0o10644])), max_size=6
    )
)
@settings(max_examples=150)
def test_entries_of_any_name_and_kind(entries, good_files, zipped, encode, nothing_written):
    contents = [encode(), b"../../evil", zipped(good_files), bytes(100_000)]
    stream = io.BytesIO(zipped(good_files))
    with (
        warnings.catch_warnings(action="ignore"),  # two of one name are meant
        zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, content, mode in entries:
            entry = zipfile.ZipInfo("x")
            entry.filename = name
            entry.external_attr = mode << 16
            archive.writestr(entry, contents[content])
    read_archive(stream.getvalue(), nothing_written)


def test_more_entries_than_allowed_are_refused_before_they_are_listed(monkeypatch, nothing_written):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(300):
            archive.writestr(f"cat/{i}.png", b"")
    monkeypatch.setattr(file_tree, "MOST_ENTRIES", 299)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    assert "at most 299 entries" in read_archive(stream.getvalue(), nothing_written)


def test_unpacked_bytes_are_refused_before_any_is_unpacked(
    monkeypatch, zipped, good_files, nothing_written
):
    data = bytearray(zipped(good_files))
    for place in directory(data):
        data[place + 24 : place + 28] = b"\xff\xff\xff\x7f"
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    assert "bytes unpacked" in read_archive(bytes(data), nothing_written)


def test_a_name_of_a_class_is_bounded(zipped, good_files, nothing_written):
    files = {name.replace("cat", "c" * 10_000): data for name, data in good_files.items()}
    message = read_archive(zipped(files), nothing_written)
    assert f"at most {image_folder.MOST_LETTERS} letters" in message


# Pictures


def forms():
    """Files of every kind that is read."""
    noise = np.random.default_rng(0).integers(256, size=(40, 48, 4), dtype=np.uint8)
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "maker"
    kinds = {
        "rgb.png": ("RGB", "PNG", {}),
        "alpha.png": ("RGBA", "PNG", {"exif": exif}),
        "palette.png": ("P", "PNG", {"transparency": 0}),
        "grey.png": ("LA", "PNG", {}),
        "deep.png": ("I;16", "PNG", {}),
        "bits.png": ("1", "PNG", {}),
        "rgb.jpg": ("RGB", "JPEG", {"exif": exif}),
        "progressive.jpg": ("RGB", "JPEG", {"progressive": True}),
        "print.jpg": ("CMYK", "JPEG", {}),
        "grey.jpg": ("L", "JPEG", {}),
        "rgb.webp": ("RGBA", "WEBP", {"exif": exif}),
        "lossless.webp": ("RGB", "WEBP", {"lossless": True}),
        "palette.gif": ("P", "GIF", {"transparency": 0}),
        "rgb.bmp": ("RGB", "BMP", {}),
        "raw.tif": ("CMYK", "TIFF", {"exif": exif}),
        "packed.tif": ("RGBA", "TIFF", {"compression": "tiff_lzw"}),
        "fax.tif": ("1", "TIFF", {"compression": "group4"}),
    }
    files = {}
    for name, (mode, form, options) in kinds.items():
        if mode == "I;16":
            image = Image.fromarray(noise[..., 0].astype(np.uint16) << 8)
        else:
            image = Image.fromarray(noise[..., :3]).convert("RGBA").convert(mode)
        files[name] = saved(image, form, **options)
    frames = [Image.fromarray(noise[..., :3] // k) for k in (1, 2, 3)]
    files["moving.png"] = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
    files["moving.webp"] = saved(frames[0], "WEBP", save_all=True, append_images=frames[1:])
    files["moving.gif"] = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    files["stereo.jpg"] = saved(frames[0], "MPO", save_all=True, append_images=frames[1:])
    return files


def saved(image, form, **options):
    stream = io.BytesIO()
    image.save(stream, form, **options)
    return stream.getvalue()


FORMS = forms()


@pytest.mark.parametrize("name", FORMS)
def test_every_kind_is_read(name, nothing_written):
    assert isinstance(read_picture(FORMS[name], nothing_written), torch.Tensor)


@given(data=st.data())
@settings(max_examples=400)
def test_a_picture_with_changed_bytes(data, nothing_written):
    good = FORMS[data.draw(st.sampled_from(sorted(FORMS)))]
    read_picture(data.draw(damaged(good)), nothing_written)


def chunk(kind, content):
    crc = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", crc)


SIDES = st.integers(0, 1 << 17) | st.integers(0, (1 << 32) - 1)
KINDS = st.sampled_from(
    [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"acTL", b"fcTL", b"fdAT", b"iCCP", b"zTXt", b"iTXt",
     b"tEXt", b"eXIf", b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"IEND"]
)  # fmt: skip


@given(
    width=SIDES,
    height=SIDES,
    kind=st.tuples(*[st.sampled_from([0, 1, 2, 3, 4, 6, 8, 16, 255])] * 5),
    chunks=st.lists(st.tuples(KINDS, st.binary(max_size=40)), max_size=5),
)
@settings(max_examples=300)
def test_a_png_that_claims_anything(width, height, kind, chunks, nothing_written):
    header = chunk(b"IHDR", struct.pack(">II5B", width, height, *kind))
    body = b"".join(chunk(name, content) for name, content in chunks)
    pixels = chunk(b"IDAT", zlib.compress(bytes(99)))
    read_picture(b"\x89PNG\r\n\x1a\n" + header + body + pixels, nothing_written)


@pytest.mark.parametrize("side", [7072, 9500, 12_000, 20_000, 65_000])
@pytest.mark.parametrize("form", ["png", "jpg"])
def test_too_many_pixels_are_refused_before_they_are_decoded(
    side, form, monkeypatch, nothing_written
):
    decoded = []
    monkeypatch.setattr(image_file, "fitted", decoded.append)
    if form == "png":
        header = chunk(b"IHDR", struct.pack(">II5B", side, side, 8, 2, 0, 0, 0))
        data = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(99)))
    else:
        data = bytearray(FORMS["rgb.jpg"])
        size = data.index(b"\xff\xc0") + 5
        data[size : size + 4] = struct.pack(">HH", side, side)
    assert "more than 50" in read_picture(bytes(data), nothing_written)
    assert decoded == []


def test_a_text_that_unpacks_to_much_is_refused(nothing_written):
    header = chunk(b"IHDR", struct.pack(">II5B", 32, 32, 8, 2, 0, 0, 0))
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(1 << 24)))
    message = read_picture(b"\x89PNG\r\n\x1a\n" + header + text, nothing_written)
    assert "picture must be" in message


def test_a_jpeg_of_many_scans_is_refused_before_they_are_decoded(monkeypatch, nothing_written):
    data = FORMS["progressive.jpg"]
    last = data.rindex(b"\xff\xda")
    many = data[:-2] + 20 * data[last:-2] + data[-2:]
    assert isinstance(read_picture(many, nothing_written), torch.Tensor)
    monkeypatch.setattr(image_file, "MOST_SCANNED", 20 * 40 * 48)
    assert "scans of 48 × 40 pixels" in read_picture(many, nothing_written)
    assert isinstance(read_picture(data, nothing_written), torch.Tensor)


def test_more_pictures_than_allowed_are_refused_before_they_are_decoded(
    monkeypatch, zipped, good_files, nothing_written
):
    monkeypatch.setattr(image_folder, "MOST_PICTURES", 5)
    monkeypatch.setattr(image_file, "opened", None)
    assert "at most 5 pictures; got" in read_archive(zipped(good_files), nothing_written)

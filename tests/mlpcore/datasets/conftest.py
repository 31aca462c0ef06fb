"""Pictures and archives made in the test."""

import io
import struct
import warnings
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def cache_folder(tmp_path, monkeypatch):
    """Keep tests away from the user's cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(folder))
    return folder


@pytest.fixture(scope="session")
def encode():
    """Encode an array, or a picture of one colour, as a file's bytes."""

    def encode(content=(0, 0, 0), size=(32, 32), form="PNG", mode="RGB", **options):
        if isinstance(content, np.ndarray):
            image = Image.fromarray(content)
        else:
            image = Image.new(mode, size, content)
        file = io.BytesIO()
        image.save(file, form, **options)
        return file.getvalue()

    return encode


@pytest.fixture(scope="session")
def zipped():
    """Make a zip archive of files given by name; a None stands for a folder."""

    def zipped(files):
        buffer = io.BytesIO()
        with (
            warnings.catch_warnings(action="ignore"),  # two files of one name are meant
            zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            for name, data in dict(files).items():
                archive.writestr(name, data or b"")
        return buffer.getvalue()

    return zipped


@pytest.fixture(scope="session")
def good_files(encode):
    """A small valid data set: two classes, two training pictures and one validation picture."""
    generator = np.random.default_rng(0)

    def noise():
        return encode(generator.integers(256, size=(32, 32, 3), dtype=np.uint8))

    return {
        f"afhq/{split}/{name}/{number}.png": noise()
        for split, count in (("train", 2), ("val", 1))
        for name in ("cat", "dog")
        for number in range(count)
    }


@pytest.fixture(scope="session")
def bad_files(encode):
    """Files that are no usable picture: name → bytes, and words that say why."""
    photograph = encode(np.random.default_rng(0).integers(256, size=(64, 64, 3), dtype=np.uint8))
    return {
        "text.jpg": (b"hello", "no JPEG or PNG picture"),
        "empty.png": (b"", "no JPEG or PNG picture"),
        "moving.gif": (encode(form="GIF"), "no JPEG or PNG picture"),
        "half.png": (photograph[: len(photograph) // 2], "truncated"),
        "header.png": (png_header(32, 32), "truncated"),
        "large.png": (png_header(9000, 9000), "9000 × 9000 pixels, more than"),
        "huge.png": (png_header(1 << 30, 1 << 30), "more than 50,000,000 pixels"),
    }


def png_header(width, height):
    """A PNG that claims a size and holds next to nothing."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    content = b"IDAT" + zlib.compress(bytes(99))
    chunks = [
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (header, content)
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

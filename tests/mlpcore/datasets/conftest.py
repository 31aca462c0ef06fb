"""Pictures and archives made in the test."""

import io
import struct
import threading
import warnings
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler

import numpy as np
import pytest
from PIL import Image

from mlpcore.datasets import animal_faces
from tests.serving import serving

# Where a server sends those who ask for a path.
TARGETS = {"moved": "/good", "circle": "/circle", "local": "file:///etc/hostname"}


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


@pytest.fixture
def archive(zipped, good_files, monkeypatch):
    """A small archive, which the module takes for the real one."""
    monkeypatch.setattr(animal_faces, "CLASSES", ("cat", "dog"))
    monkeypatch.setattr(animal_faces, "COUNTS", ([2, 2], [1, 1]))
    monkeypatch.setattr(animal_faces, "SHAPE", (6, 32, 32, 3))
    return zipped(good_files)


@pytest.fixture
def server(archive, zipped, encode, monkeypatch):
    """Serve the archive and what may come instead, each at a path; gives the address."""
    over = threading.Event()
    other = zipped({f"{s}/{c}/0.png": encode() for s in ("train", "val") for c in ("cat", "dog")})

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = self.path.removeprefix("/")
            if path == "missing":
                return self.send_error(404)
            if path in TARGETS:
                self.send_response(302)
                self.send_header("Location", TARGETS[path])
                return self.end_headers()
            body = {"html": b"<html>Sign in</html>", "other": other}.get(path, archive)
            self.send_response(200)
            if path != "unsized":
                length = {"more": len(body) // 2, "nonsense": "many"}.get(path, len(body))
                self.send_header("Content-Length", str(length))
            self.send_header("Content-Type", "text/html" if path == "html" else "application/zip")
            self.end_headers()
            if path in ("stalling", "broken"):
                self.wfile.write(body[: len(body) // 2])
                if path == "stalling":
                    over.wait()
            else:
                self.wfile.write(body)
            return None

        def log_message(self, *args):
            pass

    with serving(Handler) as port:
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        monkeypatch.setattr(animal_faces, "TIMEOUT", 0.3)
        yield f"http://127.0.0.1:{port}"
        over.set()


@pytest.fixture
def use(server, monkeypatch):
    """Make the module ask for these paths of the server, in turn."""

    def use(*paths):
        addresses = [path if "://" in path else f"{server}/{path}" for path in paths]
        monkeypatch.setattr(animal_faces, "ADDRESSES", addresses)

    return use


@pytest.fixture(scope="session")
def bad_files(encode):
    """Files that are no usable picture: name → bytes, and words that say why."""
    photograph = encode(np.random.default_rng(0).integers(256, size=(64, 64, 3), dtype=np.uint8))
    return {
        "text.jpg": (b"hello", "no JPEG, PNG, WebP, GIF, BMP or TIFF picture"),
        "empty.png": (b"", "no JPEG, PNG, WebP, GIF, BMP or TIFF picture"),
        "phone.jpg": (b"\0\0\0\x18ftypheic" + bytes(99), "this is HEIC, as phones take it: export"),
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

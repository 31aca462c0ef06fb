"""The cache folder: complete arrays or none."""

import contextlib
import logging
import os
import subprocess
import sys

import numpy as np
import platformdirs
import pytest

from mlpcore.caches import disk
from mlpcore.datasets import animal_faces

ARRAY = np.arange(12, dtype=np.uint8).reshape(3, 4)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(tmp_path / "a" / "b"))
    return tmp_path / "a" / "b"


def test_what_is_saved_is_loaded(folder):
    assert disk.load("x.npy", (3, 4)) is None
    disk.save("x.npy", ARRAY)
    assert (disk.load("x.npy", (3, 4)) == ARRAY).all()
    assert [path.name for path in folder.iterdir()] == ["x.npy"]


def test_writing_to_a_loaded_array_changes_nobody_elses():
    disk.save("x.npy", ARRAY)
    disk.load("x.npy", (3, 4))[:] = 0
    assert (disk.load("x.npy", (3, 4)) == ARRAY).all()


@pytest.mark.parametrize("content", [b"", b"not an array", bytes(140), "half", "zeros"])
def test_a_damaged_file_is_none(content, folder, caplog):
    disk.save("x.npy", ARRAY)
    path = folder / "x.npy"
    written = path.read_bytes()
    spoilt = {"half": written[:-6], "zeros": written[:-10] + bytes(6) + written[-4:]}
    path.write_bytes(spoilt.get(content, content))
    with caplog.at_level(logging.WARNING):
        assert disk.load("x.npy", (3, 4)) is None
    assert "x.npy" in caplog.text


def test_an_array_of_another_kind_is_none(folder):
    disk.save("x.npy", ARRAY)
    assert disk.load("x.npy", (4, 3)) is None
    disk.save("x.npy", ARRAY.astype(np.int16))
    assert disk.load("x.npy", (3, 4)) is None
    np.save(folder / "x.npy", np.array([[print]], dtype=object), allow_pickle=True)
    assert disk.load("x.npy", (1, 1)) is None


def test_a_write_that_fails_leaves_the_old_file(folder):
    disk.save("x.npy", ARRAY)
    with contextlib.suppress(RuntimeError), disk.replacing(folder / "x.npy") as file:
        file.write(b"half of it")
        raise RuntimeError
    assert (disk.load("x.npy", (3, 4)) == ARRAY).all()
    assert [path.name for path in folder.iterdir()] == ["x.npy"]


# Waits in the middle of a file, as long as it lives.
WRITER = """
import sys, time
from pathlib import Path
from mlpcore.caches import disk
with disk.replacing(Path(sys.argv[1])) as file:
    file.write(b"half of it")
    file.flush()
    print("begun", flush=True)
    time.sleep(600)
"""


def test_a_writer_that_is_killed_leaves_no_file_and_its_part_goes_later(folder):
    command = [sys.executable, "-c", WRITER, str(folder / "x.npy")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout.readline() == b"begun\n"
        writer.kill()
    (part,) = folder.iterdir()
    assert disk.load("x.npy", (3, 4)) is None
    disk.save("x.npy", ARRAY)
    assert part.exists()  # another server may be writing it
    os.utime(part, (0, 0))
    disk.save("x.npy", ARRAY)
    assert [path.name for path in folder.iterdir()] == ["x.npy"]
    assert (disk.load("x.npy", (3, 4)) == ARRAY).all()


@pytest.fixture
def anothers(folder):
    """The folder, with an array, is one that we may not look into."""
    disk.save("x.npy", ARRAY)
    root = os.geteuid() == 0
    folder.chmod(0o700 if root else 0)
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)
    folder.chmod(0o700)


@pytest.mark.usefixtures("anothers")
def test_a_folder_of_somebody_else_is_named_and_nothing_is_kept(caplog):
    assert not disk.there("x.npy")
    assert not animal_faces.cached()
    assert disk.load("x.npy", (3, 4)) is None
    disk.save("x.npy", ARRAY)
    assert [line.partition(" ")[0] for line in caplog.messages] == ["Cannot", "Cannot"]


def test_the_folder_is_the_users_unless_the_environment_names_another(folder, monkeypatch):
    assert disk.folder() == folder
    monkeypatch.delenv("MLP_EXPLORER_CACHE")
    assert disk.folder() == platformdirs.user_cache_path("mlp-explorer")

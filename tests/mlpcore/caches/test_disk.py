"""The cache folder: complete arrays or none."""

import contextlib
import logging

import numpy as np
import platformdirs
import pytest

from mlpcore.caches import disk

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


@pytest.mark.parametrize("content", [b"", b"not an array", "half"])
def test_a_damaged_file_is_none(content, folder, caplog):
    disk.save("x.npy", ARRAY)
    path = folder / "x.npy"
    path.write_bytes(path.read_bytes()[:-6] if content == "half" else content)
    with caplog.at_level(logging.WARNING):
        assert disk.load("x.npy", (3, 4)) is None
    assert "x.npy" in caplog.text


def test_an_array_of_another_kind_is_none(folder):
    disk.save("x.npy", ARRAY)
    assert disk.load("x.npy", (4, 3)) is None
    np.save(folder / "x.npy", ARRAY.astype(np.int16))
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


def test_the_folder_is_the_users_unless_the_environment_names_another(folder, monkeypatch):
    assert disk.folder() == folder
    monkeypatch.delenv("MLP_EXPLORER_CACHE")
    assert disk.folder() == platformdirs.user_cache_path("mlp-explorer")

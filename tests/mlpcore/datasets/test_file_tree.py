"""Listing folders and archives that nobody has vetted."""

import contextlib
import os
import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.datasets import file_tree
from mlpcore.params import ParameterError


def listing(source):
    with file_tree.opened(source) as tree:
        return {"/".join(parts): read() for parts, read in tree.files.items()}, tree


def test_an_archive_and_the_folder_it_came_from_hold_the_same(tmp_path, zipped):
    files = {"a/one.txt": b"1", "a/b/two.txt": b"22", "three.txt": b""}
    for name, data in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (tmp_path / "root" / "empty").mkdir()
    path = tmp_path / "files.zip"
    path.write_bytes(zipped(files | {"empty/": None}))
    for source in (tmp_path / "root", path, path.read_bytes()):
        contents, tree = listing(source)
        assert contents == files
        assert tree.folders == {(), ("a",), ("a", "b"), ("empty",)}
        assert tree.skipped == []


def test_hidden_files_are_left_out_silently(tmp_path, zipped):
    files = {"__MACOSX/a/._x.png": b"x", ".DS_Store": b"x", "a/.hidden/x": b"x", "a/x": b"x"}
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for source in (tmp_path, zipped(files)):
        contents, tree = listing(source)
        assert list(contents) == ["a/x"]
        assert tree.skipped == []


@pytest.mark.parametrize(
    "name", ["../out.txt", "a/../../out.txt", "/out.txt", "C:/out.txt", "..\\out.txt", "\\out.txt"]
)
def test_a_path_that_leads_outside_is_named_and_left_out(name, zipped, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    contents, tree = listing(zipped({name: b"evil", "a/in.txt": b"good"}))
    assert contents == {"a/in.txt": b"good"}
    assert len(tree.skipped) == 1
    assert "leads outside" in tree.skipped[0]
    assert sorted(tmp_path.rglob("*")) == before


def test_links_in_an_archive_are_left_out(zipped):
    link = zipfile.ZipInfo("a/link.txt")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    contents, tree = listing(zipped({link: b"/etc/hostname", "a/in.txt": b"good"}))
    assert contents == {"a/in.txt": b"good"}
    assert tree.skipped == ["a/link.txt: a link"]


def test_links_and_pipes_in_a_folder_are_left_out(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_bytes(b"secret")
    root = tmp_path / "root"
    root.mkdir()
    (root / "in.txt").write_bytes(b"good")
    (root / "file").symlink_to(outside / "secret.txt")
    (root / "folder").symlink_to(outside)
    os.mkfifo(root / "pipe")
    contents, tree = listing(root)
    assert contents == {"in.txt": b"good"}
    assert tree.skipped == ["folder: a link", "file: a link", "pipe: no regular file"]


def test_the_first_of_two_files_of_one_name_counts(zipped):
    twin = zipfile.ZipInfo("a/x")
    contents, tree = listing(zipped({"a/x": b"first", twin: b"second"}))
    assert contents == {"a/x": b"first"}
    assert tree.skipped == ["a/x: a second file of this name"]


def test_a_large_file_is_named_and_left_out(zipped, monkeypatch):
    monkeypatch.setattr(file_tree, "MOST_FILE_BYTES", 10)
    contents, tree = listing(zipped({"a/large": b"x" * 11, "a/small": b"x" * 10}))
    assert list(contents) == ["a/small"]
    assert tree.skipped == ["a/large: 11 bytes, more than 10"]


def test_a_file_that_unpacks_to_more_than_it_says_costs_no_memory(zipped):
    data = bytearray(zipped({"bomb": bytes(100_000_000), "a/in.txt": b"good"}))
    place = data.index(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 1000)  # the unpacked size
    with file_tree.opened(bytes(data)) as tree:
        tracemalloc.start()
        with pytest.raises(zipfile.BadZipFile):
            tree.files["bomb",]()
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 1_000_000


def test_only_deflate_is_unpacked(zipped):
    packed = zipfile.ZipInfo("a/bomb")
    packed.compress_type = zipfile.ZIP_BZIP2
    contents, tree = listing(zipped({packed: bytes(1000), "a/in.txt": b"good"}))
    assert contents == {"a/in.txt": b"good"}
    assert tree.skipped == ["a/bomb: compressed by other means than deflate"]


def test_deep_folders_are_left_out(zipped):
    deep = "/".join("d" * 30_000)
    contents, tree = listing(zipped({f"{deep}/x": b"x", f"{deep}/": None, "a/in.txt": b"good"}))
    assert contents == {"a/in.txt": b"good"}
    assert tree.folders == {(), ("a",)}
    assert tree.skipped == ["d: a file more than 20 folders deep"]


@pytest.mark.parametrize("limit", ["MOST_ENTRIES", "MOST_BYTES"])
@pytest.mark.parametrize("as_folder", [False, True])
def test_too_much_of_anything_is_refused(limit, as_folder, tmp_path, zipped, monkeypatch):
    files = {f"{i}": b"x" for i in range(5)}
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    source = tmp_path if as_folder else zipped(files)
    monkeypatch.setattr(file_tree, limit, 5)
    listing(source)
    monkeypatch.setattr(file_tree, limit, 4)
    with pytest.raises(ParameterError, match=r"data must be .*at most 4 .*; got .*Leave some"):
        listing(source)


def test_entries_are_counted_across_blocks(zipped, monkeypatch):
    data = zipped({f"{i}": os.urandom(2000) for i in range(2000)})
    assert len(data) > 2 << 20
    monkeypatch.setattr(file_tree, "MOST_ENTRIES", 2000)
    assert len(listing(data)[0]) == 2000
    monkeypatch.setattr(file_tree, "MOST_ENTRIES", 1999)
    with pytest.raises(ParameterError, match="at most 1999 entries"):
        listing(data)


def test_what_is_no_archive_is_refused(tmp_path):
    text = tmp_path / "notes.txt"
    text.write_text("<html>not a zip</html>")
    with pytest.raises(ParameterError, match=r"data must be a zip archive or .*notes"):
        listing(text)
    with pytest.raises(ParameterError, match=r"that can be read; got .*none"):
        listing(tmp_path / "none")
    with pytest.raises(ParameterError, match="got '0 bytes'"):
        listing(b"")


def test_an_archive_with_a_password_is_called_that(zipped):
    data = bytearray(zipped({"cat/1.png": b"x"}))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    with pytest.raises(ParameterError, match="has a password: pack its files anew without one"):
        listing(bytes(data))


@given(
    st.dictionaries(
        st.text("ab./\\: é", min_size=1, max_size=12), st.binary(max_size=20), max_size=6
    )
)
def test_any_names_are_safe(zipped, files):
    contents, tree = listing(zipped(files))
    assert set(contents.values()) <= {*files.values(), b""}
    for path in contents:
        assert not path.startswith("/")
        assert ".." not in path.split("/")
    assert len(contents) + len(tree.skipped) <= len(files)


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_or_read(data):
    with contextlib.suppress(ParameterError):
        listing(b"PK\x03\x04" + data)

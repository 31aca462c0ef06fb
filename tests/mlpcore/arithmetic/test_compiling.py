"""Where compiled code is kept, and that it need not be."""

import resource

import pytest

from mlpcore.arithmetic import compiling


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """What says where code is kept, asked anew."""
    monkeypatch.setenv("MLP_EXPLORER_CACHE", str(tmp_path))
    compiling._folder.cache_clear()
    yield compiling._folder
    compiling._folder.cache_clear()


def test_code_is_kept_in_the_cache(folder, tmp_path):
    assert folder().is_relative_to(tmp_path)


def test_code_is_not_kept_where_it_does_not_fit(folder, caplog):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, hard))
    try:
        assert folder() is None
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "cannot be kept" in caplog.text


def twice(number):
    return 2 * number


@pytest.mark.parametrize(
    "damage", [lambda data: bytes(len(data)), lambda data: data[:-1], lambda data: b""]
)
@pytest.mark.parametrize("suffix", [".nbi", ".nbc"])
def test_what_is_damaged_is_compiled_anew(folder, suffix, damage, caplog):
    assert compiling.compiled(twice)(2.0) == 4.0
    (kept,) = folder().rglob(f"*{suffix}")
    whole = kept.read_bytes()
    kept.write_bytes(damage(whole))
    compiling._folder.cache_clear()
    assert compiling.compiled(twice)(3.0) == 6.0
    assert f"{kept.name} is damaged" in caplog.text
    assert kept.stat().st_size == len(whole)
    caplog.clear()
    compiling._folder.cache_clear()
    assert compiling.compiled(twice)(4.0) == 8.0
    assert caplog.text == ""


def test_every_cut_is_seen(folder):
    compiling.compiled(twice)(2.0)
    for kept in folder().rglob("*.nb?"):
        assert compiling._whole(kept)
        whole = kept.read_bytes()
        for end in range(0, len(whole), 1 + len(whole) // 500):
            kept.write_bytes(whole[:end])
            assert not compiling._whole(kept), end

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

"""What keeps the process small."""

import gc
import os

import pytest

from app.server import memory


@pytest.mark.parametrize(
    ("texts", "allowed"), [(["max"], 8000), (["2000\n"], 2000), ([], 8000), (["9000", "70"], 70)]
)
def test_a_process_may_have_what_its_container_has(texts, allowed, monkeypatch, tmp_path):
    limits = [tmp_path / f"{place}" for place in range(2)]
    for limit, text in zip(limits, texts, strict=False):
        limit.write_text(text)
    sizes = {"SC_PHYS_PAGES": 4, "SC_PAGE_SIZE": 2000}
    monkeypatch.setattr(memory, "LIMITS", limits)
    monkeypatch.setattr(os, "sysconf", sizes.__getitem__)
    assert memory.allowed() == allowed


def test_some_memory_is_taken_to_be_there_where_nothing_says_so(monkeypatch):
    monkeypatch.setattr(memory, "LIMITS", ())
    monkeypatch.delattr(os, "sysconf")
    assert memory.allowed() == memory.UNKNOWN


def test_what_is_there_at_the_start_is_not_looked_at_again():
    before, there = gc.get_freeze_count(), [[]]
    try:
        memory.settle()
        assert gc.get_freeze_count() > before
        assert not any(thing is there for thing in gc.get_objects())
    finally:
        gc.unfreeze()

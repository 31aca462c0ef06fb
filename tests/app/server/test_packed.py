"""Texts that are compressed once: what a browser gets of them, and what it may keep."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.server.packed import ASKED_FOR, KEPT, Packed, takes_gzip
from tests.app.server.asking import ask

TEXT = b"let one = 1;\n" * 100
SCRIPT = Packed(TEXT, "text/javascript", KEPT)


def test_who_takes_gzip_gets_it():
    answer = ask(SCRIPT)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer.headers["Cache-Control"] == KEPT
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert int(answer.headers["Content-Length"]) < len(TEXT) / 5
    assert answer.content == TEXT


@pytest.mark.parametrize("encoding", ["", "br", "zstd, br;q=0.9", "identity", "gzip;q=0", "*;q=0"])
def test_who_takes_another_encoding_or_none_gets_the_text_as_it_is(encoding):
    answer = ask(SCRIPT, accept_encoding=encoding)
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Vary"] == "Accept-Encoding"
    assert answer.content == TEXT


@pytest.mark.parametrize("encoding", ["gzip", "gzip, deflate, br", "br;q=1.0, GZIP ; q=0.2"])
def test_gzip_is_found_among_others(encoding):
    assert takes_gzip(encoding)


@given(st.text(st.characters(codec="latin-1")))
def test_any_words_about_encodings_are_understood(words):
    assert takes_gzip(words) in (True, False)


def test_what_a_browser_holds_is_not_sent_again():
    packed, plain = ask(SCRIPT).headers["ETag"], ask(SCRIPT, accept_encoding="").headers["ETag"]
    assert packed != plain
    for known in (packed, f"W/{packed}", f'"other", {packed}', "*"):
        answer = ask(SCRIPT, if_none_match=known)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == packed
        assert answer.headers["Cache-Control"] == KEPT
    for other in (plain, '"other"'):
        assert ask(SCRIPT, if_none_match=other).content == TEXT


def test_another_text_has_another_name():
    other = Packed(TEXT + b"!", "text/javascript", ASKED_FOR)
    assert other.hash != SCRIPT.hash
    assert ask(other, if_none_match=ask(SCRIPT).headers["ETag"]).status_code == 200


def test_a_part_is_answered_with_the_whole():
    answer = ask(SCRIPT, range="bytes=0-9", accept_encoding="identity")
    assert (answer.status_code, answer.content) == (200, TEXT)
    assert "Content-Range" not in answer.headers


def test_what_is_sent_is_gzip_and_always_the_same():
    sent = [Packed(TEXT, "text/css", KEPT)._packed for _ in range(2)]
    assert sent[0] == sent[1]
    assert gzip.decompress(sent[0]) == TEXT

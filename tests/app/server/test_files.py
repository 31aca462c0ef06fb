"""Streamlit's own files, as this app serves them."""

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.server import files, operations
from app.server.packed import ASKED_FOR, KEPT, Packed
from tests.app.server.asking import ask

STYLES = "h1 { color: red }"
HINT = '<link rel="preload" as="script" href="./live/some.js">'


async def streamlit(request):
    return PlainTextResponse("Streamlit's")


def app(base=""):
    """An app of one page, that answers everything else itself."""
    pages, scripts = {"": (), "page": (HINT,)}, {"live/some.js": Packed(b"1", "text/css", KEPT)}
    return Starlette(
        routes=[Route("/{path:path}", streamlit, methods=["GET", "POST"])],
        middleware=[operations.guard(base), files.files(base, pages, STYLES, scripts)],
    )


SERVED = app()
SCRIPTS = sorted(re.findall(r'(?:href|src)="\.(/static/[^"]*\.(?:js|css))"', files.FIRST_PAGE))


@pytest.mark.parametrize("path", SCRIPTS)
def test_scripts_and_styles_are_packed_and_kept(path):
    answer = ask(SERVED, path)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Cache-Control"] == KEPT
    assert answer.content == (files.STATIC / path[1:]).read_bytes()


def test_the_first_page_is_asked_for_each_time():
    answer = ask(SERVED, "/page")
    assert answer.headers["Cache-Control"] == ASKED_FOR
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    again = ask(SERVED, "/page", if_none_match=answer.headers["ETag"])
    assert (again.status_code, again.content) == (304, b"")


def test_the_first_page_is_streamlits_with_words_and_what_the_page_needs():
    home, page = ask(SERVED, "/").text, ask(SERVED, "/page").text
    assert HINT not in home
    assert HINT in page.partition("</head>")[0]
    for text in (home, page):
        assert "<title>MLP Explorer</title>" in text
        assert f"<style>{STYLES}</style>" in text.partition("<body>")[2]
        assert files.COMING in text
        assert all(f".{path}" in text for path in SCRIPTS)


def test_every_script_in_the_first_page_is_allowed_by_the_policy():
    answer = ask(SERVED, "/page")
    policy = answer.headers["Content-Security-Policy"]
    inline = re.findall(r"<script>.*?</script>", answer.text, re.DOTALL)
    assert len(inline) == policy.count("'sha256-")
    assert inline == re.findall(r"<script>.*?</script>", files.FIRST_PAGE, re.DOTALL)


@pytest.mark.parametrize("base", ["", "/teach/mlp"])
def test_the_rest_is_left_to_streamlit(base):
    served = app(base)
    for path in ("/live/some.js", "/page"):
        assert ask(served, f"{base}{path}").text != "Streamlit's"
        assert ask(served, f"{base}{path}", "HEAD").status_code == 200
        assert ask(served, f"{base}{path}", "POST").text == "Streamlit's"
    for path in ("/other", "/live/frames", "/static/media/a.woff2", "/_stcore/health"):
        assert ask(served, f"{base}{path}").text == "Streamlit's"
    if base:
        assert ask(served, "/page").text == "Streamlit's"


def test_a_first_page_of_another_version_is_not_guessed_at(monkeypatch):
    monkeypatch.setattr(files, "FIRST_PAGE", "<title>Streamlit</title>")
    with pytest.raises(RuntimeError, match="must have '</head>' once"):
        files.first_page(("anything",), STYLES)

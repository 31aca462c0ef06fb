"""Streamlit's own files: its scripts and styles compressed once, its first page made this app's."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from app.server.packed import ASKED_FOR, KEPT, Packed

STATIC = Path(st.__file__).parent / "static"
FIRST_PAGE = (STATIC / "index.html").read_text()
TYPES = {".js": "text/javascript", ".css": "text/css"}


class Files:
    """Answers requests for what it has, and leaves the others to Streamlit.

    Args:
        app: answers the others.
        answers: path → what answers there.
    """

    def __init__(self, app: ASGIApp, answers: Mapping[str, Packed]) -> None:
        self.app, self.answers = app, answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        app = self.answers.get(scope["path"], self.app) if reads else self.app
        await app(scope, receive, send)


def files(
    base: str,
    pages: Mapping[str, tuple[str, ...]],
    styles: str,
    scripts: Mapping[str, Packed],
) -> Middleware:
    """The middleware of an app served under ``base``.

    Args:
        base: such as "/mlp", or "".
        pages: a page's name in addresses → what its head has more: elements of HTML.
        styles: of all pages, which they have from the start, so that nothing jumps.
        scripts: path below ``base`` → what is served there besides.
    """
    answers = {f"{base}/{name}": first_page(head, styles) for name, head in pages.items()}
    answers |= {f"{base}/{name}": text for name, text in {**_streamlits(), **scripts}.items()}
    return Middleware(Files, answers=answers)


@cache
def first_page(head: tuple[str, ...], styles: str) -> Packed:
    """What a browser loads first, with more in its head, and words until there is more to see.

    The styles stand in its body, for Streamlit's own come in its head, and must not win.
    """
    page = FIRST_PAGE
    for before, after in (
        ("<title>Streamlit</title>", "<title>MLP Explorer</title>"),
        ("</head>", "".join(f"  {one}\n" for one in head) + "</head>"),
        ('<div id="root"></div>', f'<style>{styles}</style><div id="root">{COMING}</div>'),
    ):
        if page.count(before) != 1:
            raise RuntimeError(f"Streamlit's first page must have {before!r} once")
        page = page.replace(before, after)
    return Packed(page.encode(), "text/html", ASKED_FOR)


COMING = (
    '<p style="margin: 20vh auto; padding: 0 1rem; max-width: 40rem; text-align: center; '
    'font: 1.25rem/1.5 sans-serif; color: #55647c">'
    "<b>MLP Explorer</b> is on its way: first its controls, then pictures of networks that train "
    "on this server.</p>"
)


@cache
def _streamlits() -> dict[str, Packed]:
    """Its scripts and styles, whose names change with them, by their paths below the app's."""
    return {
        path.relative_to(STATIC).as_posix(): Packed(path.read_bytes(), TYPES[path.suffix], KEPT)
        for path in STATIC.glob("static/*/*")
        if path.suffix in TYPES
    }

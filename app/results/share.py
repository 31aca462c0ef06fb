"""A page's link: to copy, and as a code that a room scans off the projector."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import segno
import streamlit as st

from app.figures.drawing import escape
from app.scripts import script
from app.texts import take_away as texts

# What a machine calls itself.
HERE = ("localhost", "127.0.0.1", "::1")

_HERE = Path(__file__).parent
_HTML, _CSS = ((_HERE / f"share.{kind}").read_text() for kind in ("html", "css"))
_JS = script(_HERE / "share.js")


def address(parameters: Mapping[str, str]) -> str:
    """The address of the page in the visitor's browser, with these parameters."""
    query = urlencode(parameters)
    return f"{st.context.url or ''}{'?' if query else ''}{query}"


def share(
    link: str,
    uncarried: Sequence[str] = (),
    about: str = "",
    files: Callable[[], Mapping[str, str]] | None = None,
) -> None:
    """Draw a button that shows the link.

    Args:
        link: to the page as it is.
        uncarried: sentences on what the link does not bring along.
        about: a sentence on what it does.
        files: makes what a page is to be called → what a teacher's file says of it.
    """
    popover = st.popover("Share", icon=":material/share:", key="share", on_change="rerun")
    if not popover.open:
        return
    code = qr_code(link)
    with popover:
        _link()(data={"link": link, "code": code}, key="link")
        left, right = st.columns([2, 3])
        if code:
            left.html(f'<img class="qr" src="{escape(code)}" alt="{texts.QR}">')
        else:
            left.caption(texts.NO_QR)
        here = [texts.HERE] if urlsplit(link).hostname in HERE else []
        for line in [*here, *uncarried]:
            right.warning(line, icon=":material/link_off:")
        right.caption(about)
        if files:
            _copy(files)


def _copy(files: Callable[[], Mapping[str, str]]) -> None:
    """Draw texts of files to copy, where who wants them opens them."""
    expander = st.expander("Copy as TOML", key="toml", on_change="rerun")
    if expander.open:
        expander.caption(texts.TOML)
        for name, text in files().items():
            expander.markdown(f"**{name}**")
            expander.code(text, language=None)


@lru_cache(maxsize=64)
def qr_code(link: str) -> str | None:
    """A link as a QR code, dark on white with a quiet zone, as a data URI; None if too long."""
    try:
        code = segno.make(link, error="l", micro=False)
    except segno.DataOverflowError:
        return None
    uri: str = code.svg_data_uri(border=4, dark="#000", light="#fff", omitsize=True)
    return uri


def _link() -> Any:
    return st.components.v2.component(
        "mlp_share", html=_HTML, css=_CSS, js=_JS, isolate_styles=False
    )

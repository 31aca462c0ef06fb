"""A way back to the page that a browser saw last, which only that browser knows."""

from pathlib import Path

import streamlit as st

from app.scripts import script
from app.texts import home as texts

_HERE = Path(__file__).parent
_HTML = '<a class="mlp-resume" hidden></a>'
_CSS = (_HERE / "resume.css").read_text()
_REMEMBER, _RESUME = (script(_HERE / f"{name}.js") for name in ("remember", "resume"))


def remember(page: str) -> None:
    """Let the browser keep the address of a page, called so in it, for as long as it shows it."""
    with st.container(key="remember"):  # which is not displayed
        st.components.v2.component("mlp_remember", js=_REMEMBER, isolate_styles=False)(
            data={"page": page}, key="last"
        )


def resume() -> None:
    """Draw a link to the page that this browser saw last, if it has seen one and keeps that."""
    draw = st.components.v2.component(
        "mlp_resume", html=_HTML, css=_CSS, js=_RESUME, isolate_styles=False
    )
    draw(data={"words": texts.RESUME}, key="resume")

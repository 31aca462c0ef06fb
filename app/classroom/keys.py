"""Keys that work anywhere on a page: space, and the arrows to the left and right."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from app import visit
from app.scripts import script

_JS = script(Path(__file__).with_suffix(".js"))
_KEY = "keys"


def listen(pressed: Callable[[str], None]) -> None:
    """Call ``pressed`` with "space", "left" or "right", unless a control has use for the key."""
    st.components.v2.component("mlp_keys", js=_JS)(
        key=_KEY, on_pressed_change=lambda: pressed(visit.values()[_KEY].pressed)
    )

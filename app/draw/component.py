"""A plane to draw labelled points on, in the browser."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app.draw import source
from app.figures.classes import CLASS_PATHS, OUTLINE
from app.figures.drawing import CLASS_COLOURS

# The plane is ±this: all it holds lies inside the maps, with room around it.
HALF_WIDTH = 1.5
MOST_POINTS = 5000

_CSS, _JS = source("draw")


def draw_points(csv: str, *, key: str, on_change: Callable[[], None]) -> None:
    """Place the plane.

    Args:
        csv: what is on it at first, as it came from it before; or "".
        key: names it; its value has what is on it as ``csv``.
        on_change: called when a stroke ends, or is undone.
    """
    _component()(
        data={
            "csv": csv,
            "half_width": HALF_WIDTH,
            "most": MOST_POINTS,
            "outline": OUTLINE,
            "classes": [
                {"colour": colour, "path": path}
                for colour, path in zip(CLASS_COLOURS, CLASS_PATHS, strict=True)
            ],
        },
        key=key,
        on_csv_change=on_change,
    )


def _component() -> Any:
    return st.components.v2.component(
        "mlp_draw", html='<div class="mlp-draw"></div>', css=_CSS, js=_JS, isolate_styles=False
    )

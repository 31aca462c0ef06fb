"""A single picture that a visitor brings, to see what a network makes of it."""

import streamlit as st

from app.texts import animal_faces as texts
from app.texts.markdown import plain
from mlpcore.datasets import image_file
from mlpcore.params import ParameterError


def brought() -> bytes | None:
    """Pixels (32, 32, 3) of the picture this visit brought last, unless it was put away."""
    pixels = st.session_state.get("_own_picture")
    return pixels if isinstance(pixels, bytes) else None


def put_away() -> None:
    """Go back to the validation pictures."""
    st.session_state.update(_own_picture=None, _own_problem=None)


def bring() -> None:
    """A place to drop a picture, and why the last one will not do."""
    key = f"own_picture {st.session_state.get('_own_count', 0)}"
    st.file_uploader(
        "Or your own picture, JPEG or PNG", key=key, help=texts.ONE, on_change=_read, args=(key,)
    )
    problem = st.session_state.get("_own_problem")
    if problem:
        st.error(plain(problem), icon=":material/error:")


def _read(key: str) -> None:
    file = st.session_state.get(key)
    if file is None:  # it was read when a run of the script began that the next cut short
        return
    st.session_state["_own_problem"] = None
    try:
        pixels = image_file.read(file.getvalue(), file.name)
        st.session_state["_own_picture"] = pixels.numpy().tobytes()
    except ParameterError as error:
        st.session_state["_own_problem"] = str(error)
    # The next picture finds an empty place.
    st.session_state["_own_count"] = st.session_state.get("_own_count", 0) + 1

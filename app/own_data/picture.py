"""A single picture that a visitor brings, to see what a network makes of it."""

from dataclasses import dataclass

import streamlit as st

from app import visit
from app.texts import animal_faces as texts
from app.texts.markdown import plain
from mlpcore.datasets import image_file
from mlpcore.params import ParameterError


@dataclass
class OwnPicture:
    """The picture that somebody brought last.

    Attributes:
        pixels: (32, 32, 3) bytes, unless it was put away.
        problem: why the last one will not do, if so.
        count: pictures that were read.
    """

    pixels: bytes | None = None
    problem: str | None = None
    count: int = 0


def brought() -> bytes | None:
    """Pixels (32, 32, 3) of the picture this visit brought last, unless it was put away."""
    return visit.of(OwnPicture).pixels


def put_away() -> None:
    """Go back to the validation pictures."""
    own = visit.of(OwnPicture)
    own.pixels = own.problem = None


def bring() -> None:
    """A place to drop a picture, and why the last one will not do."""
    own = visit.of(OwnPicture)
    key = f"own_picture {own.count}"
    st.file_uploader("Or your own picture", key=key, help=texts.ONE, on_change=_read, args=(key,))
    if own.problem:
        st.error(plain(own.problem), icon=":material/error:")


def _read(key: str) -> None:
    file = visit.values().get(key)
    if file is None:  # it was read when a run of the script began that the next cut short
        return
    own = visit.of(OwnPicture)
    own.problem = None
    try:
        pixels = image_file.read(file.getvalue(), file.name)
        own.pixels = pixels.numpy().tobytes()
    except ParameterError as error:
        own.problem = str(error)
    own.count += 1  # the next picture finds an empty place

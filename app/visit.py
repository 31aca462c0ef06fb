"""What the server remembers of a visit, which is one browser tab.

Each room has an object of its own for that, a dataclass whose defaults are those of a new visit.
Values of widgets are not among it: Streamlit has those, under the widgets' keys.

Streamlit cuts a run of the script short when the browser asks for another one, wherever it places
an element or touches ``st.session_state``. It does that to callbacks as well, and takes a press for
done of which half is. Nothing is touched by :func:`of` and :func:`values`: so callbacks use these,
and what belongs together is done without an element in between.
"""

from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

T = TypeVar("T")

KEY = "visit"
# Streamlit's state of a session → the visit's objects.
_found: WeakKeyDictionary[Any, dict[type, Any]] = WeakKeyDictionary()


def of(kind: type[T]) -> T:
    """This visit's object of a kind; made when it is first asked for."""
    context = get_script_run_ctx()
    objects = _found.get(context.session_state) if context else None
    if objects is None:
        objects = values().get(KEY)
        if objects is None:  # a new visit
            objects = st.session_state[KEY] = {}
        if context:
            _found[context.session_state] = objects
    if kind not in objects:
        objects[kind] = kind()
    found: T = objects[kind]
    return found


def values() -> dict[str, Any]:
    """What this visit's widgets say, by their keys."""
    return st.session_state.to_dict()


def give_way() -> None:
    """End this run of the script here, if the browser has asked for another one."""
    st.session_state.get(KEY)


@dataclass
class Place:
    """Where the visit is, and how it got there.

    Attributes:
        page: as its address names it.
        entered: whether the page has just been opened, or come back to.
        next_page: where the next run of the script is to go, if to another one.
        link: parameters that the page there is to start with, if not those of its address.
        address: parameters that the browser's address has, if that is known.
        moves: number of the last move back or forward that the browser has told of.
    """

    page: str = ""
    entered: bool = False
    next_page: str | None = None
    link: dict[str, str] | None = None
    address: dict[str, str] | None = None
    moves: int = 0

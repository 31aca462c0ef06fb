"""What the server remembers of a visit, which is one browser tab.

Each room has an object of its own for that, a dataclass whose defaults are those of a new visit.
Values of widgets are not among it: Streamlit has those, under the widgets' keys.
"""

from dataclasses import dataclass
from typing import TypeVar

import streamlit as st

T = TypeVar("T")


def of(kind: type[T]) -> T:
    """This visit's object of a kind; made when it is first asked for."""
    name = key(kind)
    if name not in st.session_state:
        st.session_state[name] = kind()
    found: T = st.session_state[name]
    return found


def key(kind: type) -> str:
    """What the object of a kind is called in the session's state."""
    return f"visit {kind.__module__}.{kind.__qualname__}"


@dataclass
class Place:
    """Where the visit is, and how it got there.

    Attributes:
        page: as its address names it.
        entered: whether the page has just been opened, or come back to.
        next_page: where the next run of the script is to go, if to another one.
        link: parameters that the page there is to start with, if not those of its address.
    """

    page: str = ""
    entered: bool = False
    next_page: str | None = None
    link: dict[str, str] | None = None

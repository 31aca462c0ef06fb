"""Presses that Streamlit would lose."""

from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.state.safe_session_state import SafeSessionState


def hear_all() -> None:
    """Let every press reach its callback.

    When a run of the script begins, Streamlit looks whether the browser has asked for another one
    before it calls what was pressed, and then leaves the press out. After the callbacks it looks
    again, which is early enough.
    """
    SafeSessionState.on_script_will_rerun = _call  # type: ignore[assignment, method-assign]


def _call(state: SafeSessionState, fresh: WidgetStates | None, **replayed: Any) -> None:
    with state._lock:
        state._state.on_script_will_rerun(fresh, **replayed)

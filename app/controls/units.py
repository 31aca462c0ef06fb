"""A control that switches hidden units off."""

import streamlit as st

from app import visit
from app.controls.chosen import change, latest
from app.display import DepthDisplay
from app.figures.words import unit_name
from mlpcore.params import specs

_KEY = "units off"


def switch_units(layers: int, units: int) -> None:
    """Draw a choice of hidden units to be switched off, of so many layers of so many units."""
    options = [(layer, unit) for layer in range(1, layers + 1) for unit in range(1, units + 1)]
    off = latest(DepthDisplay).units_off
    st.session_state[_KEY] = [unit for unit in options if unit in off]
    spec = specs(DepthDisplay)["off"]
    st.multiselect(
        spec.label,
        options,
        format_func=unit_name,
        key=_KEY,
        on_change=_switch,
        placeholder="none is off",
        help=spec.help,
    )


def _switch() -> None:
    units = sorted(visit.values()[_KEY])
    change(DepthDisplay, off=",".join(f"{layer}.{unit}" for layer, unit in units))

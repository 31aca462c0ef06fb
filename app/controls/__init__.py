"""Parameters as controls: what address, session and scenes make of them, and what draws them."""

from app.controls.chosen import change, current, latest
from app.controls.links import moved, open_link
from app.controls.panel import Panel, projecting
from app.controls.units import switch_units
from app.controls.widgets import name_of

__all__ = [
    "Panel",
    "change",
    "current",
    "latest",
    "moved",
    "name_of",
    "open_link",
    "projecting",
    "switch_units",
]

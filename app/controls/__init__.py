"""Parameters as controls: what address, session and scenes make of them, and what draws them."""

from app.controls.panel import (
    Panel,
    change,
    latest,
    name_of,
    open_link,
    projecting,
)

__all__ = ["Panel", "change", "latest", "name_of", "open_link", "projecting"]

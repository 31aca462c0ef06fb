"""Components in the browser to draw on: points in a plane, and a curve over given places."""

from pathlib import Path

from app.scripts import script


def source(name: str) -> tuple[str, str]:
    """The styles of a component, after those that all have in common, and its script."""
    folder = Path(__file__).parent
    styles = "".join((folder / f"{part}.css").read_text() for part in ("shared", name))
    return styles, script(folder / f"{name}.js")


__all__ = ["component", "curve"]

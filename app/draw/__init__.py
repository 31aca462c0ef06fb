"""Components in the browser to draw on: points in a plane, and a curve over given places."""

from pathlib import Path


def source(name: str, kind: str) -> str:
    """The styles ("css") or the script ("js") of a component, after what all have in common."""
    folder = Path(__file__).parent
    return "".join((folder / f"{part}.{kind}").read_text() for part in ("shared", name))


__all__ = ["component", "curve"]

"""The scripts of live figures, each at an address that changes with its text.

Plotly comes in two of its smaller bundles from npm: one for figures in a plane, one for those in
space. Where these packages are not installed, all of it comes, from Plotly's Python package.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from plotly.offline import get_plotlyjs

from app.scripts import script
from app.server.packed import KEPT, Packed

# Of the addresses below the app's own.
PREFIX = "/live"

_PACKAGES = Path(__file__).parents[2] / "node_modules"
_MODULE = Path(__file__).parent / "browser" / "live.js"


@dataclass(frozen=True)
class Library:
    """A script.

    Attributes:
        address: below the route's prefix.
        text: what is there.
    """

    address: str
    text: Packed


@cache
def plotly(bundle: str) -> Library:
    """Plotly's bundle "cartesian" or "gl3d"."""
    path = _PACKAGES / f"plotly.js-{bundle}-dist-min" / f"plotly-{bundle}.min.js"
    return _library("plotly", path.read_text() if path.exists() else get_plotlyjs())


@cache
def live() -> Library:
    """The script that keeps pictures up to date."""
    return _library("live", script(_MODULE))


def libraries() -> dict[str, Packed]:
    """All of them, by their paths below the app's."""
    all_of_them = (live(), plotly("cartesian"), plotly("gl3d"))
    return {f"{PREFIX.strip('/')}{one.address}": one.text for one in all_of_them}


def hints() -> tuple[str, ...]:
    """Elements of a page's head, by which what its pictures need starts to load with the page."""
    flat = f".{PREFIX}{plotly('cartesian').address}"
    return (
        f'<link rel="modulepreload" crossorigin href=".{PREFIX}{live().address}">',
        f'<link rel="preload" as="script" fetchpriority="low" href="{flat}">',
    )


def _library(name: str, source: str) -> Library:
    text = Packed(source.encode(), "text/javascript", KEPT)
    return Library(f"/{name}-{text.hash}.js", text)

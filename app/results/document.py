"""A page's figures as one HTML file that needs no network."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from plotly.offline import get_plotlyjs

import mlpcore
from app.figures.drawing import THEMES, Theme, escape
from app.live.frames import Frame, Grid
from mlpcore.params import Config, specs

# Of a figure whose page leaves it as much room as there is.
WIDEST = "46rem"

_HERE = Path(__file__).parent
_TEMPLATE = Template((_HERE / "document.html").read_text())
# Tables and headlines look as on the page.
_CSS = (_HERE.parent / "live" / "live.css").read_text() + (_HERE / "document.css").read_text()


@dataclass(frozen=True)
class Ran:
    """What ran.

    Attributes:
        name: the experiment's.
        config: its parameters.
        command: what reproduces it.
        label: how far it is.
        notes: sentences on how it differs from what the config alone gives.
    """

    name: str
    config: Config
    command: str
    label: str
    notes: Sequence[str]


@dataclass(frozen=True)
class Drawn:
    """A grid and its pictures.

    Attributes:
        grid: where they go.
        frames: theme → a frame for each of the grid's views.
    """

    grid: Grid
    frames: Mapping[str, Sequence[Frame]]


def document(title: str, link: str, runs: Sequence[Ran], drawn: Sequence[Drawn]) -> str:
    """The file: all figures in both themes, then what ran.

    Args:
        title, link: of the page that shows the figures.
        runs: what it ran.
        drawn: its figures.
    """
    pictures = ",".join(picture for grid in drawn for picture in _pictures(grid))
    notes = [f"{run.name}: {note}" for run in runs for note in run.notes]
    return _TEMPLATE.substitute(
        title=escape(title),
        css=f"{_palette(THEMES['light'])}{_dark(_palette(THEMES['dark']))}{_CSS}",
        plotly=get_plotlyjs(),
        notes="".join(f"<p><strong>{escape(note)}</strong></p>" for note in notes),
        grids="\n".join(map(_grid, drawn)),
        runs="\n".join(map(_run, runs)),
        footer=f"{_anchor(link)}<br>MLP Explorer {mlpcore.__version__}",
        # Within a script element nothing but "<" can be taken for markup.
        pictures=f"[{pictures}]".replace("<", "\\u003c"),
    )


def _pictures(drawn: Drawn) -> list[str]:
    """Each picture in all themes, as JSON."""
    pictures = []
    for place, view in enumerate(drawn.grid.views):
        themes = [_picture(theme, view.name, drawn.frames[theme][place]) for theme in THEMES]
        pictures.append("{" + ",".join(themes) + "}")
    return pictures


def _picture(theme: str, name: str, frame: Frame) -> str:
    parts = ",".join(frame.parts.values())
    return f'"{theme}":{{"name":"{name}","kind":"{frame.kind}","parts":[{parts}]}}'


def _grid(drawn: Drawn) -> str:
    grid = drawn.grid
    widest = WIDEST if grid.max_width == "none" else grid.max_width
    sizes = f"--min:{grid.min_width};--max:{widest};--height:{grid.height}"
    cell = '<figure class="cell"><div></div><figcaption></figcaption></figure>'
    return f'<div class="mlp-live" style="{sizes}">{cell * len(grid.views)}</div>'


def _run(run: Ran) -> str:
    changed = run.config.changes()
    rows = "".join(
        f"<tr{' class=changed' if name in changed else ''}><th scope=row>{escape(spec.label)}</th>"
        f"<td>{escape(spec.format(getattr(run.config, name)))} {escape(spec.unit)}</td></tr>"
        for name, spec in specs(type(run.config)).items()
    )
    return (
        f"<h3>{escape(run.name)}</h3><p>{escape(run.label.capitalize())}.</p>"
        f"<pre>{escape(run.command)}</pre>"
        f"<details><summary>All parameters</summary><table class=config>{rows}</table></details>"
    )


def _anchor(link: str) -> str:
    """A link; its text alone if it leads elsewhere than to a web page."""
    text = escape(link)
    return f'<a href="{text}">{text}</a>' if link.startswith(("http://", "https://")) else text


def _palette(theme: Theme) -> str:
    """The colours that the styles refer to, as Streamlit names them."""
    colours = {
        "background": theme.paper,
        "secondary-background": theme.grid,
        "text": theme.text,
        "border": theme.grid,
        "primary": theme.accent,
        "red-text": theme.accent,
    }
    return ":root {" + "".join(f"--st-{k}-color:{v};" for k, v in colours.items()) + "}\n"


def _dark(rules: str) -> str:
    return f"@media (prefers-color-scheme: dark) {{ {rules} }}\n"

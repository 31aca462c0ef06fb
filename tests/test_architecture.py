"""Imports point one way, from room to room, through front doors, as docs/architecture.md has them.

The import graph is read from the sources, so that imports inside functions count as well.
"""

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def module_name(path):
    """A source file's dotted name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(source, package):
    """Dotted names of what a source imports; ``package`` is what its relative imports start from.

    Both the module and each name taken from it are there, for the latter may be a module too.
    """
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join(
                [*(above if node.level else []), *([node.module] if node.module else [])]
            )
            names |= {base, *(f"{base}.{alias.name}" for alias in node.names)}
    return names


def graph(package):
    """Module → what it imports, for every source below a package's folder."""
    paths = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    return {
        module_name(path): imported(
            path.read_text(),
            module_name(path if path.name == "__init__.py" else path.parent / "__init__.py"),
        )
        for path in paths
    }


def within(name, package):
    return name == package or name.startswith(package + ".")


def arrows(package, forbidden, allowed_from=()):
    """Imports of forbidden packages in a package's sources, as readable arrows."""
    return [
        f"{module} → {name}"
        for module, names in graph(package).items()
        for name in sorted(names)
        if module not in allowed_from and any(within(name, target) for target in forbidden)
    ]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a.b, c", {"a.b", "c"}),
        ("from a.b import c as d", {"a.b", "a.b.c"}),
        ("def f():\n    if x:\n        import a", {"a"}),
        ("from . import a", {"top.sub", "top.sub.a"}),
        ("from .a import b", {"top.sub.a", "top.sub.a.b"}),
        ("from ..a import b", {"top.a", "top.a.b"}),
    ],
)
def test_imports_are_found(source, expected):
    assert imported(source, "top.sub") == expected


def test_the_sources_are_found():
    assert "mlpcore.engines.loops" in graph("mlpcore")["mlpcore.engines.compiled"]
    assert "mlpcore.params" in graph("mlpcore")["mlpcore.cli.program"]
    assert arrows("mlpcore", ["mlpcore.running.slots"], allowed_from=["mlpcore.running.jobs"]) == []
    slots = ["mlpcore.running.slots"]
    assert "mlpcore.running.jobs → mlpcore.running.slots" in arrows("mlpcore", slots)


def test_the_library_knows_neither_app_nor_what_draws_or_watches_it():
    assert arrows("mlpcore", ["app", "streamlit", "plotly", "prometheus_client"]) == []


def test_figures_do_not_know_streamlit():
    assert arrows("app.figures", ["streamlit"]) == []


def room(name):
    """The room a dotted name belongs to: a package's folder, or a file beside the folders."""
    return ".".join(name.split(".")[:2])


def crossings():
    """Every import from one room of another: (module, dotted name)."""
    modules = graph("mlpcore") | graph("app")
    rooms = {room(module) for module in modules}
    for module, names in modules.items():
        for name in sorted(names):
            if name.count(".") and room(name) in rooms - {room(module)}:
                yield module, name


def floors():
    """Room → its floor, counted from the top, as the page on the architecture draws them."""
    drawing = (ROOT / "docs" / "architecture.md").read_text().split("```")[1]
    lines = [re.findall(r"\b(?:app|mlpcore)\.\w+", line) for line in drawing.splitlines()]
    return {name: floor for floor, names in enumerate(lines) for name in names}


def test_the_architectures_page_draws_every_room():
    rooms = {room(module) for module in graph("mlpcore") | graph("app")} - {"mlpcore", "app"}
    assert set(floors()) == rooms


def test_rooms_import_only_what_is_below_them():
    floor = floors()
    assert [
        f"{module} → {name}"
        for module, name in crossings()
        if floor[room(module)] >= floor[room(name)]
    ] == []


def test_rooms_are_entered_through_their_front_doors():
    def is_open(name):
        door, inside = importlib.import_module(room(name)), name.split(".")[2:]
        return not inside or not hasattr(door, "__path__") or inside[0] in door.__all__

    assert [
        f"{module} → {name}, which {room(name)}.__all__ does not name"
        for module, name in crossings()
        if not is_open(name)
    ] == []

"""Imports point one way: app → mlpcore, views → everything else of the app, figures → no Streamlit.

The import graph is read from the sources, so that imports inside functions count as well.
"""

import ast
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
    assert "mlpcore.params" in graph("mlpcore")["mlpcore.__main__"]
    assert arrows("mlpcore", ["mlpcore.slots"], allowed_from=["mlpcore.jobs"]) == []
    assert "mlpcore.jobs → mlpcore.slots" in arrows("mlpcore", ["mlpcore.slots"])


def test_the_library_knows_neither_app_nor_what_draws_it():
    assert arrows("mlpcore", ["app", "streamlit", "plotly"]) == []


def test_figures_do_not_know_streamlit():
    assert arrows("app.figures", ["streamlit"]) == []


def test_only_the_router_knows_the_views():
    assert arrows("app", ["app.views"], allowed_from=["app.router"]) == []

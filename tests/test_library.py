"""mlpcore in a notebook: docs/library.md runs as it stands, and needs nothing of the app's."""

import json
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

from tests.requirements import canonical, declared, installed_for
from tests.test_architecture import graph

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "library.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)

# Distributions by the names that their modules are imported by.
MODULES = {
    module: {canonical(name) for name in names}
    for module, names in metadata.packages_distributions().items()
}

# Python as if the modules named in its first argument were not installed.
WITHOUT = """
import json, sys

refused = set(json.loads(sys.argv[1]))

class Refuses:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in refused:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Refuses)
exec(sys.argv[2])
"""
TINY = '["wide-vs-deep", "--depth-to", "2", "--seeds", "2", "--epochs", "1", "--samples", "100"]'


def imported_by(package):
    """Distributions that a package's sources import, also inside functions."""
    names = {name.partition(".")[0] for names in graph(package).values() for name in names}
    ours = {"app", "mlpcore"} | set(sys.stdlib_module_names)
    return set().union(*(MODULES[name] for name in names - ours if name))


def names(*extras):
    return {canonical(one.name) for one in declared(*extras)}


def test_the_library_requires_what_it_imports():
    assert imported_by("mlpcore") == names() | names("cluster")


def test_the_app_requires_what_it_imports_besides():
    assert imported_by("app") - names() == names("app")


def test_figures_require_nothing_else():
    assert imported_by("app.figures") <= names()


def run_without(refused, code):
    command = [sys.executable, "-c", WITHOUT, json.dumps(sorted(refused)), code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("extras", "code", "said"),
    [
        ((), f"from mlpcore.cli.program import main; main({TINY})", '"wide-vs-deep"'),
        ((), "from app.figures import *; print('drawn')", "drawn"),
        (("notebook",), "\n".join(BLOCKS), "best gain"),
    ],
    ids=["command", "figures", "page"],
)
def test_it_runs_where_only_that_is_installed(extras, code, said):
    there = installed_for(*extras).keys() | {"mlp-explorer"}
    refused = {module for module, owners in MODULES.items() if not owners & there}
    assert {"streamlit", "pytest", "segno"} <= refused
    assert ("plotly" in refused) != ("notebook" in extras)
    done = run_without(refused, code)
    assert done.returncode == 0, done.stderr
    assert said in done.stdout


def test_what_is_refused_is_missing():
    done = run_without({"plotly"}, "import plotly.graph_objects")
    assert "ModuleNotFoundError: No module named 'plotly'" in done.stderr


def test_the_pages_blocks_say_and_draw_what_they_should(capsys):
    names: dict[str, object] = {}
    for block in BLOCKS:
        exec(compile(block, PAGE.name, "exec"), names)
    said, bar = capsys.readouterr()
    assert len(re.findall(r"\d% of the test set right", said)) == names["config"].depth_to
    best = re.search(r"best gain (\S+), 95% interval (\S+) to (\S+)\ntheory: (\S+)", said)
    gain, low, high, theory = map(float, best.groups())
    assert low <= gain <= high
    assert theory == 1.41
    assert "100%" in bar
    decision_map, by_depth = names["decision_map"], names["by_depth"]
    assert decision_map.layout.images[0].source.startswith("data:image/png")
    assert by_depth.data

"""Modules become one script."""

import re
from pathlib import Path

import pytest

import app
from app.scripts import script

MODULES = sorted(Path(app.__file__).parent.rglob("*.js"))
COMPONENTS = [path for path in MODULES if "\nexport default " in path.read_text()]


def test_a_module_stands_once_after_what_it_imports_and_comments_stay_at_home(tmp_path):
    for name, text in {
        "c": "/** What c is. @type {number} */\nexport const c = 1;\n",
        "b": 'import { c } from "./c.js";\n// Why.\nexport function b() {\n'
        '  /**\n   * @type {string}\n   */\n  return "http://b"; // c\n}\n',
        "a": 'import { b } from "./b.js";\nimport { c } from "./c.js";\n'
        "export default () =>\n  /** @type {string} */ (b()) + c;\n/** Last. */\n",
    }.items():
        (tmp_path / f"{name}.js").write_text(text)
    assert script(tmp_path / "a.js") == (
        'const c = 1;\nfunction b() {\n  return "http://b"; // c\n}\n'
        "export default () =>\n  /** @type {string} */ (b()) + c;\n"
    )


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda path: path.name)
def test_a_components_script_is_one_module_of_unique_names(path):
    text = script(path)
    assert re.findall(r"^(?:import|export) \w*", text, re.M) == ["export default"]
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", text, re.M)
    assert len(names) == len(set(names))

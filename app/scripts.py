"""Scripts of components in the browser, written as modules and sent as one text.

Streamlit is given a component's script as a text, and sends it with each one that a page places. So
modules are put one after the other, which needs neither a bundler nor a route to serve them, and
their comments stay at home. All share one scope: a name stands for one thing in all of them, and
they import each other in no circle.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\..*)";\n', re.M)
_EXPORT = re.compile(r"^export (?!default)", re.M)
# Lines that are comments only.
_COMMENT = re.compile(r"^ *(?://.*|/\*(?:[^*]|\*(?!/))*\*/)\n", re.M)


def script(path: Path) -> str:
    """A module after all that it imports, without the imports and the comments."""
    sources: dict[Path, str] = {}

    def add(module: Path) -> None:
        if module in sources:
            return
        source = module.read_text()
        for name in _IMPORT.findall(source):
            add((module.parent / name).resolve())
        sources[module] = _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", source)))

    add(path.resolve())
    return "".join(sources.values())

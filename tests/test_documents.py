"""What documents name is there: files, modules, commands, targets, variables."""

import importlib
import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from app.server.settings import Settings, variable
from mlpcore.caches import disk
from mlpcore.cli.program import parser
from mlpcore.params import specs

ROOT = Path(__file__).parent.parent
# The log and the list of changes tell of what was.
OLD = {ROOT / "CHANGELOG.md", ROOT / "docs" / "log.md"}
DOCUMENTS = sorted({*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")} - OLD)
VARIABLES = {disk.VARIABLE, *(variable(name) for name in specs(Settings))}


def code(document):
    """What a document shows as code: in a line, or a line of a block without its comment."""
    text = document.read_text()
    block = re.compile(r"^```\w*\n(.*?)^```", re.M | re.S)
    lines = [line for lines in block.findall(text) for line in lines.splitlines()]
    return re.findall(r"`([^`]+)`", block.sub("", text)) + lines


def there(words):
    """Whether a dotted name is that of a module, or of something in one."""
    above, _, name = words.rpartition(".")
    if importlib.util.find_spec(above) is None:
        return False
    return hasattr(importlib.import_module(above), name) or (
        importlib.util.find_spec(words) is not None
    )


def stale(words):
    """What a piece of code names that is not there."""
    wrong = [name for name in re.findall(r"\bMLP_EXPLORER_[A-Z_]+", words) if name not in VARIABLES]
    if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", words) and (ROOT / words.split("/")[0]).is_dir():
        wrong += [] if (ROOT / words).exists() else [words]
    wrong += [name for name in re.findall(r"^(?:mlpcore|app)(?:\.\w+)+$", words) if not there(name)]
    wrong += [
        name for name in re.findall(r"-m ((?:benchmarks|docs)\.\w+)", words) if not there(name)
    ]
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.M)
    wrong += [name for name in re.findall(r"^make ([a-z]+)", words) if name not in targets]
    command = re.search(r"python -m mlpcore (?!\w* ?[A-Z])([^#]*)", words)
    if command:
        try:
            parser().parse_args(shlex.split(command.group(1)))
        except SystemExit as end:
            wrong += [words] if end.code else []
    return wrong


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document):
    assert [name for words in code(document) for name in stale(words)] == []


@pytest.mark.parametrize(
    "words",
    [
        "mlpcore/nowhere.py",
        "app.nowhere",
        "mlpcore.engines.nothing",
        "python -m benchmarks.nothing",
        "make nothing",
        "python -m mlpcore nothing",
        ".venv/bin/python -m mlpcore wide-vs-deep --nothing 1",
        "MLP_EXPLORER_NOTHING=1 make run",
    ],
)
def test_what_is_not_there_is_found(words):
    assert stale(words)

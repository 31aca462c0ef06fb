"""Style sheets: what would make the browser compute the style of a whole page again and again."""

import re
from pathlib import Path

import pytest

SHEETS = sorted((Path(__file__).parents[2] / "app").rglob("*.css"))


def split(text, at):
    """A selector's parts between what matches outside of brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter in "([") - (letter in ")]")
        if depth == 0 and re.fullmatch(at, letter):
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in map(str.strip, parts) if part]


def slow(sheet):
    """Selectors in which something else depends on what an element has.

    Each change below such an element is followed by a look at all that stands beside or below it.
    """
    rules = re.findall(r"([^{};]+)\{", re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL))
    selectors = [selector for rule in rules for selector in split(rule, ",")]
    return [
        one for one in selectors if any(":has(" in part for part in split(one, r"[\s>+~]")[:-1])
    ]


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.name)
def test_only_a_rules_subject_depends_on_what_it_has(path):
    assert slow(path.read_text()) == []


@pytest.mark.parametrize(
    ("sheet", "count"),
    [
        ("main:has(.a) p { color: red }", 1),
        ("@media print { b, main:has(.a)+p { color: red } }", 1),
        ("p:has(> main .a) { } /* main:has(.a) p { } */", 0),
        (":is(p, main:has(.a)):focus { }", 0),
    ],
)
def test_slow_rules_are_found(sheet, count):
    assert len(slow(sheet)) == count

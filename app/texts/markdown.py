"""Words that repeat what came from outside, for places that take Markdown."""

import re
from collections.abc import Iterable

# What Markdown would take for code, emphasis, links, pictures, markup, entities and mathematics.
_MARKUP = re.compile(r"[\\`*\[\]<>&$~|]|(?<!\w)_|_(?!\w)")
# What would become a link, an icon or a directive even so; a word joiner in it is not seen.
_JOINTS = re.compile(r":(?=\S)|@(?=\w)|\bwww(?=\.)", re.IGNORECASE)


def plain(problem: object) -> str:
    """Markdown that shows a text as it is, in one paragraph."""
    text = " ".join(str(problem).split())
    return _JOINTS.sub("\\g<0>\u2060", _MARKUP.sub(r"\\\g<0>", text))


def listed(head: str, problems: Iterable[object]) -> str:
    """Markdown of a sentence of ours and a list of texts as they are."""
    return "\n".join([head, "", *(f"- {plain(problem)}" for problem in problems)])

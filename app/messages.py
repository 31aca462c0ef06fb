"""Words that repeat what came from outside, for places that take Markdown."""

import re

# What Markdown would take for code, emphasis, links, pictures, markup, entities and mathematics.
_MARKUP = re.compile(r"[\\`*\[\]<>&$~|]|(?<!\w)_|_(?!\w)")
# What would become a link, an icon or a directive even so; a word joiner in it is not seen.
_JOINTS = re.compile(r":(?=\S)|@(?=\w)|\bwww(?=\.)", re.IGNORECASE)


def plain(problem: object) -> str:
    """Markdown that shows a text as it is, in one paragraph."""
    text = " ".join(str(problem).split())
    return _JOINTS.sub("\\g<0>\u2060", _MARKUP.sub(r"\\\g<0>", text))

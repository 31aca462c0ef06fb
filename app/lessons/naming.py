"""What a text names of its page, in the way of lessons: controls bold, headings in italics."""

import re
from collections.abc import Iterable, Mapping

from app.display import StageDisplay
from app.lessons.lessons import Lesson
from app.lessons.scenes import Scene
from app.pages import showable


def unseen(text: str, page: str, staging: Mapping[str, str]) -> list[str]:
    """Words of controls, buttons and headings that a text names, and a room is not shown.

    Words of several are found wherever they stand, single ones where they are emphasised; of a
    heading a part is enough.

    Args:
        text: Markdown.
        page: as its address names it.
        staging: what a room is shown of it, as the page's address has it.
    """
    stage, _ = StageDisplay.parse(staging)
    names: dict[str, set[str]] = {}
    for name, words in showable(page).items():
        names.setdefault(words, set()).add(name)
    emphasised = re.findall(r"\*+([^*]+)\*+", text)
    parts = [words for words in emphasised if " " in words]
    return [
        words
        for words, those in names.items()
        if not those & {*stage.shown, stage.look}
        and (
            words in emphasised
            or (" " in words and (words in text or any(part in words for part in parts)))
        )
    ]


def remarks(prepared: Iterable[Scene] | Lesson) -> list[str]:
    """Sentences on what scenes or a lesson's steps name that a room is not shown."""
    if isinstance(prepared, Lesson):
        told = [
            (step.name, f"{step.question}\n{step.answer}", step.page, step.staging)
            for step in prepared.steps
        ]
    else:
        told = [(scene.name, scene.sentence, scene.page, scene.staging) for scene in prepared]
    return [
        f"{name!r} speaks of {', '.join(words)}, which a room is not shown: add to show."
        for name, text, page, staging in told
        if (words := unseen(text, page, staging))
    ]

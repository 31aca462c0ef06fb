"""``python -m app.lessons [FILE …]``: checks files, or lists what they may name."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.figures.words import count
from app.lessons import lessons, naming, scenes, toml_files
from app.lessons.measures import MEASURES
from app.lessons.toml_files import FileProblem
from app.pages import PARAMETERS, parts
from app.texts.parts import BUTTONS, SECTIONS
from mlpcore.params import specs


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status: 2 if a file is to be mended."""
    parser = argparse.ArgumentParser(
        prog="python -m app.lessons",
        description="Check files of scenes and lessons. Without any, list what they may name.",
    )
    parser.add_argument("files", nargs="*", metavar="FILE", type=Path, help="A TOML file.")
    files: list[Path] = parser.parse_args(arguments).files
    status = 0
    for path in files:
        found, problems, remarks = check(path)
        for problem in problems:
            print(problem, file=sys.stderr)
            status = 2
        if found:
            print(f"{path.name}: {found}.")
        for remark in remarks:
            print(f"{path.name}: {remark}")
    if not files:
        print("\n".join(names()))
    return status


def check(path: Path) -> tuple[str, list[FileProblem], list[str]]:
    """What a file has, in words, what is wrong with it, and what is better mended."""
    if toml_files.has_scenes(path):
        found, problems = scenes.read(path)
        return count(len(found), "scene"), problems, naming.remarks(found)
    lesson, problems = lessons.read(path)
    if lesson is None:
        return "", problems, []
    return f"a lesson of {count(len(lesson.steps), 'step')}", [], naming.remarks(lesson)


def names() -> Iterator[str]:
    """Lines with all that a file may name: pages, and what each has."""
    for page, kinds in PARAMETERS.items():
        yield f"page = {page!r}"
        yield "  parameters"
        for kind in kinds:
            for name, spec in specs(kind).items():
                yield f"    {name}: {spec.allowed}; default {spec.format(spec.default) or 'none'}"
        yield "  show, besides parameters"
        yield from (f"    {name}: {words}" for name, words in (BUTTONS | SECTIONS[page]).items())
        yield "  look"
        yield from (f"    {name}: {words}" for name, words in parts(page).items())
        yield "  measures"
        for name, measure in MEASURES.items():
            if measure.page == page:
                yield f"    {name}: {measure.title}" + (measure.along and f" by {measure.along}")
        yield "  scenes"
        for scene in scenes.of_page(page)[0]:
            yield f"    {scene.name}"


if __name__ == "__main__":
    sys.exit(main())

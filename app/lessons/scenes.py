"""Prepared scenes: settings of a page worth showing, each with a name, a picture and a sentence.

They are TOML files in ``assets/scenes`` or a teacher's own folder, read anew when they change:

.. code-block:: toml

    page = "wide-vs-deep"

    [[scene]]
    name = "One seed lies"
    sentence = "What to see, and what to try."
    show = ["seeds", "new-seeds"]  # what a room sees besides
    look = "depths"  # what comes first on the page
    picture = "one-seed-lies.webp"  # in the same folder; may be left out

    [scene.parameters]  # as in the page's address
    seeds = 1
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from app.lessons import folders, toml_files
from app.lessons.toml_files import FileProblem, Table
from app.pages import PARAMETERS, parts, showable
from mlpcore.params import ParameterError, specs


@dataclass(frozen=True)
class Scene:
    """A page's settings with a name.

    Attributes:
        name: a few words.
        page: as its address names it.
        sentence: Markdown, what to see.
        parameters: name → text, as in the page's address.
        staging: what a room is shown of it, ``show`` and ``look``, as in the page's address.
        picture: a file, if there is one.
        file, line: where it is written.
    """

    name: str
    page: str
    sentence: str
    parameters: Mapping[str, str]
    staging: Mapping[str, str]
    picture: Path | None
    file: str
    line: int

    @property
    def slug(self) -> str:
        """The name as an address has it."""
        return slug(self.name)


def slug(name: str) -> str:
    """A name in small letters and digits, joined by hyphens."""
    return re.sub(r"\W+", "-", name.lower()).strip("-")


def of_page(page: str, own: Sequence[Path] = ()) -> tuple[list[Scene], list[FileProblem]]:
    """A page's scenes, in the order of the files' names, and what is wrong with files."""
    scenes, problems = all_scenes(own)
    return [scene for scene in scenes if scene.page == page], problems


def find(slug: str, page: str) -> Scene:
    """A page's scene by its name in addresses.

    Raises:
        ParameterError: there is none of this name.
    """
    known = {scene.slug: scene for scene in of_page(page)[0]}
    if slug not in known:
        raise ParameterError("scene", f"one of {', '.join(known) or 'none'}", slug)
    return known[slug]


def all_scenes(own: Sequence[Path] = ()) -> tuple[list[Scene], list[FileProblem]]:
    """All pages' scenes and what is wrong with files.

    A scene that is wrong is left out; one whose picture is missing goes without.

    Args:
        own: folders to look into besides the app's own; if none, the one that is set.
    """
    scenes: dict[tuple[str, str], Scene] = {}
    problems: list[FileProblem] = []
    for found, wrong in folders.each([folders.SCENES, *(own or folders.own())], _read):
        problems += wrong
        for scene in found:
            first = scenes.setdefault((scene.page, scene.slug), scene)
            if first is not scene:
                text = f"{first.file} has a scene called {scene.name!r} already."
                problems.append(FileProblem(scene.file, scene.line, text))
    return list(scenes.values()), problems


def _read(path: Path) -> tuple[list[Scene], list[FileProblem]]:
    """A file's scenes and problems; none of a lesson's."""
    return ([], []) if toml_files.has_scenes(path) is False else read(path)


def read(path: Path) -> tuple[list[Scene], list[FileProblem]]:
    """A file's scenes, and what is wrong with it."""
    try:
        table = toml_files.read(path, "a file of scenes")
        table.only("page", "scene")
        page = known_page(table)
        tables = table.tables("scene", "a scene")
    except FileProblem as problem:
        return [], [problem]
    scenes: dict[str, Scene] = {}
    problems: list[FileProblem] = []
    for part in tables:
        try:
            scene = _scene(part, page)
            if scene.slug in scenes:
                raise part.problem("name", f"Two scenes are called {scene.name!r}.")
            scenes[scene.slug] = scene
            scenes[scene.slug] = replace(scene, picture=_picture(part, path.parent))
        except FileProblem as problem:
            problems.append(problem)
    return list(scenes.values()), problems


def _scene(table: Table, page: str) -> Scene:
    table.only("name", "sentence", "picture", "show", "look", "parameters")
    name = table.text("name")
    if not slug(name):
        raise table.problem("name", f"name must have letters or digits; got {name!r}.")
    return Scene(
        name=name,
        page=page,
        sentence=table.text("sentence"),
        parameters=parameters(table, page),
        staging=staging(table, page),
        picture=None,
        file=table.file,
        line=table.line("name"),
    )


def _picture(table: Table, folder: Path) -> Path | None:
    name = table.text("picture", "")
    if name and name not in [path.name for path in folder.iterdir()]:
        raise table.problem("picture", f"There is no picture {name!r} beside this file.")
    if not name:
        return None
    try:
        with Image.open(folder / name) as picture:
            picture.verify()
    except Exception as error:  # whatever a decoder finds
        raise table.problem("picture", f"{name!r} is no picture that can be shown.") from error
    return folder / name


def known_page(table: Table) -> str:
    """A table's page.

    Raises:
        FileProblem: there is no such page.
    """
    page = table.text("page")
    if page not in PARAMETERS:
        raise table.problem("page", f"page must be one of {', '.join(PARAMETERS)}; got {page!r}.")
    return page


def parameters(table: Table, page: str) -> dict[str, str]:
    """What a table's ``parameters`` set, as texts; checked as those of an address.

    Raises:
        FileProblem: the page has no such parameter, or the value is not allowed.
    """
    written = table.table("parameters", "parameters")
    kinds = PARAMETERS[page]
    known = {name for kind in kinds for name in specs(kind)}
    texts: dict[str, str] = {}
    for name, value in written.values.items():
        if name not in known:
            raise written.problem(name, f"The page {page} has no parameter {name!r}.")
        if not isinstance(value, bool | int | float | str):
            raise written.problem(name, f"{name} must be a number, a text, true or false.")
        # A number that is too long to write is beyond all bounds.
        long = isinstance(value, int) and abs(value) >= 2**64
        texts[name] = "inf" if long else str(value)
        if isinstance(value, bool):
            texts[name] = texts[name].lower()
    for kind in kinds:
        _, wrong = kind.parse(texts)
        for problem in wrong:
            raise written.problem(problem.parameter, str(problem))
    return texts


def staging(table: Table, page: str) -> dict[str, str]:
    """What a table shows to a room, as the page's address has it.

    Raises:
        FileProblem: the page has nothing of such a name.
    """
    texts: dict[str, str] = {}
    known = showable(page)
    if "show" in table.values:
        shown = table.texts("show", least=1)
        for name in shown:
            if name not in known:
                raise table.problem("show", f"The page {page} has no {name!r} to show.")
        texts["show"] = ",".join(shown)
    if "look" in table.values:
        texts["look"] = look = table.text("look")
        if look not in parts(page):
            names = ", ".join(parts(page))
            raise table.problem("look", f"look must be one of {names}; got {look!r}.")
    return texts

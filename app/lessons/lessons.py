"""Lessons: scenes in an order, each with a question to answer before its result is shown.

They are TOML files in ``assets/lessons`` or a teacher's own folder, one a lesson, named in
addresses by the file's name:

.. code-block:: toml

    title = "Deep MLPs"
    about = "What it is about, in a sentence."

    [[step]]
    name = "One seed"
    page = "wide-vs-deep"
    scene = "One seed lies"  # or [step.parameters], as in a scene
    question = "Which depth wins?"
    choices = ["One hidden layer", "Three"]
    right = 2  # counted from 1
    answer = "Said once the learner has chosen."
    show = ["new-seeds"]  # as in a scene; a scene's own are a step's that has none
    look = "depths"

    [[next]]  # what to explore after the last step, any number of scenes
    page = "wide-vs-deep"
    scene = "Units that cannot die"

Instead of ``choices`` and ``right`` a step may ask for a number, or for a curve, which the learner
draws. What is measured is one of :data:`app.lessons.measures.MEASURES`:

.. code-block:: toml

    [step.guess]
    measure = "accuracy by depth"
    low = 0
    high = 100
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.lessons import folders, scenes, toml_files
from app.lessons.measures import MEASURES
from app.lessons.scenes import Scene
from app.lessons.toml_files import FileProblem, Table
from mlpcore.params import ParameterError
from mlpcore.texts import encodable

# Of numbers to guess: a slider can tell a hundredth of any range between these.
MOST, LEAST_RANGE = 1e6, 1e-3


@dataclass(frozen=True)
class Guess:
    """A number to guess, or one at each place of a curve.

    Attributes:
        measure: what of, a key of :data:`app.lessons.measures.MEASURES`.
        low, high: what may be guessed.
    """

    measure: str
    low: float
    high: float


@dataclass(frozen=True)
class Choice:
    """Something to choose.

    Attributes:
        choices: Markdown of each.
        right: place of the right one, counted from 0.
    """

    choices: tuple[str, ...]
    right: int


@dataclass(frozen=True)
class Step:
    """A step of a lesson.

    Attributes:
        name: a few words.
        page: as its address names it.
        parameters: name → text, as in the page's address.
        staging: what a room is shown of it, ``show`` and ``look``, as in the page's address.
        question: Markdown.
        task: how it is to be answered.
        answer: Markdown, said after the guess.
    """

    name: str
    page: str
    parameters: Mapping[str, str]
    staging: Mapping[str, str]
    question: str
    task: Choice | Guess
    answer: str


@dataclass(frozen=True)
class Lesson:
    """A lesson.

    Attributes:
        slug: its name in addresses.
        title: a few words.
        about: Markdown, a sentence or two.
        steps: at least one.
        next: what to explore after them.
    """

    slug: str
    title: str
    about: str
    steps: tuple[Step, ...]
    next: tuple[Scene, ...]

    @property
    def walk(self) -> "tuple[Step | Ending, ...]":
        """The steps, and the end."""
        return (*self.steps, Ending(self))

    def address(self, step: int) -> dict[str, str]:
        """The parameters of a step's address, the first being 1."""
        return {"lesson": self.slug, "step": f"{step}"}


@dataclass(frozen=True)
class Ending:
    """What comes after a lesson's last step, on that step's page.

    Attributes:
        lesson: the one that ends.
        parameters, staging: none, for its page shows no result.
    """

    lesson: Lesson
    parameters: Mapping[str, str] = field(default_factory=dict)
    staging: Mapping[str, str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        """As its address names it."""
        return self.lesson.steps[-1].page


def find(slug: str, step: int, page: str) -> Step | Ending:
    """A lesson's step, which is on this page, or its end.

    Raises:
        ParameterError: there is no such lesson, or its step is not on this page.
    """
    walk = get(slug).walk
    here = [f"{number}" for number, one in enumerate(walk, 1) if one.page == page]
    if f"{step}" not in here:
        raise ParameterError("step", f"one of {', '.join(here) or 'none'} on this page", step)
    return walk[step - 1]


def get(slug: str) -> Lesson:
    """A lesson by its name in addresses.

    Raises:
        ParameterError: there is none of this name.
    """
    lessons, problems = all_lessons()
    known = {lesson.slug: lesson for lesson in lessons}
    if slug not in known:
        broken = next((p for p in problems if p.file == f"{slug}.toml"), None)
        mend = f"Its file is left out: {broken}".removesuffix(".") if broken else ""
        raise ParameterError("lesson", f"one of {', '.join(known) or 'none'}", slug, mend)
    return known[slug]


def all_lessons() -> tuple[list[Lesson], list[FileProblem]]:
    """All lessons by file name, and what is wrong with the others."""
    lessons: dict[str, Lesson] = {}
    problems: list[FileProblem] = []
    for found, wrong in folders.each([folders.LESSONS, *folders.own()], _read):
        problems += wrong
        if found and lessons.setdefault(found.slug, found) is not found:
            text = "The app has a lesson by this name already; give the file another one."
            problems.append(FileProblem(f"{found.slug}.toml", 1, text))
    return list(lessons.values()), problems


def _read(path: Path) -> tuple[Lesson | None, list[FileProblem]]:
    """A file's lesson and problems; none if it has scenes."""
    return (None, []) if toml_files.has_scenes(path) else read(path)


def read(path: Path) -> tuple[Lesson | None, list[FileProblem]]:
    """A file's lesson, or what is wrong with it: of each step the first mistake."""
    try:
        table = toml_files.read(path, "a lesson")
        table.only("title", "about", "step", "next")
        if not encodable(path.stem):
            raise table.problem("title", "The file's name is not text in UTF-8.")
        title, about = table.text("title"), table.text("about")
        tables = table.tables("step", "a step")
    except FileProblem as problem:
        return None, [problem]
    steps: list[Step] = []
    further: tuple[Scene, ...] = ()
    problems: list[FileProblem] = []
    for part in tables:
        try:
            steps.append(_step(part, path.parent))
        except FileProblem as problem:
            problems.append(problem)
    try:
        further = _next(table, path.parent)
    except FileProblem as problem:
        problems.append(problem)
    if problems:
        return None, problems
    return Lesson(path.stem, title, about, tuple(steps), further), []


def _step(table: Table, folder: Path) -> Step:
    table.only(
        *("name", "page", "scene", "parameters", "show", "look"),
        *("question", "choices", "right", "guess", "answer"),
    )
    page = scenes.known_page(table)
    scene = _scene(table, page, folder) if "scene" in table.values else None
    if scene and "parameters" in table.values:
        raise table.problem("parameters", "A step has a scene or parameters, not both.")
    return Step(
        name=table.text("name"),
        page=page,
        parameters=scene.parameters if scene else scenes.parameters(table, page),
        staging={**(scene.staging if scene else {}), **scenes.staging(table, page)},
        question=table.text("question"),
        task=_guess(table, page) if "guess" in table.values else _choice(table),
        answer=table.text("answer"),
    )


def _next(table: Table, folder: Path) -> tuple[Scene, ...]:
    if "next" not in table.values:
        return ()
    parts = table.tables("next", "what is next")
    for part in parts:
        part.only("page", "scene")
    return tuple(_scene(part, scenes.known_page(part), folder) for part in parts)


def _scene(table: Table, page: str, folder: Path) -> Scene:
    name = table.text("scene")
    known = {scene.name: scene for scene in scenes.of_page(page, [folder])[0]}
    if name not in known:
        raise table.problem("scene", f"The page {page} has no scene {name!r}.")
    return known[name]


def _choice(table: Table) -> Choice:
    choices = table.texts("choices")
    return Choice(choices, int(table.number("right", 1, len(choices), whole=True)) - 1)


def _guess(table: Table, page: str) -> Guess:
    for key in ("choices", "right"):
        if key in table.values:
            raise table.problem(key, f"A step has a guess or {key}, not both.")
    part = table.table("guess", "a guess")
    part.only("measure", "low", "high")
    measure = part.text("measure")
    known = [name for name, about in MEASURES.items() if about.page == page]
    if measure not in known:
        names = ", ".join(known)
        raise part.problem("measure", f"measure must be one of {names}; got {measure!r}.")
    low, high = part.number("low", -MOST, MOST), part.number("high", -MOST, MOST)
    if high - low < LEAST_RANGE:
        text = f"high must be {LEAST_RANGE:g} or more above low ({low:g}); got {high:g}."
        raise part.problem("high", text)
    return Guess(measure, float(low), float(high))

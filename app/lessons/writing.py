"""A page's settings as a file has them, to be copied and given words."""

import json
from collections.abc import Mapping

from app.display import StageDisplay
from app.pages import PARAMETERS, parts, showable
from mlpcore.params import Value, specs


def as_scene(page: str, parameters: Mapping[str, str]) -> str:
    """A file with a scene.

    Args:
        page: as its address names it.
        parameters: of its address; of those that say how it is shown, what a room sees is taken.
    """
    return f"""\
page = "{page}"

[[scene]]
name = "A few words"
sentence = "What to see, and what to try."
{_staging(page, parameters)}
[scene.parameters]
{_lines(page, parameters)}"""


def as_step(page: str, parameters: Mapping[str, str]) -> str:
    """A step of a lesson, to be put at its end; arguments as of :func:`as_scene`."""
    return f"""\
[[step]]
name = "A few words"
page = "{page}"
question = "What will happen?"
choices = ["This.", "That."]
right = 2
answer = "Why it does."
{_staging(page, parameters)}
[step.parameters]
{_lines(page, parameters)}"""


def _staging(page: str, parameters: Mapping[str, str]) -> str:
    stage, _ = StageDisplay.parse(parameters)
    names = [name for name in dict.fromkeys(stage.shown) if name in showable(page)]
    show = f"show = {json.dumps(names)}\n" if names else ""
    return show + (f'look = "{stage.look}"\n' if stage.look in parts(page) else "")


def _lines(page: str, parameters: Mapping[str, str]) -> str:
    known = {name: spec for kind in PARAMETERS[page] for name, spec in specs(kind).items()}
    return "".join(
        f"{name} = {_value(known[name].parse(text))}\n"
        for name, text in parameters.items()
        if name in known
    )


def _value(value: Value) -> str:
    """A value in TOML: numbers as Python has them, the rest as JSON, but for one letter."""
    if isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return f"{value}"

"""A page's settings as a file has them, to be copied and given words."""

import json
from collections.abc import Mapping

from app.pages import PARAMETERS
from mlpcore.params import Value, specs


def as_scene(page: str, parameters: Mapping[str, str]) -> str:
    """A file with a scene.

    Args:
        page: as its address names it.
        parameters: of its address; those that say how it is shown are left out.
    """
    return f"""\
page = "{page}"

[[scene]]
name = "A few words"
sentence = "What to see, and what to try."

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

[step.parameters]
{_lines(page, parameters)}"""


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

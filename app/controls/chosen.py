"""What is chosen on a visit's pages, and how it changes.

What a person did last is the truth, and :class:`Chosen` is where it stands. A control that was
moved changes it (:func:`keep`), by the value it has under its present key; so does a button
(:func:`change`), and so does a link (:mod:`app.controls.links`): the address a page is opened with
or goes back or forward to, a scene, a lesson's step.

The controls and the address follow. A control whose value has been changed for it gets another key,
for the browser may come once more with what it said before; that is the old key's, and says
nothing. The address is written at the end of a run of the script, and read only as a link.

A run may be cut short (:mod:`app.visit`): each change is made at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from app import visit
from mlpcore.params import Config, ParameterError

C = TypeVar("C", bound=Config)
# Of the parameters that a widget sets: one, or two for a slider with two handles.
Names = tuple[str, ...]


@dataclass
class Chosen:
    """What is chosen.

    Attributes:
        configs: of each kind, as its page had it last.
        keys: a kind, and parameters → what Streamlit knows their widget by.
        left: keys that no widget has any longer.
        problems: what could not be used of the link that was followed last.
    """

    configs: dict[type[Config], Config] = field(default_factory=dict)
    keys: dict[tuple[type[Config], Names], str] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def latest(kind: type[C]) -> C:
    """The config as the page had it last."""
    config = visit.of(Chosen).configs.get(kind)
    return config if isinstance(config, kind) else kind()


def keep(config: Config) -> None:
    """Choose what widgets say; what was wrong in a link is over."""
    chosen = visit.of(Chosen)
    chosen.configs[type(config)], chosen.problems = config, []


def change(kind: type[C], **changes: Any) -> None:
    """Change parameters from a callback."""
    now = current(kind) or latest(kind)
    turn({kind: kind(**{**now.values(), **changes})})


def turn(configs: Mapping[type[Config], Config], problems: list[str] | None = None) -> None:
    """Choose configs, whatever their widgets say.

    Args:
        configs: by their kinds.
        problems: what could not be used of the link that brings them, if one does.
    """
    chosen, said = visit.of(Chosen), visit.values()
    chosen.configs |= configs
    chosen.problems = problems or []
    for (kind, names), key in chosen.keys.items():
        if kind in configs and key in said and said[key] != value(configs[kind], names):
            name, _, times = key.partition(" ")
            chosen.keys[kind, names] = f"{name} {int(times or 0) + 1}"
            chosen.left.append(key)


def key(kind: type[Config], names: Names) -> str:
    """What Streamlit knows the widget of these parameters by."""
    return visit.of(Chosen).keys.setdefault((kind, names), f"{kind.__name__}.{','.join(names)}")


def value(config: Config, names: Names) -> Any:
    """What the widget of these parameters says if it says what is chosen."""
    values = tuple(getattr(config, name) for name in names)
    return values if len(values) > 1 else values[0]


def current(kind: type[C]) -> C | None:
    """The config as the widgets say now, which no run of the script may have heard yet.

    None where they contradict each other.
    """
    values = latest(kind).values()
    said = visit.values()
    for (owner, names), key in visit.of(Chosen).keys.items():
        if owner is kind and key in said:
            values.update(zip(names, said[key] if len(names) > 1 else (said[key],), strict=True))
    try:
        return kind(**{n: v.strip() if isinstance(v, str) else v for n, v in values.items()})
    except ParameterError:
        return None

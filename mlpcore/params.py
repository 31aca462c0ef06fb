"""Parameters of an experiment, stated once.

An experiment's config is a frozen dataclass whose fields are made by :func:`number` and
:func:`choice`. Default, bounds, unit and help text live there and nowhere else; the widgets, the
URL and the command line read them through :func:`specs`, and every value that enters the library is
checked against them.
"""

import dataclasses
import inspect
import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Self, TypeAlias, TypeVar, cast, dataclass_transform

Value: TypeAlias = bool | int | float | str

# A number with a decimal comma, unless that could be what groups thousands.
_COMMA = re.compile(r"(?![+-]?[1-9]\d{0,2},\d{3}$)[+-]?\d*,\d+")

# Letters of what came that a message repeats.
MOST_REPEATED = 200


class ParameterError(ValueError):
    """A parameter has a value it may not have.

    Args:
        parameter: the field's name.
        allowed: what is allowed, as a phrase.
        got: what came.
        fix: how to mend it, as an imperative sentence without a full stop; optional.
    """

    def __init__(self, parameter: str, allowed: str, got: object, fix: str = "") -> None:
        self.parameter, self._problem = parameter, (allowed, got, fix)
        got_text = f"{got:g}" if isinstance(got, float) else repr(got)
        if len(got_text) > MOST_REPEATED:
            got_text = f"{got_text[:MOST_REPEATED]}…"
        super().__init__(
            f"{parameter} must be {allowed}; got {got_text}." + (f" {fix}." if fix else "")
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return ParameterError, (self.parameter, *self._problem)

    def renamed(self, parameter: str) -> "ParameterError":
        """The same problem of a parameter that goes by another name."""
        return ParameterError(parameter, *self._problem)


@dataclasses.dataclass(frozen=True, slots=True)
class Spec:
    """What is known about one parameter.

    Attributes:
        name: the field's name.
        kind: ``bool``, ``int``, ``float`` or ``str``.
        default: the value when nothing is said.
        label: the words a learner reads.
        help: a sentence on what it does.
        low, high: inclusive bounds of a number.
        unit: the unit of a number, or "".
        options: the allowed names of a choice, in order.
        phrase: what a text may be, or a choice beside its options; its config checks it.
    """

    name: str
    kind: type
    default: Value
    label: str
    help: str
    low: float = -math.inf
    high: float = math.inf
    unit: str = ""
    options: tuple[str, ...] = ()
    phrase: str = ""

    @property
    def allowed(self) -> str:
        """The allowed values as a phrase: "a whole number from 1 to 32"."""
        if self.options:
            return "one of " + ", ".join(self.options) + (self.phrase and f", or {self.phrase}")
        if self.phrase:
            return self.phrase
        if self.kind is bool:
            return "true or false"
        if self.kind is int:
            return f"a whole number from {self.low} to {self.high}"
        return f"a number from {self.low:g} to {self.high:g}"

    def check(self, value: object) -> Value:
        """Return ``value`` as this parameter's type, or raise :class:`ParameterError`."""
        if self.kind is bool or self.kind is str:
            if type(value) is self.kind and (
                not self.options or value in self.options or self.phrase
            ):
                return value
        elif (
            isinstance(value, int | float)
            and not isinstance(value, bool)
            and self.low <= value <= self.high
            and (self.kind is float or value == int(value))
        ):
            return float(value) if self.kind is float else int(value)
        raise ParameterError(self.name, self.allowed, value)

    def parse(self, text: str) -> Value:
        """The value written as ``text`` (in a URL or a flag), or :class:`ParameterError`.

        A name may have other capitals, and a number a decimal comma where that is one.
        """
        value: object = text
        if self.kind is bool:
            value = {"true": True, "false": False}.get(text.strip().lower(), text)
        elif self.kind is str:
            names = {option.lower(): option for option in self.options}
            value = names.get(text.strip().lower(), text)
        else:
            written = text.strip().replace("−", "-")
            if _COMMA.fullmatch(written):
                written = written.replace(",", ".")
            try:
                value = float(written)
            except ValueError:
                pass
            else:
                if self.kind is int and value.is_integer() and abs(value) < 2**53:
                    value = int(value)
        return self.check(value)

    def format(self, value: Value) -> str:
        """Write a value so that :meth:`parse` gives it back."""
        return str(value).lower() if self.kind is bool else f"{value}"


Number = TypeVar("Number", int, float)


def number(
    default: Number, low: float, high: float, *, label: str, help: str, unit: str = ""
) -> Number:
    """A numeric field with inclusive bounds; whole if the default is an ``int``."""
    about = dict(kind=type(default), label=label, help=help, low=low, high=high, unit=unit)
    return dataclasses.field(default=default, metadata=about)


def choice(default: str, options: Iterable[str], *, label: str, help: str, others: str = "") -> str:
    """A field that holds one of some names; ``others`` says what else, its config checks that."""
    about = dict(kind=str, label=label, help=help, options=tuple(options), phrase=others)
    return dataclasses.field(default=default, metadata=about)


def text(default: str, allowed: str, *, label: str, help: str) -> str:
    """A field that holds a text; ``allowed`` says what it may be, the config's check sees to it."""
    about = dict(kind=str, label=label, help=help, phrase=allowed)
    return dataclasses.field(default=default, metadata=about)


def switch(default: bool, *, label: str, help: str) -> bool:
    """A field that is on or off."""
    about = dict(kind=bool, label=label, help=help)
    return dataclasses.field(default=default, metadata=about)


def again(spec: Spec, **changes: Any) -> Any:
    """A field with another config's default, bounds and words, but for what is given."""
    spec = dataclasses.replace(spec, **changes)
    about = {f.name: getattr(spec, f.name) for f in dataclasses.fields(spec)}
    del about["name"], about["default"]
    return dataclasses.field(default=spec.default, metadata=about)


@dataclass_transform(
    frozen_default=True, kw_only_default=True, field_specifiers=(number, choice, text, switch)
)
class Config:
    """Base of every experiment's config: a frozen, hashable dataclass, checked on creation.

    Subclasses state fields with :func:`number`, :func:`choice`, :func:`text` and :func:`switch`,
    and override :meth:`check` for texts and for what involves more than one field. A field of a
    base that is given another default, ``epochs: int = 30``, keeps its bounds and words.

    Raises:
        ParameterError: on creation, for the first field that is not allowed.
    """

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        inherited = getattr(cls, "__dataclass_fields__", {})
        for name in inherited.keys() & inspect.get_annotations(cls):
            if not isinstance(default := vars(cls)[name], dataclasses.Field):
                about = inherited[name].metadata
                setattr(cls, name, dataclasses.field(default=default, metadata=about))
        dataclasses.dataclass(frozen=True, kw_only=True)(cls)

    def __post_init__(self) -> None:
        for name, spec in specs(type(self)).items():
            object.__setattr__(self, name, spec.check(getattr(self, name)))
        self.check()

    def check(self) -> None:
        """Raise :class:`ParameterError` if fields contradict each other."""

    def __str__(self) -> str:
        """Its name and what differs from the defaults."""
        changes = (f" {name}={text}" for name, text in self.changes().items())
        return type(self).__name__ + "".join(changes)

    @classmethod
    def parse(cls, texts: Mapping[str, str]) -> tuple[Self, list[ParameterError]]:
        """Read a config from texts, keeping what is good.

        Unknown names are ignored. A value that is not allowed, or that contradicts the others,
        falls back to its default; each such case is in the returned list.
        """
        values: dict[str, Value] = {}
        problems: list[ParameterError] = []
        for name, spec in specs(cls).items():
            if name in texts:
                try:
                    values[name] = spec.parse(texts[name])
                except ParameterError as problem:
                    problems.append(problem)
        while True:
            try:
                return cls(**values), problems
            except ParameterError as problem:
                problems.append(problem)
                del values[cls._culprit(values, problem.parameter)]

    @classmethod
    def _culprit(cls, values: Mapping[str, Value], parameter: str) -> str:
        """Which value to give up when ``parameter`` is not allowed beside the others.

        If ``parameter`` has its default, it is the first value without which that is allowed.
        """
        if parameter in values:
            return parameter
        for name in values:
            try:
                cls(**{other: value for other, value in values.items() if other != name})
            except ParameterError as problem:
                if problem.parameter == parameter:
                    continue
            return name
        return next(iter(values))

    def values(self) -> dict[str, Value]:
        """All fields by name."""
        return {name: getattr(self, name) for name in specs(type(self))}

    def changes(self) -> dict[str, str]:
        """The fields that differ from their defaults, as texts :meth:`parse` reads."""
        return {
            name: spec.format(getattr(self, name))
            for name, spec in specs(type(self)).items()
            if getattr(self, name) != spec.default
        }


C = TypeVar("C", bound=Config)


def specs(config: type[Config]) -> dict[str, Spec]:
    """The parameters of a config class by name: its own in order, then those of its bases."""
    return dict(_specs(config))  # type: ignore[arg-type]


@cache  # a run of a page's script asks a hundred times
def _specs(config: type[Config]) -> dict[str, Spec]:
    fields = {field.name: field for field in dataclasses.fields(config)}  # type: ignore[arg-type]
    names = [name for base in config.__mro__ for name in inspect.get_annotations(base)]
    return {
        name: Spec(name=name, default=cast("Value", fields[name].default), **fields[name].metadata)
        for name in dict.fromkeys(names)
    }


def check_order(config: Config, low: str, high: str) -> None:
    """Raise :class:`ParameterError` if the field ``low`` is above the field ``high``."""
    least, most = getattr(config, low), getattr(config, high)
    if least > most:
        raise ParameterError(high, f"{low} ({least}) or more", most, "Swap the two")


def check_apart(config: Config, low: str, high: str) -> None:
    """Raise :class:`ParameterError` unless the field ``low`` is below the field ``high``."""
    least, most = getattr(config, low), getattr(config, high)
    if least >= most:
        raise ParameterError(high, f"above {low} ({least:g})", most, "Raise it")


def replace(config: C, **changes: Any) -> C:
    """A copy of ``config`` with some fields changed, checked again."""
    return dataclasses.replace(config, **changes)  # type: ignore[type-var]

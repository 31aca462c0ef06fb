"""Files that teachers write, in TOML: what is wrong with one is said with its name and the line."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mlpcore.texts import printable

# A line of a file, with its number.
Line = tuple[int, str]


class FileProblem(ValueError):
    """Something in a file that somebody has to mend.

    Args:
        file: its name.
        line: where, counted from 1.
        text: what is wrong, a sentence.
    """

    def __init__(self, file: str, line: int, text: str) -> None:
        self.file = file
        super().__init__(f"{file}, line {line}: {text}")


class Table:
    """A table of a file; what is asked for is checked.

    Args:
        file: the file's name.
        name: what to call the table, as in "a scene".
        values: its keys and values.
        lines: where it stands in the file.
    """

    def __init__(self, file: str, name: str, values: dict[str, Any], lines: Sequence[Line]) -> None:
        self.file, self.name, self.values, self._lines = file, name, values, lines

    def problem(self, key: str, text: str) -> FileProblem:
        """What is wrong with a key, at its line."""
        return FileProblem(self.file, self.line(key), text)

    def line(self, key: str) -> int:
        """The number of a key's line; of the table's first one if it has none."""
        written = re.compile(rf"(^|[\s.{{,\[])[\"']?{re.escape(key)}[\"']?\s*[=\]]")
        found = (number for number, line in self._lines if written.search(line))
        return next(found, self._lines[0][0])

    def only(self, *keys: str) -> None:
        """Refuse other keys than these.

        Raises:
            FileProblem: there is another one.
        """
        for key in self.values:
            if key not in keys:
                text = f"{self.name} has no {key!r}, only {', '.join(keys)}."
                raise self.problem(key, text)

    def text(self, key: str, default: str | None = None) -> str:
        """A text that is not empty; it must be there if there is no default.

        Raises:
            FileProblem: it is not there, or not a text.
        """
        value = self.values.get(key, default)
        if not isinstance(value, str) or (not value.strip() and value != default):
            raise self.problem(key, f"{key} must be a text in quotes; got {_shown(value)}.")
        return value.strip()

    def texts(self, key: str, least: int = 2) -> tuple[str, ...]:
        """Texts, one or two at least, no two alike.

        Raises:
            FileProblem: it is something else.
        """
        value = self.values.get(key)
        if (
            not isinstance(value, list)
            or len(value) < least
            or not all(isinstance(item, str) and item.strip() for item in value)
        ):
            some = 'two or more texts, ["…", "…"]' if least > 1 else 'one or more texts, ["…"]'
            text = f"{key} must be {some}; got {_shown(value)}."
            raise self.problem(key, text)
        texts = tuple(item.strip() for item in value)
        twice = next((text for text in texts if texts.count(text) > 1), None)
        if twice is not None:
            raise self.problem(key, f"{key} must differ; {_shown(twice)} is there twice.")
        return texts

    def number(self, key: str, low: float, high: float, *, whole: bool = False) -> float:
        """A number between inclusive bounds.

        Raises:
            FileProblem: it is something else.
        """
        value = self.values.get(key)
        kinds = int if whole else int | float
        if not isinstance(value, kinds) or isinstance(value, bool) or not low <= value <= high:
            kind = "a whole number" if whole else "a number"
            bounds = f"{key} must be {kind} from {low:g} to {high:g}"
            raise self.problem(key, f"{bounds}; got {_shown(value)}.")
        return value

    def table(self, key: str, name: str) -> "Table":
        """A table within this one; empty if it is not there.

        Raises:
            FileProblem: it is something else.
        """
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.problem(key, f"{key} must be a table; got {_shown(value)}.")
        return Table(self.file, name, value, _section(self._lines, rf"\[[^\[].*\b{key}\s*\]"))

    def tables(self, key: str, name: str) -> list["Table"]:
        """One table for each ``[[key]]``.

        Raises:
            FileProblem: there is none, or it is something else.
        """
        values = self.values.get(key)
        if not (isinstance(values, list) and values) or not all(
            isinstance(value, dict) for value in values
        ):
            raise self.problem(key, f"There must be a [[{key}]]; got {_shown(values)}.")
        header = re.compile(rf"\s*\[\[\s*{key}\s*\]\]")
        starts = [place for place, (_, line) in enumerate(self._lines) if header.match(line)]
        if len(starts) != len(values):  # written some other way than with headers
            starts = [0] * len(values)
        ends = [*starts[1:], len(self._lines)]
        return [
            Table(self.file, name, value, self._lines[start:end] or self._lines)
            for value, start, end in zip(values, starts, ends, strict=True)
        ]


def read(path: Path, name: str) -> Table:
    """A file's top table, to be called ``name``.

    Raises:
        FileProblem: it cannot be read, or is not TOML.
    """
    file = printable(path.name)
    if not path.is_file():  # else a pipe would be waited for
        raise FileProblem(file, 1, "It cannot be read: it is no file.")
    try:
        text = path.read_text("utf-8-sig")  # Windows writes a mark at the beginning
    except OSError as error:
        raise FileProblem(file, 1, f"It cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise FileProblem(file, line, "It is not text in UTF-8.") from error
    return parse(text, file, name)


def has_scenes(path: Path) -> bool | None:
    """Whether a file has scenes, rather than a lesson; None if it cannot be told."""
    try:
        values = read(path, "").values
    except FileProblem:
        return None
    return "page" in values or "scene" in values


def parse(text: str, file: str, name: str) -> Table:
    """The top table of a file's text.

    Raises:
        FileProblem: it is not TOML.
    """
    lines = list(enumerate(text.split("\n"), 1))
    try:
        values = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        place = re.search(r" \(at line (\d+), column \d+\)$", str(error))
        line = int(place[1]) if place else len(lines)
        words = re.sub(r" \(at .*\)$", "", str(error))
        raise FileProblem(file, line, f"This is not TOML: {words}.") from error
    return Table(file, name, values, lines)


def _section(lines: Sequence[Line], header: str) -> Sequence[Line]:
    """The lines from a header up to the next one; all if it is not there."""
    starts = [place for place, (_, line) in enumerate(lines) if re.match(rf"\s*{header}", line)]
    if not starts:
        return lines
    ends = [place for place, (_, line) in enumerate(lines) if re.match(r"\s*\[", line)]
    end = next((place for place in ends if place > starts[0]), len(lines))
    return lines[starts[0] : end]


def _shown(value: object) -> str:
    """A value as a message shows it."""
    if value is None:
        return "nothing"
    try:
        text = repr(value)
    except ValueError:
        return "a number that is too long to write"
    return text if len(text) <= 60 else f"{text[:60]}…"

"""Points that somebody brought: CSV with a column each for x, y and the label.

They are kept in memory under the fingerprint of what they are, so that equal points are one data
set, and a link to them says nothing about this machine.
"""

import csv
import hashlib
import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mlpcore.caches.memory import Kept
from mlpcore.datasets.legend import Legend
from mlpcore.datasets.planar import HALF_WIDTH, PLANAR, TEST_SHARE, Split
from mlpcore.params import ParameterError
from mlpcore.texts import encodable

FEWEST_CLASSES, MOST_CLASSES = 2, 8
# So that a fifth of a class is one point.
FEWEST_PER_CLASS = 5
MOST_ROWS, MOST_BYTES = 20_000, 2_000_000
MOST_LETTERS = 40
# Larger numbers, and smaller ranges, measure nothing; arithmetic with them would overflow.
LARGEST, LEAST_RANGE = 1e100, 1e-100
# Rows that an error describes; it counts the others.
MOST_DESCRIBED = 5
# In order of preference, because a comma may also be a decimal point.
DELIMITERS = ";\t,"
# Letters of the first row that are looked at to find out.
MOST_SNIFFED = 10_000
# Points that reach less far than this to either side of their middle are scaled up.
LEAST_REACH = 0.75
# As far as scaled points reach, about as far as the generated sets do.
REACH = 1.2
SPLIT_SEED = 0

ALLOWED = f"one of {', '.join(PLANAR)}, or points that somebody brought"
PREFIX = "points-"
# Sets kept in memory; the one unused for longest goes first. Each takes at most about a megabyte.
MOST_KEPT = 256

_kept: "Kept[str, Points]" = Kept(MOST_KEPT)


class RowsError(ParameterError):
    """Rows of a CSV hold no points.

    Attributes:
        rows: what is wrong with each of the first few, and how many more there are.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        rows = list(problems[:MOST_DESCRIBED])
        if len(problems) > MOST_DESCRIBED:
            rows.append(f"And {len(problems) - MOST_DESCRIBED} more")
        self.rows = tuple(rows)
        super().__init__("data", "rows of x, y and label, all filled in", name, ". ".join(rows))


@dataclass(frozen=True, eq=False)
class Points:
    """Labelled points, as they were brought.

    Attributes:
        coordinates: (N, 2) float64, finite. Not to be written to.
        labels: (N,) int64, indices in ``classes``.
        classes: what stood in the label column, in numerical or else alphabetical order.
        axes: headers of the other two columns.
    """

    coordinates: NDArray[np.float64]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    axes: tuple[str, str]

    @cached_property
    def fingerprint(self) -> str:
        """A short text that differs for different points, labels, classes or axes."""
        digest = hashlib.sha256(repr((self.classes, self.axes)).encode())
        for part in (self.coordinates, self.labels):
            digest.update(part.tobytes())
        return digest.hexdigest()[:16]

    @cached_property
    def legend(self) -> Legend:
        """The names of classes and axes, and how the points were moved into the plane.

        Points that fill the maps' square already, within ±2 and ±0.75 or more around their middle,
        stay where they are. Otherwise each axis is centred and scaled to ±1.2.
        """
        numeric = all(_number(label) is not None for label in self.classes)
        classes = tuple(f"class {label}" for label in self.classes) if numeric else self.classes
        low, high = self.coordinates.min(0), self.coordinates.max(0)
        reach = (high - low) / 2
        if np.abs(self.coordinates).max() <= HALF_WIDTH and reach.max() >= LEAST_REACH:
            return Legend(classes, self.axes)
        scale = np.where(reach < LEAST_RANGE, 1.0, reach / REACH)
        x, y = (low + high) / 2
        return Legend(classes, self.axes, (float(x), float(y)), (float(scale[0]), float(scale[1])))

    @cached_property
    def split(self) -> Split:
        """The points in the plane, a fifth of each class as the test set, in the order they came.

        Which fifth is drawn once and for all.
        """
        generator = torch.Generator().manual_seed(SPLIT_SEED)
        inputs = torch.from_numpy(self.legend.plane(self.coordinates)).float()
        labels = torch.from_numpy(self.labels)
        test = torch.zeros(len(labels), dtype=torch.bool)
        for k in range(len(self.classes)):
            members = (labels == k).nonzero()[:, 0]
            order = torch.randperm(len(members), generator=generator)
            test[members[order[: round(TEST_SHARE * len(members))]]] = True
        return Split(inputs[~test], labels[~test], inputs[test], labels[test])

    @property
    def counts(self) -> list[int]:
        """How many points each class has."""
        return [int(count) for count in np.bincount(self.labels)]

    def csv(self) -> str:
        """The points as :func:`read` takes them and gives them back."""
        stream = io.StringIO()
        # A semicolon in the first row could be taken for what separates columns.
        writer = csv.writer(
            stream,
            lineterminator="\n",
            quoting=csv.QUOTE_NONNUMERIC if ";" in "".join(self.axes) else csv.QUOTE_MINIMAL,
        )
        writer.writerow([*self.axes, "label"])
        for (x, y), label in zip(self.coordinates.tolist(), self.labels, strict=True):
            writer.writerow([x, y, self.classes[label]])
        return stream.getvalue()


def keep(points: Points) -> str:
    """Keep points in memory and return their name."""
    return _kept.keep(PREFIX + points.fingerprint, points)


def find(name: str) -> Points:
    """The points of this name.

    Raises:
        ParameterError: there are none.
    """
    points = _kept.get(name)
    if points is None:
        gone = "These are not in this server's memory: a link names points, it does not hold them"
        fix = f"{gone}. Bring their file again" if name.startswith(PREFIX) else ""
        raise ParameterError("data", ALLOWED, name, fix)
    return points


def load(path: Path) -> Points:
    """Read a CSV file.

    Raises:
        ParameterError: it cannot be read, or as :func:`read` does.
    """
    allowed = f"one of {', '.join(PLANAR)}, or a CSV file of points that can be read"
    try:
        with path.open("rb") as file:
            return read(file.read(MOST_BYTES + 1), str(path))
    except (OSError, ValueError) as error:  # a ValueError is a name no file can have
        if isinstance(error, ParameterError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError("data", allowed, str(path), reason) from error


def read(source: str | bytes, name: str) -> Points:
    """Read points from CSV.

    A row holds x, y and a label. If no field of the first row is a number it is a header; one with
    ``x``, ``y`` and ``label`` (or ``class``) says which columns they are, and others are left out.
    Columns are separated by commas, semicolons or tabs; where not by commas, a decimal comma will
    do. Bytes are UTF-8, with a byte order mark or without.

    Args:
        source: the text, or its bytes.
        name: what errors call it.

    Raises:
        RowsError: rows hold no points.
        ParameterError: ``data`` is no such text, exceeds a limit, or has not 2 to 8 classes of at
            least 5 points.
    """
    rows, delimiter = _rows(_text(source, name), name)
    if not rows:
        raise ParameterError("data", "rows of x, y and label", name, "It is empty")
    decimal_comma = delimiter != ","
    line, first = rows[0]
    header = not any(_number(field, decimal_comma) is not None for field in first)
    if len(rows) - header > MOST_ROWS:
        raise ParameterError("data", f"at most {MOST_ROWS:,} rows", name, "Leave some out")
    places, axes = _columns(first if header else [], len(first), name, line)
    points, labels, problems = [], [], []
    for line, fields in rows[header:]:
        chosen = [fields[place] for place in places] if len(fields) == len(first) else []
        problem = _problem(chosen, len(first), len(fields), decimal_comma)
        if problem:
            problems.append(f"Row {line}: {problem}")
        else:
            points.append([_number(field, decimal_comma) for field in chosen[:2]])
            labels.append(chosen[2])
    if problems:
        raise RowsError(name, problems)
    classes = _classes(labels, name)
    numbers = {label: k for k, label in enumerate(classes)}
    return Points(
        coordinates=np.array(points, np.float64),
        labels=np.array([numbers[label] for label in labels], np.int64),
        classes=classes,
        axes=axes,
    )


def _text(source: str | bytes, name: str) -> str:
    if len(source) > MOST_BYTES:
        raise ParameterError("data", f"at most {MOST_BYTES:,} bytes", name, "Leave rows out")
    if isinstance(source, bytes):
        try:
            source = source.decode()
        except UnicodeDecodeError as error:
            place = f"Save it as CSV UTF-8: byte {error.start + 1} is none of its letters"
            raise ParameterError("data", "text in UTF-8", name, place) from error
    elif not encodable(source):
        raise ParameterError("data", "text in UTF-8", name, "It holds halves of letters")
    return source.removeprefix("\ufeff")


def _rows(text: str, name: str) -> tuple[list[tuple[int, list[str]]], str]:
    """The rows that are not blank, each with its line in the text, and what separates columns."""
    delimiter = _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows = []
    try:
        for row in lines:
            fields = [" ".join(field.split()) for field in row]
            if any(fields):
                rows.append((lines.line_num, fields))
    except csv.Error as error:
        raise RowsError(name, [f"Row {lines.line_num}: {error}"]) from error
    return rows, delimiter


def _delimiter(text: str) -> str:
    """What separates the columns of the first row that is not blank."""
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip(DELIMITERS + " \r\n")), "")[:MOST_SNIFFED]
    return next((d for d in DELIMITERS if _fields(first, d) >= 3), ",")


def _fields(line: str, delimiter: str) -> int:
    """How many fields a line has, none if a quoted one ends before its delimiter."""
    try:
        return len(next(csv.reader([line], delimiter=delimiter, strict=True), []))
    except csv.Error:
        return 0


def _columns(
    header: list[str], width: int, name: str, line: int
) -> tuple[list[int], tuple[str, str]]:
    """Where x, y and the label stand, and the headers of x and y."""
    names = [field.casefold() for field in header]
    others = [place for place, word in enumerate(names) if word in ("label", "class")]
    if "x" in names and "y" in names and (others or width == 3):
        x, y = names.index("x"), names.index("y")
        places = [x, y, others[0] if others else 3 - x - y]
    elif width == 3:
        places = [0, 1, 2]
    else:
        raise RowsError(name, [f"Row {line}: {_wanted(width)}"])
    if any(len(field) > MOST_LETTERS for field in header):
        raise RowsError(name, [f"Row {line}: a header must have at most {MOST_LETTERS} letters"])
    words = [header[place] for place in places] if header else ["", ""]
    return places, (words[0] or "x", words[1] or "y")


def _wanted(width: int) -> str:
    return (
        "the columns must be x, y and label, separated by commas, semicolons or tabs, or their "
        f"header must name those three; got {width} {'column' if width == 1 else 'columns'}"
    )


def _problem(chosen: list[str], width: int, got: int, decimal_comma: bool) -> str:
    """What is wrong with the x, y and label of a row, or nothing."""
    if not chosen:
        return f"there must be {width} columns, as in the first row; got {got}"
    for axis, field in zip("xy", chosen, strict=False):
        value = _number(field, decimal_comma)
        if value is None or not math.isfinite(value):
            return f"{axis} must be a finite number; got {_short(field)}"
        if abs(value) > LARGEST:
            return f"{axis} must lie within ±{LARGEST:g}; got {_short(field)}"
    if not 1 <= len(chosen[2]) <= MOST_LETTERS:
        return f"the label must have 1 to {MOST_LETTERS} letters; got {_short(chosen[2])}"
    return ""


def _number(text: str, decimal_comma: bool = False) -> float | None:
    """The number a text stands for, or None."""
    if decimal_comma and "." not in text:
        text = text.replace(",", ".")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _short(text: str) -> str:
    return repr(text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…")


def _classes(labels: list[str], name: str) -> tuple[str, ...]:
    counts = Counter(labels)
    values = {label: _number(label) for label in counts}
    if all(value is not None and math.isfinite(value) for value in values.values()):
        classes = sorted(counts, key=lambda label: (values[label], label))
    else:
        classes = sorted(counts)
    if not FEWEST_CLASSES <= len(classes) <= MOST_CLASSES:
        names = ", ".join(map(repr, classes[: MOST_CLASSES + 1]))
        raise ParameterError(
            "data",
            f"points of {FEWEST_CLASSES} to {MOST_CLASSES} classes",
            name,
            f"Mend the labels: there are {len(classes)}"
            + (f" ({names}{', …' if len(classes) > MOST_CLASSES + 1 else ''})" if classes else ""),
        )
    few = [label for label in classes if counts[label] < FEWEST_PER_CLASS]
    if few:
        raise ParameterError(
            "data",
            f"at least {FEWEST_PER_CLASS} points of every class",
            name,
            "Add some: " + ", ".join(f"{label!r} has {counts[label]}" for label in few),
        )
    return tuple(classes)

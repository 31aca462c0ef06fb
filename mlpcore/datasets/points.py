"""Points that somebody brought: three columns of a table, x, y and the label.

They are kept in memory under the fingerprint of what they are, so that equal points are one data
set, and a link to them says nothing about this machine.
"""

import csv
import hashlib
import io
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mlpcore.caches.memory import Kept
from mlpcore.datasets import tables
from mlpcore.datasets.legend import Legend
from mlpcore.datasets.planar import HALF_WIDTH, PLANAR, TEST_SHARE, Split
from mlpcore.datasets.tables import MOST_BYTES, RowsError, Table, number
from mlpcore.params import ParameterError

FEWEST_CLASSES, MOST_CLASSES = 2, 8
# So that a fifth of a class is one point.
FEWEST_PER_CLASS = 5
MOST_LETTERS = 40
# Larger numbers, and smaller ranges, measure nothing; arithmetic with them would overflow.
LARGEST, LEAST_RANGE = 1e100, 1e-100
# Columns that an error names.
MOST_NAMED = 10
# Names that say which column holds the labels, and others that columns of labels often have.
LABELS = ("label", "class")
TARGETS = ("target", "species", "variety", "category", "kind", "group", "type")
# Labels as numpy.savetxt writes numbers.
_SAVED = re.compile(r"-?\d\.\d{18}e[+-]\d\d")
# Points that reach less far than this to either side of their middle are scaled up.
LEAST_REACH = 0.75
# As far as scaled points reach, about as far as the generated sets do.
REACH = 1.2
SPLIT_SEED = 0

ALLOWED = f"one of {', '.join(PLANAR)}, or points that somebody brought"
PREFIX = "points-"
# Sets kept in memory; the one unused for longest goes first. Each takes at most about a megabyte.
MOST_KEPT = 256

# Where x, y and the label stand in a table.
Columns = tuple[int, int, int]

_kept: "Kept[str, Points]" = Kept(MOST_KEPT)


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
        numeric = all(number(label) is not None for label in self.classes)
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
        # A semicolon in the first row could be taken for what separates columns, # for a comment.
        writer = csv.writer(
            stream,
            lineterminator="\n",
            quoting=csv.QUOTE_NONNUMERIC
            if ";" in "".join(self.axes) or self.axes[0].startswith("#")
            else csv.QUOTE_MINIMAL,
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


def load(path: Path, columns: Sequence[str] | None = None, encoding: str = "") -> Points:
    """Read a file.

    Args:
        path: of the file.
        columns, encoding: as for :func:`read`.

    Raises:
        ParameterError: it cannot be read, or as :func:`read` does.
    """
    allowed = f"one of {', '.join(PLANAR)}, or a file of points that can be read"
    try:
        with path.open("rb") as file:
            return read(file.read(MOST_BYTES + 1), str(path), columns, encoding)
    except (OSError, ValueError) as error:  # a ValueError is a name no file can have
        if isinstance(error, ParameterError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise ParameterError("data", allowed, str(path), reason) from error


def read(
    source: str | bytes, name: str, columns: Sequence[str] | None = None, encoding: str = ""
) -> Points:
    """Read points from a table whose columns are named here, or of which there is no doubt.

    There is none if there are three, or if their names are ``x``, ``y`` and ``label`` (or
    ``class``). Other columns are left out. What a table may be written in
    :func:`mlpcore.datasets.tables.read` says.

    Args:
        source: the text, or its bytes.
        name: what errors call it.
        columns: of x, y and the label, each as :attr:`Table.names` has it, or its number from 1 on.
        encoding: of bytes, one of :data:`mlpcore.datasets.tables.ENCODINGS`; else it is found out.

    Raises:
        RowsError: rows hold no points.
        ParameterError: ``data`` is no table, exceeds a limit, or has not 2 to 8 classes of at
            least 5 points; ``columns`` are not among the table's; or there are no bytes of text
            to have an ``encoding``.
    """
    table = tables.read(source, name, encoding)
    if encoding and not table.encoding:
        raise ParameterError("encoding", "left out with text and with workbooks", encoding)
    places = certain(table) if columns is None else _places(table, columns)
    if places is None:
        raise RowsError(name, [f"Row {table.line}: {_wanted(table.header)}"])
    return take(table, places)


def called(table: Table, columns: Columns) -> list[str]:
    """What :func:`read` takes these columns for: names, but numbers for those hard to type."""
    names = table.names
    plain = [names[place].isprintable() and names[place][:1] != "-" for place in columns]
    return [
        names[place] if easy else f"{place + 1}" for place, easy in zip(columns, plain, strict=True)
    ]


def _places(table: Table, columns: Sequence[str]) -> Columns:
    """Where columns stand that are called by name or number."""
    names = table.names
    numbers = [f"{place}" for place in range(1, len(names) + 1)]
    if len(columns) != 3:
        raise ParameterError("columns", "those of x, y and the label", list(columns))
    places = []
    for column in columns:
        wanted = " ".join(column.split())
        if wanted not in (*names, *numbers):
            some = ", ".join(map(_short, names[:MOST_NAMED]))
            allowed = f"among the table's {len(names)}, by name or number: {some}"
            raise ParameterError("columns", allowed, column)
        places.append((names if wanted in names else numbers).index(wanted))
    x, y, label = places
    return x, y, label


def certain(table: Table) -> Columns | None:
    """Where x, y and the label stand in a table, if there is no doubt."""
    names = [word.casefold() for word in table.header]
    others = [place for place, word in enumerate(names) if word in LABELS]
    width = len(names)
    if "x" in names and "y" in names and (others or width == 3):
        x, y = names.index("x"), names.index("y")
        return x, y, others[0] if others else 3 - x - y
    if width != 3:
        return None
    words = [place for place in range(width) if not _numeric(table, place)]
    label = words[0] if len(words) == 1 else 2
    x, y = (place for place in range(width) if place != label)
    return x, y, label


def likely(table: Table) -> Columns:
    """Where x, y and the label may stand in a table.

    Raises:
        RowsError: it has less than three columns.
    """
    sure = certain(table)
    if sure:
        return sure
    if len(table.header) < 3:
        raise RowsError(table.name, [f"Row {table.line}: {_wanted(table.header)}"])
    places = range(len(table.header))
    kinds = {place: len(set(table.column(place))) for place in places}
    few = [place for place in places if FEWEST_CLASSES <= kinds[place] <= MOST_CLASSES]
    numeric = [place for place in places if _numeric(table, place)]
    named = [place for place in places if table.header[place].casefold() in (*LABELS, *TARGETS)]
    words = [place for place in few if place not in numeric]
    label = [*named, *words, *reversed(few), places[-1]][0]
    axes = [place for place in numeric if place != label and not _counts(table.column(place))]
    x, y = [*axes, *(place for place in places if place != label and place not in axes)][:2]
    return x, y, label


def take(table: Table, columns: Columns, leave_out: bool = False) -> Points:
    """The points that a table's rows hold.

    Args:
        table: what was read.
        columns: where x, y and the label stand.
        leave_out: whether to do without the rows that hold none.

    Raises:
        RowsError: rows hold no points.
        ParameterError: ``data`` has not 2 to 8 classes of at least 5 points.
    """
    if len(set(columns)) < 3:
        raise ParameterError("data", "three columns: x, y and label", table.name, "Choose another")
    if any(len(table.header[place]) > MOST_LETTERS for place in columns):
        long = f"a header must have at most {MOST_LETTERS} letters"
        raise RowsError(table.name, [f"Row {table.line}: {long}"])
    points, labels, problems = [], [], []
    for line, words in table.rows:
        problem = _problem(table, columns, words)
        if problem:
            problems.append(f"Row {line}: {problem}")
        else:
            points.append([table.number(place, words[place]) for place in columns[:2]])
            labels.append(words[columns[2]])
    if problems and not leave_out:
        raise RowsError(table.name, problems)
    if labels and all(map(_SAVED.fullmatch, labels)):
        labels = [f"{float(label):g}" for label in labels]
    classes = _classes(labels, table.name)
    numbers = {label: k for k, label in enumerate(classes)}
    x, y, _ = columns
    return Points(
        coordinates=np.array(points, np.float64),
        labels=np.array([numbers[label] for label in labels], np.int64),
        classes=classes,
        axes=(table.header[x] or "x", table.header[y] or "y"),
    )


def _wanted(header: list[str]) -> str:
    width = len(header)
    names = f": {', '.join(map(_short, header[:MOST_NAMED]))}" if any(header) else ""
    return (
        "the columns must be x, y and label, separated by commas, semicolons, tabs, bars or spaces,"
        " or their header must name those three, or columns must; got "
        f"{width} {'column' if width == 1 else 'columns'}{names}"
    )


def _numeric(table: Table, place: int) -> bool:
    """Whether at least half of a column's words are numbers."""
    words = table.column(place)
    return 2 * sum(table.number(place, word) is not None for word in words) >= len(words)


def _counts(words: list[str]) -> bool:
    """Whether a column only counts the rows."""
    return any(words == [str(k) for k in range(first, first + len(words))] for first in (0, 1))


def _problem(table: Table, columns: Columns, words: list[str]) -> str:
    """What is wrong with the x, y and label of a row, or nothing."""
    if len(words) != len(table.header):
        return f"there must be {len(table.header)} columns, as in the first row; got {len(words)}"
    for axis, place in zip("xy", columns, strict=False):
        word = words[place]
        value = table.number(place, word)
        if value is None or not math.isfinite(value):
            unsure = value is None and number(word) is not None
            doubt = ", whose comma may be a decimal point" if unsure else ""
            return f"{axis} must be a finite number; got {_short(word)}{doubt}"
        if abs(value) > LARGEST:
            return f"{axis} must lie within ±{LARGEST:g}; got {_short(word)}"
    label = words[columns[2]]
    if not 1 <= len(label) <= MOST_LETTERS:
        return f"the label must have 1 to {MOST_LETTERS} letters; got {_short(label)}"
    return ""


def _short(text: str) -> str:
    return repr(text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]}…")


def _classes(labels: list[str], name: str) -> tuple[str, ...]:
    counts = Counter(labels)
    values = {label: number(label) for label in counts}
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

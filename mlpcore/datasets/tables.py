"""Tables that somebody brought: what a spreadsheet or a program wrote, as rows of words."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from charset_normalizer import from_bytes

from mlpcore.datasets import workbooks
from mlpcore.params import ParameterError
from mlpcore.texts import encodable

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 20_000, 100, 2_000_000
# Rows that an error describes; it counts the others.
MOST_DESCRIBED = 5
# In order of preference, because a comma may also be a decimal point, and a space stand anywhere.
DELIMITERS = ";\t,| "
# Letters of the first row, and of rows with others than ASCII's, that are looked at to find out.
MOST_SNIFFED = 10_000
# What bytes may be, by the names that people meet, in order of preference.
ENCODINGS = {
    "UTF-8": "utf_8",
    "UTF-16": "utf_16",
    "Windows-1252 (Western Europe)": "cp1252",
    "Windows-1250 (Central Europe)": "cp1250",
    "Windows-1251 (Cyrillic)": "cp1251",
    "Mac Roman": "mac_roman",
    "DOS 850": "cp850",
    "GB 18030 (Chinese)": "gb18030",
    "Shift JIS (Japanese)": "cp932",
    "EUC-KR (Korean)": "cp949",
}
ENCODINGS_ALLOWED = "one of " + ", ".join(name.partition(" (")[0] for name in ENCODINGS)
# No short table can be told from Windows-1252 if it may be in one of these.
_RARE = ("mac_roman", "cp850")
# Bytes of letters, without the digits that most of a table is made of.
_WORD = re.compile(rb"[^\x00-\x40]+")
# Excel's first line, which says what separates columns.
_SEPARATOR = re.compile(r'\s*"?sep=(.)"?[ \r]*(?:\n|$)', re.IGNORECASE)
# A row of Markdown between header and table.
_RULE = re.compile(":?-+:?")
# Digits in groups of three: what groups them, by whether a comma is the decimal point.
_GROUPED = {
    comma: re.compile(rf"[+-]?[1-9]\d{{0,2}}([{group} '’])\d{{3}}(?:\1\d{{3}})*(?:{point}\d*)?")
    for comma, group, point in ((False, ",", r"\."), (True, r"\.", ","))
}

Row = tuple[int, list[str]]


class RowsError(ParameterError):
    """Rows of a table hold no points.

    Attributes:
        rows: what is wrong with each of the first few, and how many more there are.
        count: of the rows.
    """

    def __init__(self, name: str, problems: Sequence[str]) -> None:
        rows = list(problems[:MOST_DESCRIBED])
        if len(problems) > MOST_DESCRIBED:
            rows.append(f"And {len(problems) - MOST_DESCRIBED} more")
        self.rows, self.count = tuple(rows), len(problems)
        super().__init__("data", "rows of x, y and label, all filled in", name, ". ".join(rows))


@dataclass(frozen=True, eq=False)
class Table:
    """Rows of words.

    Attributes:
        name: what errors call it.
        line: where its first row stands.
        header: what each column is called, "" for one without a name.
        rows: the others, each with its line; not all need be as long as the header.
        delimiter: what separates columns, "" in a workbook.
        encoding: how bytes were read, one of :data:`ENCODINGS`; "" if they came as text.
    """

    name: str
    line: int
    header: list[str]
    rows: list[Row]
    delimiter: str
    encoding: str
    _commas: dict[int, bool | None] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """What to call each column, no two the same."""
        names: list[str] = []
        for place, word in enumerate(self.header, 1):
            name = word or f"column {place}"
            names.append(f"{name} ({place})" if name in names else name)
        return names

    def column(self, place: int) -> list[str]:
        """A column's words, without rows of another length than the header's."""
        return [row[place] for _, row in self.rows if len(row) == len(self.header)]

    def number(self, place: int, text: str) -> float | None:
        """The number that a word of a column stands for, or None."""
        if place not in self._commas:
            self._commas[place] = _decimal_comma(self.column(place), self.delimiter)
        comma = self._commas[place]
        return None if comma is None and "," in text else number(text, bool(comma))


def read(source: str | bytes, name: str, encoding: str = "") -> Table:
    """Read a table from text with columns, its bytes, or an Excel workbook.

    Columns are separated by semicolons, tabs, commas, bars or spaces, whichever the first row has,
    or as Excel's line ``sep=;`` says. If no word of the first row is a number, it is the header.
    Blank rows and columns are left out.

    Args:
        source: the text, or its bytes.
        name: what errors call it.
        encoding: of bytes, one of :data:`ENCODINGS`; otherwise it is found out.

    Raises:
        RowsError: rows cannot be read.
        ParameterError: ``data`` is no table, or exceeds a limit.
    """
    if len(source) > MOST_BYTES:
        raise ParameterError("data", f"at most {MOST_BYTES:,} bytes", name, "Leave rows out")
    taken = ""
    if isinstance(source, bytes) and workbooks.claims(source):
        rows, delimiter = workbooks.read(source, name, MOST_ROWS + 1, MOST_COLUMNS + 1), ""
    else:
        if isinstance(source, bytes):
            source, taken = _text(source, name, encoding)
        elif not encodable(source):
            raise ParameterError("data", "text in UTF-8", name, "It holds halves of letters")
        # NumPy writes its header as a comment.
        rows, delimiter = _rows(source.removeprefix("\ufeff").removeprefix("# "), name)
    if not rows:
        raise ParameterError("data", "rows of x, y and label", name, "It is empty")
    line, first = rows[0]
    named = not any(number(word, delimiter != ",") is not None for word in first)
    if len(rows) - named > MOST_ROWS:
        raise ParameterError("data", f"at most {MOST_ROWS:,} rows", name, "Leave some out")
    _trim(rows, named)
    width = len(rows[0][1])
    if width > MOST_COLUMNS:
        raise ParameterError("data", f"at most {MOST_COLUMNS} columns", name, "Leave some out")
    header = rows[0][1] if named else [""] * width
    return Table(name, line, header, rows[named:], delimiter, taken)


def encoding(text: str) -> str:
    """The one of :data:`ENCODINGS` that a text names, with or without what stands in brackets.

    Raises:
        ParameterError: ``encoding`` is none of them.
    """
    for name in ENCODINGS:
        if text.strip().casefold() in (name.casefold(), name.partition(" (")[0].casefold()):
            return name
    raise ParameterError("encoding", ENCODINGS_ALLOWED, text)


def number(text: str, comma: bool = False) -> float | None:
    """The number a text stands for, or None.

    Args:
        text: maybe with digits in groups of three, or the minus sign U+2212.
        comma: whether a comma is the decimal point; a point is none the less one by itself, unless
            it could separate thousands.
    """
    text = text.replace("−", "-")
    grouped = _GROUPED[comma].fullmatch(text)
    if grouped:
        text = text.replace(grouped[1], "")
    if comma and "." not in text:
        text = text.replace(",", ".")
    try:
        return None if "_" in text else float(text)
    except ValueError:
        return None


def _decimal_comma(words: list[str], delimiter: str) -> bool | None:
    """Whether a comma is a column's decimal point; None if that cannot be told."""
    with_commas = [word for word in words if "," in word]
    if not with_commas:
        return False
    votes = Counter((number(w) is not None, number(w, comma=True) is not None) for w in with_commas)
    if votes[True, False] != votes[False, True]:
        return votes[False, True] > votes[True, False]
    if any("." in word and number(word) is not None for word in words):
        return False
    return None if delimiter == "," else True


def _text(data: bytes, name: str, encoding: str) -> tuple[str, str]:
    """Bytes as text, and how they were read."""
    encoding = encoding or _encoding(data)
    try:
        text = data.decode(ENCODINGS[encoding])
    except UnicodeDecodeError as error:
        raise ParameterError(
            "data", f"text in {encoding}", name, "Save it as “CSV UTF-8”, or choose what it is in"
        ) from error
    if "\0" in text:
        raise ParameterError("data", "a table as text", name, "Save it as “CSV UTF-8”: it is none")
    return text, encoding


def _encoding(data: bytes) -> str:
    """What bytes are likely in: UTF-8 if they can be."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode()
    except UnicodeDecodeError:
        codecs = [codec for codec in ENCODINGS.values() if codec not in _RARE]
        lines = b"\n".join(line for line in data.splitlines() if not line.isascii())
        words = b" ".join(_WORD.findall(lines[:MOST_SNIFFED]))
        scores = {
            codecs.index(codec): (guess.chaos, -guess.coherence)
            for guess in reversed(from_bytes(words, cp_isolation=codecs))
            for codec in guess.could_be_from_charset
        }
        # In a short table many do as well as each other.
        best = min(scores, key=lambda place: (scores[place], place), default=codecs.index("cp1252"))
        return {codec: name for name, codec in ENCODINGS.items()}[codecs[best]]
    return "UTF-8"


def _rows(text: str, name: str) -> tuple[list[Row], str]:
    """The rows that are not blank, each with its line in the text, and what separates columns."""
    said = _SEPARATOR.match(text)
    delimiter = said[1] if said else _delimiter(text)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    rows = []
    try:
        if said:
            next(lines)
        for row in lines:
            words = [" ".join(word.split()) for word in row]
            if any(words) and not (delimiter == "|" and _ruled(words)):
                rows.append((lines.line_num, words))
    except csv.Error as error:
        raise RowsError(name, [f"Row {lines.line_num}: {error}"]) from error
    return rows, delimiter


def _ruled(words: list[str]) -> bool:
    return all(_RULE.fullmatch(word) for word in words if word)


def _delimiter(text: str) -> str:
    """What separates the columns of the first row that is not blank."""
    lines = io.StringIO(text, newline="")
    first = next((line for line in lines if line.strip(DELIMITERS + " \r\n")), "")[:MOST_SNIFFED]
    return next((d for d in DELIMITERS if _fields(first, d) >= 3), ",")


def _fields(line: str, delimiter: str) -> int:
    """How many fields a line has, none if a quoted one ends before its delimiter."""
    try:
        row = next(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True), [])
    except csv.Error:
        return 0
    return len(row)


def _trim(rows: list[Row], named: bool) -> None:
    """Leave out what separators at a row's end make, and columns that are blank throughout."""
    width = len(rows[0][1])
    for _, words in rows:
        while len(words) > width and not words[-1]:
            words.pop()
    if named and len(rows) > 1 and all(len(words) == width + 1 for _, words in rows[1:]):
        rows[0][1].insert(0, "")  # R leaves the header of its row names out
        width += 1
    whole = [words for _, words in rows if len(words) == width]
    filled = [place for place, words in enumerate(zip(*whole, strict=True)) if any(words)]
    for words in whole:
        words[:] = [words[place] for place in filled]

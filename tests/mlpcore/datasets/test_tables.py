"""Tables that somebody brings: encodings, numbers and workbooks as people have them."""

import contextlib
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.datasets import points, tables, workbooks
from mlpcore.params import ParameterError


def problem(source):
    with pytest.raises(ParameterError) as caught:
        points.read(source, "my.csv")
    return str(caught.value)


@pytest.mark.parametrize(
    ("words", "codec", "told"),
    [
        (["Käfer", "Löwe", "Mücke"], "utf-8", "UTF-8"),
        (["Käfer", "Löwe", "Mücke"], "utf-8-sig", "UTF-8"),
        (["Käfer", "Löwe", "Mücke"], "utf-16", "UTF-16"),
        (["Käfer", "Löwe", "Mücke"], "cp1252", "Windows-1252 (Western Europe)"),
        (["garçon", "élève"], "cp1252", "Windows-1252 (Western Europe)"),
        (["niño", "señor"], "cp1252", "Windows-1252 (Western Europe)"),
        (["кошка", "собака"], "cp1251", "Windows-1251 (Cyrillic)"),
        (["うさぎ", "ねこ"], "cp932", "Shift JIS (Japanese)"),
    ],
)
def test_encodings_are_told(words, codec, told):
    text = "Größe (m²)" if "Käfer" in words else "x"
    text += ",y,label\n" + "".join(f"0.{i},1.{i},{words[i % len(words)]}\n" for i in range(60))
    table = tables.read(text.encode(codec), "")
    assert table.encoding == told
    assert {row[2] for _, row in table.rows} == set(words)


@pytest.mark.parametrize("name", tables.ENCODINGS)
def test_an_encoding_that_is_chosen_is_taken(name):
    data = "x,y,label\n1,2,a\n".encode(tables.ENCODINGS[name])
    table = tables.read(data, "", name)
    assert (table.encoding, table.header, table.column(2)) == (name, ["x", "y", "label"], ["a"])


NUMBERS = [
    ("-1.5", -1.5, -1.5),
    ("−1.5", -1.5, -1.5),
    ("1 234.5", 1234.5, None),
    ("1'234.5", 1234.5, None),
    ("1’234’567", 1234567, 1234567),
    ("1,234,567.25", 1234567.25, None),
    ("1.234.567,25", None, 1234567.25),
    ("0,5", None, 0.5),
    ("12 34", None, None),
    ("1,23,456", None, None),
    ("1e-3", 0.001, 0.001),
    ("1_0", None, None),
    ("0.123", 0.123, 0.123),
    ("", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "point", "comma"), NUMBERS)
def test_numbers(text, point, comma):
    assert tables.number(text) == point
    assert tables.number(text, comma=True) == comma


def column(words, delimiter=","):
    rows = "".join(f'"{word}"{delimiter}1{delimiter}a\n' for word in words)
    table = tables.read(f"x{delimiter}y{delimiter}label\n{rows}", "")
    return [table.number(0, word) for word in table.column(0)]


@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        (["1,234.5", "2,000"], [1234.5, 2000]),
        (["1.234,5", "2.000"], [1234.5, 2000]),
        (["1,234,567", "1,234"], [1234567, 1234]),
        (["0,5", "1,234"], [0.5, 1.234]),
        (["1,234", "0.5"], [1234, 0.5]),
        (["1.234", "2.000"], [1.234, 2]),
        (["1\u00a0234,5", "2\u202f000", "−3\u2009000"], [1234.5, 2000, -3000]),
    ],
)
def test_a_column_tells_what_its_commas_are(delimiter, words, numbers):
    assert column(words, delimiter) == numbers


def test_a_comma_that_may_be_either_is_refused_beside_commas_and_else_a_decimal_point():
    assert column(["1,234", "2,345"]) == [None, None]
    assert column(["1,234", "2,345"], ";") == [1.234, 2.345]
    rows = '"1,234",1,a\n"2,345",1,b\n' * 5
    said = "Row 2: x must be a finite number; got '1,234', whose comma may be a decimal point"
    assert said in problem("x,y,label\n" + rows)


def test_cells_that_are_no_numbers_are_named_by_their_lines():
    good, bad = "1,2,a\n1,2,b\n", ["nan,2,a", "1,inf,a", "#N/A,2,b", ",2,a", "1,-,b"]
    said = problem("x,y,label\n" + "".join(good + row + "\n" for row in bad))
    for line, got in zip((4, 7, 10, 13, 16), ("nan", "inf", "#N/A", "", "-"), strict=True):
        assert f"Row {line}: " in said
        assert f"must be a finite number; got {got!r}" in said


def workbook(*rows):
    stream, book = io.BytesIO(), openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_by_its_rows():
    table = tables.read(workbook(["a", "b", "c"], [], [1, 2.5, True], [None, "x  y", "é"]), "")
    assert table.rows == [(3, ["1", "2.5", "True"]), (4, ["", "x y", "é"])]
    assert (table.line, table.header, table.encoding) == (1, ["a", "b", "c"], "")


def zipped(**files):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "/") + ".xml", data)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "an old Excel workbook (.xls), or one"),
        (workbook(["x", "y", "label"])[:-50], "an Excel workbook that cannot be read. Save the"),
        (zipped(xl__workbook="<a>"), "This is an Excel workbook that cannot be read"),
        (zipped(word__document="<a>"), "This is a zip archive. Save the sheet as “CSV UTF-8”"),
        (zipped(xl__workbook=" " * 30_000_000), "at most 10,000,000 bytes unpacked"),
        (workbook(), "It is empty"),
    ],
)
def test_a_workbook_that_will_not_do_is_called_that(data, said):
    assert said in problem(data)


def test_a_sheet_that_claims_to_be_large_is_read_as_far_as_is_allowed():
    book = openpyxl.Workbook()
    book.active.append(["x", "y", "label"])
    book.active.cell(1_000_000, 16_000, "far")
    stream = io.BytesIO()
    book.save(stream)
    rows = workbooks.read(stream.getvalue(), "", 50, 10)
    assert rows == [(1, ["x", "y", "label"])]


GOOD = workbook(["x", "y", "label"], *[(i, 2, "ab"[i % 2]) for i in range(12)])


@given(st.data())
def test_a_damaged_workbook_is_read_or_refused(data):
    whole = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ParameterError):
        assert points.read(bytes(whole), "my.xlsx").counts


STARTS = st.sampled_from([b"", b"\xff\xfe", b"PK\x03\x04", b"sep=", b"\x1f"])


@given(STARTS, st.binary(max_size=300))
def test_any_bytes_are_points_or_refused(start, data):
    with contextlib.suppress(ParameterError):
        assert points.read(start + data, "my.csv").counts

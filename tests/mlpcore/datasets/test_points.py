"""Points that somebody brings: what is read, what is refused, and where they lie in the plane."""

import contextlib
import csv
import io

import numpy as np
import openpyxl
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.datasets import planar, points, tables
from mlpcore.datasets.points import Points
from mlpcore.datasets.tables import RowsError
from mlpcore.params import ParameterError

ROWS = [(0.5 * i, 10.0 - i, "ab"[i % 2]) for i in range(10)]


def table(delimiter=",", header="x,y,label", rows=ROWS, end="\n"):
    lines = [header.replace(",", delimiter)] if header else []
    lines += [delimiter.join(map(str, row)) for row in rows]
    return end.join(lines) + end


def workbook(*rows):
    stream, book = io.BytesIO(), openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.create_sheet("other").append(["nothing"])
    book.save(stream)
    return stream.getvalue()


def problem(source, kind=ParameterError):
    with pytest.raises(kind) as caught:
        points.read(source, "my.csv")
    assert str(caught.value).startswith("data must be ")
    assert "got 'my.csv'." in str(caught.value)
    assert "\n" not in str(caught.value)
    return caught.value


# What is read


@pytest.mark.parametrize(
    "source",
    [
        table(),
        table().encode(),
        table().encode("utf-8-sig"),
        "\ufeff" + table(),
        table(header=""),
        table(";"),
        table("\t"),
        table(end="\r\n"),
        table(end="\r"),
        table().removesuffix("\n"),
        table().replace(",", "  ,  "),
        "\n \n" + table().replace("\n", "\n\n"),
        "\n".join(f'"{x}","{y}","{label}"' for x, y, label in ROWS),
        table(";", rows=[(str(x).replace(".", ","), y, label) for x, y, label in ROWS]),
        table("\t", rows=[(str(x).replace(".", ","), y, label) for x, y, label in ROWS]),
        table(header="X,Y,Class"),
        table(header="label,y,x", rows=[(label, y, x) for x, y, label in ROWS]),
        table(header="x,kind,y", rows=[(x, label, y) for x, y, label in ROWS]),
        table(header=",y,label,x", rows=[(i, y, c, x) for i, (x, y, c) in enumerate(ROWS)]),
        table(header="class,x,y", rows=[(label, x, y) for x, y, label in ROWS]),
        "sep=;\r\n" + table(";", end="\r\n"),
        '"sep=\t"\n' + table("\t"),
        "|" + table("|").replace("\n", "|\n|").removesuffix("|"),
        "| x | y | label |\n|--:|--:|:--|\n" + table("|", header=""),
        table(" "),
        "# " + table(" "),
        "x y label\n" + "\n".join(f"{x:.18e} {y:.18e} {label}" for x, y, label in ROWS),
        table().replace("\n", ",\n"),
        table().replace("a\n", "a,\n"),
        table(";").replace("\n", ";;;\n"),
        table(header="x,y,label", rows=[(i, *row) for i, row in enumerate(ROWS, 1)]),
        table().encode("utf-16"),
        table("\t").encode("utf-16-be").join([b"\xfe\xff", b""]),
        workbook(["x", "y", "label"], *ROWS),
        workbook(["label", None, "x", "y"], *[(c, None, x, y) for x, y, c in ROWS]),
    ],
)
def test_ways_to_write_the_same(source):
    read = points.read(source, "my.csv")
    np.testing.assert_array_equal(read.coordinates, [[x, y] for x, y, _ in ROWS])
    assert [read.classes[label] for label in read.labels] == [label for _, _, label in ROWS]
    assert read.classes == ("a", "b")
    assert tuple(map(str.lower, read.axes)) == ("x", "y")


def test_what_is_quoted_separates_no_columns():
    assert points.read(table(header='":",";;","kind"'), "").axes == (":", ";;")


def test_headers_name_the_axes():
    assert points.read(table(header="length (cm),  width,kind"), "").axes == (
        "length (cm)",
        "width",
    )


@pytest.mark.parametrize(
    ("labels", "classes", "called"),
    [
        (("10", "9", "-1.5"), ("-1.5", "9", "10"), ("class -1.5", "class 9", "class 10")),
        (("b", "10", "a  c"), ("10", "a c", "b"), ("10", "a c", "b")),
        (("nan", "1", "é"), ("1", "nan", "é"), ("1", "nan", "é")),
    ],
)
def test_classes_come_in_order_and_numbers_are_called_classes(labels, classes, called):
    rows = [(i, i % 4, labels[i % 3]) for i in range(15)]
    read = points.read(table(rows=rows), "")
    assert read.classes == classes
    assert read.legend.classes == called
    assert read.counts == [5, 5, 5]


def test_the_column_that_alone_is_no_number_holds_the_labels():
    rows = [(label, x, y) for x, y, label in ROWS]
    read = points.read(table(header="kind,length,width", rows=rows), "")
    assert (read.classes, read.axes) == (("a", "b"), ("length", "width"))
    read = points.read(table(header="x1,x2,y", rows=[(x, y, i % 2) for i, (x, y, _) in
                                                     enumerate(ROWS)]), "")  # fmt: skip
    assert (read.classes, read.axes) == (("0", "1"), ("x1", "x2"))


def test_a_byte_order_mark_before_a_quoted_header_is_no_part_of_it():
    quoted = "\r\n".join(f'"{x}","{y}","{label}"' for x, y, label in [("x", "y", "label"), *ROWS])
    for source in ("\ufeff" + quoted, quoted.encode("utf-8-sig")):
        read = points.read(source, "")
        assert read.axes == ("x", "y")
        assert read.csv().startswith("x,y,label\n")


def test_points_far_from_0_keep_their_shape_and_decimals():
    turns = np.linspace(1, 8, 40)
    arms = [
        (4512345 + sign * turns * np.cos(turns) / 3, 689012 + sign * turns * np.sin(turns) / 3)
        for sign in (1, -1)
    ]
    rows = [
        (f"{x:.3f}", f"{y:.3f}", name)
        for name, (xs, ys) in zip(("north", "south"), arms, strict=True)
        for x, y in zip(xs, ys, strict=True)
    ]
    read = points.read(table(header="easting,northing,arm", rows=rows), "")
    assert all(f"{float(x)},{float(y)},{name}\n" in read.csv() for x, y, name in rows)
    split = read.split
    inputs = torch.cat([split.train_inputs, split.test_inputs]).double().numpy()
    back = read.legend.original(inputs)
    assert {tuple(row) for row in back.round(3)} == {tuple(row) for row in read.coordinates}


def test_labels_are_what_stands_there():
    names = ["007", "7", "1e1", "10", "2-1", "Mar-1", "NA", "null"]
    read = points.read(table(rows=[(i, 0, name) for i in range(5) for name in names]), "")
    assert sorted(read.classes) == sorted(names)


def test_labels_that_a_program_saved_as_numbers_are_whole():
    rows = [(f"{x:.18e}", f"{y:.18e}", f"{i % 2:.18e}") for i, (x, y, _) in enumerate(ROWS)]
    assert points.read(table(" ", header="", rows=rows), "").classes == ("0", "1")


@pytest.mark.parametrize(
    ("columns", "header", "expected"),
    [
        ([1.5, 2.5, 3.5, 4.5, "ab"], "a,b,c,d,species", (0, 1, 4)),
        (["ab", "k", 1.5, 2.5, 3.5], "species,island,length,depth,mass", (2, 3, 0)),
        ([None, 1.5, 2.5, "ab"], ",u,v,w", (1, 2, 3)),
        ([None, 1.5, 2.5, 3.5, "01"], "Id,u,v,w,target", (1, 2, 4)),
        (["12", 1.5, 2.5, 3.5], "Class,alcohol,acid,ash", (1, 2, 0)),
        ([1.5, 2.5, 3.5, "01"], "x1,x2,x3,y", (0, 1, 3)),
        ([1.5, "ab", 2.5, 3.5], "y,label,u,x", (3, 0, 1)),
    ],
)
def test_columns_are_guessed(columns, header, expected):
    def cell(kind, i):
        return i if kind is None else kind[i % len(kind)] if isinstance(kind, str) else kind + i / 7

    rows = [[cell(kind, i) for kind in columns] for i in range(12)]
    one = tables.read(table(header=header, rows=rows), "my.csv")
    assert points.likely(one) == expected
    assert points.take(one, expected).classes


def test_rows_are_left_out_if_that_is_wished():
    one = tables.read(table() + "nan,1,a\n1,#N/A,b\n1,2\n", "my.csv")
    with pytest.raises(RowsError) as caught:
        points.take(one, (0, 1, 2))
    assert caught.value.count == 3
    assert len(points.take(one, (0, 1, 2), leave_out=True).labels) == 10


# What is refused


def test_bad_rows_are_named_the_first_few_and_the_others_counted():
    bad = ["abc,2,a", "1,,b", "1,2", "1,2,", "nan,2,a", "1,-inf,a", "1,2,a,b"]
    caught = problem(table() + "\n".join(bad), RowsError)
    assert caught.rows == (
        "Row 12: x must be a finite number; got 'abc'",
        "Row 13: y must be a finite number; got ''",
        "Row 14: there must be 3 columns, as in the first row; got 2",
        "Row 15: the label must have 1 to 40 letters; got ''",
        "Row 16: x must be a finite number; got 'nan'",
        "And 2 more",
    )
    assert all(row in str(caught) for row in caught.rows)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("1e101,2,a", "Row 12: x must lie within ±1e+100; got '1e101'"),
        ("1,1_0,a", "Row 12: y must be a finite number; got '1_0'"),
        ("1,2," + "w" * 41, f"Row 12: the label must have 1 to 40 letters; got '{'w' * 40}…'"),
        ("1,\x1b[2J,a", r"Row 12: y must be a finite number; got '\x1b[2J'"),
        (f'1,2,"{"w" * 200_000}', "Row 12: field larger than field limit"),
    ],
)
def test_a_bad_row(row, message):
    assert message in str(problem(table() + row, RowsError))


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("", "It is empty"),
        (" \n,,\n", "It is empty"),
        ("x,y,label\n", "there are 0"),
        ("a word", "Row 1: the columns must be x, y and label"),
        (table(header="a,b,c,d", rows=[(1, 2, 3, "a")]), "got 4 columns: 'a', 'b', 'c', 'd'"),
        (table(header="", rows=[range(101)]), "at most 100 columns"),
        (table(header="w" * 41 + ",y,label"), "Row 1: a header must have at most 40 letters"),
        (table(rows=[(x, y, "a") for x, y, _ in ROWS]), "2 to 8 classes; got 'my.csv'. Mend the"),
        (table(rows=[(1, 2, f"c{i}") for i in range(45)]), "there are 45 ('c0', 'c1', 'c10'"),
        (table() + "1,2,c\n", "at least 5 points of every class; got 'my.csv'. Add some: 'c' has"),
        (table().encode() + b"\xff", "Row 12: there must be 3 columns, as in the first row; got 1"),
        (table().encode("utf-16")[:-1], "data must be text in UTF-16; got 'my.csv'. Save it as"),
        (table().encode() + b"\0\xff", "data must be a table as text; got 'my.csv'. Save it as"),
        ("1,2,a\n" * 20_001, "at most 20,000 rows"),
        ("1" * 2_000_001, "at most 2,000,000 bytes"),
    ],
)
def test_what_is_no_set_of_points(source, message):
    assert message in str(problem(source))


def test_as_many_rows_as_allowed():
    read = points.read("x,y,label\n" + "1,2,a\n3,4,b\n" * 10_000, "")
    assert len(read.labels) == 20_000


@given(st.text() | st.binary() | st.lists(st.text(alphabet='1e,;\t"\n\rab -.')).map("\n".join))
def test_whatever_comes_is_read_or_refused(source):
    with contextlib.suppress(ParameterError):
        assert len(points.read(source, "my.csv").split.test_labels) > 0


numbers = st.floats(-1e100, 1e100)
words = st.text(min_size=1, max_size=20).map(lambda text: " ".join(text.split())).filter(bool)


@st.composite
def brought(draw):
    classes = draw(st.lists(words, min_size=2, max_size=8, unique=True))
    axes = draw(st.tuples(words, words).filter(lambda axes: not any(map(_numeric, axes))))
    names = classes * draw(st.integers(5, 8))
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow([*axes, "kind"])
    for name in names:
        writer.writerow([draw(numbers), draw(numbers), name])
    return points.read(stream.getvalue(), "")


def _numeric(text):
    try:
        float(text.replace(",", "."))
    except ValueError:
        return False
    return True


@given(brought())
def test_what_is_written_is_read_again(one):
    again = points.read(one.csv(), "")
    np.testing.assert_array_equal(again.coordinates, one.coordinates)
    np.testing.assert_array_equal(again.labels, one.labels)
    assert (again.classes, again.axes) == (one.classes, one.axes)
    assert again.fingerprint == one.fingerprint


# Where they lie


@given(brought())
def test_points_lie_in_the_plane_and_know_their_units(one):
    split, legend = one.split, one.legend
    inputs = torch.cat([split.train_inputs, split.test_inputs])
    assert inputs.dtype == torch.float32
    assert inputs.abs().max() <= 2
    back = legend.original(legend.plane(one.coordinates))
    size = np.maximum(np.abs(one.coordinates).max(0), 1e-90)
    np.testing.assert_allclose(back / size, one.coordinates / size, atol=1e-9)


def test_each_axis_is_centred_and_scaled():
    split = points.read(table(), "").split
    inputs = torch.cat([split.train_inputs, split.test_inputs])
    assert inputs.amin(0).tolist() == pytest.approx([-1.2, -1.2])
    assert inputs.amax(0).tolist() == pytest.approx([1.2, 1.2])


@pytest.mark.parametrize(
    ("x", "stays"), [((-0.8, 1.4), True), ((-2, 2), True), ((0, 1), False), ((-1, 2.1), False)]
)
def test_points_that_fill_the_maps_square_stay(x, stays):
    rows = [(x[i % 2], 0.1, "ab"[i % 2]) for i in range(10)]
    legend = points.read(table(rows=rows), "").legend
    assert (legend.scale == (1, 1) and legend.centre == (0, 0)) == stays
    assert stays or legend.centre == (sum(x) / 2, 0.1)


def test_an_axis_on_which_nothing_differs_is_centred():
    rows = [(i, 7.0, "ab"[i % 2]) for i in range(10)]
    split = points.read(table(rows=rows), "").split
    assert (split.train_inputs[:, 1] == 0).all()


def test_a_fifth_of_every_class_is_the_test_set():
    labels, classes = np.repeat([0, 1, 2], [5, 11, 40]), ("a", "b", "c")
    coordinates = np.random.default_rng(0).normal(size=(56, 2))
    split = Points(coordinates, labels, classes, ("x", "y")).split
    assert torch.bincount(split.test_labels).tolist() == [1, 2, 8]
    assert torch.bincount(split.train_labels).tolist() == [4, 9, 32]
    together = torch.cat([split.train_inputs, split.test_inputs])
    expected = Points(coordinates, labels, classes, ("x", "y")).legend.plane(coordinates)
    assert sorted(together.tolist()) == sorted(torch.from_numpy(expected).float().tolist())


def test_a_generated_set_that_is_brought_is_itself():
    """Nothing is moved, rounded or mixed up on the way through a file."""
    generated, labels = planar.spirals(4, 50, 0.3, torch.Generator().manual_seed(0))
    text = Points(
        generated.double().numpy(), labels.numpy(), ("0", "1", "2", "3"), ("x", "y")
    ).csv()
    split = points.read(text, "").split
    rows = {(*point, k) for point, k in zip(generated.tolist(), labels.tolist(), strict=True)}
    both = [(split.train_inputs, split.train_labels), (split.test_inputs, split.test_labels)]
    brought = {(*p, k) for x, y in both for p, k in zip(x.tolist(), y.tolist(), strict=True)}
    assert brought == rows


# Where they are kept


def test_equal_points_have_one_name_and_others_another():
    one, same = points.read(table(), "a"), points.read(table(";", end="\r\n"), "b")
    others = [
        points.read(table(rows=[(-1, 2, "a"), *ROWS[1:]]), ""),
        points.read(table(rows=[(x, y, label + "!") for x, y, label in ROWS]), ""),
        points.read(table(header="u,v,label"), ""),
        points.read(table(rows=[(x, y, "ba"[i % 2]) for i, (x, y, _) in enumerate(ROWS)]), ""),
    ]
    names = [points.keep(each) for each in (one, same, *others)]
    assert names[0] == names[1]
    assert len(set(names)) == 5
    assert points.find(names[0]).fingerprint == one.fingerprint


def test_points_that_are_gone_are_asked_for_again():
    with pytest.raises(ParameterError, match=r"does not hold them\. Bring their file again"):
        points.find("points-0123456789abcdef")
    with pytest.raises(ParameterError, match=r"data must be one of spirals, .*; got 'rings'.$"):
        points.find("rings")


def test_a_file_is_loaded(tmp_path):
    path = tmp_path / "my.csv"
    path.write_bytes(table().encode("utf-8-sig"))
    assert points.load(path).classes == ("a", "b")


@pytest.mark.parametrize("name", ["none.csv", ".", "a\0b"])
def test_a_file_that_cannot_be_read(tmp_path, name):
    with pytest.raises(ParameterError, match="or a file of points that can be read; got"):
        points.load(tmp_path / name)


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=6), min_size=3, max_size=6),
    st.data(),
)
def test_columns_are_found_by_what_they_are_called(header, data):
    places = range(len(header))
    x, y, label = data.draw(st.permutations(places))[:3]
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL, delimiter=";")
    writer.writerow(header)
    writer.writerows([[f"{i % (2 + k)}" for k in places] for i in range(60)])
    text = "sep=;\n" + stream.getvalue()
    try:
        table = tables.read(text, "wide.csv")
        expected = points.take(table, (x, y, label))
    except ParameterError:
        return
    called = points.called(table, (x, y, label))
    assert all(word.isprintable() and not word.startswith("-") for word in called)
    assert points.read(text, "wide.csv", called).fingerprint == expected.fingerprint
    numbers = [f"{place + 1}" for place in (x, y, label)]
    assert points.read(text, "wide.csv", numbers).fingerprint == expected.fingerprint


@pytest.mark.parametrize("columns", [[], ["x", "y"], ["x", "y", "label", "x"]])
def test_three_columns_are_named(columns):
    with pytest.raises(ParameterError, match="columns must be those of x, y and the label"):
        points.read(table(), "my.csv", columns)


def test_only_bytes_of_text_have_an_encoding():
    for source in (table(), workbook(("x", "y", "label"), *ROWS)):
        with pytest.raises(ParameterError, match="encoding must be left out with text and with"):
            points.read(source, "my.csv", encoding="UTF-8")

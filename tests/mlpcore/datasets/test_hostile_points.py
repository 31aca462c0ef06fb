"""CSV made to do harm: points come out of it or a message that fits on a page."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlpcore.datasets import points
from mlpcore.params import ParameterError

FIELDS = st.sampled_from(
    [
        "1e308", "-1e308", "1e100", "-0", "0", "inf", "-inf", "nan", "NaN", "1e-320", "0x10", "1_0",
        "١٢٣", "1,5", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-1", "\u202eevil", "a\0b", "\x1b[2J",
        "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "%{x}", "${x}", "{{x}}", '"',
        "'", "", " ", "label", "x", "y", "\ufeff", "\u2028", "👩‍👩‍👧", "\ud800",
        "9" * 400, "é" * 200,
    ]
) | st.text(st.characters(), max_size=5)  # fmt: skip
DELIMITERS = st.sampled_from([",", ";", "\t", " ", "|", "\0"])
ENDS = st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\x0b", "\u2028", '"\n'])


def check(source):
    """That it is read, and can be shown, or is refused in a few words."""
    try:
        read = points.read(source, "my.csv")
    except ParameterError as error:
        message = str(error)
        read = None
    if read is None:
        assert message.startswith("data must be ")
        assert message.isprintable()
        assert len(message) < 2000
        return message
    assert np.isfinite(read.split.train_inputs.numpy()).all()
    assert all(0 < len(name) <= 50 for name in (*read.classes, *read.axes))
    read.csv().encode()  # as it is sent to a browser
    again = points.read(read.csv(), "")
    assert again.fingerprint == read.fingerprint
    json.dumps([read.legend.classes, read.legend.centre, read.legend.scale], allow_nan=False)
    return read


@given(
    rows=st.lists(st.tuples(FIELDS, FIELDS, FIELDS) | st.lists(FIELDS, max_size=6), max_size=12),
    delimiter=DELIMITERS,
    end=ENDS,
)
@settings(max_examples=400)
def test_rows_of_anything(rows, delimiter, end):
    check(end.join(delimiter.join(row) for row in rows))


@given(label=FIELDS, other=FIELDS, axes=st.tuples(FIELDS, FIELDS))
@settings(max_examples=200)
def test_labels_and_headers_of_anything(label, other, axes):
    rows = [f'{i},{i},"{name}"' for i in range(6) for name in (label, other)]
    check("\n".join([",".join([*axes, "label"]), *rows]))


@given(
    numbers=st.lists(
        st.floats(-1e100, 1e100) | st.sampled_from([1e100, -1e100, 5e-324, -0.0]),
        min_size=20, max_size=20,
    )
)  # fmt: skip
@settings(max_examples=200)
def test_numbers_at_the_edge_of_what_is_allowed(numbers):
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    check("\n".join(f"{x!r},{y!r},{'ab'[i % 2]}" for i, (x, y) in enumerate(pairs)))


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_bytes_of_anything(data):
    check(data)


@pytest.mark.parametrize(
    "source",
    [
        "x" * 1_999_999,
        "," * 1_999_999,
        '"' * 1_999_999,
        "\n" * 1_999_999,
        '"' + "a\n" * 900_000,
        "1,2,a\n" * 300_000,
        "9" * 1_999_990 + ",1,a",
        "1,," * 600_000,
        "sep=1\n" + "1" * 1_900_000,
        "é,".encode("cp1252") * 900_000,
    ],
    ids=[
        "letters",
        "commas",
        "quotes",
        "lines",
        "open quote",
        "rows",
        "digits",
        "gaps",
        "ones",
        "letters of old",
    ],
)
def test_large_texts_are_refused_in_a_few_words(source):
    assert isinstance(check(source), str)

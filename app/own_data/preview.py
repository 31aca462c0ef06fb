"""What was read of a table that somebody brought, and what of it is to be used."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from app import visit
from app.figures import classes
from app.figures.words import count
from app.texts import own_points as texts
from app.texts.markdown import plain
from mlpcore.datasets import points, tables
from mlpcore.datasets.points import Columns, Points
from mlpcore.datasets.tables import RowsError, Table
from mlpcore.params import ParameterError

# Rows that are shown.
FIRST = 5
PARTS = ("x", "y", "label")


@dataclass(frozen=True)
class Reading:
    """A table that was brought.

    Attributes:
        table: what was read.
        columns: where x, y and the label may stand.
        source: what was brought.
        number: that no other reading of this visit has.
    """

    table: Table
    columns: Columns
    source: str | bytes
    number: int

    def key(self, part: str) -> str:
        """What Streamlit knows a widget of this reading by."""
        return f"points_{part} {self.number}"


def read(source: str | bytes, file: str, number: int, encoding: str = "") -> Reading:
    """Read a table, and guess what its columns are.

    Raises:
        ParameterError: as :func:`mlpcore.datasets.tables.read`, or there are too few columns.
    """
    table = tables.read(source, file, encoding)
    return Reading(table, points.likely(table), source, number)


def chosen(reading: Reading) -> tuple[Columns, bool]:
    """The columns that are chosen, and whether rows are to be left out; for a callback."""
    said = visit.values()
    x, y, label = (said[reading.key(part)] for part in PARTS)
    return (x, y, label), said.get(reading.key("leave_out"), False)


def show(
    reading: Reading, again: Callable[[], None], use: Callable[[], None], back: Callable[[], None]
) -> None:
    """Show what was read and let others be chosen.

    Args:
        reading: of what.
        again: is called when another encoding is chosen.
        use: is called when the points are to be used.
        back: is called when something else is to be brought.
    """
    table, names = reading.table, reading.table.names
    size = f"{count(len(table.rows), 'row')}, {count(len(names), 'column')}"
    st.markdown(f"{plain(table.name)}: {size}. {texts.PREVIEW}")
    if table.encoding not in ("", "UTF-8"):
        st.selectbox(
            "Encoding of the file",
            tables.ENCODINGS,
            index=list(tables.ENCODINGS).index(table.encoding),
            key=reading.key("encoding"),
            help=texts.ENCODING,
            on_change=again,
        )
    places = []
    for cell, part, place in zip(st.columns(3), PARTS, reading.columns, strict=True):
        places.append(
            cell.selectbox(
                f"Column of {part}" if part != "label" else "Column of labels",
                range(len(names)),
                index=place,
                format_func=names.__getitem__,
                key=reading.key(part),
            )
        )
    brought = _take(reading, (places[0], places[1], places[2]))
    st.dataframe(_first_rows(table, names), hide_index=True, height="content")
    others = [plain(name) for place, name in enumerate(names) if place not in places]
    if others:
        st.caption(f"Left out: {', '.join(others)}.")
    if brought:
        st.html(classes.key(brought.legend, brought.counts))
    with st.container(horizontal=True, gap="small"):
        st.button("Use these points", type="primary", disabled=not brought, on_click=use)
        st.button("Back", on_click=back)


def _take(reading: Reading, columns: Columns) -> Points | None:
    """The points of these columns, or nothing, and why."""
    rows, place, leave_out = len(reading.table.rows), st.container(), False
    while True:
        try:
            return points.take(reading.table, columns, leave_out)
        except ParameterError as problem:
            if isinstance(problem, RowsError) and problem.count < rows:
                label = f"Leave out {count(problem.count, 'row')} of {rows:,}"
                leave_out = st.checkbox(label, key=reading.key("leave_out"))
            if not leave_out or not isinstance(problem, RowsError):
                with place:
                    show_problem(problem)
                return None


def show_problem(problem: ParameterError) -> None:
    """Say why points will not do."""
    if isinstance(problem, RowsError):
        st.error("These rows will not do.", icon=":material/error:")
        st.code("\n".join(problem.rows), language=None, wrap_lines=True)
    else:
        st.error(plain(problem), icon=":material/error:")


def _first_rows(table: Table, names: list[str]) -> pd.DataFrame:
    width = len(names)
    rows: list[Any] = [[*words, *[""] * width][:width] for _, words in table.rows[:FIRST]]
    return pd.DataFrame(rows, columns=names, dtype=str)

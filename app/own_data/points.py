"""Which points a page's networks learn: generated ones, or one's own."""

from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import PurePath
from typing import Any

import streamlit as st
import torch

from app import controls, visit
from app.controls import Panel
from app.draw.component import draw_points
from app.figures import classes
from app.figures.words import count
from app.own_data import preview
from app.own_data.preview import Reading
from app.results.files import OWN_POINTS
from app.texts import own_points as texts
from mlpcore.cli.commands import command_line
from mlpcore.datasets import planar, points, tables
from mlpcore.datasets.points import Columns, Points
from mlpcore.experiments.settings import GENERATED, PlanarTraining
from mlpcore.params import ParameterError, specs
from mlpcore.texts import encodable

DRAW, TYPE, UPLOAD = "Draw", "Type or paste", "Upload"
# Steps an epoch that a small set gets by smaller batches; the tutorial's set has 25.
STEPS = 20


@dataclass
class OwnPoints:
    """What somebody does to bring points.

    Attributes:
        bringing: whether the dialog is open.
        drawn: CSV of what was drawn in it.
        as_text: whether that is to be edited as text.
        problem: why the last points will not do, if so.
        reading: what was read and is not used yet, if there is such.
        readings: how many there were.
        files: name → file of the points that were brought.
        sources: name → the file that was uploaded, and how the command line reads these points from
            it, if its name alone does not say that.
    """

    bringing: bool = False
    drawn: str = ""
    as_text: bool = False
    problem: ParameterError | None = None
    reading: Reading | None = None
    readings: int = 0
    files: dict[str, str] = field(default_factory=dict)
    sources: dict[str, tuple[str, dict[str, list[str]]]] = field(default_factory=dict)


def choose_points(panel: Panel, kind: type[PlanarTraining]) -> None:
    """Draw the choice of a data set with the controls it has, and offer to bring one."""
    wanted = controls.latest(kind).data
    names = _names() if wanted in planar.PLANAR else {wanted: OWN_POINTS} | _names()
    own = {name: file for name, file in names.items() if _find(name)}
    if wanted in names and wanted not in own:
        st.toast(texts.GONE, icon=":material/warning:", duration="long")
    spec = specs(kind)["data"]
    generated = {name: controls.name_of(spec, name) for name in planar.PLANAR}
    panel.choose(kind, "data", generated | own, partial(_use, kind))
    brought = _find(panel["data"])
    if brought:
        _describe(brought, own[panel["data"]])
    else:
        panel.draw(kind, "classes", "samples", "noise")
        panel.box(kind, "data_seed")
    if panel.entered:
        _close()
    st.button("Your own points", icon=":material/draw:", width="stretch", on_click=_open)


def bring_points(kind: type[PlanarTraining]) -> None:
    """Show the dialog to bring points in, while it is open."""
    if visit.of(OwnPoints).bringing:
        _dialog(kind)


def show_classes(config: PlanarTraining) -> None:
    """Name the classes, if the points were brought."""
    brought = _find(config.data)
    if brought:
        st.html(classes.key(brought.legend, brought.counts))


def command(config: PlanarTraining) -> str:
    """The command that reproduces a config's result; it names the file of what was brought."""
    if config.data in planar.PLANAR:
        return command_line(config)
    file = _names().get(config.data, OWN_POINTS)
    return command_line(config, *visit.of(OwnPoints).sources.get(config.data, (file, {})))


def _describe(brought: Points, file: str) -> None:
    train, test = len(brought.split.train_labels), len(brought.split.test_labels)
    st.caption(f"{count(train, 'point')} to train, {test:,} to test.")
    st.download_button(
        "These points as CSV",
        brought.csv,
        file,
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
    )


def _open() -> None:
    visit.of(OwnPoints).bringing = True


def _close() -> None:
    visit.of(OwnPoints).bringing = False
    _back()


def _back() -> None:
    visit.of(OwnPoints).reading = None
    _forget_problem()


def _forget_problem() -> None:
    visit.of(OwnPoints).problem = None


@st.dialog("Your own points", width="large", icon=":material/draw:", on_dismiss=_close)
def _dialog(kind: type[PlanarTraining]) -> None:
    own = visit.of(OwnPoints)
    st.session_state.setdefault("points_way", DRAW)
    if own.as_text:
        st.session_state["points_text"] = own.drawn
        st.session_state["points_way"] = TYPE
        own.as_text = False
    if own.reading:
        preview.show(own.reading, _read_again, partial(_use_reading, kind), _back)
    else:
        _offer(kind)
    if own.problem:
        preview.show_problem(own.problem)
    st.caption(f"{texts.SCALED} {texts.PROMISE}")
    if not own.bringing:
        st.rerun()


def _offer(kind: type[PlanarTraining]) -> None:
    """The ways to bring points."""
    way = st.segmented_control(
        "How",
        (DRAW, TYPE, UPLOAD),
        required=True,
        key="points_way",
        label_visibility="collapsed",
        on_change=_forget_problem,
        persist_state="session",
    )
    if way == DRAW:
        _draw(kind)
    elif way == TYPE:
        _type(kind)
    else:
        _upload()


def _draw(kind: type[PlanarTraining]) -> None:
    st.markdown(texts.DRAW)
    drawn = visit.of(OwnPoints).drawn
    draw_points(drawn, key="drawing", on_change=_note_drawing)
    with st.container(horizontal=True, gap="small"):
        st.button("Use these points", type="primary", on_click=_bring_drawing, args=(kind,))
        st.button("Edit as text", icon=":material/edit:", on_click=_edit_drawing)
        st.download_button(
            "Download as CSV", drawn, "drawn.csv", icon=":material/download:", on_click="ignore"
        )


def _type(kind: type[PlanarTraining]) -> None:
    st.markdown(texts.FORMAT)
    st.text_area(
        "Points as a table",
        height=180,
        key="points_text",
        placeholder=texts.PLACEHOLDER,
        persist_state="session",
    )
    st.button("Use these points", type="primary", on_click=_bring_text, args=(kind,))


def _upload() -> None:
    st.markdown(texts.FORMAT)
    st.file_uploader(
        "A table: CSV, text or Excel",
        key="points_file",
        on_change=_read_file,
    )
    st.download_button(
        "A file to start from",
        _template,
        "template.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )


@cache
def _template() -> str:
    """A small CSV, to see what one looks like."""
    generator = torch.Generator().manual_seed(0)
    coordinates, labels = planar.moons(2, 30, 0.3, generator)
    rounded = coordinates.double().numpy().round(3)
    return Points(rounded, labels.numpy(), ("cat", "dog"), ("x", "y")).csv()


def _note_drawing() -> None:
    csv = visit.values()["drawing"].csv
    visit.of(OwnPoints).drawn = csv if isinstance(csv, str) and encodable(csv) else ""


def _edit_drawing() -> None:
    visit.of(OwnPoints).as_text = True


def _bring_drawing(kind: type[PlanarTraining]) -> None:
    _note_drawing()
    _read(visit.of(OwnPoints).drawn, "drawn.csv")
    _use_at_once(kind)


def _bring_text(kind: type[PlanarTraining]) -> None:
    _read(visit.values()["points_text"], "typed.csv")
    _use_at_once(kind)


def _read_file() -> None:
    file = visit.values()["points_file"]
    if file is not None:
        _read(file.getvalue(), file.name)


def _read_again() -> None:
    """Read the table anew, in the encoding that was chosen."""
    reading = visit.of(OwnPoints).reading
    if reading:
        encoding = visit.values()[reading.key("encoding")]
        _read(reading.source, reading.table.name, encoding)


def _read(source: str | bytes, file: str, encoding: str = "") -> None:
    """Read a table to be looked at, or keep what is wrong with it."""
    own = visit.of(OwnPoints)
    own.readings += 1
    _forget_problem()
    try:
        own.reading = preview.read(source, file, own.readings, encoding)
    except ParameterError as problem:
        own.problem = problem


def _use_at_once(kind: type[PlanarTraining]) -> None:
    """Use what was read if nothing of it is to be chosen: it stands in plain sight."""
    own = visit.of(OwnPoints)
    if own.reading and len(own.reading.table.header) == len(own.reading.columns):
        reading, own.reading = own.reading, None
        _bring(kind, reading, reading.columns)


def _use_reading(kind: type[PlanarTraining]) -> None:
    reading = visit.of(OwnPoints).reading
    if reading:
        _bring(kind, reading, *preview.chosen(reading))


def _bring(
    kind: type[PlanarTraining], reading: Reading, columns: Columns, leave_out: bool = False
) -> None:
    """Use points and close the dialog, or keep what is wrong with them."""
    _forget_problem()
    try:
        brought = points.take(reading.table, columns, leave_out)
        name = points.keep(brought)
        _use(kind, name)
    except ParameterError as problem:
        visit.of(OwnPoints).problem = problem
        return
    own, options = visit.of(OwnPoints), _options(reading, columns, brought)
    own.sources.pop(name, None)
    if options or (options is not None and _is_workbook(reading)):
        own.sources[name] = PurePath(reading.table.name).name, options
    file = _file(reading, brought)
    _names()[name] = _unlike(file, [taken for other, taken in _names().items() if other != name])
    _close()


def _file(reading: Reading, brought: Points) -> str:
    """What to call points: as their file, if that is text which gives them without a choice."""
    path = PurePath(reading.table.name)
    try:
        same = points.read(reading.source, path.name).fingerprint == brought.fingerprint
    except ParameterError:
        same = False
    return path.name if same and not _is_workbook(reading) else f"{path.stem}-points.csv"


def _is_workbook(reading: Reading) -> bool:
    return not reading.table.delimiter


def _options(reading: Reading, columns: Columns, brought: Points) -> dict[str, list[str]] | None:
    """How the command line reads points from a file that was uploaded.

    Returns:
        Option → values where what is chosen is not what would be taken by itself; None if there is
        no such file, or rows of it were left out.
    """
    source, table, options = reading.source, reading.table, dict[str, list[str]]()
    if isinstance(source, str):
        return None
    try:
        if table.encoding != tables.read(source, table.name).encoding:
            options["encoding"] = [table.encoding.partition(" (")[0]]
        if columns != points.certain(table):
            options["columns"] = points.called(table, columns)
        chosen = options.get("columns")
        same = points.read(source, table.name, chosen, table.encoding).fingerprint
    except ParameterError:
        return None
    return options if same == brought.fingerprint else None


def _use(kind: type[PlanarTraining], data: str) -> None:
    """Change to a data set, with as many classes and a size of batches that go with it."""
    config, spec = controls.latest(kind), specs(kind)
    before, brought = _find(config.data), _find(data)
    changes: dict[str, Any] = {"data": data}
    if brought:
        changes |= {name: spec[name].default for name in GENERATED}
        changes["classes"] = len(brought.classes)
        changes["batch_size"] = min(config.batch_size, _fitting_batch(brought))
    elif before and config.batch_size == _fitting_batch(before):
        changes["batch_size"] = spec["batch_size"].default
    controls.change(kind, **changes)


def _fitting_batch(brought: Points) -> int:
    """The largest power of two that leaves enough steps an epoch."""
    most = max(1, len(brought.split.train_labels) // STEPS)
    return 1 << (most.bit_length() - 1)


def _unlike(file: str, taken: list[str]) -> str:
    """A file's name, with a number if another one has it."""
    path, number, name = PurePath(file), 1, file
    while name in taken:
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    return name


def _find(name: str) -> Points | None:
    """The points of this name, if they were brought and are there."""
    try:
        return None if name in planar.PLANAR else points.find(name)
    except ParameterError:
        return None


def _names() -> dict[str, str]:
    """Name → file of what was brought on this visit."""
    return visit.of(OwnPoints).files

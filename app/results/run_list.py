"""The runs of a visit on a page, to return to: a list, and a table to sort."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from app import controls, visit
from app.results.runs import Run, config_of, name, runs_of, words
from app.texts import run_list as texts
from mlpcore.params import Config, specs
from mlpcore.running.jobs import Job

_POPOVER = "runs"


@dataclass
class Tabled:
    """Whether the visit looks at its runs in a table, and how often it has.

    Attributes:
        open: whether it does.
        times: tables are told apart by it, so that none begins with a chosen row.
    """

    open: bool = False
    times: int = 0


def list_button(job: Job) -> None:
    """Draw what returns to another run of the visit on this page."""
    config = config_of(job)
    kind = type(config)
    several = len(runs_of(kind)) > 1
    tabled = several and visit.of(Tabled).open
    if tabled:
        # It would cover the table. Said in each run, for one that another follows may go unheard.
        st.session_state[_POPOVER] = False
    with st.popover("Runs", icon=":material/history:", key=_POPOVER, on_change="rerun"):
        st.caption(texts.LIST)
        if several:
            st.button(texts.TABLE, icon=":material/table:", type="tertiary", on_click=_open)
        for place, run in enumerate(runs_of(kind)):
            st.button(
                name(run.config),
                key=f"run {place}",
                icon=":material/check:" if run.config == config else None,
                on_click=controls.change,
                args=(kind,),
                kwargs=run.config.values(),
            )
            st.caption(run.answer or texts.UNFINISHED)
    if tabled:
        _dialog(kind)


def table(runs: Sequence[Run]) -> pd.DataFrame:
    """Runs as rows: the fields in which they differ, what was measured, and what came of them."""
    first = runs[0].config
    columns = {
        spec.label: [
            words(spec, value) if isinstance(value, str | bool) else value
            for value in (getattr(run.config, field) for run in runs)
        ]
        for field, spec in specs(type(first)).items()
        if any(getattr(run.config, field) != getattr(first, field) for run in runs)
    }
    for title in dict.fromkeys(title for run in runs for title in run.numbers):
        columns[title] = [run.numbers.get(title) for run in runs]
    answers = [run.answer or texts.UNFINISHED for run in runs]
    return pd.DataFrame({**columns, texts.ANSWER: answers})


def _open() -> None:
    tabled = visit.of(Tabled)
    tabled.open, tabled.times = True, tabled.times + 1


def _close() -> None:
    visit.of(Tabled).open = False


def _return(kind: type[Config], config: Config) -> None:
    _close()
    controls.change(kind, **config.values())


@st.dialog(texts.TITLE, width="large", icon=":material/history:", on_dismiss=_close)
def _dialog(kind: type[Config]) -> None:
    runs = runs_of(kind)
    st.caption(texts.SORT)
    chosen = st.dataframe(
        table(runs),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"table of runs {visit.of(Tabled).times}",
    ).selection.rows
    run = runs[chosen[0]] if chosen else runs[0]
    st.button(
        texts.RETURN,
        type="primary",
        icon=":material/undo:",
        disabled=not chosen,
        on_click=_return,
        args=(kind, run.config),
    )
    if not visit.of(Tabled).open:
        st.rerun()

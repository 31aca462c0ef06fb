"""What can be taken from a page: its link, and its results as files made when asked for."""

from collections.abc import Callable, Mapping
from functools import partial

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import controls, visit
from app.display import StageDisplay
from app.lessons import writing
from app.live.component import placed
from app.results import files
from app.results.share import address, share
from app.texts import take_away as texts
from app.visit import Place
from mlpcore.networks.weights import networks_of
from mlpcore.running.jobs import Job


def take_away(
    row: DeltaGenerator, title: str, parameters: Mapping[str, str], jobs: Mapping[str, Job]
) -> None:
    """Draw the buttons "Share" and "Download".

    Args:
        row: where.
        title: the page's.
        parameters: those of the page's URL.
        jobs: what the page shows, by name.
    """
    link, page = address(parameters), visit.of(Place).page
    written = {**controls.latest(StageDisplay).changes(), **parameters}
    uncarried = [line for job in jobs.values() for line in files.uncarried(job)]
    with row:
        share(link, uncarried, texts.SAME, partial(_written, page, written))
        popover = st.popover(
            "Download", icon=":material/download:", key="download", on_change="rerun"
        )
    if popover.open:
        with popover:
            _downloads(title, link, jobs)
    if st.context.is_embedded:  # where what keeps cookies of others out stops uploads
        row.link_button("New window", link, icon=":material/open_in_new:")


def _written(page: str, parameters: Mapping[str, str]) -> dict[str, str]:
    return {
        "A scene": writing.as_scene(page, parameters),
        "A step of a lesson": writing.as_step(page, parameters),
    }


def _downloads(title: str, link: str, jobs: Mapping[str, Job]) -> None:
    there = {name: job for name, job in jobs.items() if job.status().snapshot}
    if not there:
        st.caption(texts.NOTHING)
        return
    for name, job in there.items():
        if len(jobs) > 1:
            st.markdown(f"**{name}**")
        _results(job, link)
    first = next(iter(there.values()))
    figures = partial(files.as_html, title, link, there, placed())
    if len(jobs) > 1:
        st.markdown("**Together**")
    _file("All figures (HTML)", "bar_chart", texts.FIGURES, figures, f"{files.name(first)}.html")
    st.caption(texts.PNG)
    if not all(job.status().state.over for job in there.values()):
        st.caption(texts.UNFINISHED)


def _results(job: Job, link: str) -> None:
    name, snapshot = files.name(job), job.status().snapshot
    networks = networks_of(snapshot)
    with st.container(horizontal=True, gap="small"):
        _file("Table (CSV)", "table", texts.CSV, partial(files.as_csv, job), f"{name}.csv")
        _file(
            "Report (JSON)", "data_object", texts.JSON, partial(files.as_json, job), f"{name}.json"
        )
        _file(
            "Script (Python)",
            "code",
            texts.SCRIPT,
            partial(files.as_script, job, link),
            f"{name}.py",
        )
        if files.has_notebook(job):
            make = partial(files.as_notebook, job, link)
            _file("Notebook", "menu_book", texts.NOTEBOOK, make, f"{name}.ipynb")
        if file := files.pictures_name(job):
            pictures = partial(files.as_pictures, job)
            _file("Pictures (NPZ)", "photo_library", texts.PICTURES, pictures, file)
        if networks is not None:
            label = f"Weights ({_size(networks.size)})"
            weights = partial(files.as_weights, job)
            _file(label, "hub", texts.WEIGHTS, weights, f"{name}.safetensors")
    if networks is None and hasattr(snapshot, "networks"):
        st.caption(texts.NO_WEIGHTS)


def _size(count: int) -> str:
    """A number of bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count >= 1e5 else f"{count / 1e3:.1f} kB"


def _file(label: str, icon: str, hint: str, make: Callable[[], str | bytes], name: str) -> None:
    """A button that makes a file when it is pressed."""
    icon = f":material/{icon}:"
    st.download_button(
        label, make, name, help=hint, icon=icon, on_click="ignore", key=f"file {name}"
    )

"""Which pictures a page shows, and how to get others: drawn, real, or one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from app import controls, visit
from app.own_data import loading
from app.own_data.loading import Loading
from app.results.share import HERE
from app.texts import animal_faces as texts
from app.texts.markdown import plain
from mlpcore.datasets import animal_faces
from mlpcore.datasets.collection import DRAWN, REAL
from mlpcore.experiments.animal_faces import AnimalFaces

# Seconds between two looks at the progress.
INTERVAL = 0.5
# Where pictures are brought.
POPOVER = "faces_popover"
# Headers of proxies, which serve others too.
PROXIED = {"forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"}


@dataclass
class Expected:
    """Pictures that a visit waits for, or has waited for in vain."""

    loading: Loading | None = None


def settle() -> None:
    """Show pictures that have arrived. To be called before the page's controls are drawn."""
    coming = _coming()
    if coming is not None and coming.name is not None:
        _expect(None)
        controls.change(AnimalFaces, data=coming.name)


def choose_pictures(config: AnimalFaces) -> bool:
    """Say which pictures are shown, and offer others.

    Returns:
        Whether they are there; if not, their progress is shown, or why they will not come.
    """
    cached, fetches = animal_faces.cached(), not animal_faces.offline()
    there = config.data != REAL or cached
    if not there and fetches and _coming() is None:
        _expect(loading.real_faces().load())
    missing = texts.NOT_THERE if fetches else texts.OFFLINE
    st.markdown(texts.SOURCES.get(config.data, texts.OWN) if there else missing)
    with st.container(horizontal=True, gap="small"):
        if config.data != DRAWN:
            st.button("Drawn faces", icon=":material/draw:", on_click=_show, args=(DRAWN,))
        if (config.data != REAL or not there) and (cached or fetches):
            label = "Real photographs" if there else "Try again"
            st.button(
                label, icon=":material/photo_camera:", help=texts.REAL_HELP, on_click=_want_real
            )
        icon = ":material/upload:"
        with st.popover("Your own pictures", icon=icon, key=POPOVER, on_change="rerun"):
            _bring()
    coming = _coming()
    if coming is not None:
        if coming.problem is not None:
            st.error(plain(coming.problem), icon=":material/error:")
            if coming.split:
                st.button(
                    "Split train instead",
                    icon=":material/call_split:",
                    help=texts.SPLIT,
                    on_click=_split,
                )
        else:
            _progress(coming)
    return there


def _bring() -> None:
    """A place to drop an archive, and for those at the machine a path."""
    st.markdown(texts.BRING)
    st.file_uploader("A zip archive", type="zip", key="faces_archive", on_change=_read_archive)
    if sits_here(
        st.get_option("server.address"), st.get_option("server.allowedHosts"), st.context.headers
    ):
        st.text_input(
            "Or a path on this machine", key="faces_path", on_change=_read_path, placeholder="~/zoo"
        )


def sits_here(address: str | None, hosts: Sequence[str], headers: Mapping[str, str]) -> bool:
    """Whether a visitor sits at the server's machine, whose files they may name.

    Args:
        address: where the server listens.
        hosts: names under which it may be opened; any, if there are none.
        headers: of the visitor's connection.
    """
    return (
        address in HERE
        and bool(hosts)
        and set(hosts) <= set(HERE)
        and urlsplit(headers.get("Origin", "")).hostname in HERE
        and PROXIED.isdisjoint(map(str.lower, headers))
    )


def _read_archive() -> None:
    archive = visit.values()["faces_archive"]
    if archive is not None:
        _expect_brought(archive.getvalue())


def _read_path() -> None:
    path = visit.values()["faces_path"].strip()
    if path:
        try:
            source = Path(path).expanduser()
        except (RuntimeError, ValueError):  # there is no such user
            source = Path(path)
        _expect_brought(source)


def _expect_brought(source: Path | bytes) -> None:
    _expect(loading.read(source))
    st.session_state[POPOVER] = False  # it would cover what is said about them


def _split() -> None:
    coming = _coming()
    if coming is not None and coming.split is not None:  # not pressed twice
        _expect(coming.split())


def _want_real() -> None:
    if animal_faces.cached():
        _show(REAL)
    else:
        _expect(loading.real_faces().load())


def _show(name: str) -> None:
    _expect(None)
    controls.change(AnimalFaces, data=name)


@st.fragment(run_every=INTERVAL)
def _progress(coming: Loading) -> None:
    if coming.over:
        st.rerun()
    st.progress(coming.share, f"Loading pictures, {coming.share:.0%}")


def _coming() -> Loading | None:
    """What this visit waits for, or has waited for in vain."""
    return visit.of(Expected).loading


def _expect(coming: Loading | None) -> None:
    before = _coming()
    if before is not None and before is not coming:
        before.give_up()
    visit.of(Expected).loading = coming

"""Which pictures a page shows, and how to get others: drawn, real, or one's own."""

from pathlib import Path

import streamlit as st

from app import controls, loading
from app.loading import Loading
from app.share import HERE
from app.texts import animal_faces as texts
from mlpcore.datasets import animal_faces
from mlpcore.datasets.collection import DRAWN, REAL
from mlpcore.experiments.animal_faces import AnimalFaces

# Seconds between two looks at the progress.
INTERVAL = 0.5
# Where pictures are brought.
POPOVER = "faces_popover"


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
    there = config.data != REAL or animal_faces.cached()
    if not there and _coming() is None:
        _expect(loading.real_faces().load())
    st.markdown(texts.SOURCES.get(config.data, texts.OWN) if there else texts.NOT_THERE)
    with st.container(horizontal=True, gap="small"):
        if config.data != DRAWN:
            st.button("Drawn faces", icon=":material/draw:", on_click=_show, args=(DRAWN,))
        if config.data != REAL or not there:
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
            st.error(coming.problem, icon=":material/error:")
        else:
            _progress(coming)
    return there


def _bring() -> None:
    """A place to drop an archive, and for those at the machine a path."""
    st.markdown(texts.BRING)
    st.file_uploader("A zip archive", type="zip", key="faces_archive", on_change=_read_archive)
    # Who is served at one of these sits at the machine, and may name its files.
    if st.get_option("server.address") in HERE:
        st.text_input(
            "Or a path on this machine", key="faces_path", on_change=_read_path, placeholder="~/zoo"
        )


def _read_archive() -> None:
    archive = st.session_state["faces_archive"]
    if archive is not None:
        _expect_brought(archive.getvalue())


def _read_path() -> None:
    path = st.session_state["faces_path"].strip()
    if path:
        _expect_brought(Path(path).expanduser())


def _expect_brought(source: Path | bytes) -> None:
    _expect(loading.read(source))
    st.session_state[POPOVER] = False  # it would cover what is said about them


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
    coming = st.session_state.get("_loading")
    return coming if isinstance(coming, Loading) else None


def _expect(coming: Loading | None) -> None:
    st.session_state["_loading"] = coming

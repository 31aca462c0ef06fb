"""The part of a page that answers: it comes first, and is brought into sight."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import visit
from app.classroom.questions import Said
from app.display import StageDisplay
from app.scripts import script

_JS = script(Path(__file__).with_name("look.js"))


def first(stage: StageDisplay) -> DeltaGenerator:
    """Where the part goes that comes first; what is there stays in sight until somebody acts."""
    place = st.container(key="look")
    opened = [stage.scene, stage.lesson, stage.step, stage.look, visit.of(Said).turns]
    with place:
        st.components.v2.component("mlp_look", js=_JS, isolate_styles=False)(
            data={"opened": " ".join(map(str, opened))}, key="looking"
        )
    return place

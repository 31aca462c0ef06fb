"""The part of a page that answers: it comes first, and is brought into sight."""

from pathlib import Path

import streamlit as st

from app import visit
from app.classroom.questions import Said
from app.display import StageDisplay
from app.scripts import script

_JS = script(Path(__file__).with_name("look.js"))


def keep_in_sight(stage: StageDisplay) -> None:
    """Keep what the container has in sight, until somebody acts."""
    opened = [stage.scene, stage.lesson, stage.step, stage.look, visit.of(Said).turns]
    st.components.v2.component("mlp_look", js=_JS, isolate_styles=False)(
        data={"opened": " ".join(map(str, opened))}, key="looking"
    )

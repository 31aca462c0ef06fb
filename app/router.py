"""The script behind every page: navigation, then the page."""

from pathlib import Path

import streamlit as st

from app import pages
from app.live import component

st.set_page_config(page_title="MLP Explorer", page_icon="assets/icon.png", layout="wide")
st.html(Path(__file__).with_name("style.css"))
page = st.navigation(
    [
        st.Page("views/home.py", title="Home", icon=":material/home:", default=True),
        st.Page(
            "views/wide_vs_deep.py",
            title="Wide vs Deep",
            icon=":material/layers:",
            url_path="wide-vs-deep",
        ),
        st.Page(
            "views/polynomial_features.py",
            title="Polynomial Features",
            icon=":material/function:",
            url_path="polynomial-features",
        ),
        st.Page(
            "views/animal_faces.py",
            title="Animal Faces",
            icon=":material/pets:",
            url_path="animal-faces",
        ),
        st.Page(
            "views/initialization.py",
            title="Initialization",
            icon=":material/tune:",
            url_path="initialization",
        ),
    ]
)
wanted = st.session_state.pop("_next_page", page.url_path)
if wanted != page.url_path:
    st.switch_page(pages.view(wanted))
component.enter(page.url_path)
page.run()

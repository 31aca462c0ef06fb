"""The script behind every page: navigation, then the page."""

from pathlib import Path

import streamlit as st

from app import pages, visit
from app.live import component
from app.styles import SHEETS
from app.texts.home import PAGES
from app.visit import Place

st.set_page_config(page_title="MLP Explorer", page_icon="assets/icon.png", layout="wide")
# The first page has them from the start; this is for Streamlit's own, at an address of no page.
for sheet in SHEETS:
    st.html(sheet)
embedded = bool(st.context.is_embedded)
if embedded:
    st.html(Path(__file__).with_name("embedded.css"))
page = st.navigation(
    [
        st.Page("views/home.py", title="Home", icon=":material/home:", default=True),
        *(
            st.Page(
                f"views/{view}.py",
                title=title,
                icon=f":material/{icon}:",
                url_path=view.replace("_", "-"),
            )
            for view, title, icon, *_ in PAGES
        ),
    ],
    position="hidden" if embedded else "sidebar",
)
place = visit.of(Place)
wanted, place.next_page = place.next_page, None
if wanted not in (None, page.url_path):
    st.switch_page(pages.view(wanted))
component.enter(page.url_path)
page.run()

"""What ``streamlit run`` starts: the app's pages, and beside them the route of live figures."""

import streamlit as st

from app.live import route
from app.live.component import frames, jobs

base = str(st.get_option("server.baseUrlPath")).strip("/")
app = st.App("router.py", routes=route.routes(jobs, frames, f"/{base}" if base else ""))

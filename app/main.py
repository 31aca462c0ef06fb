"""What ``streamlit run`` starts: the app's pages, and beside them its own routes."""

import streamlit as st

from app.figures import shades
from app.live import libraries, route
from app.live.component import frames, jobs, shown
from app.pages import PARAMETERS
from app.polls import route as poll_route
from app.polls.poll import polls
from app.server import files, operations, presses, training, uploads, visitors
from app.server.metrics import Metrics
from app.server.settings import settings
from app.styles import STYLES
from mlpcore.experiments import gain_sweep

settings()  # a wrong one ends the start, not a visit
operations.log_to_stdout(settings().log)
training.way()  # so does a cluster that does not answer
operations.ask_nobody()
presses.hear_all()
shades.warm()  # else the first visitor of a new installation waits for the compiler
uploads.keep_in_memory(st.get_option("server.maxUploadSize") << 20)
uploads.find_their_way()
base = str(st.get_option("server.baseUrlPath")).strip("/")
base = f"/{base}" if base else ""
pages = visitors.Pages()
metrics = Metrics(jobs, pages, sweeps=lambda: gain_sweep.kept_weights.size)
app = st.App(
    "router.py",
    routes=[
        *route.routes(jobs, shown, frames, base, metrics.answered),
        *poll_route.routes(polls, base),
        operations.readiness(jobs, base),
    ],
    middleware=[
        operations.guard(base, settings().frame_ancestors),
        visitors.bounded(base, settings().visitors, pages),
        uploads.few(base),
        files.files(
            base,
            {"": (), **dict.fromkeys(PARAMETERS, libraries.hints())},
            STYLES,
            libraries.libraries(),
        ),
    ],
    lifespan=operations.ending(jobs, lambda: metrics.served(settings().metrics_address)),
    on_script_error=operations.apologise,
)

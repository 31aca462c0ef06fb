"""Wide vs Deep: which depth wins under a fixed parameter budget?"""

import streamlit as st

from app.classroom import head
from app.classroom.questions import predict
from app.controls import Panel
from app.display import DepthLook
from app.figures import wide_vs_deep as figures
from app.figures.words import count
from app.live.component import follow, follow_ahead, live_figures
from app.own_data import points as own_points
from app.pages import PARAMETERS
from app.results import compare, runs
from app.results.downloads import take_away
from app.results.steering import transport
from app.texts import wide_vs_deep as texts
from mlpcore.experiments import WideVsDeep

panel = Panel(*PARAMETERS["wide-vs-deep"])
follow_ahead(panel.expected(WideVsDeep))
with st.sidebar:
    panel.draw(WideVsDeep, "budget", ("depth_from", "depth_to"), "seeds", "activation")
    if panel["activation"] == "leaky_relu":
        panel.draw(WideVsDeep, "negative_slope")
    with st.expander("Data"):
        own_points.choose_points(panel, WideVsDeep)
    with st.expander("Training"):
        panel.training(WideVsDeep)

head.open_with("Wide vs Deep", texts.QUESTION)
config = panel.config(WideVsDeep)
panel.show_problems()
head.present(panel, config)
own_points.bring_points(WideVsDeep)
job = follow(config)
head.play(panel, job)

live_figures(
    job, [(figures.headline, {})], key="headline", min_width="100%", height="4rem", status=True
)
runs.note(job, figures.headline)
row = transport(job, config)
compare.pinned_run(job, [(figures.headline, {})])

panel.pick(DepthLook, "network", {i + 1: f"{seed}" for i, seed in enumerate(config.network_seeds)})
network = panel["network"] - 1
own_points.show_classes(config)
compare.beside(
    job,
    lambda run: [(figures.decision_map, {"depth": d, "network": network}) for d in run.depths],
    key="maps",
    min_width="9rem",
    height="13rem",
)

left, right = st.columns([5, 4], gap="large")
with left:
    live_figures(job, compare.over(job, [(figures.accuracy_by_depth, {})]), key="depths")
with right:
    live_figures(job, [(figures.table, {"network": network})], key="table")

st.header("Inside one network")
panel.pick(DepthLook, "depth", {d: count(d, "hidden layer") for d in config.depths})
depth = panel["depth"]
left, right = st.columns(2, gap="large")
with left:
    live_figures(job, [(figures.large_map, {"depth": depth, "network": network})], key="map")
with right:
    live_figures(job, [(figures.unit_maps, {"depth": depth, "network": network})], key="units")
curves = [(figures.accuracy_curves, {"depth": depth}), (figures.loss_curves, {"depth": depth})]
live_figures(job, compare.over(job, curves), key="curves", min_width="20rem", height="20rem")

st.header("Think")
predict(texts.WHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="why_depth_hurts")
with st.expander("The mathematics of the budget"):
    st.markdown(texts.BUDGET)
with st.expander("The mathematics of linear regions"):
    st.markdown(texts.REGIONS)
with st.expander("The command that reproduces this result"):
    st.code(own_points.command(config), language="bash", wrap_lines=True)
st.caption(texts.CREDIT)

panel.config(DepthLook)
take_away(row, "Wide vs Deep", panel.write_url(), {"Wide vs Deep": job})

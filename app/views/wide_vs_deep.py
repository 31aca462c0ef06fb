"""Wide vs Deep: which depth wins under a fixed parameter budget?"""

import streamlit as st

from app.classroom.page import Page, explain
from app.classroom.questions import predict
from app.controls import latest, switch_units
from app.display import DepthDisplay
from app.figures import loss_surface
from app.figures import wide_vs_deep as figures
from app.figures.words import count
from app.live.component import follow, live_figures, release, state
from app.own_data import points as own_points
from app.results import compare
from app.texts import wide_vs_deep as texts
from mlpcore.engines import maps
from mlpcore.experiments import WideVsDeep
from mlpcore.experiments.loss_surface import LossSurface

page = Page("wide-vs-deep", WideVsDeep)
panel = page.panel
with st.sidebar:
    panel.draw(WideVsDeep, "budget", "width", ("depth_from", "depth_to"), "seeds")
    panel.activation(WideVsDeep, panel["depth_to"])
    with st.expander("Data"):
        own_points.choose_points(panel, WideVsDeep)
    with st.expander("Training"):
        panel.training(WideVsDeep)

config = page.open(texts.QUESTION)
own_points.bring_points(WideVsDeep)
job = page.follow(config)
page.answer(figures.headline)

network = page.pick_network(DepthDisplay, config)
own_points.show_classes(config)
with page.part("maps"):
    compare.beside(
        job,
        lambda run: [(figures.decision_map, {"depth": d, "network": network}) for d in run.depths],
        key="maps",
        min_width="9rem",
        height="13rem",
    )

with page.part("depths"):
    panel.draw(DepthDisplay, "tutorial")
    by_depth = compare.over(job, [(figures.accuracy_by_depth, {"tutorial": panel["tutorial"]})])
    left, right = st.columns([5, 4], gap="large")
    with left:
        live_figures(job, by_depth, key="depths")
    with right:
        live_figures(job, [(figures.table, {"network": network})], key="table")

with page.section("inside"):
    panel.pick(DepthDisplay, "depth", {d: count(d, "hidden layer") for d in config.depths})
    depth = panel["depth"]
    left, right = st.columns(2, gap="large")
    with left:
        large = {"depth": depth, "network": network, "off": latest(DepthDisplay).units_off}
        live_figures(job, [(figures.large_map, large)], key="map")
    with right:
        live_figures(job, [(figures.unit_maps, {"depth": depth, "network": network})], key="units")
    if panel.row is None:
        switch_units(depth, min(config.sizes(depth)[1], maps.MOST_UNITS))
    choices = st.container(horizontal=True, vertical_alignment="center", gap="medium")
    with choices:
        panel.draw(DepthDisplay, "surface")
    if not panel["surface"]:
        release("surface")
    elif not state(job).over:
        release("surface")
        st.caption(texts.SURFACE_LATER)
    else:
        with choices:
            panel.draw(DepthDisplay, "directions")
        walked = follow(LossSurface.of(config, depth, network), "surface")
        picture = (loss_surface.contours, {"directions": panel["directions"]})
        live_figures(walked, [picture], key="surface", slot="surface", height="30rem", status=True)
        explain("How to read this picture", texts.SURFACE)

with page.part("curves"):
    curves = [(figures.accuracy_curves, {"depth": depth}), (figures.loss_curves, {"depth": depth})]
    live_figures(job, compare.over(job, curves), key="curves", min_width="20rem", height="20rem")

with page.section("think"):
    predict(texts.WHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="why_depth_hurts")
    explain("The mathematics of the budget", texts.BUDGET)
    explain("The mathematics of linear regions", texts.REGIONS)

panel.config(DepthDisplay)
page.close(texts.CREDIT, [own_points.command(config)])

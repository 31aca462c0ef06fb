"""Initialization: which gain should the first weights have, and why?"""

from functools import partial
from typing import Any

import streamlit as st

from app import controls
from app.classroom.page import Page, explain
from app.classroom.questions import predict
from app.display import GainDisplay
from app.figures import chaos, geometry
from app.figures import initialization as figures
from app.live.component import follow, live_figures
from app.live.frames import Draw
from app.results import compare, files
from app.texts import initialization as texts
from app.views.trainability import trained_grid
from mlpcore.datasets import planar
from mlpcore.experiments import GainSweep

page = Page("initialization", GainSweep)
panel = page.panel
with st.sidebar:
    panel.draw(GainSweep, "negative_slope", "gains")
    for name, column in zip(("gain_from", "gain_to"), st.columns(2), strict=True):
        with column:
            panel.box(GainSweep, name)
    panel.draw(GainSweep, "seeds", "distribution", "data")
    panel.write(GainSweep, "widths")
    if panel["data"] in planar.PLANAR:
        with st.expander("Data"):
            panel.draw(GainSweep, "classes", "samples", "noise")
            panel.box(GainSweep, "data_seed")
    with st.expander("Training"):
        panel.training(GainSweep)

config = page.open(texts.QUESTION)
job = page.follow(config)
page.answer(figures.headline)
with page.part("accuracy"):
    by_gain = compare.over(job, [(figures.accuracy_by_gain, {})])
    live_figures(job, by_gain, key="gains", height="27rem")

with page.section("inside"):
    st.markdown(texts.INSIDE)
    panel.draw(GainDisplay, "gain")
    gain = {"gain": panel["gain"]}
    live_figures(job, [(figures.critical, {})], key="critical", min_width="100%", height="3rem")
    inside = [(figures.signal_by_layer, gain), (figures.gradient_by_layer, gain)]
    live_figures(job, inside, key="inside", min_width="20rem", height="22rem")
    predict(texts.WHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="funnel")

with page.section("chaos"):
    st.markdown(texts.CHAOS)
    presets = st.container(horizontal=True)
    for name, column in zip(("activation", "sigma_w", "sigma_b"), st.columns(3), strict=True):
        with column:
            panel.draw(GainDisplay, name)
    look = panel.config(GainDisplay)
    deep_config = look.deep(config.negative_slope)
    deep = follow(deep_config, "deep")
    for name, sigma_w in look.presets(config.negative_slope).items():
        presets.button(
            name,
            disabled=sigma_w is None,
            help="Has no place in this diagram." if sigma_w is None else f"σ_w = {sigma_w:.3g}",
            on_click=partial(controls.change, GainDisplay, sigma_w=sigma_w),
        )
    live_figures(
        deep, [(chaos.headline, {})], slot="deep", key="phase", min_width="100%", height="3rem"
    )
    left, right = st.columns(2)
    with left:
        live_figures(deep, [(chaos.phase_diagram, {})], slot="deep", key="phases")
    with right:
        live_figures(deep, [(chaos.cobweb, {})], slot="deep", key="cobweb")

with page.part("circle"):
    panel.draw(GainDisplay, "layer")
    left, right = st.columns(2)
    with left:
        live_figures(
            deep, [(chaos.great_circle, {"layer": panel["layer"]})], slot="deep", key="circle"
        )
    with right:
        live_figures(deep, [(chaos.gradient_by_depth, {})], slot="deep", key="depth")

with page.part("geometry"):
    carried = (geometry.singular_values, geometry.circle_length, geometry.circle_curvature)
    pictures: list[tuple[Draw, dict[str, Any]]] = [(draw, {}) for draw in carried]
    live_figures(deep, pictures, slot="deep", key="geometry", min_width="17rem", height="17rem")
    st.markdown(texts.GEOMETRY)

with page.section("training"):
    st.markdown(texts.TRAIN)
    predict(texts.DEPTH, texts.DEPTH_CHOICES, texts.DEPTH_RIGHT, texts.DEPTH_ANSWER, key="tongue")
    grid = trained_grid(panel, look, config.negative_slope)

with page.section("origin"):
    explain("Xavier initialization, step by step", texts.XAVIER)
    explain("The gain of LeakyReLU", texts.LEAKY)
    with st.expander("Where the derivation is loose"):
        st.markdown(texts.LOOSE)
        live_figures(job, [(figures.accounts, gain)], key="accounts", min_width="100%")
    explain("The mathematics of order and chaos", texts.MAPS)
    with st.expander("All accuracies as a table"):
        live_figures(job, [(figures.scores_table, {})], key="scores", min_width="100%")

panel.config(GainDisplay)
jobs = {"Gain sweep": job, "Deep random networks": deep} | ({"Trainability": grid} if grid else {})
page.close(texts.CREDIT, [files.command_of(shown) for shown in jobs.values()], jobs)

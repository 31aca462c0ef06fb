"""Initialization: which gain should the first weights have, and why?"""

from functools import partial
from typing import Any

import streamlit as st

from app import controls
from app.classroom import head
from app.classroom.questions import predict
from app.controls import Panel
from app.display import GainLook
from app.figures import chaos, geometry
from app.figures import initialization as figures
from app.live.component import follow, follow_ahead, live_figures
from app.live.frames import Draw
from app.pages import PARAMETERS
from app.results import compare, files, runs
from app.results.downloads import take_away
from app.results.steering import transport
from app.texts import initialization as texts
from app.views.trainability import trained_grid
from mlpcore.cli.commands import command_line
from mlpcore.datasets import planar
from mlpcore.experiments import GainSweep

panel = Panel(*PARAMETERS["initialization"])
follow_ahead(panel.expected(GainSweep))
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

head.open_with("Initialization", texts.QUESTION)
config = panel.config(GainSweep)
panel.show_problems()
head.present(panel, config)
job = follow(config)
head.play(panel, job)
live_figures(
    job, [(figures.headline, {})], key="headline", min_width="100%", height="4rem", status=True
)
runs.note(job, figures.headline)
row = transport(job, config)
compare.pinned_run(job, [(figures.headline, {})])
by_gain = compare.over(job, [(figures.accuracy_by_gain, {})])
live_figures(job, by_gain, key="gains", height="27rem")

st.header("What happens inside")
st.markdown(texts.INSIDE)
panel.draw(GainLook, "gain")
gain = {"gain": panel["gain"]}
inside = [(figures.signal_by_layer, gain), (figures.gradient_by_layer, gain)]
live_figures(job, inside, key="inside", min_width="20rem", height="22rem")
predict(texts.WHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="funnel")

st.header("Order and chaos")
st.markdown(texts.CHAOS)
presets = st.container(horizontal=True)
left, middle, right = st.columns(3)
with left:
    panel.draw(GainLook, "activation")
with middle:
    panel.draw(GainLook, "sigma_w")
with right:
    panel.draw(GainLook, "sigma_b")
look = panel.config(GainLook)
deep_config = look.deep(config.negative_slope)
deep = follow(deep_config, "deep")
for name, sigma_w in look.presets(config.negative_slope).items():
    presets.button(
        name,
        disabled=sigma_w is None,
        help="Has no place in this diagram." if sigma_w is None else f"σ_w = {sigma_w:.3g}",
        on_click=partial(controls.change, GainLook, sigma_w=sigma_w),
    )
live_figures(
    deep, [(chaos.headline, {})], slot="deep", key="phase", min_width="100%", height="3rem"
)
left, right = st.columns(2)
with left:
    live_figures(deep, [(chaos.phase_diagram, {})], slot="deep", key="phases")
with right:
    live_figures(deep, [(chaos.cobweb, {})], slot="deep", key="cobweb")
panel.draw(GainLook, "layer")
left, right = st.columns(2)
with left:
    live_figures(deep, [(chaos.great_circle, {"layer": panel["layer"]})], slot="deep", key="circle")
with right:
    live_figures(deep, [(chaos.gradient_by_depth, {})], slot="deep", key="depth")
carried = (geometry.singular_values, geometry.circle_length, geometry.circle_curvature)
pictures: list[tuple[Draw, dict[str, Any]]] = [(draw, {}) for draw in carried]
live_figures(deep, pictures, slot="deep", key="geometry", min_width="17rem", height="17rem")
st.markdown(texts.GEOMETRY)

st.header("Trainability")
st.markdown(texts.TRAIN)
predict(texts.DEPTH, texts.DEPTH_CHOICES, texts.DEPTH_RIGHT, texts.DEPTH_ANSWER, key="tongue")
grid = trained_grid(panel, look, config.negative_slope)

st.header("Where the gain comes from")
with st.expander("Xavier initialization, step by step"):
    st.markdown(texts.XAVIER)
with st.expander("The gain of LeakyReLU"):
    st.markdown(texts.LEAKY)
with st.expander("Where the derivation is loose"):
    st.markdown(texts.LOOSE)
    live_figures(job, [(figures.accounts, gain)], key="accounts", min_width="100%")
with st.expander("The mathematics of order and chaos"):
    st.markdown(texts.MAPS)
with st.expander("All accuracies as a table"):
    live_figures(job, [(figures.scores_table, {})], key="scores", min_width="100%")
with st.expander("The commands that reproduce these results"):
    lines = [command_line(config), command_line(deep_config)]
    lines += [files.command_of(grid)] if grid else []
    st.code("\n".join(lines), language="bash", wrap_lines=True)
st.caption(texts.CREDIT)

panel.config(GainLook)
jobs = {"Gain sweep": job, "Deep random networks": deep} | ({"Trainability": grid} if grid else {})
take_away(row, "Initialization", panel.write_url(), jobs)

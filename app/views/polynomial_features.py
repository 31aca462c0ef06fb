"""Polynomial Features: a very wide linear model, and where it fails."""

import streamlit as st

from app.classroom.page import Page, explain
from app.classroom.questions import predict
from app.display import PolynomialDisplay
from app.figures import polynomial_features as figures
from app.live.component import follow, live_figures, release
from app.own_data import points as own_points
from app.results import compare
from app.texts import polynomial_features as texts
from mlpcore.datasets.features import term_count
from mlpcore.datasets.planar import HALF_WIDTH
from mlpcore.experiments import DegreeSweep, PolynomialFeatures
from mlpcore.experiments.degree_sweep import ALL
from mlpcore.experiments.polynomial_features import Window, feature_conditioning

page = Page("polynomial-features", PolynomialFeatures)
panel = page.panel
with st.sidebar:
    panel.draw(PolynomialFeatures, "degree", "basis", "scale", "standardise")
    panel.draw(PolynomialFeatures, "hidden_layers", "seeds")
    with st.expander("Data"):
        own_points.choose_points(panel, PolynomialFeatures)
    with st.expander("Training"):
        panel.training(PolynomialFeatures)

config = page.open(texts.QUESTION)
own_points.bring_points(PolynomialFeatures)
job = page.follow(config)
answer = st.container(key="answer")
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    panel.draw(Window, "half_width")
    panel.draw(PolynomialDisplay, "confidence")
    network = {"network": page.pick_network(PolynomialDisplay, config)}
shown = {**network, "half_width": panel["half_width"]}
with answer:
    page.answer(figures.headline, shown, noted={"network": 0, "half_width": HALF_WIDTH})
shown["confidence"] = panel["confidence"]
own_points.show_classes(config)
with page.part("maps"):
    maps = [(figures.polynomial_model, shown), (figures.mlp, shown)]
    compare.beside(job, lambda _: maps, key="maps", min_width="20rem", height="28rem")

with page.section("think"):
    predict(texts.OUTSIDE, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="outside")

with page.section("conditioning"):
    left, right = st.columns([5, 4], gap="large")
    left.markdown(texts.CONDITIONING)
    conditioning = right.empty()

with page.part("weights"):
    curves = compare.over(job, [(figures.accuracy_curves, {}), (figures.loss_curves, {})])
    live_figures(job, curves, key="curves", min_width="20rem", height="20rem")
    st.markdown("**Learnt weights** by degree, for each class: blue negative, orange positive.")
    weights = [(figures.coefficients, {**network, "label": k}) for k in range(config.classes)]
    live_figures(job, weights, key="weights", min_width="12rem", max_width="22rem", height="16rem")

with page.section("degrees"):
    panel.draw(PolynomialDisplay, "sweep")
    jobs = {"Linear model and MLP": job}
    commands = [own_points.command(config)]
    if panel["sweep"]:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            panel.draw(PolynomialDisplay, ("degree_from", "degree_to"), "degree_step", "all_bases")
        basis = ALL if panel["all_bases"] else config.basis
        sweep = DegreeSweep.beside(config, basis=basis, **panel.config(PolynomialDisplay).degrees)
        by_degree = (figures.accuracy_by_degree, {"degree": config.degree})
        jobs["Sweep over degrees"] = swept = follow(sweep, "sweep")
        live_figures(swept, [by_degree], key="sweep", slot="sweep", height="26rem", status=True)
        commands.append(own_points.command(sweep))
    else:
        release("sweep")

explain("How many features? The count and its proof", texts.COUNT)

panel.config(Window)
panel.config(PolynomialDisplay)
page.close(texts.CREDIT, commands, jobs)
# Last, because it takes a moment.
conditioning.html(
    figures.conditioning_table(feature_conditioning(config), term_count(config.degree))
)

"""Animal Faces: what does an MLP's first layer see, and what does augmentation give?"""

import streamlit as st

from app import controls
from app.classroom.page import Page, explain
from app.classroom.questions import predict
from app.display import FacesDisplay
from app.figures import animal_faces as figures
from app.figures import inside
from app.live.component import Pictures, live_figures
from app.live.frames import Draw
from app.own_data import picture as own_picture
from app.own_data import picture_sets
from app.results import compare, files
from app.texts import animal_faces as texts
from mlpcore.datasets import collection
from mlpcore.experiments import AnimalFaces

# The networks there are, by the choice of augmentation.
ARMS = {"both": ["augmented", "plain"], "on": ["augmented"], "off": ["plain"]}


def _show_unit(number: int) -> None:
    controls.change(FacesDisplay, unit=number)


def _show_picture(number: int) -> None:
    own_picture.put_away()
    controls.change(FacesDisplay, picture=number)


picture_sets.settle()
page = Page("animal-faces", AnimalFaces)
panel = page.panel
with st.sidebar:
    panel.draw(AnimalFaces, "augmentation", "degrees")
    panel.write(AnimalFaces, "widths")
    shape = controls.current(AnimalFaces) or controls.latest(AnimalFaces)
    panel.activation(AnimalFaces, len(shape.hidden_widths))
    panel.draw(AnimalFaces, "seeds")
    with st.expander("Training"):
        panel.training(AnimalFaces)
    with st.expander("Initialization"):
        panel.draw(AnimalFaces, "scheme", "gain")

config = page.open(texts.QUESTION)
if not picture_sets.choose_pictures(config):
    page.stop()
job = page.follow(config)
page.answer(figures.headline)
samples: Pictures = [(figures.class_samples, {}), (figures.augmented_samples, {})]
live_figures(job, samples, key="samples", min_width="22rem", height="13rem")
live_figures(job, [(figures.about, {})], key="about", height="1.5rem")

with page.section("filters"):
    with st.container(horizontal=True, gap="large"):
        panel.draw(FacesDisplay, "own_scale", "by_norm")
    network = page.pick_network(FacesDisplay, config) if config.seeds > 1 else 0

    arms = ARMS[config.augmentation]
    shown = {"network": network, "own": panel["own_scale"], "ordered": panel["by_norm"]}
    compare.beside(
        job,
        lambda run: [(figures.filter_grid, {"arm": a, **shown}) for a in ARMS[run.augmentation]],
        key="filters",
        min_width="22rem",
        max_width="40rem",
        pick=_show_unit,
    )
    st.caption(texts.FILTERS)

with page.section("curves"):
    curves: Pictures = [(figures.accuracy_curves, {}), (figures.loss_curves, {})]
    live_figures(job, compare.over(job, curves), key="curves", min_width="20rem", height="20rem")
    if config.data == collection.DRAWN:
        st.caption(texts.REFERENCE)

with page.section("judgements"):
    judgements: list[Draw] = [figures.confusion_table, figures.predictions, figures.most_wrong]
    for draw in judgements:
        seen: Pictures = [(draw, {"arm": arm, "network": network}) for arm in arms]
        live_figures(job, seen, key=draw.__name__, min_width="22rem", max_width="44rem")

with page.section("inside"):
    if len(arms) > 1:
        panel.draw(FacesDisplay, "arm")
    arm = panel["arm"] if len(arms) > 1 else arms[0]
    one = {"arm": arm, "network": network}
    left, right = st.columns([3, 4], gap="large")
    with left:
        panel.count(FacesDisplay, "unit", config.hidden_widths[0])
        unit = {**one, "unit": panel["unit"] - 1}
        large: Pictures = [(inside.unit_filter, unit), (inside.unit_classes, unit)]
        live_figures(job, large, key="unit", min_width="10rem", max_width="18rem", height="15rem")
        live_figures(job, [(inside.unit_pictures, unit)], key="unit_pictures", pick=_show_picture)
    with right:
        if brought := own_picture.brought():
            st.button("Back to the validation pictures", on_click=own_picture.put_away)
        else:
            panel.box(FacesDisplay, "picture")
        own_picture.bring()
        with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
            panel.draw(FacesDisplay, "turn", "flip")
        look = panel.config(FacesDisplay)
        subject = inside.Subject(look.picture - 1, brought, look.turn, look.flip)
        looked_at = {**one, "subject": subject}
        parts: Pictures = [
            (inside.picture, {"subject": subject}),
            (inside.saliency, looked_at),
            (inside.picture_classes, looked_at),
        ]
        live_figures(job, parts, key="picture", min_width="9rem", max_width="18rem", height="15rem")
        live_figures(job, [(inside.picture_units, looked_at)], key="picture_units", height="12rem")

with page.section("think"):
    if predict(texts.HIERARCHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="hierarchy"):
        measured: Pictures = [
            (inside.probes, {"network": network}),
            (inside.reaches, {"network": network}),
        ]
        live_figures(job, measured, key="measured", min_width="20rem", height="20rem")
    explain("What augmentation does", texts.AUGMENTATION)
    explain("The mathematics of the probes", texts.PROBES)
    explain("The mathematics of looking inside", texts.SALIENCY)

page.close(texts.CREDIT, [files.command_of(job)])

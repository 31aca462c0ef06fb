"""Animal Faces: what does an MLP's first layer see, and what does augmentation give?"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import controls, picture_source, stage
from app.controls import Panel
from app.figures import animal_faces as figures
from app.live import component
from app.live.component import follow, live_figures
from app.live.frames import Draw
from app.looks import FacesLook
from app.pages import PARAMETERS
from app.teaching import predict
from app.texts import animal_faces as texts
from app.transport import transport
from mlpcore.__main__ import command_line
from mlpcore.experiments import AnimalFaces

Pictures = list[tuple[Draw, dict[str, Any]]]


def _pick(name: str) -> Callable[[int], None]:
    """What a click does: it shows a filter or a picture large."""
    return lambda number: controls.change(FacesLook, **{name: number})


picture_source.settle()
panel = Panel(*PARAMETERS["animal-faces"])
with st.sidebar:
    panel.draw(AnimalFaces, "augmentation", "degrees")
    panel.write(AnimalFaces, "widths")
    panel.draw(AnimalFaces, "activation")
    if panel["activation"] == "leaky_relu":
        panel.draw(AnimalFaces, "negative_slope")
    panel.draw(AnimalFaces, "seeds", "epochs")
    with st.expander("Training"):
        panel.draw(AnimalFaces, "optimiser", "learning_rate", "batch_size", "drop_last")
        if panel["optimiser"] in ("sgd", "rmsprop"):
            panel.draw(AnimalFaces, "momentum")
        panel.box(AnimalFaces, "weight_decay")
        panel.draw(AnimalFaces, "scheme", "gain")
        panel.box(AnimalFaces, "seed")

st.title("Animal Faces")
st.markdown(texts.QUESTION)
config = panel.config(AnimalFaces)
panel.show_problems()
stage.present(panel, config)
if not picture_source.choose_pictures(config):
    component.release()
    panel.write_url()
    st.stop()
job = follow(config)
stage.play(panel, job)
samples: Pictures = [(figures.class_samples, {}), (figures.augmented_samples, {})]
live_figures(job, samples, key="samples", min_width="22rem")
live_figures(job, [(figures.about, {})], key="about", height="1.5rem")

live_figures(
    job, [(figures.headline, {})], key="headline", min_width="100%", height="4rem", status=True
)
transport(job, config, lambda: controls.change(AnimalFaces, seed=config.seed + config.seeds))
st.subheader("What the first layer looks for")
with st.container(horizontal=True, gap="large"):
    panel.draw(FacesLook, "own_scale", "by_norm")
if config.seeds > 1:
    seeds = {i + 1: f"{seed}" for i, seed in enumerate(config.network_seeds)}
    panel.pick(FacesLook, "network", seeds)
network = panel["network"] - 1 if config.seeds > 1 else 0
arms = {"both": ["augmented", "plain"], "on": ["augmented"], "off": ["plain"]}[config.augmentation]
shown = {"network": network, "own": panel["own_scale"], "ordered": panel["by_norm"]}
grids: Pictures = [(figures.filter_grid, {"arm": arm, **shown}) for arm in arms]
live_figures(job, grids, key="filters", min_width="22rem", max_width="40rem", pick=_pick("unit"))
st.caption(texts.FILTERS)

st.subheader("How it learns")
curves: Pictures = [(figures.accuracy_curves, {}), (figures.loss_curves, {})]
live_figures(job, curves, key="curves", min_width="20rem", height="20rem")

st.subheader("What it gets right and wrong")
judgements: tuple[Draw, ...] = (
    figures.confusion_table,
    figures.predictions,
    figures.most_wrong,
)
for draw in judgements:
    seen: Pictures = [(draw, {"arm": arm, "network": network}) for arm in arms]
    live_figures(
        job, seen, key=f"judgements {judgements.index(draw)}", min_width="22rem", max_width="44rem"
    )

st.subheader("Inside one network")
if len(arms) > 1:
    panel.draw(FacesLook, "arm")
arm = panel["arm"] if len(arms) > 1 else arms[0]
one = {"arm": arm, "network": network}
left, right = st.columns(2, gap="large")
with left:
    panel.count(FacesLook, "unit", config.hidden_widths[0])
    unit = {**one, "unit": panel["unit"] - 1}
    large: Pictures = [(figures.unit_filter, unit), (figures.unit_classes, unit)]
    live_figures(job, large, key="unit", min_width="10rem", max_width="18rem", height="15rem")
    live_figures(job, [(figures.unit_pictures, unit)], key="unit_pictures", pick=_pick("picture"))
with right:
    panel.box(FacesLook, "picture")
    place = panel["picture"] - 1
    looked_at = {**one, "place": place}
    parts: Pictures = [
        (figures.picture, {"place": place}),
        (figures.saliency, looked_at),
        (figures.picture_classes, looked_at),
    ]
    live_figures(job, parts, key="picture", min_width="9rem", max_width="18rem", height="15rem")
    live_figures(job, [(figures.picture_units, looked_at)], key="picture_units", height="12rem")

st.subheader("Think")
predict(texts.HIERARCHY, texts.CHOICES, texts.RIGHT, texts.ANSWER, key="hierarchy")
if st.session_state.get("hierarchy") is not None:
    measured: Pictures = [
        (figures.probes, {"network": network}),
        (figures.similarities, {"network": network}),
    ]
    live_figures(job, measured, key="measured", min_width="20rem", height="20rem")
with st.expander("What augmentation does"):
    st.markdown(texts.AUGMENTATION)
with st.expander("The mathematics of the probes"):
    st.markdown(texts.PROBES)
with st.expander("The mathematics of looking inside"):
    st.markdown(texts.SALIENCY)
with st.expander("The command that reproduces this result"):
    st.code(command_line("animal-faces", config), language="bash")
st.caption(texts.CREDIT)

panel.config(FacesLook)
panel.write_url()

"""Inside one network that has learnt pictures, drawn: a unit, a picture, what each layer knows."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from app.figures import curves, pictures
from app.figures.animal_faces import ARMS, SHOWN, colour_of, filter_norms
from app.figures.classes import OUTLINE
from app.figures.drawing import (
    CLASS_COLOURS,
    NEGATIVE,
    POSITIVE,
    Figure,
    Theme,
    axis,
    escape,
    figure,
    numbers,
)
from app.figures.plane import diverged, instead
from app.figures.words import count, percent
from mlpcore.datasets import augmentation
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.experiments import inside
from mlpcore.experiments.animal_faces import Snapshot, filters, learnt_filters
from mlpcore.experiments.architecture import Architecture

# How lines are drawn, by ARMS, so that colour alone does not tell them apart.
DASHES = {"augmented": "solid", "plain": "dash"}
# Side of what an edge detector of a convolutional network looks at.
PATCH = 5


def unit_filter(snapshot: Snapshot, theme: Theme, arm: str, network: int, unit: int) -> Figure:
    """One filter, large, with its norm."""
    seen = filters(snapshot.arms[arm], network)[unit][None]
    if not np.isfinite(seen).all():
        return diverged(theme, "The network diverged.")
    norm = filter_norms(seen)[0]
    return pictures.grid(
        pictures.weights_as_pixels(seen, np.abs(seen).max(keepdims=True).ravel()),
        1,
        theme,
        alt=f"The filter of unit {unit + 1}, of norm {norm:.3g}.",
        hover=[f"unit {unit + 1}"],
        caption=f"<b>unit {unit + 1}</b><br>norm {norm:.3g}",
    )


def unit_pictures(snapshot: Snapshot, theme: Theme, arm: str, network: int, unit: int) -> Figure:
    """The validation pictures that excite a unit of the first layer most, and least."""
    seen = snapshot.pictures
    activations = inside.first_layer(snapshot.arms[arm], network, seen)[:, unit]
    if not np.isfinite(activations).all():
        return diverged(theme, "The network diverged.")
    order = np.argsort(-activations, kind="stable")
    most = min(SHOWN, len(order))
    chosen = np.concatenate([order[:most], order[-most:]])
    labels = seen.val_labels.numpy()[chosen]
    hover = [
        f"picture {place + 1}: {escape(seen.classes[label])}<br>activation {activations[place]:.3g}"
        for place, label in zip(chosen, labels, strict=True)
    ]
    silent = int((activations == 0).sum())
    quiet = f", as for {silent:,} of {len(order):,} pictures" if silent else ""
    return pictures.grid(
        seen.val_images.numpy()[chosen],
        most,
        theme,
        alt=f"Pictures that excite unit {unit + 1} most, {activations[chosen[0]]:.3g} to "
        f"{activations[chosen[most - 1]]:.3g}: {_named(labels[:most], seen)}; and least, "
        f"{activations[chosen[-1]]:.3g}: {_named(labels[most:], seen)}.",
        hover=hover,
        numbers=(chosen + 1).tolist(),
        titles=[
            f"excite it most: {activations[chosen[0]]:.3g} to {activations[chosen[most - 1]]:.3g}",
            f"least: {activations[chosen[-1]]:.3g}{quiet}",
        ],
    )


def unit_classes(snapshot: Snapshot, theme: Theme, arm: str, network: int, unit: int) -> Figure:
    """How a unit of the first layer moves each class's logit."""
    seen = snapshot.pictures
    effects = inside.class_effects(snapshot.arms[arm], network, seen)[unit]
    if len(snapshot.config.hidden_widths) == 1:
        title, words = "outgoing weight", "less its mean over the classes"
    else:
        title, words = "∂ logit / ∂ unit", "derivative, averaged over pictures"
    return _bars(
        seen.classes,
        effects,
        title,
        theme,
        alt=f"Unit {unit + 1} speaks for {_most(seen.classes, effects)}.",
        caption=f"<b>effect on each class</b><br>{words}",
    )


@dataclass(frozen=True)
class Subject:
    """A picture to show to a network: one of the validation set, or one that somebody brought.

    Attributes:
        place: in the validation set; beyond its end, the last one.
        brought: pixels (32, 32, 3) of the picture to show instead.
        turn: degrees by which it is rotated, counter-clockwise, as augmentation rotates.
        flip: whether left and right change places.
    """

    place: int = 0
    brought: bytes | None = None
    turn: int = 0
    flip: bool = False

    @property
    def name(self) -> str:
        """What to call it."""
        return f"picture {self.place + 1}" if self.brought is None else "your picture"

    def within(self, seen: Pictures) -> Self:
        """The same, at a place that there is."""
        return replace(self, place=min(self.place, len(seen.val_images) - 1))

    def image(self, seen: Pictures) -> Tensor:
        """Its pixels (32, 32, 3) uint8."""
        if self.brought is None:
            image = seen.val_images[self.place]
        else:
            pixels = np.frombuffer(self.brought, np.uint8).reshape(SIDE, SIDE, 3)
            image = torch.from_numpy(pixels.copy())
        if not self.turn and not self.flip:
            return image
        angle, flip = torch.tensor([float(self.turn)]), torch.tensor([self.flip])
        moved = augmentation.moved(
            augmentation.pack(image[None]), augmentation.steps(angle, flip, SIDE)
        )
        return augmentation.unpacked(moved)[0]


def picture(snapshot: Snapshot, theme: Theme, subject: Subject) -> Figure:
    """One picture, large."""
    seen = snapshot.pictures
    subject = subject.within(seen)
    label = int(seen.val_labels[subject.place])
    kind = escape(seen.classes[label]) if subject.brought is None else "32 × 32 of its middle"
    return pictures.grid(
        subject.image(seen)[None].numpy(),
        1,
        theme,
        alt=f"{subject.name.capitalize()}: {kind}.",
        hover=[subject.name],
        caption=f"<b>{subject.name}</b><br>{kind}",
    )


def saliency(snapshot: Snapshot, theme: Theme, arm: str, network: int, subject: Subject) -> Figure:
    """Which of a picture's pixels the network's answer depends on most."""
    subject, seen = _response(snapshot, arm, network, subject)
    if not np.isfinite(seen.saliency).all():
        return diverged(theme, "The network diverged.")
    shares = seen.saliency / max(float(seen.saliency.max()), 1e-12)
    grey = np.repeat((255 * shares).astype(np.uint8)[None, :, :, None], 3, axis=3)
    return pictures.grid(
        grey,
        1,
        theme,
        alt=f"The input gradient on {subject.name}: {_where(seen.saliency)}.",
        hover=["bright: the answer depends on this pixel"],
        caption="<b>input gradient</b><br>bright: the answer depends on it",
    )


def picture_classes(
    snapshot: Snapshot, theme: Theme, arm: str, network: int, subject: Subject
) -> Figure:
    """The class probabilities that a network gives to one picture."""
    subject, seen = _response(snapshot, arm, network, subject)
    names = snapshot.pictures.classes
    shares = 100 * seen.probabilities
    alt = f"{subject.name.capitalize()} is taken for {_most(names, shares)}."
    caption = "<b>probability</b><br>of each class"
    return _bars(names, shares, "%", theme, alt=alt, span=[0, 100], caption=caption)


def picture_units(
    snapshot: Snapshot, theme: Theme, arm: str, network: int, subject: Subject
) -> Figure:
    """How strongly every hidden unit answers to one picture, a row a layer."""
    subject, seen = _response(snapshot, arm, network, subject)
    if not all(np.isfinite(layer).all() for layer in seen.units):
        return diverged(theme, "The network diverged.")
    widest = max(len(layer) for layer in seen.units)
    rows = [np.pad(layer, (0, widest - len(layer)), constant_values=np.nan) for layer in seen.units]
    # Each layer by its own largest activation: it is the pattern that counts.
    scaled = [row / max(float(np.nanmax(np.abs(row))), 1e-12) for row in rows]
    firing = sum(int((layer > 0).sum()) for layer in seen.units)
    total = sum(len(layer) for layer in seen.units)
    heat = {
        "type": "heatmap",
        "z": [numbers(row) for row in scaled],
        "x0": 1,
        "y": [f"layer {i + 1}" for i in range(len(rows))],
        "zmin": -1,
        "zmax": 1,
        "colorscale": [[0, NEGATIVE], [0.5, theme.paper], [1, POSITIVE]],
        "showscale": False,
        "ygap": 4,
        "hovertemplate": "%{y}, unit %{x}: %{z:.2f} of the largest<extra></extra>",
    }
    return figure(
        theme,
        [heat],
        alt=f"{firing} of {count(total, 'hidden unit')} are above 0 on {subject.name}.",
        margin=(10, 10, 10, 10),
        caption=f"{firing} of {count(total, 'hidden unit')} above 0",
        xaxis=axis(theme, "hidden unit", showgrid=False),
        yaxis=axis(theme, "", autorange="reversed", showgrid=False),
    )


def probes(snapshot: Snapshot, theme: Theme, network: int) -> Figure:
    """How well a linear model reads the class off the pixels and off each hidden layer."""
    if not snapshot.finished:
        return instead("measured when training ends", theme, alt="Not measured yet.")
    traces, words = [], []
    for name, arm in snapshot.arms.items():
        if not arm.converged[network]:
            continue
        accuracies = inside.probe_accuracies(arm, network, snapshot.pictures)
        colour = colour_of(name, theme)
        heights = 100 * np.array(accuracies)
        dash = DASHES[name]
        drawn = curves.line(range(len(accuracies)), heights, colour, 3, dash=dash, name=ARMS[name])
        traces.append(drawn | {"mode": "lines+markers", "marker": {"size": 10}})
        words.append(f"{ARMS[name]} ({dash}): " + ", ".join(percent(share) for share in accuracies))
    ticks = ["pixels", *(f"layer {i + 1}" for i in range(len(snapshot.config.hidden_widths)))]
    return figure(
        theme,
        traces,
        alt=f"Linear probes on pixels and hidden layers, {'; '.join(words)}.",
        margin=(10, 14, 14, 10),
        caption="<br>".join(words),
        xaxis=axis(theme, "read off", tickvals=list(range(len(ticks))), ticktext=ticks),
        yaxis=axis(theme, "probe's validation accuracy (%)", range=[0, 102]),
    )


def reaches(snapshot: Snapshot, theme: Theme, network: int) -> Figure:
    """How far what each filter has learnt reaches, beside the whole picture and a small patch."""
    if snapshot.progress == 0:
        return instead("nothing is learnt yet", theme, alt="Nothing is learnt yet.")
    traces, words = [], []
    for name, arm in snapshot.arms.items():
        if not arm.converged[network]:
            continue
        reach = np.sort(inside.reach(learnt_filters(snapshot, name, network)))[::-1]
        look = {"dash": DASHES[name], "name": ARMS[name]}
        places = range(1, len(reach) + 1)
        traces.append(curves.line(places, reach, colour_of(name, theme), 3, **look))
        words.append(f"{ARMS[name]} ({DASHES[name]}): {reach[-1]:.1f} to {reach[0]:.1f} pixels")
    levels = [
        curves.level(float(inside.reach(np.ones((1, side, side, 3)))[0]), text, theme)
        for side, text in ((SIDE, "evenly over the picture"), (PATCH, "a patch of 5 × 5"))
    ]
    return figure(
        theme,
        traces,
        alt=f"Reach of what filters have learnt, {'; '.join(words)}.",
        margin=(10, 14, 14, 10),
        caption="<br>".join(words),
        xaxis=axis(theme, "filter, the widest first", showgrid=False),
        yaxis=axis(theme, "reach (pixels)", range=[0, 15]),
        shapes=[shape for shape, _ in levels],
        annotations=[label for _, label in levels],
    )


def _bars(
    names: Sequence[str],
    values: curves.Floats,
    title: str,
    theme: Theme,
    *,
    alt: str,
    span: list[float] | None = None,
    caption: str | None = None,
) -> Figure:
    """A bar a class; its name and value are added to ``alt``, unless the network diverged."""
    if not np.isfinite(values).all():
        return diverged(theme, "The network diverged.")
    alt += " " + ", ".join(f"{name} {value:.3g}" for name, value in zip(names, values, strict=True))
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": [escape(name) for name in names],
        "x": numbers(values),
        "marker": {
            "color": [CLASS_COLOURS[i % len(CLASS_COLOURS)] for i in range(len(names))],
            "line": {"color": OUTLINE, "width": 1},
        },
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    place = axis(theme, title, nticks=4, tickangle=0, zeroline=True)
    if span:
        place["range"] = span
    return figure(
        theme,
        [bars],
        alt=f"{alt}.",
        margin=(10, 14, 10, 10),
        caption=caption,
        xaxis=place,
        yaxis=axis(theme, "", autorange="reversed", showgrid=False),
    )


def _named(labels: NDArray[np.int64], seen: Pictures) -> str:
    """How many pictures there are of each class, the most frequent first."""
    counts = np.bincount(labels, minlength=len(seen.classes))
    order = np.argsort(-counts, kind="stable")
    return ", ".join(f"{counts[k]} {seen.classes[k]}" for k in order if counts[k])


def _most(names: Sequence[str], values: curves.Floats) -> str:
    return names[int(np.argmax(values))]


def _where(saliency: curves.Floats) -> str:
    """How much of a gradient (S, S) lies on its strongest pixels, and where the strongest is."""
    ordered = np.sort(saliency, axis=None)[::-1]
    tenth = ordered[: len(ordered) // 10].sum() / max(float(ordered.sum()), 1e-12)
    row, column = np.unravel_index(int(saliency.argmax()), saliency.shape)
    return (
        f"a tenth of the pixels have {percent(tenth, 0)} of it, "
        f"the strongest is in row {row + 1}, column {column + 1}"
    )


def _response(
    snapshot: Snapshot, arm: str, network: int, subject: Subject
) -> tuple[Subject, inside.Response]:
    """What a picture that there is does to a network."""
    seen = snapshot.pictures
    subject = subject.within(seen)
    return subject, _responded(snapshot.arms[arm], network, seen, subject)


@functools.lru_cache(maxsize=32)
def _responded(
    architecture: Architecture, network: int, seen: Pictures, subject: Subject
) -> inside.Response:
    """What a picture does to a network; several figures show it."""
    return inside.respond(architecture, network, subject.image(seen))

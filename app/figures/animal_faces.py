"""Animal Faces, drawn: the pictures, the answer in words, curves, filters, errors, one unit."""

import functools

import numpy as np
import torch
from numpy.typing import NDArray

from app.figures import curves, pictures
from app.figures.drawing import (
    CLASS_COLOURS,
    NEGATIVE,
    POSITIVE,
    Figure,
    Html,
    Theme,
    axis,
    escape,
    figure,
    numbers,
)
from app.figures.plane import HIDDEN, note
from app.figures.words import accuracy, count, percent
from mlpcore.datasets import augmentation
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.experiments import inside
from mlpcore.experiments.animal_faces import Snapshot, confusion, filters, probabilities
from mlpcore.experiments.learner import Architecture

ARMS = {"augmented": "with augmentation", "plain": "without augmentation"}
# Pictures of a class in the sample, and seed of how the sample is moved.
SHOWN, MOVE_SEED = 8, 0
# How far the x axis of curves goes on, for the lines' names.
ROOM = 1.25
# Files left out that are named.
MOST_NAMED = 5
# Above this many filters, each is shown at half its side, and so on.
FULL_SIZE = 64
RIGHT, WRONG = {"light": "#1a7f4b", "dark": "#5fd39a"}, {"light": "#b3261e", "dark": "#ff8f85"}


def arms(snapshot: Snapshot) -> dict[str, Architecture]:
    """The architectures there are, by :data:`ARMS`."""
    both = {"augmented": snapshot.augmented, "plain": snapshot.plain}
    return {name: arm for name, arm in both.items() if arm is not None}


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """The answer so far, in a sentence or two."""
    answer, detail = _answer(snapshot)
    return Html(f'<p class="headline"><strong>{escape(answer)}</strong> {escape(detail)}</p>')


def _answer(snapshot: Snapshot) -> tuple[str, str]:
    shown = {name: arm for name, arm in arms(snapshot).items() if arm.score.count}
    if not shown:
        return "Every network diverged.", "Lower the learning rate."
    first = next(iter(shown.values()))
    if first.epochs[-1] == 0:
        guess = percent(1 / len(snapshot.pictures.classes), 0)
        return "Not trained yet.", f"Guessing gets {guess} of the validation pictures right."
    best = max(shown, key=lambda name: shown[name].score.mean)
    so_far = "" if snapshot.finished else f" after {count(int(first.epochs[-1]), 'epoch')}"
    answer = f"{accuracy(shown[best].score)} right {ARMS[best]}{so_far}."
    others = [f"{accuracy(arm.score)} {ARMS[name]}." for name, arm in shown.items() if name != best]
    gaps = [
        f"{100 * (arm.train_score.mean - arm.score.mean):.1f} points {ARMS[name]}"
        for name, arm in shown.items()
    ]
    seeds = f" Over {count(first.score.count, 'seed')}." if first.score.count > 1 else ""
    return answer, f"{' '.join(others)} Training exceeds validation by {' and '.join(gaps)}.{seeds}"


def about(snapshot: Snapshot, theme: Theme) -> Html:
    """How many pictures there are, and what could not be used."""
    seen = snapshot.pictures
    train, val = (sum(counts) for counts in seen.counts)
    text = f"{train + val:,} pictures of {len(seen.classes)} classes, {val:,} of them to validate."
    if seen.resized:
        text += f" {count(seen.resized, 'picture')} cropped and resized to {SIDE} × {SIDE}."
    if seen.skipped:
        some = "; ".join(seen.skipped[:MOST_NAMED])
        more = len(seen.skipped) - MOST_NAMED
        text += f" {count(len(seen.skipped), 'file')} left out: {some}"
        text += f"; and {more:,} more." if more > 0 else "."
    return Html(f"<p>{escape(text)}</p>")


def class_samples(snapshot: Snapshot, theme: Theme) -> Figure:
    """Some training pictures of each class, with counts."""
    return _class_samples(snapshot.pictures, theme)


@functools.lru_cache(maxsize=8)
def _class_samples(seen: Pictures, theme: Theme) -> Figure:
    pixels, labels = _sample(seen)
    titles = [
        f"<b>{escape(name)}</b>, {train:,} to train on, {val:,} to validate"
        for name, train, val in zip(seen.classes, *seen.counts, strict=True)
    ]
    return pictures.grid(
        pixels,
        SHOWN,
        theme,
        alt=f"Training pictures of {', '.join(seen.classes)}.",
        hover=[seen.classes[label] for label in labels],
        titles=titles,
    )


def augmented_samples(snapshot: Snapshot, theme: Theme) -> Figure:
    """The pictures of :func:`class_samples`, rotated and flipped at random."""
    return _augmented_samples(snapshot.pictures, snapshot.config.degrees, theme)


@functools.lru_cache(maxsize=8)
def _augmented_samples(seen: Pictures, degrees: float, theme: Theme) -> Figure:
    pixels, labels = _sample(seen)
    generator = torch.Generator().manual_seed(MOVE_SEED)
    angles, flips = augmentation.random_moves(len(pixels), degrees, generator)
    words = augmentation.moved(
        augmentation.pack(torch.from_numpy(pixels)), augmentation.steps(angles, flips, SIDE)
    )
    moved = words.view(-1, SIDE, SIDE, 1).view(torch.uint8)[..., :3].numpy()
    hover = [
        f"{seen.classes[label]}<br>{angle:+.0f}°{', flipped' if flip else ''}"
        for label, angle, flip in zip(labels, angles.tolist(), flips.tolist(), strict=True)
    ]
    return pictures.grid(
        moved,
        SHOWN,
        theme,
        alt=f"The same pictures, rotated by up to {degrees:g} degrees and half of them flipped.",
        hover=hover,
        titles=[
            f"the same, augmented by ±{degrees:g}° and a flip",
            *("" for _ in seen.classes[1:]),
        ],
    )


def _sample(seen: Pictures) -> tuple[pictures.Pixels, NDArray[np.int64]]:
    """The first training pictures of each class, in rows of :data:`SHOWN`, and their labels."""
    counts = seen.counts[0]
    starts = np.cumsum([0, *counts[:-1]])
    # A class with fewer pictures repeats them, so that rows stay whole.
    places = [start + np.arange(SHOWN) % size for start, size in zip(starts, counts, strict=True)]
    return (
        seen.train_images.numpy()[np.concatenate(places)],
        np.repeat(np.arange(len(counts)), SHOWN),
    )


def accuracy_curves(snapshot: Snapshot, theme: Theme) -> Figure:
    """Accuracy by epoch on both sets, with and without augmentation."""
    families = [
        _learning(name, arm, theme, 100 * arm.train_accuracy, 100 * arm.test_accuracy)
        for name, arm in arms(snapshot).items()
    ]
    alt = f"Accuracy by epoch. {' '.join(_answer(snapshot))}"
    last = snapshot.config.epochs
    drawn = curves.learning_curves(
        families, theme, "accuracy (%)", last, alt=alt, top=100, room=ROOM
    )
    drawn["layout"]["annotations"].append(
        curves.key("full: validation, dotted: training (not augmented)", theme)
    )
    return drawn


def loss_curves(snapshot: Snapshot, theme: Theme) -> Figure:
    """Mean cross-entropy by epoch on both sets, with and without augmentation."""
    families = [
        _learning(name, arm, theme, arm.train_loss, arm.test_loss)
        for name, arm in arms(snapshot).items()
    ]
    alt = "Cross-entropy by epoch on training and validation pictures."
    last = snapshot.config.epochs
    return curves.learning_curves(families, theme, "cross-entropy (nats)", last, alt=alt, room=ROOM)


def _learning(
    name: str, arm: Architecture, theme: Theme, train: curves.Floats, test: curves.Floats
) -> curves.Learning:
    return curves.Learning(
        name=f"validation, {ARMS[name]}",
        tag="with" if name == "augmented" else "without",
        epochs=arm.epochs.tolist(),
        train=train[:, arm.converged],
        test=test[:, arm.converged],
        colour=_colour(name, theme),
        chosen=True,
    )


def filter_grid(
    snapshot: Snapshot, theme: Theme, arm: str, network: int, own: bool, ordered: bool
) -> Figure:
    """The first layer's weight vectors as pictures.

    Args:
        snapshot, theme: as ever.
        arm: of :data:`ARMS`.
        network: which of its networks.
        own: scale each filter by its own largest weight rather than by that of all.
        ordered: the largest norm first.
    """
    seen = filters(arms(snapshot)[arm], network)
    if not np.isfinite(seen).all():
        return _diverged(theme, "The network diverged: it has no filters to show.")
    norms = _norms(seen)
    order = np.argsort(-norms, kind="stable") if ordered else np.arange(len(seen))
    coarse = 1
    while len(seen) > FULL_SIZE * coarse**2:
        coarse *= 2
    side = SIDE // coarse
    small = seen.reshape(-1, side, coarse, side, coarse, 3).mean((2, 4))
    peaks = np.abs(small).max((1, 2, 3))
    largest = peaks if own else peaks.max(keepdims=True)
    columns = 8 if len(seen) <= FULL_SIZE else int(np.ceil(np.sqrt(len(seen))))
    scaled = "its own largest weight" if own else "the largest weight of all"
    return pictures.grid(
        pictures.weights_as_pixels(small, np.broadcast_to(largest, len(small)))[order],
        columns,
        theme,
        alt=f"{len(seen)} filters of the first layer {ARMS[arm]}, each scaled by {scaled}.",
        hover=[f"unit {unit + 1}<br>norm {norms[unit]:.3g}" for unit in order],
        numbers=(order + 1).tolist(),
        caption=f"<b>{ARMS[arm]}</b><br>largest |weight| {np.abs(seen).max():.3f}",
    )


def confusion_table(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Html:
    """How many pictures of each class are taken for each class."""
    seen = snapshot.pictures
    architecture = arms(snapshot)[arm]
    if not architecture.converged[network]:
        return Html("<p>The network diverged: its answers mean nothing.</p>")
    counts = confusion(architecture, network, seen)
    shares = counts / counts.sum(1, keepdims=True)
    heads = "".join(f"<th scope='col'>{escape(name)}</th>" for name in seen.classes)
    rows = "".join(
        f"<tr><th scope='row'>{escape(name)}</th>{_cells(row, share, place)}</tr>"
        for place, (name, row, share) in enumerate(zip(seen.classes, counts, shares, strict=True))
    )
    return Html(
        f"<table><caption>Confusion {ARMS[arm]}: validation pictures of each class (row) by what "
        "the network takes them for (column).</caption>"
        f"<thead><tr><th scope='col'>is … taken for</th>{heads}</tr></thead>"
        f"<tbody>{rows}</tbody></table>"
    )


def _cells(row: NDArray[np.int64], shares: NDArray[np.float64], diagonal: int) -> str:
    hues = [CLASS_COLOURS[2] if i == diagonal else CLASS_COLOURS[1] for i in range(len(row))]
    return "".join(
        f"<td style='background:color-mix(in srgb,{hue} {70 * share:.0f}%,transparent)'>{number}"
        f" <small>{share:.0%}</small></td>"
        for number, share, hue in zip(row, shares, hues, strict=True)
    )


def predictions(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Figure:
    """What a network says of an even sample of the validation pictures, and how sure it is."""
    size = len(snapshot.pictures.val_images)
    chosen = np.linspace(0, size - 1, 2 * SHOWN).astype(np.int64)
    title = f"a sample of the validation pictures, {ARMS[arm]}"
    return _judged(snapshot, theme, arm, network, chosen, title)


def most_wrong(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Figure:
    """The validation pictures that a network is most confidently wrong about."""
    seen = snapshot.pictures
    says = probabilities(arms(snapshot)[arm], network, seen)
    wrong = says.argmax(1) != seen.val_labels.numpy()
    sure = np.where(wrong, says.max(1), -1.0)
    chosen = np.argsort(-sure, kind="stable")[: min(2 * SHOWN, int(wrong.sum()))]
    if not len(chosen):
        right = [note("none is wrong", theme)]
        alt = "No picture is taken for another."
        return figure(theme, [], alt=alt, aspect=4, annotations=right, **HIDDEN)
    title = f"most confidently wrong, {ARMS[arm]}"
    return _judged(snapshot, theme, arm, network, chosen, title)


def _judged(
    snapshot: Snapshot,
    theme: Theme,
    arm: str,
    network: int,
    chosen: NDArray[np.int64],
    title: str,
) -> Figure:
    """Validation pictures with a network's guess and confidence below each."""
    seen, architecture = snapshot.pictures, arms(snapshot)[arm]
    says = probabilities(architecture, network, seen)[chosen]
    if not np.isfinite(says).all():
        return _diverged(theme, "The network diverged: its answers mean nothing.")
    truths, guesses = seen.val_labels.numpy()[chosen], says.argmax(1)
    good = truths == guesses
    names = [escape(name) for name in seen.classes]
    below = [
        (f"{names[guess]}<br>✓ {row.max():.0%}", RIGHT[theme.name])
        if right
        else (f"{names[guess]}<br>✗ {row.max():.0%}", WRONG[theme.name])
        for guess, row, right in zip(guesses, says, good, strict=True)
    ]
    hover = [
        f"picture {place + 1}: {names[truth]}<br>"
        + "<br>".join(f"{name} {share:.1%}" for name, share in zip(names, row, strict=True))
        for place, truth, row in zip(chosen, truths, says, strict=True)
    ]
    return pictures.grid(
        seen.val_images.numpy()[chosen],
        SHOWN,
        theme,
        alt=f"{count(len(chosen), 'picture')}, {int(good.sum())} of them taken for what they are.",
        hover=hover,
        numbers=(chosen + 1).tolist(),
        below=below,
        caption=title,
    )


def unit_filter(snapshot: Snapshot, theme: Theme, arm: str, network: int, unit: int) -> Figure:
    """One filter, large, with its norm."""
    seen = filters(arms(snapshot)[arm], network)[unit][None]
    if not np.isfinite(seen).all():
        return _diverged(theme, "The network diverged.")
    norm = _norms(seen)[0]
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
    activations = inside.first_layer(arms(snapshot)[arm], network, seen)[:, unit]
    if not np.isfinite(activations).all():
        return _diverged(theme, "The network diverged.")
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
        alt=f"Pictures that excite unit {unit + 1} most and least.",
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
    effects = inside.class_effects(arms(snapshot)[arm], network, seen)[unit]
    names = [escape(name) for name in seen.classes]
    return _bars(
        names,
        effects,
        "effect on the logit",
        theme,
        alt=f"Unit {unit + 1} speaks for {_most(names, effects)}.",
    )


def picture(snapshot: Snapshot, theme: Theme, place: int) -> Figure:
    """One validation picture, large; the last one if there are fewer."""
    seen = snapshot.pictures
    place = _within(seen, place)
    name = escape(seen.classes[int(seen.val_labels[place])])
    return pictures.grid(
        seen.val_images[place][None].numpy(),
        1,
        theme,
        alt=f"Validation picture {place + 1}: {name}.",
        hover=[f"picture {place + 1}"],
        caption=f"<b>picture {place + 1}</b><br>{name}",
    )


def saliency(snapshot: Snapshot, theme: Theme, arm: str, network: int, place: int) -> Figure:
    """Which of a picture's pixels the network's answer depends on most."""
    place = _within(snapshot.pictures, place)
    seen = inside.respond(arms(snapshot)[arm], network, snapshot.pictures.val_images[place])
    if not np.isfinite(seen.saliency).all():
        return _diverged(theme, "The network diverged.")
    shares = seen.saliency / max(float(seen.saliency.max()), 1e-12)
    grey = np.repeat((255 * shares).astype(np.uint8)[None, :, :, None], 3, axis=3)
    return pictures.grid(
        grey,
        1,
        theme,
        alt=f"The input gradient on picture {place + 1}.",
        hover=["bright: the answer depends on this pixel"],
        caption="<b>input gradient</b><br>bright: the answer depends on it",
    )


def picture_classes(snapshot: Snapshot, theme: Theme, arm: str, network: int, place: int) -> Figure:
    """The class probabilities that a network gives to one picture."""
    place = _within(snapshot.pictures, place)
    seen = inside.respond(arms(snapshot)[arm], network, snapshot.pictures.val_images[place])
    names = [escape(name) for name in snapshot.pictures.classes]
    shares = 100 * seen.probabilities
    alt = f"Picture {place + 1} is taken for {_most(names, shares)}."
    return _bars(names, shares, "probability (%)", theme, alt=alt, span=[0, 100])


def picture_units(snapshot: Snapshot, theme: Theme, arm: str, network: int, place: int) -> Figure:
    """How strongly every hidden unit answers to one picture, a row a layer."""
    place = _within(snapshot.pictures, place)
    seen = inside.respond(arms(snapshot)[arm], network, snapshot.pictures.val_images[place])
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
        alt=f"{firing} of {count(total, 'hidden unit')} are above 0 on picture {place + 1}.",
        margin=(10, 10, 10, 10),
        caption=f"{firing} of {count(total, 'hidden unit')} above 0",
        xaxis=axis(theme, "hidden unit", showgrid=False),
        yaxis=axis(theme, "", autorange="reversed", showgrid=False),
    )


def probes(snapshot: Snapshot, theme: Theme, network: int) -> Figure:
    """How well a linear model reads the class off the pixels and off each hidden layer."""
    if not snapshot.finished:
        wait = [note("measured when training ends", theme)]
        return figure(theme, [], alt="Not measured yet.", annotations=wait, **HIDDEN)
    traces, words = [], []
    for name, arm in arms(snapshot).items():
        if not arm.converged[network]:
            continue
        accuracies = inside.probe_accuracies(arm, network, snapshot.pictures)
        colour = _colour(name, theme)
        heights = 100 * np.array(accuracies)
        drawn = curves.line(range(len(accuracies)), heights, colour, 3, name=ARMS[name])
        traces.append(drawn | {"mode": "lines+markers", "marker": {"size": 10}})
        words.append(f"{ARMS[name]}: " + ", ".join(percent(share) for share in accuracies))
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


def similarities(snapshot: Snapshot, theme: Theme, network: int) -> Figure:
    """How alike filters and class means are, for every filter, beside what chance gives."""
    seen = snapshot.pictures
    traces, words = [], []
    for name, arm in arms(snapshot).items():
        if not arm.converged[network]:
            continue
        cosines = inside.mean_similarities(filters(arm, network), seen)
        best = np.sort(np.abs(cosines).max(1))[::-1]
        traces.append(
            curves.line(range(1, len(best) + 1), best, _colour(name, theme), 3, name=ARMS[name])
        )
        words.append(f"{ARMS[name]}: median {np.median(best):.2f}, largest {best[0]:.2f}")
    return figure(
        theme,
        traces,
        alt=f"Similarity of filters to class means, {'; '.join(words)}.",
        margin=(10, 14, 14, 10),
        caption="<br>".join(words),
        xaxis=axis(theme, "filter, the most similar first", showgrid=False),
        yaxis=axis(theme, "largest |cosine| to a class's mean", range=[0, 1]),
    )


def _bars(
    names: list[str],
    values: curves.Floats,
    title: str,
    theme: Theme,
    *,
    alt: str,
    span: list[float] | None = None,
) -> Figure:
    """A bar a class."""
    bars = {
        "type": "bar",
        "orientation": "h",
        "y": names,
        "x": numbers(values),
        "marker": {"color": [CLASS_COLOURS[i % len(CLASS_COLOURS)] for i in range(len(names))]},
        "hovertemplate": "%{y}: %{x:.3g}<extra></extra>",
    }
    place = axis(theme, title, **({"range": span} if span else {"zeroline": True}))
    return figure(
        theme,
        [bars],
        alt=alt,
        margin=(10, 14, 10, 10),
        xaxis=place,
        yaxis=axis(theme, "", autorange="reversed", showgrid=False),
    )


def _most(names: list[str], values: curves.Floats) -> str:
    return names[int(np.argmax(values))]


def _within(seen: Pictures, place: int) -> int:
    """A validation picture's place, or the last one's if there are fewer."""
    return min(place, len(seen.val_images) - 1)


def _norms(seen: pictures.Floats) -> NDArray[np.float64]:
    """Of filters (W, 32, 32, 3), in double precision: those that diverge are huge."""
    squares = np.square(seen.reshape(len(seen), -1), dtype=np.float64)
    return np.asarray(np.sqrt(squares.sum(1)))


def _colour(arm: str, theme: Theme) -> str:
    return theme.accent if arm == "augmented" else theme.sequence[2]


def _diverged(theme: Theme, alt: str) -> Figure:
    return figure(theme, [], alt=alt, aspect=1, annotations=[note("diverged", theme)], **HIDDEN)

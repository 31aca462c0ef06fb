"""Animal Faces, drawn: the pictures, the answer in words, curves, filters, errors."""

import functools

import numpy as np
import torch
from numpy.typing import NDArray

from app.figures import curves, markup, pictures
from app.figures.drawing import CLASS_COLOURS, Figure, Html, Theme, escape
from app.figures.plane import diverged, instead
from app.figures.words import accuracy, count, covered, in_points, percent
from mlpcore.datasets import augmentation
from mlpcore.datasets.image_folder import VAL_SHARE
from mlpcore.datasets.pictures import SIDE, Pictures
from mlpcore.experiments.animal_faces import Snapshot, confusion, filters, probabilities
from mlpcore.experiments.verdicts import Difference, paired

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


def colour_of(arm: str, theme: Theme) -> str:
    """The colour of the networks trained with or without augmentation."""
    return theme.accent if arm == "augmented" else theme.sequence[2]


def filter_norms(seen: pictures.Floats) -> NDArray[np.float64]:
    """Of filters (W, 32, 32, 3), in double precision: those that diverge are huge."""
    squares = np.square(seen.reshape(len(seen), -1), dtype=np.float64)
    return np.asarray(np.sqrt(squares.sum(1)))


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """The answer so far, in a sentence or two."""
    return markup.headline(*_answer(snapshot))


def _answer(snapshot: Snapshot) -> tuple[str, str]:
    shown = {name: arm for name, arm in snapshot.arms.items() if arm.score.count}
    if not shown:
        return "Every network diverged.", "Lower the learning rate."
    first = next(iter(shown.values()))
    if first.epochs[-1] == 0:
        guess = percent(1 / len(snapshot.pictures.classes), 0)
        return "Not trained yet.", f"Guessing gets {guess} of the validation pictures right."
    best = max(shown, key=lambda name: shown[name].score.mean)
    so_far = "" if snapshot.finished else f" after {count(int(first.epochs[-1]), 'epoch')}"
    score = f"{accuracy(shown[best].score)} right {ARMS[best]}{so_far}."
    ahead = _ahead(snapshot, best)
    answer = f"Too close to call: {score}" if ahead and ahead.known and not ahead.sure else score
    above = f", {in_points(ahead)} below" if ahead else ""
    others = [
        f"{accuracy(arm.score)} {ARMS[name]}{above}." for name, arm in shown.items() if name != best
    ]
    gaps = {
        name: f"{100 * (arm.train_score.mean - arm.score.mean):.1f}" for name, arm in shown.items()
    }
    if len(gaps) == 1:
        gap = f"{gaps.popitem()[1]} points"
    else:
        gap = f"{gaps['augmented']} points with it, {gaps['plain']} without"
    # Short from one seed, which is the default: a longer answer pushes the filters out of sight.
    basis = [covered(shown[best].score, len(snapshot.pictures.val_labels))]
    if snapshot.config.seeds == 1:
        basis = ["From one seed."] if ahead else []
    return answer, " ".join([*others, f"Training accuracy is higher by {gap}.", *basis])


def _ahead(snapshot: Snapshot, best: str) -> Difference | None:
    """How far an arm is above the other; seeds are paired, for they start from equal weights."""
    other = next((arm for name, arm in snapshot.arms.items() if name != best), None)
    if other is None:
        return None
    arm = snapshot.arms[best]
    both = arm.converged & other.converged
    if not both.any():
        return None
    return paired(arm.test_accuracy[-1, both], other.test_accuracy[-1, both])


def about(snapshot: Snapshot, theme: Theme) -> Html:
    """How many pictures there are, and what could not be used."""
    seen = snapshot.pictures
    train, val = (sum(counts) for counts in seen.counts)
    text = f"{train + val:,} pictures of {len(seen.classes)} classes, {val:,} of them to validate."
    if seen.split_train:
        text += f" Those are {VAL_SHARE:.0%} of each class in train, in place of val."
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
        hover=[escape(seen.classes[label]) for label in labels],
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
    words = augmentation.pack(torch.from_numpy(pixels))
    moved = augmentation.moved(words, augmentation.steps(angles, flips, SIDE))
    hover = [
        f"{escape(seen.classes[label])}<br>{angle:+.0f}°{', flipped' if flip else ''}"
        for label, angle, flip in zip(labels, angles.tolist(), flips.tolist(), strict=True)
    ]
    return pictures.grid(
        augmentation.unpacked(moved).numpy(),
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
    alt = f"Accuracy by epoch. {' '.join(_answer(snapshot))}"
    legend = "full: validation, dotted: training (not augmented)"
    return _curves(snapshot, theme, "accuracy", alt, legend)


def loss_curves(snapshot: Snapshot, theme: Theme) -> Figure:
    """Mean cross-entropy by epoch on both sets, with and without augmentation."""
    alt = "Cross-entropy by epoch on training and validation pictures."
    return _curves(snapshot, theme, "loss", alt)


def _curves(snapshot: Snapshot, theme: Theme, quantity: str, alt: str, legend: str = "") -> Figure:
    families = [
        curves.Learning.of(
            arm,
            quantity,
            name=f"validation, {ARMS[name]}",
            tag="with" if name == "augmented" else "without",
            colour=colour_of(name, theme),
            chosen=True,
        )
        for name, arm in snapshot.arms.items()
    ]
    last = snapshot.config.epochs
    return curves.learning_curves(
        families, theme, quantity, last, alt=alt, room=ROOM, legend=legend
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
    seen = filters(snapshot.arms[arm], network)
    if not np.isfinite(seen).all():
        return diverged(theme, "The network diverged: it has no filters to show.")
    norms = filter_norms(seen)
    order = np.argsort(-norms, kind="stable") if ordered else np.arange(len(seen))
    coarse = 1
    while len(seen) > FULL_SIZE * coarse**2:
        coarse *= 2
    side = SIDE // coarse
    # NumPy would take its time over means of single numbers.
    small = seen.reshape(-1, side, coarse, side, coarse, 3).mean((2, 4)) if coarse > 1 else seen
    peaks = np.abs(small).max((1, 2, 3))
    largest = peaks if own else peaks.max(keepdims=True)
    columns = 8 if len(seen) <= FULL_SIZE else int(np.ceil(np.sqrt(len(seen))))
    scaled = "its own largest weight" if own else "the largest weight of all"
    spread = f"Norms from {norms.min():.3g} to {norms.max():.3g}"
    return pictures.grid(
        pictures.weights_as_pixels(small, np.broadcast_to(largest, len(small)))[order],
        columns,
        theme,
        alt=f"{len(seen)} filters of the first layer {ARMS[arm]}, each scaled by {scaled}. "
        f"{spread}, the largest that of unit {norms.argmax() + 1}.",
        hover=[f"unit {unit + 1}<br>norm {norms[unit]:.3g}" for unit in order],
        numbers=(order + 1).tolist(),
        caption=f"<b>{ARMS[arm]}</b><br>largest |weight| {np.abs(seen).max():.3f}",
        quality=pictures.QUALITY if snapshot.finished else pictures.MOVING,
    )


def confusion_table(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Html:
    """How many pictures of each class are taken for each class."""
    seen = snapshot.pictures
    architecture = snapshot.arms[arm]
    if not architecture.converged[network]:
        return Html("<p>The network diverged: its answers mean nothing.</p>")
    counts = confusion(architecture, network, seen)
    shares = counts / counts.sum(1, keepdims=True)
    names = [escape(name) for name in seen.classes]
    return markup.table(
        f"Confusion {ARMS[arm]}: validation pictures of each class (row) by what the network takes "
        "them for (column).",
        ["is … taken for", *names],
        (
            f"<tr><th scope='row'>{name}</th>{_cells(row, share, place)}</tr>"
            for place, (name, row, share) in enumerate(zip(names, counts, shares, strict=True))
        ),
    )


def _cells(row: NDArray[np.int64], shares: NDArray[np.float64], diagonal: int) -> str:
    hues = [CLASS_COLOURS[2] if i == diagonal else CLASS_COLOURS[1] for i in range(len(row))]
    return "".join(
        f"<td style='background:color-mix(in srgb,{hue} {50 * share:.0f}%,transparent)'>{number}"
        f" <small>{share:.0%}</small></td>"
        for number, share, hue in zip(row, shares, hues, strict=True)
    )


def predictions(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Figure:
    """What a network says of an even sample of the validation pictures, and how sure it is."""
    size = len(snapshot.pictures.val_images)
    chosen = np.linspace(0, size - 1, 2 * SHOWN).astype(np.int64)
    title = f"answers to a sample of the validation pictures, {ARMS[arm]}"
    return _judged(snapshot, theme, arm, network, chosen, title)


def most_wrong(snapshot: Snapshot, theme: Theme, arm: str, network: int) -> Figure:
    """The validation pictures that a network is most confidently wrong about."""
    seen = snapshot.pictures
    says = probabilities(snapshot.arms[arm], network, seen)
    wrong = says.argmax(1) != seen.val_labels.numpy()
    sure = np.where(wrong, says.max(1), -1.0)
    chosen = np.argsort(-sure, kind="stable")[: min(2 * SHOWN, int(wrong.sum()))]
    if not len(chosen):
        alt = "No picture is taken for another."
        return instead("none is wrong", theme, alt=alt, aspect=4)
    title = f"the surest wrong answers, {ARMS[arm]}"
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
    seen, architecture = snapshot.pictures, snapshot.arms[arm]
    says = probabilities(architecture, network, seen)[chosen]
    if not np.isfinite(says).all():
        return diverged(theme, "The network diverged: its answers mean nothing.")
    truths, guesses = seen.val_labels.numpy()[chosen], says.argmax(1)
    good = truths == guesses
    names = [escape(name) for name in seen.classes]
    below = [
        (f"{names[guess]}<br>✓ {sure:.0%}", RIGHT[theme.name])
        if right
        else (f"{names[guess]}<br>✗ {sure:.0%}", WRONG[theme.name])
        for guess, sure, right in zip(guesses, says.max(1).tolist(), good, strict=True)
    ]
    hover = [
        f"picture {place + 1}: {names[truth]}<br>"
        + "<br>".join(f"{name} {share:.1%}" for name, share in zip(names, row, strict=True))
        for place, truth, row in zip(chosen, truths, says.tolist(), strict=True)
    ]
    return pictures.grid(
        seen.val_images.numpy()[chosen],
        SHOWN,
        theme,
        alt=f"{count(len(chosen), 'picture')}, {int(good.sum())} of them taken for what they are."
        + _mistakes(seen, chosen, truths, guesses, says.max(1)),
        hover=hover,
        numbers=(chosen + 1).tolist(),
        below=below,
        caption=title,
    )


def _mistakes(
    seen: Pictures,
    chosen: NDArray[np.int64],
    truths: NDArray[np.int64],
    guesses: NDArray[np.int64],
    sures: NDArray[np.float32],
) -> str:
    """What else pictures are taken for, for those who do not see them."""
    wrong = [
        f"picture {place + 1}, {seen.classes[truth]} for {seen.classes[guess]} at {sure:.0%}"
        for place, truth, guess, sure in zip(chosen, truths, guesses, sures, strict=True)
        if truth != guess
    ]
    return f" Mistaken: {'; '.join(wrong)}." if wrong else ""

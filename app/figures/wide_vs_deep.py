"""Wide vs Deep, drawn: the answer in words, accuracy against depth, maps, curves, the table."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from app.figures import curves, markup, plane
from app.figures.drawing import Figure, Html, Theme, along, axis, figure
from app.figures.words import accuracy, agree, count, covered, in_points, listed, percent, unit_name
from mlpcore.datasets.planar import HALF_WIDTH
from mlpcore.experiments.architecture import Architecture, Floats
from mlpcore.experiments.wide_vs_deep import Snapshot, view, without

# Accuracies that stand beside each other above a plot with their unit and a decimal.
MOST_ABOVE = 6
# Test accuracies in percent at 1 to 5 hidden layers, as three public notebooks show them that ran
# the tutorial's code (Neuromatch W1D3, tutorial 2, section 1) unchanged, with its seed 2021.
TUTORIALS_RUNS = (
    (81.9, 85.4, 93.8, 90.0, 67.8),
    (81.5, 85.9, 89.9, 86.6, 86.3),
    (81.3, 86.0, 93.9, 87.8, 78.6),
)


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """The answer so far, in a sentence or two."""
    return markup.headline(*_answer(snapshot))


def _answer(snapshot: Snapshot) -> tuple[str, str]:
    config, verdict = snapshot.config, snapshot.verdict
    best, rival = verdict.best, verdict.runner_up
    if best is None:
        return "Every network diverged.", "Lower the learning rate."
    epoch = int(best.epochs[-1])
    if epoch == 0:
        guess = percent(1 / config.classes, 0)
        return "Not trained yet.", f"Guessing gets {guess} of the test points right."
    lost = sum(int((~a.converged).sum()) for a in snapshot.architectures)
    left_out = f" Left out: {count(lost, 'network')} that diverged." if lost else ""
    so_far = "" if snapshot.finished else f" after {count(epoch, 'epoch')}"
    score = f"{accuracy(best.score)} right{so_far}"
    winner = count(best.depth, "hidden layer")
    basis = f"{covered(best.score, len(snapshot.test_labels))}{left_out}"
    if rival is None or verdict.ahead is None:
        return f"{winner}: {score}.", basis
    other = count(rival.depth, "hidden layer")
    ahead = f"{in_points(verdict.ahead)} above {other}"
    if not verdict.ahead.known:
        return (
            f"{winner} {agree(best.depth, 'lead')}: {score}, from one seed.",
            f"That is {ahead}. {basis}",
        )
    if len(verdict.tied) > 1:
        depths = listed([str(a.depth) for a in verdict.tied])
        return (
            f"Too close to call: {depths} hidden layers.",
            f"{winner} {agree(best.depth, 'lead')} with {score}, {ahead}. {basis}",
        )
    return f"{winner} {agree(best.depth, 'do')} best: {score}.", f"That is {ahead}. {basis}"


def accuracy_by_depth(snapshot: Snapshot, theme: Theme, tutorial: bool = False) -> Figure:
    """Test accuracy against depth: every seed a dot, the mean, its 95% interval as a band.

    Args:
        snapshot, theme: as ever.
        tutorial: whether to draw :data:`TUTORIALS_RUNS` over it.
    """
    architectures, config = snapshot.architectures, snapshot.config
    groups = [
        curves.Group(
            x=a.depth,
            values=100 * np.where(a.converged, a.test_accuracy[-1], np.nan),
            names=[f"seed {seed}" for seed in config.network_seeds],
            mean=100 * a.score.mean,
            margin=100 * a.score.margin,
        )
        for a in architectures
    ]
    depths = [a.depth for a in architectures]
    train = np.array([curves.mean(100 * a.train_accuracy[-1, a.converged]) for a in architectures])
    guessing, label = curves.level(100 / config.classes, "guessing", theme)
    tied = snapshot.verdict.tied
    # One line, for in a room two would reach up to the networks that stay at guessing.
    legend = "mean ± 95% interval, dots: seeds, dotted: training"
    if tutorial:
        legend += "<br>diamonds: the tutorial's three runs"
    return figure(
        theme,
        [
            *curves.replicated(groups, theme, "%"),
            curves.line(depths, train, theme.muted, 1.5, dash="dot", hoverinfo="skip"),
            *(_tutorials_runs(depths, theme) if tutorial else []),
        ],
        alt=f"Test accuracy against depth. {' '.join(_answer(snapshot))}"
        + (f" Diamonds: the tutorial's three runs, {_said(TUTORIALS_RUNS)}." if tutorial else ""),
        margin=(10, 14, 34, 10),
        xaxis=axis(
            theme,
            "hidden layers, and parameters",
            tickvals=depths,
            ticktext=[f"<b>{a.depth}</b><br>{a.parameters:,}" for a in architectures],
            range=[depths[0] - 0.5, depths[-1] + 0.5],
            showgrid=False,
        ),
        yaxis=axis(theme, "test accuracy (%)", range=[0, 102]),
        shapes=[guessing],
        annotations=[
            *(_above(a, a in tied, len(depths) > MOST_ABOVE, theme) for a in architectures),
            label | {"x": 0.01, "xanchor": "left"},  # the deepest end near it, at the right
            curves.key(legend, theme),
        ],
    )


def _said(runs: Sequence[Sequence[float]]) -> str:
    return "; ".join(", ".join(f"{value:g}" for value in run) for run in runs)


def _tutorials_runs(depths: Sequence[int], theme: Theme) -> list[dict[str, Any]]:
    """The tutorial's runs at those depths that there are."""
    return [
        curves.line(
            [depth for depth in depths if depth <= len(run)],
            np.array([run[depth - 1] for depth in depths if depth <= len(run)]),
            theme.sequence[3],
            2,
            dash="dashdot",
            mode="lines+markers",
            marker={"symbol": "diamond", "size": 7},
            name=f"the tutorial's run {place}",
            hovertemplate="%{y:.1f}%",
        )
        for place, run in enumerate(TUTORIALS_RUNS, 1)
    ]


def _above(a: Architecture, tied: bool, many: bool, theme: Theme) -> dict[str, Any]:
    """A depth's accuracy, above the plot, shorter beside many; bold if it may be the best."""
    text = f"{100 * a.score.mean:.0f}" if many else percent(a.score.mean)
    if not a.score.count:
        text = "–" if many else "diverged"
    if tied:
        return curves.above(a.depth, f"<b>{text}</b>", theme.accent, 6)
    return curves.above(a.depth, text, theme.text, 6)


def decision_map(snapshot: Snapshot, theme: Theme, depth: int, network: int) -> Figure:
    """The decision map of one network of a depth, small, with its name below."""
    architecture = snapshot.at_depth(depth)
    regions = view(architecture, network).regions
    if regions is not None and architecture.converged[network]:
        cut = f", {count(regions, 'region')}"
    else:
        cut = ""
    caption = f"<b>{architecture.label}</b><br>{_outcome(architecture, network)}{cut}"
    return _map(snapshot, theme, architecture, network, size=3.5, caption=caption)


def large_map(
    snapshot: Snapshot,
    theme: Theme,
    depth: int,
    network: int,
    off: Sequence[tuple[int, int]] = (),
) -> Figure:
    """The decision map of one network, large, with axes.

    Args:
        snapshot, theme: as ever.
        depth, network: which.
        off: layer and place, counted from 1, of hidden units that are switched off.
    """
    architecture = snapshot.at_depth(depth)
    there = [unit for unit in off if unit[0] <= depth and unit[1] <= architecture.width]
    if there and architecture.converged[network]:
        drawn = _map_without(snapshot, theme, architecture, network, there)
    else:
        drawn = _map(snapshot, theme, architecture, network, size=6)
    return plane.data_axes(drawn, theme, HALF_WIDTH, snapshot.legend)


def _map_without(
    snapshot: Snapshot,
    theme: Theme,
    architecture: Architecture,
    network: int,
    off: Sequence[tuple[int, int]],
) -> Figure:
    units = [(layer - 1, unit - 1) for layer, unit in off]
    probabilities, accuracy = without(snapshot, architecture.depth, network, units)
    which = unit_name(off[0]) if len(off) == 1 else count(len(off), "unit")
    said = f"{which} off: test accuracy {_outcome(architecture, network)} → {percent(accuracy)}"
    name = f"{architecture.label}, {said}"
    return _drawn(snapshot, theme, probabilities, name, size=6, caption=said)


def _map(
    snapshot: Snapshot, theme: Theme, architecture: Architecture, network: int, **look: Any
) -> Figure:
    seen = view(architecture, network)
    seed = snapshot.config.seed + network
    name = f"{architecture.label}, seed {seed}: {_outcome(architecture, network)}"
    return _drawn(snapshot, theme, seen.probabilities, name, **look)


def _drawn(
    snapshot: Snapshot, theme: Theme, probabilities: Floats, name: str, **look: Any
) -> Figure:
    return plane.decision_map(
        probabilities,
        HALF_WIDTH,
        snapshot.test_points,
        snapshot.test_labels,
        theme,
        alt=f"Decision map of {name}.",
        legend=snapshot.legend,
        **look,
    )


def unit_maps(snapshot: Snapshot, theme: Theme, depth: int, network: int) -> Figure:
    """What each hidden unit of one network does over the plane."""
    architecture = snapshot.at_depth(depth)
    return plane.unit_maps(
        view(architecture, network).units,
        architecture.width,
        theme,
        alt=f"Activations of the hidden units of {architecture.label} over the plane.",
    )


def accuracy_curves(snapshot: Snapshot, theme: Theme, depth: int) -> Figure:
    """Mean test accuracy by epoch of every depth; of the chosen one also training and seeds."""
    legend = "numbers: hidden layers; of the thick line<br>dotted: training set, thin: seeds"
    return _curves(snapshot, theme, depth, "accuracy", legend)


def loss_curves(snapshot: Snapshot, theme: Theme, depth: int) -> Figure:
    """Mean test loss by epoch of every depth; of the chosen one also training and seeds."""
    return _curves(snapshot, theme, depth, "loss")


def _curves(
    snapshot: Snapshot, theme: Theme, depth: int, quantity: str, legend: str = ""
) -> Figure:
    end = max(len(snapshot.architectures) - 1, 1)
    families = [
        curves.Learning.of(
            a,
            quantity,
            name=count(a.depth, "hidden layer"),
            tag=str(a.depth),
            colour=along(theme.sequence, place / end),
            chosen=a.depth == depth,
        )
        for place, a in enumerate(snapshot.architectures)
    ]
    alt = f"Test {quantity} by epoch, a line a depth; {count(depth, 'hidden layer')} emphasised."
    last = snapshot.config.epochs
    return curves.learning_curves(families, theme, quantity, last, alt=alt, legend=legend)


def table(snapshot: Snapshot, theme: Theme, network: int) -> Html:
    """Depth, width, parameters, accuracy, linear regions: a row a depth."""
    tied = snapshot.verdict.tied
    rows = []
    for a in snapshot.architectures:
        regions = view(a, network).regions
        over = a.parameters / snapshot.config.budget - 1
        mark = ' class="best"' if a in tied and a.epochs[-1] > 0 else ""
        rows.append(
            f"<tr{mark}><th scope='row'>{a.depth}</th><td>{a.width:,}</td>"
            f"<td>{a.parameters:,} <small>{over:+.0%}</small></td><td>{accuracy(a.score)}</td>"
            f"<td>{'–' if regions is None else f'{regions:,}'}</td></tr>"
        )
    return markup.table(
        "Test accuracy: mean ± half its 95% interval over seeds, on the same test set; bold: all "
        "that can't be told from the best (Welch's tests with Holm's correction). "
        f"Linear regions: of seed {snapshot.config.seed + network}, those that the map's grid "
        "meets.",
        [
            "hidden layers",
            "width",
            "parameters <small>against budget</small>",
            "test accuracy",
            "linear regions",
        ],
        rows,
    )


def _outcome(a: Architecture, network: int) -> str:
    if not a.converged[network]:
        return f"diverged at epoch {a.diverged_at[network]}"
    return f"{percent(float(a.test_accuracy[-1, network]))}"

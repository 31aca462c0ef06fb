"""Polynomial Features, drawn: two maps side by side, regions, accuracy by degree, coefficients."""

from typing import Any

import numpy as np

from app.figures import classes, curves, markup, plane
from app.figures.drawing import Figure, Html, Theme, axis, escape, figure, numbers
from app.figures.words import accuracy, count, covered, in_points, listed, magnitude, percent
from mlpcore.datasets.features import BASES, Conditioning, term_count
from mlpcore.experiments.architecture import Architecture
from mlpcore.experiments.degree_sweep import Snapshot as Sweep
from mlpcore.experiments.polynomial_features import (
    GRID,
    Map,
    Snapshot,
    Window,
    mlp_map,
    polynomial_map,
    spectrum,
)
from mlpcore.experiments.verdicts import rank, unpaired

# How the bases' lines are drawn, so that colour alone does not tell them apart.
DASHES = ("solid", "dash", "dot")


def headline(snapshot: Snapshot, theme: Theme, network: int, half_width: float) -> Html:
    """How both models do inside the data, and into how many pieces each cuts the outside."""
    return markup.headline(*_answer(snapshot, network, half_width))


def _answer(snapshot: Snapshot, network: int, half_width: float) -> tuple[str, str]:
    polynomial, mlp = snapshot.polynomial, snapshot.mlp
    epoch = int(polynomial.epochs[-1])
    if epoch == 0:
        guess = percent(1 / snapshot.config.classes, 0)
        return "Not trained yet.", f"Guessing gets {guess} of the test points right."
    so_far = "" if snapshot.finished else f" after {count(epoch, 'epoch')}"
    inside = (
        f"Inside the data{so_far}: polynomial {accuracy(polynomial.score)} right, "
        f"MLP {accuracy(mlp.score)}."
    )
    window = Window(half_width=half_width)
    outside = polynomial_map(snapshot, network, window), mlp_map(snapshot, network, window)
    if any(m.not_finite for m in outside):
        return inside, "A network whose map is asked for has diverged."
    pieces = [count(m.regions_outside, "region") for m in outside]
    outside_words = (
        f"Outside, to ±{half_width:g}: {pieces[0]} against {pieces[1]}, on {GRID} × {GRID} cells."
    )
    return inside, f"{_compared(snapshot)}{outside_words}"


def _compared(snapshot: Snapshot) -> str:
    """How far the MLP is above the polynomial, and how sure that is, if it is known.

    Seeds are not paired: the two kinds of networks share no more than the order of their batches.
    """
    mlp, polynomial = snapshot.mlp.accuracies, snapshot.polynomial.accuracies
    if not (len(mlp) and len(polynomial)):
        return ""
    ahead = unpaired(mlp, polynomial)
    close = ahead.known and not ahead.sure
    verdict = "Too close to call: the MLP is" if close else "The MLP is"
    basis = covered(snapshot.mlp.score, len(snapshot.test_labels))
    return f"{verdict} {in_points(ahead)} above it. {basis} "


def polynomial_model(
    snapshot: Snapshot, theme: Theme, network: int, half_width: float, confidence: bool
) -> Figure:
    """The decision map of a linear model on polynomial features."""
    basis = BASES[snapshot.config.basis].label
    terms = count(term_count(snapshot.config.degree), "feature")
    name = f"Linear model on {terms} ({basis})"
    seen = polynomial_map(snapshot, network, Window(half_width=half_width))
    return _map(snapshot, theme, snapshot.polynomial, network, seen, name, confidence)


def mlp(
    snapshot: Snapshot, theme: Theme, network: int, half_width: float, confidence: bool
) -> Figure:
    """The decision map of the MLP beside it."""
    seen = mlp_map(snapshot, network, Window(half_width=half_width))
    name = f"MLP, {snapshot.mlp.label}"
    return _map(snapshot, theme, snapshot.mlp, network, seen, name, confidence)


def _map(
    snapshot: Snapshot,
    theme: Theme,
    networks: Architecture,
    network: int,
    seen: Map,
    name: str,
    confidence: bool,
) -> Figure:
    if not networks.converged[network]:
        findings = f"diverged at epoch {networks.diverged_at[network]}"
    else:
        findings = (
            f"{percent(float(networks.test_accuracy[-1, network]))} right inside the data<br>"
            f"{count(seen.regions_inside, 'decision region')} inside, "
            f"{seen.regions_outside:,} outside, on {GRID} × {GRID} cells"
        )
    if seen.beyond_float32:
        findings += (
            f"<br>logits beyond float32 on {percent(seen.beyond_float32, 0)} of the map: "
            "drawn in float64"
        )
    parameters = count(networks.parameters, "parameter")
    drawn = plane.decision_map(
        seen.probabilities,
        seen.half_width,
        snapshot.test_points,
        snapshot.test_labels,
        theme,
        alt=f"{name}, on ±{seen.half_width:g}: {findings.replace('<br>', '; ')}.",
        size=max(1.5, 9 / seen.half_width),
        caption=f"<b>{name}</b>, {parameters}<br>{findings}",
        confidence=confidence,
        legend=snapshot.legend,
    )
    edge = snapshot.data_half_width
    box = {"type": "rect", "x0": -edge, "x1": edge, "y0": -edge, "y1": edge}
    drawn["layout"]["shapes"] = [{**box, "line": {"color": theme.text, "width": 2, "dash": "dot"}}]
    return plane.data_axes(drawn, theme, seen.half_width, snapshot.legend)


def accuracy_by_degree(sweep: Sweep, theme: Theme, degree: int) -> Figure:
    """Mean accuracy against degree, a line a basis, with the test set's 95% interval as a band."""
    traces, best = [], []
    config = sweep.config
    for i, (basis, dash) in enumerate(zip(config.bases, DASHES, strict=False)):
        points = sweep.curve(basis)
        if not points:
            continue
        colour = _colours(theme)[i]
        degrees = [float(point.degree) for point in points]
        scores = [point.networks.score for point in points]
        means = 100 * np.array([score.mean for score in scores])
        margins = 100 * np.nan_to_num(np.array([score.margin for score in scores]))
        traces.append(curves.band(degrees, means, margins, colour))
        train = 100 * np.array([point.networks.train_score.mean for point in points])
        label = BASES[basis].label
        traces.append(curves.line(degrees, train, colour, 1.2, dash=dash, hoverinfo="skip"))
        shown = {"name": label, "mode": "lines+markers", "marker": {"size": 7}}
        traces.append(curves.line(degrees, means, colour, 3, dash=dash, **shown))
        ranking = rank([point.networks.accuracies for point in points])
        if ranking.order:
            tied = listed([f"{degrees[place]:g}" for place in sorted(ranking.tied)])
            best.append(
                f"{label} best at degree {tied}, up to {accuracy(scores[ranking.order[0]])}"
            )
    ends = [(t["x"][-1], t["y"][-1], t) for t in traces if "name" in t and t["y"][-1] is not None]
    places = curves.apart([y for _, y, _ in ends], 6, 100)
    step = config.degree_step
    return figure(
        theme,
        traces,
        alt=f"Test accuracy against degree. {'; '.join(best)}.",
        margin=(10, 100, 14, 10),
        hovermode="x unified",
        xaxis=axis(
            theme,
            "degree",
            range=[config.degree_from - step / 4, config.degree_to + step / 4],
            showgrid=False,
        ),
        yaxis=axis(theme, "accuracy (%)", range=[0, 102]),
        shapes=[curves.upright(degree, color=theme.muted, width=1, dash="dot")],
        annotations=[
            *(
                {
                    "text": trace["name"],
                    "x": x,
                    "y": place,
                    "xanchor": "left",
                    "xshift": 8,
                    "showarrow": False,
                    "font": {"color": trace["line"]["color"], "size": 14},
                }
                for place, (x, _, trace) in zip(places, ends, strict=True)
            ),
            curves.key("thick: test set with its 95% interval<br>thin: training set", theme),
        ],
    )


def coefficients(snapshot: Snapshot, theme: Theme, network: int, label: int) -> Figure:
    """The weights of one class by degree in x and y."""
    square = spectrum(snapshot, network)[label]
    name = classes.name(snapshot.legend, label)
    size = len(square)
    finite = np.isfinite(square)
    largest = float(np.abs(square[finite]).max()) if finite.any() else 0.0
    i, j = np.unravel_index(int(np.abs(np.where(finite, square, 0)).argmax()), square.shape)
    # Enlarged here, because a browser would blur what alternates from cell to cell.
    source = plane.signed_image(np.nan_to_num(square).T, theme, side=6)
    drawn = figure(
        theme,
        # Traces cost more than images: values wait until nothing changes any more.
        [_on_hover(square)] if snapshot.finished else [],
        alt=f"Weights for {name} by degree in x and y; the largest in size is {largest:.3g}, "
        f"at degree {i} in x and {j} in y.",
        aspect=1,
        caption=f"<b>{escape(name)}</b>, largest |weight| {magnitude(largest)}",
        images=[plane.image(source, -0.5, size - 0.5, size, size)],
        xaxis={"range": [-0.5, size - 0.5], "constrain": "domain"},
        yaxis={"range": [-0.5, size - 0.5], "scaleanchor": "x"},
    )
    drawn = plane.axes(drawn, theme, "degree in x", "degree in y")
    # The labels reach further than Plotly reckons with.
    drawn["layout"]["yaxis"]["title"]["standoff"] = 16
    return drawn


def _on_hover(square: plane.Floats) -> dict[str, Any]:
    """Weights (S, S) by degree in x and y, not seen but said on hover."""
    return {
        "type": "heatmap",
        "z": [numbers(row) for row in square.T],
        "opacity": 0,
        "showscale": False,
        "hoverongaps": False,
        "hovertemplate": "degree %{x} in x, %{y} in y: %{z:.3g}<extra></extra>",
    }


def accuracy_curves(snapshot: Snapshot, theme: Theme) -> Figure:
    """Mean test accuracy by epoch of both models, with their seeds and training sets."""
    legend = "full: test set, dotted: training set, thin: seeds"
    return _curves(snapshot, theme, "accuracy", legend)


def loss_curves(snapshot: Snapshot, theme: Theme) -> Figure:
    """Mean test loss by epoch of both models, with their seeds and training sets."""
    return _curves(snapshot, theme, "loss")


def _curves(snapshot: Snapshot, theme: Theme, quantity: str, legend: str = "") -> Figure:
    models = (("polynomial", snapshot.polynomial), ("MLP", snapshot.mlp))
    families = [
        curves.Learning.of(a, quantity, name=name, tag=name, colour=colour, chosen=True)
        for (name, a), colour in zip(models, _colours(theme), strict=False)
    ]
    alt = f"Test {quantity} by epoch of the polynomial model and of the MLP."
    last = snapshot.config.epochs
    return curves.learning_curves(families, theme, quantity, last, alt=alt, room=1.3, legend=legend)


def _colours(theme: Theme) -> tuple[str, str, str]:
    """Of models and of bases, first to last."""
    return theme.accent, theme.sequence[3], theme.muted


def conditioning_table(found: Conditioning, terms: int) -> Html:
    """What makes the features easy or hard to learn from, and a sentence on it."""
    spread = found.greatest_rms / found.least_rms if found.least_rms else float("inf")
    rank = "not known" if np.isnan(found.effective_rank) else f"{found.effective_rank:.1f}"
    rows = {
        "columns": f"{terms:,}",
        "effective rank": rank,
        "smallest column (root mean square)": magnitude(found.least_rms),
        "largest column (root mean square)": magnitude(found.greatest_rms),
        "largest over smallest": magnitude(spread),
        "entries that are exactly 0 in float32": percent(found.zeros),
        "entries too large for float32": percent(found.not_finite),
    }
    cells = "".join(
        f"<tr><th scope='row'>{name}</th><td>{text}</td></tr>" for name, text in rows.items()
    )
    return Html(f"<table class='findings'><tbody>{cells}</tbody></table>")

"""What deep random networks do to small steps and to a circle of inputs, beside theory."""

import numpy as np

from app.figures import curves
from app.figures.drawing import Figure, Theme, axis, figure, heading
from app.figures.plane import note
from app.figures.words import magnitude
from mlpcore.experiments.signal_propagation import Snapshot
from mlpcore.theory.moments import Floats

# Singular values below this share of the largest are rounding.
ROUNDING = 1e-15


def singular_values(snapshot: Snapshot, theme: Theme) -> Figure:
    """Singular values of a network's Jacobian, largest first, and theory's root mean square.

    The mean square is σ_w² times each hidden layer's χ₁ (Pennington et al. 2017, section 2.2).
    """
    values = snapshot.singular_values
    theory = snapshot.config.sigma_w * float(np.sqrt(snapshot.theory.gradients[0]))
    with np.errstate(invalid="ignore"):
        shown = values[values > ROUNDING * values[0]]
    name = "Singular values of the Jacobian"
    if not len(shown):
        words = "The Jacobian is beyond what numbers can hold."
        return _empty(theme, name, words)
    share = 100 * (np.arange(len(shown)) + 0.5) / len(values)
    grown = int((values > 1).sum())
    words = (
        f"A small step grows in {grown} of {len(values)} directions. The largest singular value is "
        f"{magnitude(shown[0])}, the middle one {magnitude(values[len(values) // 2])}."
    )
    low, high = _reach(shown, theory)
    unit, _ = curves.level(1, "", theme)
    return figure(
        theme,
        [
            curves.line(share.tolist(), shown, theme.accent, 3, name="measured"),
            curves.line([0, 100], np.full(2, theory), theme.sequence[2], 3, dash="dash"),
        ],
        alt=f"{name}. {words} Theory's root mean square is {magnitude(theory)}.",
        caption=words,
        margin=(10, 10, 34, 10),
        title=heading(name),
        xaxis=axis(theme, "directions (%)", range=[0, 100], showgrid=False),
        yaxis=curves.log_axis(theme, "a step of 1 becomes", low, high),
        shapes=[unit] if low < 1 < high else [],
        annotations=[
            curves.key("dashed: theory's<br>root mean square", theme)
            | {"x": 0.99, "xanchor": "right", "y": 0.5}
        ],
    )


def circle_length(snapshot: Snapshot, theme: Theme) -> Figure:
    """The length of a circle of inputs by layer, as a multiple of the first layer's."""
    measured, theory = snapshot.circle.metric, snapshot.theory.circle.metric
    with np.errstate(all="ignore"):
        ratio, expected = np.sqrt(measured / measured[0]), np.sqrt(theory / theory[0])
    return _by_layer(
        theme,
        "Length of the circle",
        "length, first layer = 1",
        ratio,
        expected,
        f"In layer {len(ratio)} the circle is {magnitude(ratio[-1])} times as long as in the "
        f"first; theory says {magnitude(expected[-1])}.",
    )


def circle_curvature(snapshot: Snapshot, theme: Theme) -> Figure:
    """The curvature of a circle of inputs by layer, as a multiple of the first layer's."""
    name = "Curvature of the circle"
    measured, theory = snapshot.circle.curvature, snapshot.theory.circle.curvature
    if np.isinf(theory[1:]).any():
        return _empty(theme, name, "φ has a kink: the circle has corners, and no curvature there.")
    with np.errstate(all="ignore"):
        ratio, expected = np.sqrt(measured / measured[0]), np.sqrt(theory / theory[0])
        stretch = np.sqrt(snapshot.circle.metric / snapshot.circle.metric[0])
        turns = ratio[-1] * stretch[-1]
    return _by_layer(
        theme,
        name,
        "curvature, first layer = 1",
        ratio,
        expected,
        f"Length times curvature: in layer {len(ratio)} the curve turns {magnitude(turns)} times "
        "as much as a circle.",
    )


def _by_layer(
    theme: Theme, name: str, title: str, measured: Floats, theory: Floats, words: str
) -> Figure:
    """One network's line and theory's, on a logarithmic axis."""
    layers = list(range(1, len(measured) + 1))
    low, high = _reach(measured, theory)
    return figure(
        theme,
        [
            curves.line(layers, measured, theme.accent, 3, name="measured"),
            curves.line(layers, theory, theme.sequence[2], 3, dash="dash", name="theory"),
        ],
        alt=f"{name}. {words}",
        caption=words,
        margin=(10, 10, 34, 10),
        title=heading(name),
        xaxis=axis(theme, "layer", showgrid=False),
        yaxis=curves.log_axis(theme, title, low, high),
        annotations=[curves.key("dashed: theory", theme) | {"x": 0.99, "xanchor": "right"}],
    )


def _empty(theme: Theme, name: str, words: str) -> Figure:
    hidden = {"visible": False}
    return figure(
        theme,
        [],
        alt=f"{name}. {words}",
        caption=words,
        margin=(10, 10, 34, 10),
        title=heading(name),
        xaxis=hidden,
        yaxis=hidden,
        annotations=[note("–", theme)],
    )


def _reach(*values: Floats | float) -> tuple[float, float]:
    """The ends of an axis that shows all numbers above 0, with room."""
    seen = np.concatenate([np.atleast_1d(array) for array in values])
    seen = seen[np.isfinite(seen) & (seen > 0)]
    return float(seen.min()) / 3, float(seen.max()) * 3

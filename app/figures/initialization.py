"""Initialization, drawn: accuracy by gain, and signal and gradient by layer beside theory."""

from typing import Any

import numpy as np

from app.figures import curves, markup
from app.figures.curves import Floats
from app.figures.drawing import Figure, Html, Theme, axis, figure, heading, numbers
from app.figures.words import accuracy, count, percent
from mlpcore.experiments.gain_sweep import Snapshot
from mlpcore.experiments.layer_moments import critical_gains, layer_moments
from mlpcore.theory.meanfield import propagate
from mlpcore.theory.moments import moments

# Logarithmic axes go on beyond theory by this factor, for the networks' spread.
ROOM = 5.0


def headline(snapshot: Snapshot, theme: Theme) -> Html:
    """The best gain so far, and whether theory agrees."""
    return markup.headline(*_answer(snapshot))


def _answer(snapshot: Snapshot) -> tuple[str, str]:
    config, best = snapshot.config, snapshot.best
    if np.isnan(best.gain):
        return "Every network diverged.", "Lower the learning rate."
    if snapshot.progress == 0:
        networks = count(config.gains * config.seeds, "network")
        return "Not trained yet.", f"{networks} are about to meet the same batches."
    so_far = "" if snapshot.finished else " so far"
    theory = f"Theory's √(2/(1 + a²)) = {best.theory:.3f}"
    if config.seeds == 1:
        return (
            f"Best gain{so_far}: {best.gain:.2f}, from one seed.",
            f"{theory}. One seed proves nothing: raise the number of seeds.",
        )
    if (best.low, best.high) == (config.gain_from, config.gain_to):
        return (
            f"Best gain{so_far}: {best.gain:.2f}, but it might be any.",
            f"{theory}. Over {count(config.seeds, 'seed')} the interval is the whole sweep: "
            "raise the number of seeds or of epochs.",
        )
    width = best.high - best.low
    left_out = percent(1 - width / (config.gain_to - config.gain_from), 0)
    verdict = "inside" if best.holds else "outside"
    where = ""
    if best.low == config.gain_from or best.high == config.gain_to:
        where = " The interval reaches an end of the sweep: widen it."
    return (
        f"Best gain{so_far}: {best.gain:.2f} ({best.low:.2f} to {best.high:.2f}).",
        f"By training accuracy. {theory} lies {verdict} this interval over "
        f"{count(config.seeds, 'seed')}, {width:.2f} wide: it leaves out {left_out} of the sweep."
        f"{where}",
    )


def accuracy_by_gain(snapshot: Snapshot, theme: Theme) -> Figure:
    """Accuracy against the gain, every seed a dot; the best gain's interval, and theory's gain."""
    config, best = snapshot.config, snapshot.best
    gains = config.places.tolist()
    converged = snapshot.diverged_at < 0
    test = np.where(converged, snapshot.test_accuracy, np.nan)
    test_scores = snapshot.scores(snapshot.test_accuracy)
    groups = [
        curves.Group(
            x=gain,
            values=100 * values,
            names=[f"gain {gain:.3g}, seed {seed}" for seed in config.network_seeds],
            mean=100 * score.mean,
            margin=100 * score.margin,
        )
        for gain, values, score in zip(gains, test, test_scores, strict=True)
    ]
    train_scores = snapshot.scores(snapshot.train_accuracy)
    train = 100 * np.array([score.mean for score in train_scores])
    margins = 100 * np.nan_to_num([score.margin for score in train_scores])
    colour = theme.sequence[2]
    guessing, label = curves.level(100 / config.sizes[-1], "guessing", theme)
    legend = "full: test set, dotted: training set<br>bands: 95% interval of the mean, dots: seeds"
    shapes = [guessing, curves.upright(best.theory, color=theme.text, dash="dash", width=1.5)]
    theory = f"theory {best.theory:.3f}"
    annotations = [label, curves.above(best.theory, theory, theme.text, 20)]
    for critical, name in zip(critical_gains(config), ("signal", "gradient"), strict=True):
        # Not where they coincide with theory's, for equal widths.
        if gains[0] < critical < gains[-1] and abs(critical - best.theory) > 1e-6:
            shapes.append(curves.upright(critical, color=theme.muted, dash="dot", width=1.5))
            annotations.append(_beside(critical, f"{name} kept: {critical:.2f}", theme))
    if snapshot.progress and np.isfinite(best.gain):
        shapes.append(curves.upright(best.gain, color=theme.accent, dash="solid", width=1.5))
        found = f"<b>best {best.gain:.2f}</b> in training"
        annotations.append(curves.above(best.gain, found, theme.accent, 2))
        if np.isfinite(best.low):
            shapes.append(_between(best.low, best.high, theme))
    gap = gains[1] - gains[0]
    return figure(
        theme,
        [
            curves.band(gains, train, margins, colour),
            curves.line(gains, train, colour, 2.5, dash="dot", hoverinfo="skip"),
            *curves.replicated(groups, theme, "%"),
        ],
        alt=f"Accuracy against the gain. {' '.join(_answer(snapshot))}",
        margin=(10, 14, 46, 10),
        xaxis=axis(theme, "gain", range=[gains[0] - gap / 2, gains[-1] + gap / 2], showgrid=False),
        yaxis=axis(theme, "accuracy (%)", range=[0, 102]),
        shapes=shapes,
        annotations=[*annotations, curves.key(legend, theme)],
    )


def _beside(x: float, text: str, theme: Theme) -> dict[str, Any]:
    """Words that run up a vertical line."""
    place = {"x": x, "xanchor": "right", "yref": "paper", "y": 0.2, "yanchor": "bottom"}
    font = {"color": theme.muted, "size": 13}
    return {"text": text, **place, "textangle": -90, "showarrow": False, "font": font}


def critical(snapshot: Snapshot, theme: Theme) -> Html:
    """The gains that keep signal and gradient, and which of them the sweep's best is nearer to."""
    signal, gradient = critical_gains(snapshot.config)
    best = snapshot.best
    if np.isnan(signal):
        text = "With a single hidden layer there is nothing to keep from the first to the last."
    elif abs(signal - gradient) < 1e-6:
        text = (
            f"From the first hidden layer to the last, one gain keeps both signal and gradient: "
            f"<b>{signal:.2f}</b>, which is theory's."
        )
    else:
        text = (
            f"From the first hidden layer to the last the signal keeps its size at gain "
            f"<b>{signal:.2f}</b>, the gradient at <b>{gradient:.2f}</b>; theory's "
            f"{best.theory:.2f} is a compromise."
        )
        if snapshot.finished and best.low < best.high:
            near = "signal" if abs(best.gain - signal) < abs(best.gain - gradient) else "gradient"
            kept = {"signal": signal, "gradient": gradient}
            inside = [name for name, gain in kept.items() if best.low <= gain <= best.high]
            which = {0: "neither lies", 1: f"the {' '.join(inside)}'s lies", 2: "both lie"}
            text += (
                f" The sweep's best gain, {best.gain:.2f}, is nearer to the {near}'s; "
                f"{which[len(inside)]} inside its interval."
            )
    return Html(f"<p>{text}</p>")


def _between(low: float, high: float, theme: Theme) -> dict[str, Any]:
    """An interval of x, shaded."""
    ends = {"type": "rect", "yref": "paper", "y0": 0, "y1": 1, "x0": low, "x1": high}
    return {**ends, "fillcolor": theme.accent, "opacity": 0.1, "line": {"width": 0}}


def signal_by_layer(snapshot: Snapshot, theme: Theme, gain: float) -> Figure:
    """E[h²] by layer at a gain: every network a dot, their mean, and theory with its band."""
    return _by_layer(snapshot, theme, gain, "lengths", "Signal", title="signal E[h²]")


def gradient_by_layer(snapshot: Snapshot, theme: Theme, gain: float) -> Figure:
    """E[(∂loss/∂h)²] by layer at a gain, as multiples of the output layer's."""
    title = "gradient,<br>output layer = 1"
    return _by_layer(snapshot, theme, gain, "gradients", "Gradient", title=title)


def _reach(snapshot: Snapshot, gain: float, moment: str) -> tuple[float, float]:
    """The least and the largest that theory has for a moment, over all of the sweep's gains."""
    config = snapshot.config
    power = layer_moments(config, gain, snapshot.probe).mean_square
    values = []
    for end in (min(gain, config.gain_from), max(gain, config.gain_to)):
        law, sizes = config.initialization(end), config.sizes
        variances = law.weight_vars(sizes), law.bias_vars(sizes)
        slope = config.negative_slope
        theory = propagate("leaky_relu", sizes, *variances, power, negative_slope=slope)
        values.append(getattr(theory, moment))
    return float(np.min(values)) / ROOM, float(np.max(values)) * ROOM


def _by_layer(
    snapshot: Snapshot, theme: Theme, gain: float, moment: str, name: str, *, title: str
) -> Figure:
    """Measurements (S, L) as dots and their mean, theory (L,) dashed, on a logarithmic axis."""
    found = layer_moments(snapshot.config, gain, snapshot.probe)
    measured: Floats = getattr(found, moment)
    theory: Floats = getattr(found.theory, moment)
    name = f"{name} at gain {gain:.2f}"
    seeds, layers = measured.shape
    places = list(range(1, layers + 1))
    offsets = 0.2 * (np.arange(seeds) - (seeds - 1) / 2) / max(seeds, 2)
    colour = theme.sequence[2]
    traces = []
    if moment == "lengths":
        # A standard deviation of the logarithm, as if that were normal.
        ratio = np.exp(np.sqrt(np.log1p(found.theory.spread**2)))
        wide = [*theory * ratio, *(theory / ratio)[::-1]]
        traces.append(
            curves.band(places, np.zeros(layers), np.zeros(layers), colour) | {"y": numbers(wide)}
        )
    traces += [
        curves.line(places, theory, colour, 3, dash="dash", name="theory"),
        {
            "type": "scatter",
            "mode": "markers",
            "x": numbers((np.array(places) + offsets[:, None]).ravel()),
            "y": numbers(measured.ravel()),
            "marker": {"color": theme.muted, "size": 6, "opacity": 0.65},
            "hoverinfo": "skip",
        },
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": places,
            "y": numbers(measured.mean(0)),
            "line": {"color": theme.accent, "width": 2},
            "marker": {"size": 10, "color": theme.accent},
            "hovertemplate": "%{y:.3g}<extra>measured</extra>",
        },
    ]
    sizes = snapshot.config.sizes[1:]
    ticks = [f"<b>{place}</b><br>{size} units" for place, size in zip(places, sizes, strict=True)]
    ends = f"{measured.mean(0)[0]:.3g} in the first layer, {measured.mean(0)[-1]:.3g} in the last"
    return figure(
        theme,
        traces,
        alt=f"{name}: {ends}; theory {theory[0]:.3g} and {theory[-1]:.3g}.",
        margin=(10, 10, 54, 10),
        title=heading(name),
        xaxis=axis(
            theme,
            "",
            tickvals=places,
            ticktext=ticks,
            range=[0.7, layers + 0.3],
            showgrid=False,
        ),
        yaxis=curves.log_axis(theme, title, *_reach(snapshot, gain, moment)),
        # Above, for curves may end in any corner.
        annotations=[
            curves.key("dashed: theory, full: measured, dots: seeds", theme) | {"x": 0, "y": 1}
        ],
    )


def accounts(snapshot: Snapshot, theme: Theme, gain: float) -> Html:
    """What the derivation leaves out, layer by layer, in numbers at one gain."""
    config = snapshot.config
    measured = layer_moments(config, gain, snapshot.probe)
    theory, law = measured.theory, config.initialization(gain)
    bias_vars = law.bias_vars(config.sizes)
    weight_vars = law.weight_vars(config.sizes)
    rows = []
    for layer, (inputs, units) in enumerate(zip(config.sizes, config.sizes[1:], strict=False)):
        length = theory.lengths[layer]
        mean = measured.lengths[:, layer].mean()
        rows.append(
            f"<tr><th scope='row'>{layer + 1}</th><td>{inputs:,} → {units:,}</td>"
            f"<td>{weight_vars[layer]:.3g}</td><td>{weight_vars[layer] * units / inputs:.3g}</td>"
            f"<td>{length:.3g}</td><td>{mean:.3g}</td>"
            f"<td>{percent(bias_vars[layer] / length)}</td>"
            f"<td>{theory.gradients[layer]:.3g}</td></tr>"
        )
    heads = (
        "layer",
        "inputs → units",
        "n<sub>in</sub> Var W",
        "n<sub>out</sub> Var W",
        "E[h²], theory",
        "E[h²], measured",
        "of that, biases",
        "gradient, theory",
    )
    caption = (
        f"At gain {gain:.2f}, before training. Measured over {count(config.seeds, 'seed')}; the "
        "gradient as a multiple of the output layer's."
    )
    return Html(f"<p>{_loose(snapshot, gain)}</p>{markup.table(caption, heads, rows)}")


def _loose(snapshot: Snapshot, gain: float) -> str:
    """How far the derivation's assumptions are off, in sentences."""
    config = snapshot.config
    phi = moments("leaky_relu", config.negative_slope)
    kept = 2 / config.theoretical_gain**2
    mean_share = (1 - config.negative_slope) ** 2 / (2 * np.pi) / float(phi.square(np.array(1.0)))
    theory = layer_moments(config, config.theoretical_gain, snapshot.probe).theory
    signal = theory.lengths[-1] / theory.lengths[0]
    gradient = theory.gradients[-1] / theory.gradients[0]
    return (
        f"<b>E[f(o)] is not zero.</b> Its square is {percent(mean_share)} of E[f(o)²], which is "
        f"what the next layer multiplies: second moments propagate, variances do not. E[f(o)²] is "
        f"{kept / 2:.3f} E[o²]. <b>The shape is a funnel.</b> At the theoretical gain the signal "
        f"is multiplied by {signal:.3g} from the first to the last layer, and the gradient "
        f"by {1 / gradient:.3g} on the way back. <b>Biases add a constant</b> that matters "
        f"most when weights are small: of the last layer's E[h²] it is "
        f"{percent(_bias_share(snapshot, config.gain_from))} at gain {config.gain_from:g}, and "
        f"{percent(_bias_share(snapshot, gain))} at gain {gain:.2f}."
    )


def _bias_share(snapshot: Snapshot, gain: float) -> float:
    """The share of the last layer's E[h²] that its own biases make, by theory."""
    config = snapshot.config
    theory = layer_moments(config, gain, snapshot.probe).theory
    return config.initialization(gain).bias_vars(config.sizes)[-1] / float(theory.lengths[-1])


def scores_table(snapshot: Snapshot, theme: Theme) -> Html:
    """Training and test accuracy, a row a gain."""
    pairs = zip(
        snapshot.config.places,
        snapshot.scores(snapshot.train_accuracy),
        snapshot.scores(snapshot.test_accuracy),
        strict=True,
    )
    return markup.table(
        "Mean ± half its 95% interval over seeds, on the same samples.",
        ["gain", "training accuracy", "test accuracy"],
        (
            f"<tr><th scope='row'>{gain:.3g}</th><td>{accuracy(train)}</td>"
            f"<td>{accuracy(test)}</td></tr>"
            for gain, train, test in pairs
        ),
    )

"""What the pages say of results, put to the test on other seeds.

Claim: each numeric or comparative sentence of lessons, scenes, answers and explanations that a run
can make false holds on at least 7 of 8 sets of seeds.

A sentence is written down once, as the pages have it, with what would make it false. The sets start
at the seeds 0, 100, …, 700, and have as many seeds as the page's default; points and pictures are
the default ones. What follows from arithmetic alone is tested elsewhere (budgets, counts, gains).

``python -m benchmarks.claims [PAGE …]`` takes about 20 minutes and prints a report in Markdown; it
ends with 1 if a sentence fails.
"""

import functools
import itertools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.figures.wide_vs_deep import TUTORIALS_RUNS
from benchmarks.machine import describe
from mlpcore.engines import maps
from mlpcore.experiments import (
    AnimalFaces,
    GainSweep,
    PolynomialFeatures,
    SignalPropagation,
    Trainability,
    WideVsDeep,
    inside,
)
from mlpcore.experiments.animal_faces import learnt_filters
from mlpcore.experiments.gain_sweep import Snapshot as Sweep
from mlpcore.experiments.layer_moments import layer_moments
from mlpcore.experiments.polynomial_features import (
    GRID,
    Map,
    Window,
    feature_conditioning,
    mlp_map,
    polynomial_map,
)
from mlpcore.experiments.verdicts import unpaired
from mlpcore.experiments.wide_vs_deep import view
from mlpcore.params import replace

SETS = [100 * place for place in range(8)]
# Share of the test points that a network which guesses gets right is at most this, of four classes.
GUESSING = 30

WIDE, POLYNOMIAL, FACES, INITIALIZATION = (
    "wide-vs-deep",
    "polynomial-features",
    "animal-faces",
    "initialization",
)


@dataclass(frozen=True)
class Run:
    """What is run for a claim.

    Attributes:
        config: with the first set's seeds.
        trained: whether to go on to the end, or to look at the networks before training.
    """

    config: Any
    trained: bool = True

    def result(self, seed: int) -> Any:
        """The snapshot for a set of seeds."""
        snapshots = replace(self.config, seed=seed).run()
        if not self.trained:
            return next(snapshots)
        *_, last = snapshots
        return last


@dataclass(frozen=True)
class Claim:
    """A sentence.

    Attributes:
        page: where it is said; of lessons, the page of the step.
        sentence: as it is said there.
        false_if: what would make it false.
        runs: names in :data:`RUNS` of what it is about.
        holds: whether it is true of those runs' snapshots.
    """

    page: str
    sentence: str
    false_if: str
    runs: tuple[str, ...]
    holds: Callable[..., bool]


CHEBYSHEV: Mapping[str, Any] = {"basis": "chebyshev", "scale": True}
RUNS = {
    "default": Run(WideVsDeep()),
    "untrained": Run(WideVsDeep(), trained=False),
    "sixteen": Run(WideVsDeep(depth_from=3, seeds=16)),
    "ten deep": Run(WideVsDeep(depth_to=10)),
    "1,000": Run(WideVsDeep(budget=1000)),
    "leaky": Run(WideVsDeep(activation="leaky_relu")),
    "nearest": Run(WideVsDeep(width="nearest")),
    "never above": Run(WideVsDeep(width="never_above")),
    "few points": Run(WideVsDeep(samples=25, batch_size=16, epochs=1000, budget=1000, noise=0.5)),
    "powers": Run(PolynomialFeatures()),
    "Chebyshev": Run(PolynomialFeatures(**CHEBYSHEV)),
    "halved": Run(PolynomialFeatures(scale=True)),
    "degree 3": Run(PolynomialFeatures(degree=3)),
    "degree 10": Run(PolynomialFeatures(degree=10)),
    "by heart": Run(
        PolynomialFeatures(**CHEBYSHEV, degree=60, samples=100, noise=0.6, batch_size=32)
    ),
    "faces": Run(AnimalFaces()),
    "rotated by 45°": Run(AnimalFaces(degrees=45.0)),
    "four filters": Run(AnimalFaces(widths="4")),
    "gains": Run(GainSweep()),
    "uniform": Run(GainSweep(distribution="uniform")),
    "funnel": Run(GainSweep(), trained=False),
    "equal widths": Run(GainSweep(widths="64-64-64"), trained=False),
    "six layers": Run(GainSweep(widths="32-32-32-32-32-32")),
    "order": Run(SignalPropagation(sigma_w=0.9)),
    "chaos": Run(SignalPropagation(sigma_w=2.5)),
    "grid": Run(Trainability()),
    "blobs": Run(Trainability(data="blobs")),
    "longer": Run(Trainability(epochs=100, sigma_to=1.0, sigmas=3, depth_to=8, depths=4)),
}


def mean(snapshot: Any, depth: int) -> float:
    """Mean test accuracy of a depth, in percent."""
    return 100 * float(snapshot.at_depth(depth).score.mean)


def finals(snapshot: Any, depth: int) -> np.ndarray:
    """Test accuracies of a depth's networks, in percent."""
    return 100 * snapshot.at_depth(depth).test_accuracy[-1]


def gap(architecture: Any) -> float:
    """How far training accuracy is above test accuracy, in points."""
    return 100 * float(architecture.train_score.mean - architecture.score.mean)


def near(value: float, target: float, slack: float) -> bool:
    """Whether a number is as far from another as that at most."""
    return abs(value - target) <= slack


def flat_layer(snapshot: Any, depth: int) -> bool:
    """Whether in every network that guesses some hidden layer hardly depends on the input."""
    architecture = snapshot.at_depth(depth)
    failed = np.flatnonzero(finals(snapshot, depth) < GUESSING)
    return all(
        min(float(layer.std((1, 2)).max()) for layer in view(architecture, network).units) < 0.05
        for network in failed.tolist()
    )


def outside(seen: Map, edge: float) -> np.ndarray:
    """How sure a map is in its cells beyond ±edge."""
    centres = maps.cell_centres(seen.half_width, GRID).abs().numpy()
    sure: np.ndarray = seen.probabilities.max(0)
    return sure[np.maximum(centres[:, None], centres) > edge]


@functools.lru_cache(maxsize=64)
def seen_by(snapshot: Any, model: str, half_width: float) -> Map:
    """The map of a model's first network."""
    draw = polynomial_map if model == "polynomial" else mlp_map
    return draw(snapshot, 0, Window(half_width=half_width))


def sureness(snapshot: Any, model: str, half_width: float) -> float:
    """Mean confidence outside the data, to ±half_width."""
    return float(outside(seen_by(snapshot, model, half_width), snapshot.data_half_width).mean())


def shards(snapshot: Any, half_width: float) -> int:
    """Regions of the polynomial outside the data."""
    return seen_by(snapshot, "polynomial", half_width).regions_outside


def score(architecture: Any) -> float:
    """Mean test accuracy, in percent."""
    return 100 * float(architecture.score.mean)


def train_score(architecture: Any) -> float:
    """Mean training accuracy, in percent."""
    return 100 * float(architecture.train_score.mean)


def steps_of_probes(snapshot: Any, arm: str) -> list[float]:
    """How much more is read off each layer than off what it gets, in points."""
    found = inside.probe_accuracies(snapshot.arms[arm], 0, snapshot.pictures)
    return [100 * (after - before) for before, after in itertools.pairwise(found)]


def by_gain(snapshot: Sweep) -> np.ndarray:
    """Mean test accuracy at each gain, in percent."""
    return 100 * np.array([found.mean for found in snapshot.scores(snapshot.test_accuracy)])


def between(snapshot: Sweep, low: float, high: float) -> np.ndarray:
    """Those of the accuracies at gains from low to high."""
    gains = snapshot.config.places
    return by_gain(snapshot)[(gains >= low) & (gains <= high)]


def carried(snapshot: Sweep, gain: float) -> tuple[np.ndarray, np.ndarray]:
    """Signal and gradient by layer at a gain before training, means over the seeds."""
    found = layer_moments(snapshot.config, gain, snapshot.probe)
    return found.lengths.mean(0), found.gradients.mean(0)


def changes_by(values: np.ndarray, factor: float) -> bool:
    """Whether one value is more than a factor off another."""
    return bool(values.max() / values.min() > factor)


def trained_at(grid: Any, depth: int) -> np.ndarray:
    """σ_w at which networks of a depth, or of the nearest there is, train."""
    depths = np.array(grid.config.hidden_layers)
    return grid.config.scales[grid.trained[abs(depths - depth).argmin()]]


def chaotic_beyond_theory(grid: Any) -> int:
    """Cells above the edge, deeper than 6 min(ξ_c, ξ_∇), that train."""
    config = grid.config
    deeper = np.array(config.hidden_layers)[:, None] > config.trainable_depths(config.scales)
    return int((deeper & grid.trained & (config.scales > 1.4)).sum())


CLAIMS = (
    Claim(
        WIDE,
        "One wide layer is not enough, and neither are five narrow ones.",
        "1 or 5 hidden layers come within 10 points of 3",
        ("default",),
        lambda run: max(mean(run, 1), mean(run, 5)) < mean(run, 3) - 10,
    ),
    Claim(
        WIDE,
        "**Two or three hidden layers** come out on top.",
        "the highest mean is another depth's",
        ("default",),
        lambda run: run.verdict.best.depth in (2, 3),
    ),
    Claim(
        WIDE,
        "Eight seeds can't tell four from them. Look at the band at five layers: it is very wide",
        "4 is told apart from the best, or the interval of 5 is less than ± 10 points",
        ("default",),
        lambda run: 4 in [a.depth for a in run.verdict.tied] and run.at_depth(5).score.margin > 0.1,
    ),
    Claim(
        WIDE,
        "Not necessarily: the random start can move a network by twenty points and more.",
        "no depth's seeds are 20 points apart",
        ("default",),
        lambda run: max(np.ptp(finals(run, d)) for d in run.config.depths) >= 20,
    ),
    Claim(
        WIDE,
        "From seed 0 three hidden layers lead, and four look poor.",
        "from seed 0 another depth is best, or four layers are less than 15 points below",
        ("default",),
        lambda run: run.config.seed != 0 or finals(run, 3)[0] - 15 > finals(run, 4)[0],
    ),
    Claim(
        WIDE,
        "Press **New seeds** a few times and watch the winner change",
        "one depth is the best from all 8 seeds",
        ("default",),
        lambda run: (
            len({max(run.config.depths, key=lambda d: finals(run, d)[i]) for i in range(8)}) > 1
        ),
    ),
    Claim(
        WIDE,
        "the dotted training curve lies with the test curve, at every depth",
        "some depth's training accuracy is more than 3 points above",
        ("default",),
        lambda run: max(gap(a) for a in run.architectures) < 3,
    ),
    Claim(
        WIDE,
        "At five hidden layers the best seed is thirty points and more above the worst.",
        "it is less",
        ("default",),
        lambda run: np.ptp(finals(run, 5)) >= 30,
    ),
    Claim(
        WIDE,
        "Choose a seed that failed and look at its hidden units: whole rows are blank or flat.",
        "a network of 5 layers that guesses has no layer whose units all deviate by less than 0.05 "
        "over the plane",
        ("default",),
        lambda run: flat_layer(run, 5),
    ),
    Claim(
        WIDE,
        "A network at its random start has far fewer",
        "a network of 5 layers meets a hundred linear regions or more before training",
        ("untrained",),
        lambda run: max(view(run.at_depth(5), i).regions or 0 for i in range(8)) < 100,
    ),
    Claim(
        WIDE,
        "At two to four all three lie among the dots of eight seeds",
        "at one of those depths one of the tutorial's runs is above the best seed or below the "
        "worst",
        ("default",),
        lambda run: all(
            finals(run, d).min() <= tutorial[d - 1] <= finals(run, d).max()
            for d in (2, 3, 4)
            for tutorial in TUTORIALS_RUNS
        ),
    ),
    Claim(
        WIDE,
        "At one hidden layer all three lie near the highest of our dots",
        "one of the tutorial's runs is more than 5 points off the best seed",
        ("default",),
        lambda run: all(near(finals(run, 1).max(), tutorial[0], 5) for tutorial in TUTORIALS_RUNS),
    ),
    Claim(
        WIDE,
        "With the *nearest* width three have 99, and two lead.",
        "another depth's mean is highest",
        ("nearest",),
        lambda run: run.verdict.best.depth == 2,
    ),
    Claim(
        WIDE,
        "Choose **Width** *Never above*: two have 88 now, and three lead again.",
        "another depth's mean is highest",
        ("never above",),
        lambda run: run.verdict.best.depth == 3,
    ),
    Claim(
        WIDE,
        "some learn most of the spiral, others never leave guessing (24%).",
        "no network of 5 layers gets 75% right, or none stays below 30%",
        ("sixteen",),
        lambda run: finals(run, 5).max() > 75 and finals(run, 5).min() < GUESSING,
    ),
    Claim(
        WIDE,
        "The map of **Seed** 1 shows one that failed",
        "the network of 5 layers from seed 1 gets 30% right or more",
        ("sixteen",),
        lambda run: run.config.seed != 0 or finals(run, 5)[1] < GUESSING,
    ),
    Claim(
        WIDE,
        "At ten layers half of the seeds or more end at guessing: the signal does not get through.",
        "fewer than 4 of 8 stay below 30%",
        ("ten deep",),
        lambda run: (finals(run, 10) < GUESSING).sum() >= 4,
    ),
    Claim(
        WIDE,
        "Most of them learn next to nothing, and stay at guessing.",
        "fewer than 5 of 8 networks of 10 layers stay below 35%",
        ("ten deep",),
        lambda run: (finals(run, 10) < 35).sum() >= 5,
    ),
    Claim(
        WIDE,
        "It is not overfitting: the dotted training curve falls just as low.",
        "some depth's training accuracy is more than 3 points above",
        ("ten deep",),
        lambda run: max(gap(a) for a in run.architectures) < 3,
    ),
    Claim(
        WIDE,
        "training from a random start rarely finds it.",
        "more than 2 of 8 networks of 10 layers get 75% right",
        ("ten deep",),
        lambda run: (finals(run, 10) > 75).sum() <= 2,
    ),
    Claim(
        WIDE,
        "every depth gets about 97% right, and what is left between depths is a point or two",
        "a depth's mean is 2 points off, or two are more than 2 apart",
        ("1,000",),
        lambda run: (
            all(near(mean(run, d), 97, 2) for d in run.config.depths)
            and np.ptp([mean(run, d) for d in run.config.depths]) <= 2
        ),
    ),
    Claim(
        WIDE,
        "No depth wins clearly: all learn it.",
        "the best can be told from all others, or a depth's mean is below 95%",
        ("1,000",),
        lambda run: len(run.verdict.tied) > 1 and min(mean(run, d) for d in run.config.depths) > 95,
    ),
    Claim(
        WIDE,
        "At five hidden layers no seed ends at guessing any more, and the mean rises to about 80%.",
        "one stays below 30%, or the mean is 8 points off or below ReLU's",
        ("leaky", "default"),
        lambda leaky, relu: (
            finals(leaky, 5).min() > GUESSING
            and near(mean(leaky, 5), 80, 8)
            and mean(leaky, 5) > mean(relu, 5)
        ),
    ),
    Claim(
        WIDE,
        "nearly all training points are right (dotted), and about a third of the test points "
        "wrong.",
        "a depth gets less than 90% of the training points right, or 25% or less or 42% or more "
        "of the test points wrong",
        ("few points",),
        lambda run: all(train_score(a) > 90 and 58 < score(a) < 75 for a in run.architectures),
    ),
    Claim(
        POLYNOMIAL,
        "About 70%, of training points and of new ones alike, in spite of all those features.",
        "either is more than 3 points off",
        ("powers",),
        lambda run: near(score(run.polynomial), 70, 3) and near(train_score(run.polynomial), 70, 3),
    ),
    Claim(
        POLYNOMIAL,
        "An MLP with as many parameters gets about 97% of the test points right.",
        "it is more than 1.5 points off",
        ("powers",),
        lambda run: near(score(run.mlp), 97, 1.5),
    ),
    Claim(
        POLYNOMIAL,
        "The logits are enormous, so the model is *certain* nearly everywhere",
        "mean confidence outside the data, to ±2, is below 0.98",
        ("powers",),
        lambda run: sureness(run, "polynomial", 2.0) > 0.98,
    ),
    Claim(
        POLYNOMIAL,
        "Move the zoom slider out: the colours stay as strong.",
        "mean confidence outside the data, to ±4 or ±10, is below 0.98",
        ("powers",),
        lambda run: min(sureness(run, "polynomial", w) for w in (4.0, 10.0)) > 0.98,
    ),
    Claim(
        POLYNOMIAL,
        "Outside, the polynomial is certain almost everywhere, of regions that have nothing to do "
        "with a spiral.",
        "confidence is below 0.98 in a tenth of the cells outside the data, to ±4",
        ("powers",),
        lambda run: np.quantile(outside(seen_by(run, "polynomial", 4.0), 1.5), 0.1) > 0.98,
    ),
    Claim(
        POLYNOMIAL,
        "each class gets a few wedges that go on for ever",
        "the MLP has more than three regions a class outside the data, to ±4",
        ("powers",),
        lambda run: seen_by(run, "MLP", 4.0).regions_outside <= 12,
    ),
    Claim(
        POLYNOMIAL,
        "The strength of the colours hardly fades outside for plain powers and for the MLP",
        "mean confidence of either outside the data, to ±2, is below 0.95",
        ("powers",),
        lambda run: min(sureness(run, model, 2.0) for model in ("polynomial", "MLP")) > 0.95,
    ),
    Claim(
        POLYNOMIAL,
        "for Chebyshev polynomials it fades, and then comes back.",
        "mean confidence outside the data, to ±2, is above 0.6, or beyond ±2, to ±4, below 0.9",
        ("Chebyshev",),
        lambda run: (
            sureness(run, "polynomial", 2.0) < 0.6
            and outside(seen_by(run, "polynomial", 4.0), 2.0).mean() > 0.9
        ),
    ),
    Claim(
        POLYNOMIAL,
        "the outside shatters into hundreds of regions.",
        "there are fewer than 200, to ±2 or to ±3",
        ("Chebyshev",),
        lambda run: min(shards(run, w) for w in (2.0, 3.0)) >= 200,
    ),
    Claim(
        POLYNOMIAL,
        "Up to ±2 most are small and pale; beyond, the model is certain again.",
        "confidence is 0.7 or more in half of the cells outside the data up to ±2, or below 0.98 "
        "in a quarter of those from there to ±3",
        ("Chebyshev",),
        lambda run: (
            np.median(outside(seen_by(run, "polynomial", 2.0), run.data_half_width)) < 0.7
            and np.quantile(outside(seen_by(run, "polynomial", 3.0), 2.0), 0.25) > 0.98
        ),
    ),
    Claim(
        POLYNOMIAL,
        "Chebyshev polynomials of halved inputs: from about 70% to about 97%.",
        "either is more than 3 points off",
        ("powers", "Chebyshev"),
        lambda powers, other: (
            near(score(powers.polynomial), 70, 3) and near(score(other.polynomial), 97, 1.5)
        ),
    ),
    Claim(
        POLYNOMIAL,
        "The fit becomes about as good as the MLP's.",
        "they are more than 2 points apart",
        ("Chebyshev",),
        lambda run: near(score(run.polynomial), score(run.mlp), 2),
    ),
    Claim(
        POLYNOMIAL,
        "accuracy falls to about 50%.",
        "it is more than 3 points off",
        ("halved",),
        lambda run: near(score(run.polynomial), 50, 3),
    ),
    Claim(
        POLYNOMIAL,
        "High powers of numbers below 1 are tiny, and in float32 many are exactly 0; powers of "
        "numbers above 1 are huge.",
        "fewer than a twentieth of the entries are 0, or the largest column is not a million times "
        "the smallest",
        ("powers",),
        lambda run: (
            feature_conditioning(run.config).zeros > 0.05
            and feature_conditioning(run.config).greatest_rms
            > 1e6 * feature_conditioning(run.config).least_rms
        ),
    ),
    Claim(
        POLYNOMIAL,
        "columns whose sizes differ by a factor of some tens.",
        "Chebyshev's largest column is a hundred times the smallest, or not ten times",
        ("Chebyshev",),
        lambda run: (
            10
            < feature_conditioning(run.config).greatest_rms
            / feature_conditioning(run.config).least_rms
            < 100
        ),
    ),
    Claim(
        POLYNOMIAL,
        "Nine features and 40 parameters are too few for a spiral, for the polynomial and for an "
        "MLP of three hidden layers alike.",
        "either gets 70% right",
        ("degree 3",),
        lambda run: max(score(run.polynomial), score(run.mlp)) < 70,
    ),
    Claim(
        POLYNOMIAL,
        "Raise **Degree**: the MLP pulls ahead.",
        "at degree 10 the MLP is not ahead by 10 points and more",
        ("degree 10",),
        lambda run: unpaired(run.mlp.accuracies, run.polynomial.accuracies).low > 0.1,
    ),
    Claim(
        POLYNOMIAL,
        "about 96% of the training points are right, but no more of the test points than the MLP "
        "gets. The square is in shards.",
        "it is more than 2 points off, the polynomial gets more test points right, or there are "
        "fewer than 100 regions inside",
        ("by heart",),
        lambda run: (
            near(train_score(run.polynomial), 96, 2)
            and score(run.polynomial) <= score(run.mlp)
            and seen_by(run, "polynomial", 2.0).regions_inside >= 100
        ),
    ),
    Claim(
        FACES,
        "No filter is small.",
        "what a filter has learnt reaches less than 4 pixels",
        ("faces",),
        lambda run: min(inside.reach(learnt_filters(run, arm, 0)).min() for arm in run.arms) > 4,
    ),
    Claim(
        FACES,
        "A large step at the first layer and little after it",
        "the first layer's step is not three times as large as all others together",
        ("faces",),
        lambda run: all(
            first > 3 * sum(others)
            for first, *others in (steps_of_probes(run, arm) for arm in run.arms)
        ),
    ),
    Claim(
        FACES,
        "Without augmentation training accuracy comes close to 100% and validation stays far "
        "behind.",
        "it is below 95%, or validation is less than 8 points behind",
        ("faces",),
        lambda run: train_score(run.plain) > 95 and gap(run.plain) > 8,
    ),
    Claim(
        FACES,
        "the same pictures train a network that is worse on them and better on new ones.",
        "augmentation makes training accuracy higher, or validation accuracy lower",
        ("faces",),
        lambda run: (
            train_score(run.augmented) < train_score(run.plain)
            and score(run.augmented) > score(run.plain)
        ),
    ),
    Claim(
        FACES,
        "now augmentation costs more than it gives.",
        "with augmentation validation accuracy is higher",
        ("rotated by 45°",),
        lambda run: score(run.augmented) < score(run.plain),
    ),
    Claim(
        FACES,
        "Four units in one hidden layer get almost three quarters of the validation pictures right",
        "either network is more than 5 points off 73%",
        ("four filters",),
        lambda run: all(near(score(arm), 73, 5) for arm in run.arms.values()),
    ),
    Claim(
        INITIALIZATION,
        "Close to theory's.",
        "the best gain is more than two steps of the sweep from theory's, or theory's nearest is "
        "more than 3 points below the best",
        ("gains",),
        lambda run: (
            near(run.best.gain, run.best.theory, 0.65)
            and by_gain(run).max() - between(run, 1.3, 1.5)[0] < 3
        ),
    ),
    Claim(
        INITIALIZATION,
        "Here anything from about 1 to 2 does nearly as well.",
        "a gain from 1 to 2.1 is 5 points below the best",
        ("gains",),
        lambda run: between(run, 1, 2.1).min() > by_gain(run).max() - 5,
    ),
    Claim(
        INITIALIZATION,
        "Too small is much worse than too large.",
        "the smallest gain is not 10 points below the largest",
        ("gains",),
        lambda run: by_gain(run)[0] < by_gain(run)[-1] - 10,
    ),
    Claim(
        INITIALIZATION,
        "The signal grows on its way forward, and the gradient shrinks on its way back.",
        "at theory's gain the last layer's signal is not 1.5 times the first's, or the first "
        "layer's gradient not below half the last's",
        ("funnel",),
        lambda run: (
            carried(run, run.config.theoretical_gain)[0][-1]
            > 1.5 * carried(run, run.config.theoretical_gain)[0][0]
            and carried(run, run.config.theoretical_gain)[1][0] < 0.5
        ),
    ),
    Claim(
        INITIALIZATION,
        "the mean square of the gradient falls to about a hundred-thousandth.",
        "it falls to less than a third or to more than three times of that",
        ("funnel",),
        lambda run: 1e-5 / 3 < carried(run, 0.3)[1][0] < 3e-5,
    ),
    Claim(
        INITIALIZATION,
        "the signal grows some four hundredfold on its way forward, the gradient tenfold on its "
        "way back.",
        "either is off by a factor of 2.5",
        ("funnel",),
        lambda run: (
            400 / 2.5 < carried(run, 3.0)[0][-1] / carried(run, 3.0)[0][0] < 400 * 2.5
            and 10 / 2.5 < carried(run, 3.0)[1][0] < 10 * 2.5
        ),
    ),
    Claim(
        INITIALIZATION,
        "both lines are flat from one hidden layer to the next.",
        "from one hidden layer to another signal or gradient change by more than a factor of 2",
        ("equal widths",),
        lambda run: not any(changes_by(values[:3], 2) for values in carried(run, 1.4)),
    ),
    Claim(
        INITIALIZATION,
        "with equal variances the two laws differ by no more than three points from gain 0.7 on.",
        "they do at one of the gains",
        ("uniform", "gains"),
        lambda uniform, normal: (
            abs(between(uniform, 0.7, 3.1) - between(normal, 0.7, 3.1)).max() <= 3
        ),
    ),
    Claim(
        INITIALIZATION,
        "With six hidden layers small gains end at guessing and large ones diverge.",
        "the smallest gain gets 40% right, or no network of the largest diverges",
        ("six layers",),
        lambda run: by_gain(run)[0] < 40 and bool((run.diverged_at[-1] >= 0).any()),
    ),
    Claim(
        INITIALIZATION,
        "The deeper the network, the narrower the range of gains that works, and theory's lies in "
        "it.",
        "with six layers more gains come within 10 points of the best than with three, or theory's "
        "nearest does not",
        ("six layers", "gains"),
        lambda six, three: (
            (by_gain(six) > np.nanmax(by_gain(six)) - 10).sum()
            < (by_gain(three) > by_gain(three).max() - 10).sum()
            and between(six, 1.3, 1.5)[0] > np.nanmax(by_gain(six)) - 10
        ),
    ),
    Claim(
        INITIALIZATION,
        "In order it shrinks and stays a flat oval",
        "with σ_w = 0.9 its length does not fall, or less than 0.9 of its variance lies in a plane "
        "in one of the first 20 layers",
        ("order",),
        lambda run: (
            run.circle.metric[-1] < run.circle.metric[0]
            and run.circle.share[:20, :2].sum(1).min() > 0.9
        ),
    ),
    Claim(
        INITIALIZATION,
        "In chaos it grows and goes on bending, so that points side by side end far apart.",
        "with σ_w = 2.5 its length does not grow tenfold, or half of its variance lies in a plane "
        "after 10 layers",
        ("chaos",),
        lambda run: (
            run.circle.metric[-1] > 100 * run.circle.metric[0]
            and run.circle.share[10, :2].sum() < 0.5
        ),
    ),
    Claim(
        INITIALIZATION,
        "With σ_w = 2.5 every layer crumples the circle of inputs more, and gradients explode",
        "its curvature does not grow from layer to layer up to the 6th, or the first layer's "
        "gradient is not 1,000 times the last's",
        ("chaos",),
        lambda run: (
            bool((np.diff(run.circle.curvature[:6] * run.circle.metric[:6]) > 0).all())
            and np.median(run.gradients[:, 0]) > 1000
        ),
    ),
    Claim(
        INITIALIZATION,
        "Those near the edge of chaos, on either side.",
        "of 22 layers none trains, or one does with σ_w below 1 or above 3",
        ("grid",),
        lambda run: (
            len(trained_at(run, 22)) > 0
            and trained_at(run, 22).min() >= 1
            and trained_at(run, 22).max() <= 3
        ),
    ),
    Claim(
        INITIALIZATION,
        "the trained networks reach up at the edge, like a tongue",
        "none of the deepest that train has σ_w from 1 to 2",
        ("grid",),
        lambda run: bool(
            ((config := run.config).scales[run.trained[run.trained.any(1)][-1]] >= 1).any()
            and (config.scales[run.trained[run.trained.any(1)][-1]] <= 2).any()
        ),
    ),
    Claim(
        INITIALIZATION,
        "in the lower left corner networks are shallow enough, but their weights are so small that "
        "they are still learning. Give them more epochs.",
        "at the smallest σ_w the shallowest train in 25 epochs, or do not in 100",
        ("grid", "longer"),
        lambda grid, longer: not grid.trained[0, 0] and bool(longer.trained[0, 0]),
    ),
    Claim(
        INITIALIZATION,
        "with blobs, which are easier, chaotic networks train deeper than the line.",
        "fewer cells above the edge and deeper than the line train than with rings, or as many",
        ("blobs", "grid"),
        lambda blobs, rings: chaotic_beyond_theory(blobs) > chaotic_beyond_theory(rings),
    ),
)


def held(claims: Sequence[Claim], seed: int, runs: Mapping[str, Run] = RUNS) -> Iterator[bool]:
    """Whether each claim holds for a set of seeds; what several are about is run once."""
    results = functools.cache(lambda name: runs[name].result(seed))
    for claim in claims:
        yield bool(claim.holds(*(results(name) for name in claim.runs)))


def report(
    claims: Sequence[Claim], sets: Iterable[int] = SETS, runs: Mapping[str, Run] = RUNS
) -> tuple[str, bool]:
    """What was found, in Markdown, and whether every claim holds on all sets but one."""
    found = np.array([list(held(claims, seed, runs)) for seed in sets])
    rows = [
        f"| {claim.page} | {claim.sentence} | {claim.false_if} | {count} of {len(found)} |"
        for claim, count in zip(claims, found.sum(0), strict=True)
    ]
    head = ["| page | sentence | false if | held |", "|---|---|---|---|"]
    return "\n".join([describe(), "", *head, *rows]), bool((found.sum(0) >= len(found) - 1).all())


def main(pages: Sequence[str]) -> int:
    """Print the report on some pages' claims, or on all."""
    text, good = report([claim for claim in CLAIMS if not pages or claim.page in pages])
    print(text)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

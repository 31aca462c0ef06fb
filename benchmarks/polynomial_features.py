"""The tutorial's polynomial run, and its map, against this library's.

Aims, as ratios within one run of this file (``python -m benchmarks.polynomial_features``): degree
50, batch 128, 100 epochs, features and a 500 × 500 map included, 50 times faster a network than the
tutorial's way; the map alone 200 times faster than through the tutorial's feature matrix, in under
50 MB.

The tutorial's way (Neuromatch W1D3, tutorial 2, section 1) fills the feature matrix column by
column with powers, trains ``nn.Linear`` with ``torch.optim.Adam`` on a ``DataLoader`` and draws the
map from the features of all its points. All of it runs on one CPU thread, after a warm-up, in
rounds that alternate; the tables show medians. Seconds are CPU time, which on one thread is what a
clock shows on an idle machine. Peak memory is read in fresh processes (Linux).
"""

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.machine import describe
from mlpcore.datasets.features import Polynomials, term_count
from mlpcore.datasets.planar import Split
from mlpcore.engines import maps
from mlpcore.experiments import PolynomialFeatures

DEGREE, CLASSES, HALF_WIDTH, GRID = 50, 4, 2.0, 500
SEEDS = (1, 8)
ROUNDS = 3

Seconds = dict[str, float]


def tutorials_features(points: Tensor, degree: int) -> Tensor:
    """All terms xⁿyᵐ, a column at a time."""
    features = torch.zeros(len(points), term_count(degree))
    column = 0
    for n in range(degree + 1):
        for m in range(degree + 1):
            if 0 < n + m <= degree:
                features[:, column] = points[:, 0] ** n * points[:, 1] ** m
                column += 1
    return features


def tutorials_run(split: Split, epochs: int, grid: int) -> Seconds:
    """One network, the tutorial's way."""
    watch = Stopwatch()
    train = tutorials_features(split.train_inputs, DEGREE)
    tutorials_features(split.test_inputs, DEGREE)
    watch.lap("features")
    generator = torch.Generator().manual_seed(0)
    loader = DataLoader(
        TensorDataset(train, split.train_labels),
        batch_size=128,
        shuffle=True,
        drop_last=True,
        generator=generator,
    )
    network = torch.nn.Linear(train.shape[1], CLASSES)
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-3)
    criterion = torch.nn.CrossEntropyLoss()
    for _ in range(epochs):
        for inputs, labels in loader:
            optimiser.zero_grad()
            criterion(network(inputs), labels).backward()
            optimiser.step()
    watch.lap("training")
    with torch.no_grad():
        network(tutorials_features(points_of(grid), DEGREE)).softmax(1)
    watch.lap("map")
    return watch.laps


def our_run(split: Split, seeds: int, epochs: int, grid: int) -> Seconds:
    """As many networks as seeds, this library's way; seconds a network."""
    config = PolynomialFeatures(degree=DEGREE, seeds=seeds, epochs=epochs)
    watch = Stopwatch()
    polynomials = config.expand(split, config.degree, config.basis)
    course = config.course(split, polynomials, "cpu")
    watch.lap("features")
    steps = epochs * course.lesson.steps
    course.engine.train([course.lesson], 0, steps, config.learning_rate)
    watch.lap("training")
    for network in course.ensemble.weights(course.ensemble.groups[0])[0]:
        maps.polynomial_maps(polynomials, network[None], HALF_WIDTH, grid)
    watch.lap("map")
    return {phase: seconds / seeds for phase, seconds in watch.laps.items()}


def points_of(grid: int) -> Tensor:
    """The centres of a grid's cells, point after point in memory: (G·G, 2)."""
    return maps.grid_points(HALF_WIDTH, grid)


def columns_map(polynomials: Polynomials, weights: Tensor) -> Tensor:
    """The map through the feature matrix, filled the tutorial's way."""
    return from_features(tutorials_features(points_of(GRID), DEGREE), weights)


def products_map(polynomials: Polynomials, weights: Tensor) -> Tensor:
    """The map through the feature matrix, filled with products of 1-D polynomials."""
    return from_features(polynomials.features(points_of(GRID)), weights)


def from_features(features: Tensor, weights: Tensor) -> Tensor:
    """Class probabilities of one network: (G·G, F) → (G·G, C)."""
    return torch.nn.functional.linear(features, weights[0, :, :-1], weights[0, :, -1]).softmax(1)


def factored_map(polynomials: Polynomials, weights: Tensor) -> Tensor:
    """The map as V(y) Cᵀ V(x)ᵀ."""
    return maps.polynomial_maps(polynomials, weights, HALF_WIDTH, GRID)[0]


MAPS: dict[str, Callable[[Polynomials, Tensor], Tensor]] = {
    "feature matrix, column by column": columns_map,
    "feature matrix, products": products_map,
    "factored": factored_map,
}


def seconds_of_map(name: str) -> float:
    """Time one map."""
    polynomials, weights = a_model()
    started = time.process_time()
    MAPS[name](polynomials, weights)
    return time.process_time() - started


def megabytes_of_map(name: str) -> float:
    """What drawing a map adds to this process's memory at its peak. For a fresh process."""
    torch.set_num_threads(1)
    polynomials, weights = a_model()
    before = kibibytes("VmRSS")
    MAPS[name](polynomials, weights)
    return (kibibytes("VmHWM") - before) * 1024 / 1e6


def kibibytes(field: str) -> int:
    """A field of this process's status: VmRSS is its memory now, VmHWM the most it had."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{field}:")[2].split()[0])


def a_model() -> tuple[Polynomials, Tensor]:
    """Features and weights to draw a map from."""
    weights = torch.randn(
        1, CLASSES, term_count(DEGREE) + 1, generator=torch.Generator().manual_seed(0)
    )
    points = PolynomialFeatures().split().train_inputs
    return Polynomials.fit(points, DEGREE, "monomial", scale=False, standardise=False), weights


class Stopwatch:
    """Seconds between laps, by name."""

    def __init__(self) -> None:
        self.laps: Seconds = {}
        self._last = time.process_time()

    def lap(self, name: str) -> None:
        """End a lap."""
        now = time.process_time()
        self.laps[name] = now - self._last
        self._last = now


def medians(rounds: list[Seconds]) -> Seconds:
    """The median of each phase, and of their total."""
    totals = [run | {"total": sum(run.values())} for run in rounds]
    return {phase: statistics.median(run[phase] for run in totals) for phase in totals[0]}


def measure_runs() -> None:
    """Print seconds a network, phase by phase."""
    split = PolynomialFeatures().split()
    runs: dict[str, Callable[[int, int], Seconds]] = {
        "the tutorial's way": lambda epochs, grid: tutorials_run(split, epochs, grid)
    }
    for seeds in SEEDS:
        name = f"stacked, {seeds} seed" + "s" * (seeds > 1)
        runs[name] = lambda epochs, grid, seeds=seeds: our_run(split, seeds, epochs, grid)
    measured: dict[str, list[Seconds]] = {name: [] for name in runs}
    for run in runs.values():
        run(1, 50)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            measured[name].append(run(100, GRID))
    summary = {name: medians(rounds) for name, rounds in measured.items()}
    base = summary["the tutorial's way"]
    print(f"CPU seconds a network, medians of {ROUNDS} rounds:\n")
    print("| | features | training | map | total | ratio in training | ratio in total |")
    print("|---|---|---|---|---|---|---|")
    for name, phases in summary.items():
        cells = [f"{seconds:.3f}" for seconds in phases.values()]
        cells += [f"{base[phase] / phases[phase]:.1f}" for phase in ("training", "total")]
        print(f"| {name} | {' | '.join(cells)} |")


def measure_maps() -> None:
    """Print seconds and peak memory of a map."""
    measured: dict[str, list[float]] = {name: [] for name in MAPS}
    seconds_of_map("factored")
    for _ in range(ROUNDS):
        for name, rounds in measured.items():
            rounds.append(seconds_of_map(name))
    factored = statistics.median(measured["factored"])
    fresh = multiprocessing.get_context("spawn")
    print(f"\nA {GRID} × {GRID} map of {CLASSES} classes, medians of {ROUNDS} rounds:\n")
    print("| | CPU seconds | factored is faster by | peak memory in MB |")
    print("|---|---|---|---|")
    for name, rounds in measured.items():
        with ProcessPoolExecutor(1, mp_context=fresh) as process:
            megabytes = process.submit(megabytes_of_map, name).result()
        seconds = statistics.median(rounds)
        print(f"| {name} | {seconds:.4f} | {seconds / factored:.1f} | {megabytes:.0f} |")


def main() -> None:
    """Measure and print all."""
    torch.set_num_threads(1)
    print(f"{describe()}; 1 thread\n")
    measure_runs()
    measure_maps()


if __name__ == "__main__":
    main()

"""Polynomial Features: a wide linear model beside an MLP (Neuromatch W1D3 T2, section 1)."""

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from mlpcore.datasets.features import (
    BASES,
    Conditioning,
    Polynomials,
    conditioning,
    term_count,
    terms,
)
from mlpcore.datasets.legend import Legend
from mlpcore.datasets.planar import HALF_WIDTH, Split
from mlpcore.engines import maps
from mlpcore.experiments.architecture import Architecture, Floats, stacked
from mlpcore.experiments.course import Course, Material
from mlpcore.experiments.experiment import AnySnapshot, Device
from mlpcore.experiments.parts import Divisible, Grid, Part, side_by_side
from mlpcore.experiments.run import train
from mlpcore.experiments.settings import DropoutTraining, PlanarTraining
from mlpcore.networks.budget import parameter_count, width_for_budget
from mlpcore.networks.weights import Networks
from mlpcore.params import Config, again, choice, number, specs, switch
from mlpcore.running.control import Control

# Cells a side of a map: shattered regions are small.
GRID = 240


class PolynomialTraining(PlanarTraining):
    """Training of linear models on polynomial features."""

    scale: bool = switch(
        False,
        label="Halve the inputs",
        help="Expand x/2 and y/2, so that the square ±2 becomes ±1.",
    )
    standardise: bool = switch(
        False,
        label="Standardise the features",
        help="Give every feature mean 0 and variance 1 on the training set.",
    )

    def expand(self, split: Split, degree: int, basis: str) -> Polynomials:
        """The features of a degree and basis, fitted to the training set."""
        return Polynomials.fit(split.train_inputs, degree, basis, self.scale, self.standardise)

    def course(
        self,
        split: Split,
        polynomials: Polynomials,
        device: Device,
        seeds: Sequence[int] | None = None,
    ) -> Course:
        """A course of linear models on these features of the points; from all seeds if None."""
        expanded = dataclasses.replace(
            split,
            train_inputs=polynomials.features(split.train_inputs),
            test_inputs=polynomials.features(split.test_inputs),
        )
        sizes = [term_count(polynomials.degree), self.classes]
        return Course(self, Material.of(expanded, device), [sizes], "linear", seeds=seeds)


class PolynomialFeatures(PolynomialTraining, DropoutTraining, Divisible["Snapshot"]):
    """Train linear models on polynomial features, and MLPs with as many parameters beside them.

    The MLPs have ReLU. A network of either kind meets the samples in the order its seed gives.
    """

    degree: int = number(
        50, 1, 60, label="Degree", help="The features are all terms of x and y up to this degree."
    )
    basis: str = choice(
        "monomial", BASES, label="Basis", help="The family of polynomials the terms are made of."
    )
    hidden_layers: int = number(
        3,
        1,
        10,
        label="Hidden layers of the MLP",
        help="All get the smallest width that reaches the polynomial model's parameter count.",
    )
    dropout: float = again(specs(DropoutTraining)["dropout"], label="Dropout of the MLP")

    @property
    def mlp_sizes(self) -> list[int]:
        """Units of the MLP's input, every hidden layer and the output."""
        budget = parameter_count([term_count(self.degree), self.classes])
        width = width_for_budget(self.hidden_layers, budget, 2, self.classes)
        return [2, *[width] * self.hidden_layers, self.classes]

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        linear = parameter_count([term_count(self.degree), self.classes])
        return self.seeds * (linear + parameter_count(self.mlp_sizes))

    def _run_part(self, part: Part, device: Device, control: Control) -> Iterator["Snapshot"]:
        split, legend = self.split(), self.legend
        points, labels = split.test_inputs.numpy(), split.test_labels.numpy()
        polynomials = self.expand(split, self.degree, self.basis)
        linear = self.course(split, polynomials, device, part.seeds)
        mlps = Course(self, Material.of(split, device), [self.mlp_sizes], "relu", seeds=part.seeds)
        half_width = float(torch.cat([split.train_inputs, split.test_inputs]).abs().max())
        for at in train(self, [linear, mlps], control):
            yield Snapshot(
                self,
                *at,
                polynomial=linear.snapshot()[0],
                mlp=mlps.snapshot()[0],
                polynomials=polynomials,
                test_points=points,
                test_labels=labels,
                legend=legend,
                data_half_width=half_width,
            )

    def _join(self, grid: Grid["Snapshot"]) -> "Snapshot":
        (row,) = grid
        return dataclasses.replace(
            row[0],
            polynomial=side_by_side([snapshot.polynomial for snapshot in row]),
            mlp=side_by_side([snapshot.mlp for snapshot in row]),
        )


@dataclass(frozen=True, eq=False)
class Snapshot(AnySnapshot):
    """The experiment at one moment.

    Attributes:
        polynomial: the linear models; no hidden layers, one input a feature.
        mlp: the MLPs beside them.
        polynomials: the features.
        test_points, test_labels: the test set, (N, 2) and (N,).
        legend: what its numbers stand for, if the points were brought.
        data_half_width: the smallest square ± around 0 that holds all points.
    """

    config: PolynomialFeatures
    polynomial: Architecture
    mlp: Architecture
    polynomials: Polynomials
    test_points: Floats
    test_labels: NDArray[np.int64]
    legend: Legend | None
    data_half_width: float

    def networks(self) -> Networks:
        """All networks, by model and seed, and what makes the linear models' inputs of points."""
        seed, polynomials = self.config.seed, self.polynomials
        models = {"polynomial": self.polynomial.networks(seed), "mlp": self.mlp.networks(seed)}
        features = {
            "terms": np.array(terms(polynomials.degree)),
            "mean": polynomials.mean.numpy(),
            "deviation": polynomials.deviation.numpy(),
        }
        return Networks.of(models, "relu", extra={f"features.{k}": v for k, v in features.items()})

    def table(self) -> pd.DataFrame:
        """Every evaluation, a row a network and epoch."""
        models = {"polynomial": self.polynomial, "mlp": self.mlp}
        return stacked("model", {name: a.table(self.config.seed) for name, a in models.items()})

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON; maps are those of the first networks."""
        window = Window(half_width=HALF_WIDTH)
        return {
            "epoch": self.epoch,
            "features": term_count(self.config.degree),
            "conditioning": dataclasses.asdict(feature_conditioning(self.config)),
            "data_half_width": self.data_half_width,
            "map_half_width": window.half_width,
            "polynomial": self.polynomial.result(self.config.seed)
            | polynomial_map(self, 0, window).result(),
            "mlp": self.mlp.result(self.config.seed) | mlp_map(self, 0, window).result(),
        }


class Window(Config):
    """What a map shows. It is no part of the experiment: looking elsewhere trains nothing."""

    half_width: float = number(
        HALF_WIDTH, 1.0, 10.0, label="Map half-width", help="The map shows the square ±this."
    )


@dataclass(frozen=True, eq=False)
class Map:
    """One network seen over a square of the plane, on a grid of GRID cells a side.

    Attributes:
        half_width: the square is ±half_width.
        probabilities: (C, G, G) class probabilities, NaN if the network diverged.
        regions_inside: connected decision regions in the square that holds the data, counted on a
            grid of its own.
        regions_outside: connected decision regions on the rest of the map.
        beyond_float32: share of the map where a logit is beyond float32's range. The map is right
            there, but a network computed in float32 would not be.
    """

    half_width: float
    probabilities: Floats
    regions_inside: int
    regions_outside: int
    beyond_float32: float

    @property
    def not_finite(self) -> float:
        """Share of the map without finite probabilities, 0…1."""
        return 1 - float(np.isfinite(self.probabilities).all(0).mean())

    def result(self) -> dict[str, object]:
        """What is to be said of the map as plain data, for JSON."""
        return {
            "regions_inside": self.regions_inside,
            "regions_outside": self.regions_outside,
            "map_beyond_float32": self.beyond_float32,
            "map_not_finite": self.not_finite,
        }


@functools.lru_cache(maxsize=32)
def polynomial_map(snapshot: Snapshot, network: int, window: Window) -> Map:
    """What one of the linear models does with the plane, computed when first asked for."""
    weights = torch.from_numpy(snapshot.polynomial.weights[0][network : network + 1])

    def draw(half_width: float) -> tuple[Floats, float]:
        drawn = maps.polynomial_maps(snapshot.polynomials, weights, half_width, GRID)
        probabilities, beyond = drawn
        return probabilities[0].numpy(), float(beyond[0])

    return _map(draw, snapshot, window)


@functools.lru_cache(maxsize=32)
def mlp_map(snapshot: Snapshot, network: int, window: Window) -> Map:
    """What one of the MLPs does with the plane, computed when first asked for."""
    net = snapshot.mlp.network(network)

    def draw(half_width: float) -> tuple[Floats, float]:
        return maps.decision_map(net, half_width, GRID)[0], 0.0

    return _map(draw, snapshot, window)


def _map(draw: Callable[[float], tuple[Floats, float]], snapshot: Snapshot, window: Window) -> Map:
    with torch.inference_mode():
        probabilities, beyond = draw(window.half_width)
        inside, _ = draw(snapshot.data_half_width)
    distance = maps.cell_centres(window.half_width, GRID).abs().numpy()
    outside = np.maximum(distance[:, None], distance) > snapshot.data_half_width
    return Map(
        half_width=window.half_width,
        probabilities=probabilities,
        regions_inside=maps.connected_regions(inside),
        regions_outside=maps.connected_regions(probabilities, outside),
        beyond_float32=beyond,
    )


def spectrum(snapshot: Snapshot, network: int) -> Floats:
    """The weights of one linear model by degree in x and y.

    Returns:
        (C, P + 1, P + 1): the weight of p_n(x)·p_m(y) at (n, m), the bias at (0, 0), and NaN where
        n + m > P.
    """
    weights = torch.from_numpy(snapshot.polynomial.weights[0][network : network + 1])
    square = snapshot.polynomials.coefficients(weights)[0].numpy()
    degree = np.arange(square.shape[-1])
    square[:, degree[:, None] + degree > snapshot.config.degree] = np.nan
    return square


@functools.lru_cache(maxsize=32)
def feature_conditioning(config: PolynomialFeatures) -> Conditioning:
    """How well the training set's features are conditioned, as the linear models get them."""
    split = config.split()
    polynomials = config.expand(split, config.degree, config.basis)
    return conditioning(polynomials.features(split.train_inputs))

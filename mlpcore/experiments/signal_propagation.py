"""Signal propagation: how signals and gradients fare in deep random networks, beside theory."""

import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.experiments.experiment import Device, Experiment
from mlpcore.experiments.geometry import Circle, Geometry
from mlpcore.experiments.settings import ACTIVATION, NEGATIVE_SLOPE, Training
from mlpcore.networks.budget import parameter_count
from mlpcore.networks.initialization import Initialization
from mlpcore.params import ParameterError, again, number, specs
from mlpcore.running.control import Control
from mlpcore.theory.meanfield import GreatCircle, correlation_map, great_circle, propagate
from mlpcore.theory.moments import Floats

# Snapshots are at least this many seconds apart, but for the last.
INTERVAL = 0.1
# Weights of one network at most: 200 MB.
MOST_WEIGHTS = 50_000_000


class SignalPropagation(Experiment["Snapshot"]):
    """Carry signals, gradients and a circle through random networks, and compare with theory."""

    activation: str = again(
        ACTIVATION, default="tanh", help="The activation function of every layer."
    )
    negative_slope: float = again(NEGATIVE_SLOPE)
    sigma_w: float = number(
        1.5,
        0.01,
        5.0,
        label="Weight scale σ_w",
        help="Weights are normal with standard deviation σ_w/√n_in.",
    )
    sigma_b: float = number(
        0.3,
        0.0,
        5.0,
        label="Bias scale σ_b",
        help="Biases are normal with standard deviation σ_b.",
    )
    depth: int = number(50, 1, 200, label="Depth", unit="layers", help="Layers of weights.")
    width: int = number(
        200, 10, 1000, label="Width", unit="units", help="Units in the input and in every layer."
    )
    networks: int = number(
        10, 1, 100, label="Networks", help="Networks to measure, each with its own weights."
    )
    seed: int = again(specs(Training)["seed"])
    mean_square: float = number(
        1.0, 0.01, 100.0, label="Input power", help="Mean of the inputs' squared components."
    )
    correlation: float = number(
        0.5, -1.0, 1.0, label="Input correlation", help="Cosine of the angle between two inputs."
    )
    input_seed: int = number(
        0, 0, 1_000_000, label="Input seed", help="Seed of the inputs' directions."
    )

    def check(self) -> None:
        """Check the fields against each other.

        Raises:
            ParameterError: a network would have more than :data:`MOST_WEIGHTS` weights.
        """
        most = math.isqrt(MOST_WEIGHTS // self.depth)
        if self.width > most:
            raise ParameterError(
                "width", f"at most {most} at depth {self.depth}", self.width, "Lower it or depth"
            )

    @property
    def sizes(self) -> list[int]:
        """Units in the input and in each layer."""
        return [self.width] * (self.depth + 1)

    @property
    def initialization(self) -> Initialization:
        """The law of the weights and biases."""
        return Initialization(
            scheme="he_normal", gain=self.sigma_w, bias="normal", bias_std=self.sigma_b
        )

    @property
    def parameters(self) -> int:
        """As for :class:`Experiment`."""
        return parameter_count(self.sizes)

    def _run(self, device: Device, control: Control) -> Iterator["Snapshot"]:
        theory = Theory.of(self)
        vectors = _Vectors.of(self)
        measured: list[Floats] = []
        first: Geometry | None = None
        published = time.monotonic()
        for seed in range(self.seed, self.seed + self.networks):
            control.checkpoint()
            network = self.initialization.draw(self.sizes, seed)
            first = first or Geometry(
                self.activation,
                self.negative_slope,
                network,
                point=vectors.inputs[:, :1],
                axes=vectors.axes,
                length=theory.lengths[0],
                control=control,
            )
            measured.append(_measure(self, [layer.to(device) for layer in network], vectors))
            done = len(measured) == self.networks
            if done or time.monotonic() - published >= INTERVAL:
                lengths, correlations, gradients = np.stack(measured, axis=1)
                yield Snapshot(
                    config=self,
                    lengths=lengths,
                    correlations=correlations,
                    gradients=gradients,
                    theory=theory,
                    circle=first.circle,
                    singular_values=first.singular_values,
                )
                published = time.monotonic()


@dataclass(frozen=True, eq=False)
class Theory:
    """What mean-field theory predicts for the L layers.

    Attributes:
        lengths: (L,) E[h²] of an input's pre-activations.
        correlations: (L,) of two inputs' pre-activations.
        gradients: (L,) E[δ²], as multiples of the last layer's.
        circle: length, metric and curvature of the great circle; the curvature is infinite from the
            second layer on if φ has a kink.
    """

    lengths: Floats
    correlations: Floats
    gradients: Floats
    circle: GreatCircle

    @classmethod
    def of(cls, config: SignalPropagation) -> Self:
        """The predictions for a config."""
        variances = config.sigma_w**2, config.sigma_b**2
        weight_vars = config.initialization.weight_vars(config.sizes)
        bias_vars = config.initialization.bias_vars(config.sizes)
        slope = config.negative_slope
        forward = propagate(
            config.activation,
            config.sizes,
            weight_vars,
            bias_vars,
            config.mean_square,
            negative_slope=slope,
        )
        product = variances[0] * config.mean_square * config.correlation + variances[1]
        correlations = [product / forward.lengths[0]]
        for q in forward.lengths[:-1]:
            after = correlation_map(
                config.activation, correlations[-1], *variances, q=q, negative_slope=slope
            )
            correlations.append(float(after))
        circle = great_circle(
            config.activation, forward.lengths[0], *variances, config.depth, negative_slope=slope
        )
        return cls(forward.lengths, np.array(correlations), forward.gradients, circle)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """What has been measured: N networks, L layers.

    Attributes:
        config: what runs.
        lengths: (N, L) mean of h² over a layer's units, for the first input. What is beyond
            float32 is infinite or NaN, here and below.
        correlations: (N, L) cosine of the angle between two inputs' pre-activations.
        gradients: (N, L) mean of δ² over a layer's units, as multiples of the last layer's, where δ
            is the derivative of a random linear function of the last layer's pre-activations.
        theory: the predictions.
        circle: the great circle in the first network.
        singular_values: (width,) those of the Jacobian of the first network's last pre-activations
            by its input, largest first. Below 1e-15 times the largest they are rounding.
    """

    config: SignalPropagation
    lengths: Floats
    correlations: Floats
    gradients: Floats
    theory: Theory
    circle: Circle
    singular_values: Floats

    epoch = 0

    @property
    def progress(self) -> float:
        """Share of the networks measured, 0…1."""
        return len(self.lengths) / self.config.networks

    @property
    def finished(self) -> bool:
        """Whether this is the last snapshot of its run."""
        return len(self.lengths) == self.config.networks

    @property
    def label(self) -> str:
        """How far the run is, in words."""
        return f"network {len(self.lengths)} of {self.config.networks}"

    def table(self) -> pd.DataFrame:
        """What was measured, a row a network and layer, and what theory predicts there."""
        count, layers = self.lengths.shape
        theory = self.theory
        columns = {
            "seed": np.repeat(self.config.seed + np.arange(count), layers),
            "layer": np.tile(np.arange(1, layers + 1), count),
        }
        for name in ("lengths", "correlations", "gradients"):
            columns[name[:-1]] = getattr(self, name).ravel()
            columns[f"{name[:-1]}_theory"] = np.tile(getattr(theory, name), count)
        return pd.DataFrame(columns)

    def result(self) -> dict[str, object]:
        """The outcome as plain data, for JSON: by layer, means over the networks beside theory."""
        theory, circle = self.theory, self.circle
        return {
            "length": _summary(self.lengths, theory.lengths),
            "correlation": _summary(self.correlations, theory.correlations),
            "gradient": _summary(self.gradients, theory.gradients),
            "circle_metric": _beside(circle.metric, theory.circle.metric),
            "circle_curvature": _beside(circle.curvature, theory.circle.curvature),
            "singular_values": self.singular_values.tolist(),
        }


def _summary(measured: Floats, theory: Floats) -> dict[str, list[float]]:
    """Of measurements (N, L): mean and sample standard deviation, NaN below two networks."""
    with np.errstate(invalid="ignore", over="ignore"):
        mean = measured.mean(0)
        deviation = measured.std(0, ddof=1) if len(measured) > 1 else np.full_like(mean, np.nan)
    return {**_beside(mean, theory), "deviation": deviation.tolist()}


def _beside(measured: Floats, theory: Floats) -> dict[str, list[float]]:
    return {"measured": measured.tolist(), "theory": theory.tolist()}


@dataclass(frozen=True, eq=False)
class _Vectors:
    """What is sent through the networks, in random directions.

    Attributes:
        inputs: (W, 2) two inputs.
        errors: (W, 1) the derivatives by the last layer's pre-activations.
        axes: (W, 2) two orthogonal directions, of length √W.
    """

    inputs: Tensor
    errors: Tensor
    axes: Tensor

    @classmethod
    def of(cls, config: SignalPropagation) -> Self:
        generator = torch.Generator().manual_seed(config.input_seed)
        size = (config.width, 5)
        directions = torch.randn(size, generator=generator, dtype=torch.float64)
        bases = [torch.linalg.qr(directions[:, i : i + 2])[0] for i in (0, 2)]
        a, axes = (basis * math.sqrt(config.width) for basis in bases)
        c = config.correlation
        mixed = torch.stack([a[:, 0], c * a[:, 0] + math.sqrt(1 - c**2) * a[:, 1]], dim=1)
        return cls(math.sqrt(config.mean_square) * mixed, directions[:, 4:], axes)


@torch.inference_mode()
def _measure(config: SignalPropagation, network: Sequence[Tensor], vectors: _Vectors) -> Floats:
    """One network's lengths, correlations and gradients, (3, L).

    Args:
        config: what runs.
        network: for each layer (W, W + 1), the last column the bias.
        vectors: the inputs and errors.
    """
    phi, slope = ACTIVATIONS[config.activation], config.negative_slope
    hidden = vectors.inputs.to(network[0])
    layers = []
    for layer in network:
        pre = torch.addmm(layer[:, -1:], layer[:, :-1], hidden)
        hidden = phi.function(pre, slope)
        layers.append((pre, hidden))
    pres = torch.stack([pre for pre, _ in layers])  # (L, W, 2)
    squares, products = pres.square().mean(1), pres.prod(2).mean(1)
    errors = [vectors.errors.to(network[0])]
    for layer, (pre, _) in zip(network[:0:-1], layers[-2::-1], strict=True):
        error = layer[:, :-1].T @ errors[-1]
        errors.append(error * phi.slope_at(pre[:, :1], slope))
    powers = torch.stack(errors[::-1]).square().mean((1, 2))
    moments = [squares[:, 0], products / squares.prod(1).sqrt(), powers / powers[-1]]
    return torch.stack(moments).double().cpu().numpy()

"""Initial weights, drawn network by network from explicit seeds, and the gains to use."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from torch import Generator, Tensor
from torch.nn import init

from mlpcore.arithmetic.twister import between, uniform
from mlpcore.params import ParameterError


@dataclass(frozen=True, slots=True)
class Scheme:
    """A law that weights are drawn from.

    Attributes:
        label: the name as people write it.
        draw: ``draw(weight, gain, generator)`` fills a weight (out, in).
        variance: ``variance(n_in, n_out)`` is a weight's at gain 1; it grows with the gain squared.
    """

    label: str
    draw: Callable[[Tensor, float, Generator], object]
    variance: Callable[[int, int], float]


def _uniform(weight: Tensor, bound: float, generator: Generator) -> None:
    weight.uniform_(-bound, bound, generator=generator)


SCHEMES: dict[str, Scheme] = {
    "torch_default": Scheme(
        "torch default",
        lambda w, gain, g: init.kaiming_uniform_(w, math.sqrt(5), generator=g).mul_(gain),
        lambda n_in, n_out: 1 / (3 * n_in),
    ),
    "xavier_normal": Scheme(
        "Xavier normal",
        lambda w, gain, g: init.xavier_normal_(w, gain, generator=g),
        lambda n_in, n_out: 2 / (n_in + n_out),
    ),
    "xavier_uniform": Scheme(
        "Xavier uniform",
        lambda w, gain, g: init.xavier_uniform_(w, gain, generator=g),
        lambda n_in, n_out: 2 / (n_in + n_out),
    ),
    "he_normal": Scheme(
        "He normal",
        lambda w, gain, g: w.normal_(0, gain / math.sqrt(w.shape[1]), generator=g),
        lambda n_in, n_out: 1 / n_in,
    ),
    "he_uniform": Scheme(
        "He uniform",
        lambda w, gain, g: _uniform(w, gain * math.sqrt(3 / w.shape[1]), g),
        lambda n_in, n_out: 1 / n_in,
    ),
    "orthogonal": Scheme(
        "orthogonal",
        lambda w, gain, g: init.orthogonal_(w, gain, generator=g),
        lambda n_in, n_out: 1 / max(n_in, n_out),
    ),
}

BIASES = ("default", "zero", "normal")


@dataclass(frozen=True, kw_only=True, slots=True)
class Initialization:
    """How a network's weights and biases are drawn.

    Attributes:
        scheme: a key of :data:`SCHEMES`.
        gain: a factor on the weights, above 0. He's own gain for ReLU is √2.
        bias: "default" (uniform on ±1/√n_in, torch's), "zero" or "normal".
        bias_std: σ_b of normal biases; 0 for the others.

    Raises:
        ParameterError: a value is not one of those.
    """

    scheme: str = "torch_default"
    gain: float = 1.0
    bias: str = "default"
    bias_std: float = 0.0

    def __post_init__(self) -> None:
        if self.scheme not in SCHEMES:
            raise ParameterError("scheme", "one of " + ", ".join(SCHEMES), self.scheme)
        if not 0 < self.gain < math.inf:
            raise ParameterError("gain", "a finite number above 0", self.gain)
        if self.bias not in BIASES:
            raise ParameterError("bias", "one of " + ", ".join(BIASES), self.bias)
        if not 0 <= self.bias_std < math.inf:
            raise ParameterError("bias_std", "a finite number, 0 or more", self.bias_std)
        if self.bias_std and self.bias != "normal":
            raise ParameterError(
                "bias_std", f"0 with {self.bias} biases", self.bias_std, "Set bias to normal"
            )

    def draw(self, sizes: Sequence[int], seed: int) -> list[Tensor]:
        """Draw one network, layer by layer, weights first.

        By default it is what ``torch.nn.Linear`` layers get after ``torch.manual_seed(seed)``.

        Args:
            sizes: units in the input, each hidden layer and the output.
            seed: seed of this network's own generator.

        Returns:
            For each layer a float32 tensor (out, in + 1) on the CPU; the last column is the bias.
        """
        if self.scheme == "torch_default" and self.bias == "default":
            return self._draw_torchs(sizes, seed)
        generator = Generator().manual_seed(seed)
        layers = []
        for n_in, n_out in pairwise(sizes):
            weight, bias = torch.empty(n_out, n_in), torch.zeros(n_out, 1)
            SCHEMES[self.scheme].draw(weight, self.gain, generator)
            if self.bias == "default":
                _uniform(bias, 1 / math.sqrt(n_in), generator)
            elif self.bias == "normal":
                bias.normal_(0, self.bias_std, generator=generator)
            layers.append(torch.cat([weight, bias], dim=1))
        return layers

    def _draw_torchs(self, sizes: Sequence[int], seed: int) -> list[Tensor]:
        """The law of ``torch.nn.Linear``: weights and biases uniform within ±1/√n_in."""
        shapes = [(n_out, n_in) for n_in, n_out in pairwise(sizes)]
        numbers = uniform(seed, sum(n_out * (n_in + 1) for n_out, n_in in shapes))
        layers, at = [], 0
        for n_out, n_in in shapes:
            weight, bias = numbers[at : at + n_out * n_in], numbers[at + n_out * n_in :][:n_out]
            at += n_out * (n_in + 1)
            # torch.nn.Linear has He's bound for a negative slope of √5, with its roundings.
            bound = math.sqrt(3) * (math.sqrt(2 / (1 + math.sqrt(5) ** 2)) / math.sqrt(n_in))
            layer = np.empty((n_out, n_in + 1), np.float32)
            layer[:, :-1] = between(weight, bound).reshape(n_out, n_in) * np.float32(self.gain)
            layer[:, -1] = between(bias, 1 / math.sqrt(n_in))
            layers.append(torch.from_numpy(layer))
        return layers

    def weight_vars(self, sizes: Sequence[int]) -> list[float]:
        """Mean-field theory's σ_w² of each layer: n_in times the variance of a weight."""
        variance = SCHEMES[self.scheme].variance
        return [self.gain**2 * n_in * variance(n_in, n_out) for n_in, n_out in pairwise(sizes)]

    def bias_vars(self, sizes: Sequence[int]) -> list[float]:
        """Mean-field theory's σ_b² of each layer: the variance of a bias."""
        if self.bias == "default":
            return [1 / (3 * n_in) for n_in in sizes[:-1]]
        return [self.bias_std**2] * (len(sizes) - 1)


_TORCH_GAINS = ("linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu")


def torch_gain(activation: str, negative_slope: float = 0.01) -> float | None:
    """The gain that ``torch.nn.init.calculate_gain`` recommends, or None where it has none.

    √(2/(1 + a²)) for LeakyReLU: the gain at which variance is kept from layer to layer (He et al.
    2015, section 2.2; Neuromatch W1D3, tutorial 2, bonus section). Those of tanh and SELU are rules
    of thumb, and not on the edge of chaos (:func:`mlpcore.theory.meanfield.critical_weight_var`).
    """
    if activation not in _TORCH_GAINS:
        return None
    return float(init.calculate_gain(activation, negative_slope))  # type: ignore[arg-type]

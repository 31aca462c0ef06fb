"""One trained network, to look into: what it does with points, and with pictures.

Shapes: N points, D inputs, W width of a layer, L layers, C classes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from mlpcore.arithmetic.activations import ACTIVATIONS, Activation
from mlpcore.engines import loops, passes, products
from mlpcore.engines.samples import with_ones
from mlpcore.networks.activations import activations_of

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Network:
    """A network.

    Attributes:
        layers: for each layer its weights (out, in + 1), the last column the bias.
        activation: of the hidden layers, as :mod:`mlpcore.networks.activations` has it.
        negative_slope: of LeakyReLU.
    """

    layers: tuple[Floats, ...]
    activation: str
    negative_slope: float = 0.01

    @property
    def activations(self) -> list[Activation]:
        """The activation of each hidden layer."""
        names = activations_of(self.activation, len(self.layers) - 1)
        return [ACTIVATIONS[name] for name in names]

    @property
    def shape(self) -> list[int]:
        """Units of the input and each layer."""
        return [self.layers[0].shape[1] - 1, *(len(layer) for layer in self.layers)]

    def carry(self, inputs: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Carry inputs (N, D) forward.

        Returns:
            For each layer its pre-activations and activations, both (W, N); the output layer's are
            the same tensor, the logits.
        """
        carried: list[tuple[Tensor, Tensor]] = []
        hidden = inputs.T
        for layer, phi in zip(
            map(torch.from_numpy, self.layers), [*self.activations, None], strict=True
        ):
            pre = torch.addmm(layer[:, -1:], layer[:, :-1], hidden)
            hidden = phi.function(pre, self.negative_slope) if phi else pre
            carried.append((pre, hidden))
        return carried

    def without(self, units: Iterable[tuple[int, int]]) -> Self:
        """The network with hidden units switched off, which then pass on nothing.

        Args:
            units: layer and unit of each, counted from 0; those that it does not have are passed
                over.
        """
        layers = [layer.copy() for layer in self.layers]
        for layer, unit in units:
            if layer < len(layers) - 1 and unit < len(layers[layer]):
                layers[layer + 1][:, unit] = 0
        return replace(self, layers=tuple(layers))

    def back(self, carried: list[tuple[Tensor, Tensor]], error: Tensor) -> list[Tensor]:
        """Carry derivatives by the logits, (C, N), back after :meth:`carry`.

        Returns:
            For each layer the derivatives by its pre-activations, (W, N).
        """
        errors = [error]
        hidden = zip(self.layers[:0:-1], carried[-2::-1], self.activations[::-1], strict=True)
        for layer, (pre, _), phi in hidden:
            back = torch.from_numpy(layer[:, :-1]).T @ errors[-1]
            errors.append(back * phi.slope_at(pre, self.negative_slope))
        return errors[::-1]

    def look(
        self, points: Tensor, units: int = 0, patterns: bool = False
    ) -> tuple[Floats, Floats, NDArray[np.uint64]]:
        """What the network does with points (N, D), computed without the interpreter's lock.

        Args:
            points: where.
            units: how many of each hidden layer to report.
            patterns: whether to tell apart which units are above 0.

        Returns:
            Class probabilities (C, N), NaN where a logit is not finite; activations
            (L − 1, ``units``, N), 0 where a layer has fewer; and a number a point, equal where the
            same units are above 0, those of linear layers aside, if wanted.
        """
        flat = np.concatenate([layer.ravel() for layer in self.layers])
        shape, count = np.array(self.shape), len(points)
        probabilities = np.empty((shape[-1], count), flat.dtype)
        activations = np.zeros((len(self.layers) - 1, units, count), flat.dtype)
        marks = np.empty(count if patterns else 0, np.uint64)
        loops.look(
            products.kernels(flat.dtype),
            shape,
            passes.places_of(self.activation, len(self.layers) - 1),
            flat.dtype.type(self.negative_slope),
            flat,
            with_ones(points).contiguous().numpy(),
            probabilities,
            activations,
            marks,
        )
        return probabilities, activations, marks

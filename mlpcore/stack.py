"""M networks of one architecture, stacked on a leading axis and computed together.

The gradients of an MLP are written out, so no autograd graph is built, and each layer's bias is the
last column of its weight matrix, fed by a row of ones. Activations are stored units × batch.

Shapes: M models, B batch, D inputs, W width, C classes.
"""

import functools
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from mlpcore.activations import ACTIVATIONS
from mlpcore.initialization import Initialization

# Activations of about this many floats at a time: what a core's cache holds, and a bound on memory.
CHUNK = 1 << 17


def with_ones(inputs: Tensor) -> Tensor:
    """Append the row of ones that feeds the biases: (…, D, B) → (…, D + 1, B)."""
    return torch.cat([inputs, torch.ones_like(inputs[..., :1, :])], dim=-2)


class Stack:
    """M networks of one architecture with their parameters and gradients.

    Args:
        weights: for each layer a tensor (M, out, in + 1); the last column is the bias. They are
            copied.
        activation: name of the hidden layers' activation, from the table.
        negative_slope: slope of LeakyReLU below 0.
        device: where to compute.

    Attributes:
        parameters: all weights and biases as one flat tensor, layer after layer.
        gradients: the mean cross-entropy's gradients, laid out alike.
        weights: for each layer a view (M, out, in + 1) of ``parameters``.
    """

    def __init__(
        self,
        weights: Sequence[Tensor],
        activation: str,
        negative_slope: float = 0.01,
        device: torch.device | str = "cpu",
    ) -> None:
        self.activation = ACTIVATIONS[activation]
        self.negative_slope = negative_slope
        self.models = len(weights[0])
        self.parameters = torch.cat([w.flatten() for w in weights]).to(device)
        self.gradients = torch.zeros_like(self.parameters)
        shapes = [w.shape for w in weights]
        self.weights = _views(self.parameters, shapes)
        self._layer_gradients = _views(self.gradients, shapes)
        # (M, in, out): what carries errors back through a layer.
        self._transposed = [w[:, :, :-1].transpose(1, 2) for w in self.weights]
        self._workspace = functools.lru_cache(maxsize=2)(self._make_workspace)

    @classmethod
    def initialised(
        cls,
        sizes: Sequence[int],
        seeds: Sequence[int],
        activation: str,
        negative_slope: float = 0.01,
        device: torch.device | str = "cpu",
        *,
        initialization: Initialization | None = None,
    ) -> "Stack":
        """One network a seed.

        Args:
            sizes: units in the input, each hidden layer and the output.
            seeds: one a network.
            activation, negative_slope, device: as for :class:`Stack`.
            initialization: how each is drawn from its seed; torch's default if None.
        """
        initialization = initialization or Initialization()
        networks = [initialization.draw(sizes, seed) for seed in seeds]
        weights = [torch.stack(layer) for layer in zip(*networks, strict=True)]
        return cls(weights, activation, negative_slope, device)

    def compute_gradients(self, inputs: Tensor, targets: Tensor) -> None:
        """Fill :attr:`gradients` with those of each network's mean cross-entropy on its batch.

        Args:
            inputs: (M, D + 1, B), the last row ones; or (1, D + 1, B) for all networks.
            targets: (M, C, B) or (1, C, B), one-hot.
        """
        batch = inputs.shape[-1]
        pre, padded, hidden, errors = self._workspace(batch)
        activation, slope = self.activation, self.negative_slope
        last = len(self.weights) - 1
        _multiply(self.weights[0], inputs, pre[0])
        for layer in range(last):
            activation.forward(pre[layer], slope, hidden[layer])
            torch.bmm(self.weights[layer + 1], padded[layer], out=pre[layer + 1])
        error = torch.softmax(pre[last], 1).sub_(targets).div_(batch)
        for layer in range(last, 0, -1):
            before = layer - 1
            torch.bmm(error, padded[before].mT, out=self._layer_gradients[layer])
            error = torch.bmm(self._transposed[layer], error, out=errors[before])
            activation.backward(error, pre[before], hidden[before], slope)
        _multiply_transposed(error, inputs, self._layer_gradients[0])

    def layers(self, inputs: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
        """Carry inputs forward, layer by layer.

        Args:
            inputs: (M, D + 1, B) or (1, D + 1, B), the last row ones.

        Yields:
            For each layer its pre-activations and activations, both (M, out, B); the output layer's
            are the same tensor, the logits.
        """
        padded = inputs
        for layer, weights in enumerate(self.weights):
            size = (self.models, weights.shape[1], inputs.shape[-1])
            pre = _multiply(weights, padded, inputs.new_empty(size))
            if layer == len(self.weights) - 1:
                yield pre, pre
            else:
                padded = inputs.new_ones((size[0], size[1] + 1, size[2]))
                hidden = padded[:, :-1]
                self.activation.forward(pre, self.negative_slope, hidden)
                yield pre, hidden

    def chunks(self, inputs: Tensor) -> list[Tensor]:
        """Split inputs (…, B) along the batch so that a layer's activations stay small."""
        widest = max(weights.shape[1] for weights in self.weights)
        return list(inputs.split(max(128, CHUNK // (self.models * widest)), dim=-1))

    def logits(self, inputs: Tensor) -> Tensor:
        """The networks' outputs (M, C, B) for inputs (M, D + 1, B) or (1, D + 1, B)."""
        return torch.cat([_last(self.layers(chunk)) for chunk in self.chunks(inputs)], dim=-1)

    def _make_workspace(
        self, batch: int
    ) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[Tensor]]:
        """Buffers for a batch: pre-activations; hidden layers with ones, and without; errors."""
        new = self.parameters.new_ones
        widths = [weights.shape[1] for weights in self.weights]
        pre = [new((self.models, width, batch)) for width in widths]
        padded = [new((self.models, width + 1, batch)) for width in widths[:-1]]
        hidden = [layer[:, :-1] for layer in padded]
        errors = [new((self.models, width, batch)) for width in widths[:-1]]
        return pre, padded, hidden, errors


def _views(flat: Tensor, shapes: Sequence[torch.Size]) -> list[Tensor]:
    parts = flat.split([shape.numel() for shape in shapes])
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _multiply(weights: Tensor, inputs: Tensor, out: Tensor) -> Tensor:
    """(M, W, D) times (M or 1, D, B) into (M, W, B); shared inputs are one large product."""
    if inputs.shape[0] == weights.shape[0]:
        return torch.bmm(weights, inputs, out=out)
    torch.mm(weights.flatten(0, 1), inputs[0], out=out.view(-1, out.shape[-1]))
    return out


def _multiply_transposed(errors: Tensor, inputs: Tensor, out: Tensor) -> None:
    """(M, W, B) times the transpose of (M or 1, D, B) into (M, W, D)."""
    if inputs.shape[0] == errors.shape[0]:
        torch.bmm(errors, inputs.mT, out=out)
    else:
        torch.mm(errors.flatten(0, 1), inputs[0].T, out=out.flatten(0, 1))


def _last(layers: Iterator[tuple[Tensor, Tensor]]) -> Tensor:
    for _, output in layers:
        last = output
    return last

"""M networks of one architecture, stacked on a leading axis and computed together.

The gradients of an MLP are written out, so no autograd graph is built, and each layer's bias is the
last column of its weight matrix, fed by a row of ones. Activations are stored units × batch.

Shapes: M models, B batch, D inputs, W width, C classes.
"""

import functools
from collections.abc import Sequence

import torch
from torch import Tensor

from mlpcore import products
from mlpcore.activations import ACTIVATIONS
from mlpcore.initialization import Initialization

# Activations of about this many floats at a time: what a core's cache holds, and a bound on memory.
CHUNK = 1 << 15

# Kernels may round the last few numbers, which do not fill a vector register, differently. Filling
# it up keeps a network's numbers the same whatever its neighbours are.
LANES = 16


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
        parameters: all weights and biases as one flat tensor, layer after layer, filled up with
            zeros to a multiple of :data:`LANES`.
        gradients: the mean cross-entropy's gradients, laid out alike, once they are computed.
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
        count = sum(layer.numel() for layer in weights)
        padding = weights[0].new_zeros(-count % LANES)
        self.parameters = torch.cat([*(w.flatten() for w in weights), padding]).to(device)
        self.gradients = torch.empty_like(self.parameters)
        self.gradients[count:] = 0
        shapes = [w.shape for w in weights]
        self.weights = _views(self.parameters, shapes)
        self._layer_gradients = _views(self.gradients, shapes)
        # (M, in, out): what carries errors back through a layer.
        self._transposed = [w[:, :, :-1].transpose(1, 2) for w in self.weights]
        # Not a method: with that in its own cache a stack would outlive its last use.
        widths = [shape[1] for shape in shapes]
        self._new_workspace = functools.partial(_workspace, self.models, widths, self.parameters)
        self._workspace = functools.lru_cache(maxsize=4)(self._new_workspace)
        # Whatever the number of networks, so that theirs does not change a network's numbers.
        self._large = self.weights[0][0].numel() >= products.LARGE

    @classmethod
    def initialised(
        cls,
        sizes: Sequence[int],
        seeds: Sequence[int],
        activation: str,
        negative_slope: float = 0.01,
        device: torch.device | str = "cpu",
        *,
        initialization: Initialization | Sequence[Initialization] | None = None,
    ) -> "Stack":
        """One network a seed, or one a seed and initialization.

        Args:
            sizes: units in the input, each hidden layer and the output.
            seeds: one a network.
            activation, negative_slope, device: as for :class:`Stack`.
            initialization: how each is drawn from its seed; torch's default if None. Of several,
                each has a network from every seed, and they follow each other in this order.
        """
        if not isinstance(initialization, Sequence):
            initialization = [initialization or Initialization()]
        networks = [law.draw(sizes, seed) for law in initialization for seed in seeds]
        weights = [torch.stack(layer) for layer in zip(*networks, strict=True)]
        return cls(weights, activation, negative_slope, device)

    def compute_gradients(self, inputs: Tensor, targets: Tensor) -> None:
        """Fill :attr:`gradients` with those of each network's mean cross-entropy on its batch.

        Args:
            inputs: (M, D + 1, B), the last row ones; or (1, D + 1, B) for all networks.
            targets: (M, C, B) or (1, C, B), one-hot.
        """
        work = self._workspace(inputs.shape[-1])
        errors = self._backward(inputs, targets, work)
        _multiply(errors[0], inputs.mT, self._layer_gradients[0], self._large)
        for error, before, out in zip(
            errors[1:], work.transposed, self._layer_gradients[1:], strict=True
        ):
            torch.bmm(error, before, out=out)

    def descend(self, inputs: Tensor, targets: Tensor, rate: float) -> None:
        """Subtract ``rate`` times the gradients from the parameters without storing them.

        Where the first layer is large, most of a step is its way through memory.

        Args:
            inputs, targets: as for :meth:`compute_gradients`.
            rate: the learning rate.
        """
        work = self._workspace(inputs.shape[-1])
        errors = self._backward(inputs, targets, work)
        _subtract_product(errors[0], inputs.mT, rate, self.weights[0], self._large)
        for error, before, weights in zip(
            errors[1:], work.transposed, self.weights[1:], strict=True
        ):
            weights.baddbmm_(error, before, alpha=-rate)

    def layers(self, inputs: Tensor) -> list[tuple[Tensor, Tensor]]:
        """Carry inputs forward.

        Args:
            inputs: (M, D + 1, B) or (1, D + 1, B), the last row ones.

        Returns:
            For each layer its pre-activations and activations, both (M, out, B); the output layer's
            are the same tensor, the logits.
        """
        work = self._new_workspace(inputs.shape[-1])
        logits = self._forward(inputs, work)
        return list(zip(work.pre, [*work.hidden, logits], strict=True))

    def chunks(self, inputs: Tensor) -> list[Tensor]:
        """Split inputs (…, B) along the batch so that a layer's activations stay small."""
        widest = max(weights.shape[1] for weights in self.weights)
        return list(inputs.split(max(128, CHUNK // (self.models * widest)), dim=-1))

    def logits(self, inputs: Tensor) -> Tensor:
        """The networks' outputs (M, C, B) for inputs (M, D + 1, B) or (1, D + 1, B)."""
        outputs = inputs.new_empty((self.models, self.weights[-1].shape[1], inputs.shape[-1]))
        chunks = self.chunks(inputs)
        for chunk, output in zip(chunks, outputs.split(chunks[0].shape[-1], -1), strict=True):
            output.copy_(self._forward(chunk, self._workspace(chunk.shape[-1])))
        return outputs

    def _forward(self, inputs: Tensor, work: "_Workspace") -> Tensor:
        """Fill a workspace's layers from the inputs; return the logits (M, C, B), one of them."""
        _multiply(self.weights[0], inputs, work.pre[0], self._large)
        for layer, (padded, hidden) in enumerate(zip(work.padded, work.hidden, strict=True)):
            self.activation.forward(work.pre[layer], self.negative_slope, hidden)
            torch.bmm(self.weights[layer + 1], padded, out=work.pre[layer + 1])
        return work.pre[-1]

    def _backward(self, inputs: Tensor, targets: Tensor, work: "_Workspace") -> list[Tensor]:
        """The loss's derivatives by each layer's pre-activations, (M, out, B)."""
        logits = self._forward(inputs, work)
        error = torch.softmax(logits, 1).sub_(targets).div_(work.batch)
        errors = [error]
        for before in reversed(range(len(work.hidden))):
            error = torch.bmm(self._transposed[before + 1], error, out=work.errors[before])
            self.activation.backward(
                error, work.pre[before], work.hidden[before], self.negative_slope
            )
            errors.append(error)
        return errors[::-1]


class _Workspace:
    """Buffers for a batch, made once: each step writes into the last one's.

    Attributes:
        pre: for each layer its pre-activations (M, W, B).
        padded: for each hidden layer its activations and the row of ones, (M, W + 1, B).
        hidden, transposed: views of ``padded``: (M, W, B), and (M, B, W + 1).
        errors: for each hidden layer the loss's derivatives by its pre-activations, (M, W, B).
        batch: B as a tensor, which costs a kernel less than a Python number.
    """

    def __init__(self, models: int, widths: Sequence[int], like: Tensor, batch: int) -> None:
        self.pre = [like.new_empty((models, width, batch)) for width in widths]
        self.padded = [like.new_ones((models, width + 1, batch)) for width in widths[:-1]]
        self.hidden = [layer[:, :-1] for layer in self.padded]
        self.transposed = [layer.mT for layer in self.padded]
        self.errors = [like.new_empty((models, width, batch)) for width in widths[:-1]]
        self.batch = like.new_tensor(batch)


@torch.inference_mode(False)  # so that buffers made within inference mode serve outside it too
def _workspace(models: int, widths: Sequence[int], like: Tensor, batch: int) -> _Workspace:
    return _Workspace(models, widths, like, batch)


def _views(flat: Tensor, shapes: Sequence[torch.Size]) -> list[Tensor]:
    sizes = [shape.numel() for shape in shapes]
    parts = flat[: sum(sizes)].split(sizes)
    return [part.view(shape) for part, shape in zip(parts, shapes, strict=True)]


def _multiply(left: Tensor, right: Tensor, out: Tensor, large: bool) -> None:
    """(M, R, K) times (M or 1, K, N) into (M, R, N); what is shared makes one large product."""
    if right.shape[0] == left.shape[0]:
        torch.bmm(left, right, out=out)
    elif large:
        products.multiply(left.flatten(0, 1), right[0], out.flatten(0, 1))
    else:
        torch.mm(left.flatten(0, 1), right[0], out=out.flatten(0, 1))


def _subtract_product(left: Tensor, right: Tensor, factor: float, out: Tensor, large: bool) -> None:
    """Subtract ``factor`` times what :func:`_multiply` gives."""
    if right.shape[0] == left.shape[0]:
        out.baddbmm_(left, right, alpha=-factor)
    elif large:
        products.subtract_product(left.flatten(0, 1), right[0], factor, out.flatten(0, 1))
    else:
        out.flatten(0, 1).addmm_(left.flatten(0, 1), right[0], alpha=-factor)

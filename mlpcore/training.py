"""Optimisers and the loop over batches.

The update rules are torch.optim's, written for one flat tensor of parameters so that a step of M
networks is a handful of elementwise operations. Every rule is elementwise: no network sees another.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from mlpcore.stack import Stack, with_ones


class Optimiser(ABC):
    """Trains a stack by one rule.

    Args:
        stack: the networks.
        momentum, weight_decay: as for torch.optim; 0 for none.
    """

    def __init__(self, stack: Stack, momentum: float, weight_decay: float) -> None:
        self.stack, self.momentum, self.weight_decay = stack, momentum, weight_decay

    def step(self, inputs: Tensor, targets: Tensor, learning_rate: float) -> None:
        """Learn from a batch, laid out as for :meth:`Stack.compute_gradients`."""
        self.stack.compute_gradients(inputs, targets)
        self.update(learning_rate)

    @abstractmethod
    def update(self, learning_rate: float) -> None:
        """Move the stack's parameters by one update from its gradients."""


class SGD(Optimiser):
    """torch.optim.SGD with momentum (no dampening, no Nesterov) and weight decay."""

    def __init__(self, stack: Stack, momentum: float, weight_decay: float) -> None:
        super().__init__(stack, momentum, weight_decay)
        self.plain = not momentum and not weight_decay
        if momentum:
            self.velocity = torch.zeros_like(stack.parameters)

    def step(self, inputs: Tensor, targets: Tensor, learning_rate: float) -> None:
        """As for :class:`Optimiser`; plain descent needs no room for gradients."""
        if self.plain:
            self.stack.descend(inputs, targets, learning_rate)
        else:
            super().step(inputs, targets, learning_rate)

    def update(self, learning_rate: float) -> None:
        """Apply v ← μv + g, θ ← θ − ηv."""
        update = _decayed(self.stack, self.weight_decay)
        if self.momentum:
            update = self.velocity.mul_(self.momentum).add_(update)
        self.stack.parameters.add_(update, alpha=-learning_rate)


class Adam(Optimiser):
    """torch.optim.Adam (Kingma & Ba 2015, algorithm 1), β = (0.9, 0.999), ε = 1e-8.

    Weight decay is added to the gradient. ``momentum`` is not used: β₁ is Adam's own.
    """

    kernel: ClassVar[Callable[..., None]] = staticmethod(torch._fused_adam_)

    def __init__(self, stack: Stack, momentum: float, weight_decay: float) -> None:
        super().__init__(stack, momentum, weight_decay)
        self.mean = torch.zeros_like(stack.parameters)
        self.square = torch.zeros_like(stack.parameters)
        self.steps, self.one = stack.parameters.new_zeros(()), stack.parameters.new_ones(())

    def update(self, learning_rate: float) -> None:
        """Apply θ ← θ − η m̂ / (√v̂ + ε), in one kernel: that of torch.optim's ``fused=True``."""
        self.steps.add_(self.one)
        self.kernel(
            [self.stack.parameters],
            [self.stack.gradients],
            [self.mean],
            [self.square],
            [],
            [self.steps],
            lr=learning_rate,
            beta1=0.9,
            beta2=0.999,
            weight_decay=self.weight_decay,
            eps=1e-8,
            amsgrad=False,
            maximize=False,
        )


class AdamW(Adam):
    """torch.optim.AdamW (Loshchilov & Hutter 2019): Adam with decoupled weight decay."""

    kernel = staticmethod(torch._fused_adamw_)


class RMSprop(Optimiser):
    """torch.optim.RMSprop, α = 0.99, ε = 1e-8, with momentum and weight decay."""

    def __init__(self, stack: Stack, momentum: float, weight_decay: float) -> None:
        super().__init__(stack, momentum, weight_decay)
        self.square = torch.zeros_like(stack.parameters)
        self.scale = torch.zeros_like(stack.parameters)
        self.velocity = torch.zeros_like(stack.parameters)

    def update(self, learning_rate: float) -> None:
        """Apply θ ← θ − η g / (√v + ε), through a velocity if there is momentum."""
        gradients = _decayed(self.stack, self.weight_decay)
        self.square.mul_(0.99).addcmul_(gradients, gradients, value=1 - 0.99)
        torch.sqrt(self.square, out=self.scale)
        self.scale.add_(1e-8)
        if self.momentum:
            self.velocity.mul_(self.momentum).addcdiv_(gradients, self.scale)
            self.stack.parameters.add_(self.velocity, alpha=-learning_rate)
        else:
            self.stack.parameters.addcdiv_(gradients, self.scale, value=-learning_rate)


OPTIMISERS: dict[str, type[Optimiser]] = {
    "sgd": SGD,
    "adam": Adam,
    "adamw": AdamW,
    "rmsprop": RMSprop,
}


def _decayed(stack: Stack, weight_decay: float) -> Tensor:
    """The gradients of the loss plus weight_decay/2 · ‖θ‖²."""
    if not weight_decay:
        return stack.gradients
    return stack.gradients.add_(stack.parameters, alpha=weight_decay)


class Samples:
    """Labelled inputs, laid out for a stack and kept on the device.

    Args:
        inputs: (N, D) float.
        labels: (N,) int64, classes from 0.
        classes: number of classes C.
        device: where to keep them.

    Attributes:
        inputs: (D + 1, N), the last row ones.
        labels: (N,).
        targets: (C, N), one-hot.
    """

    def __init__(
        self, inputs: Tensor, labels: Tensor, classes: int, device: torch.device | str = "cpu"
    ) -> None:
        self.inputs = with_ones(inputs.T).contiguous().to(device)
        self.labels = labels.to(device)
        one_hot = torch.nn.functional.one_hot(labels, classes).T
        self.targets = one_hot.to(inputs.dtype).contiguous().to(device)

    def dealt(
        self, generators: Sequence[torch.Generator], batch_size: int, drop_last: bool
    ) -> Iterable[tuple[Tensor, Tensor]]:
        """An epoch's batches, inputs (M, D + 1, B) and targets (M, C, B), in the networks' orders.

        They can be gone through more than once; a batch lasts until the next one is taken.
        """
        return batches(*self.shuffled(generators), batch_size, drop_last)

    def orders(self, generators: Sequence[torch.Generator]) -> Tensor:
        """An order of the samples from each generator: (M, N)."""
        size = self.targets.shape[1]
        orders = torch.stack([torch.randperm(size, generator=g) for g in generators])
        return orders.to(self.targets.device)

    def shuffled(self, generators: Sequence[torch.Generator]) -> tuple[Tensor, Tensor]:
        """Inputs (M, D + 1, N) and targets (M, C, N), each network's in its generator's order."""
        orders = self.orders(generators)
        inputs, targets = (
            rows.index_select(1, orders.flatten()).view(-1, *orders.shape).transpose(0, 1)
            for rows in (self.inputs, self.targets)
        )
        return inputs, targets


class WideSamples(Samples):
    """Samples with so many inputs that a batch is gathered only when its turn comes.

    An epoch in the order of each network would be M copies of all samples.
    """

    def __init__(
        self, inputs: Tensor, labels: Tensor, classes: int, device: torch.device | str = "cpu"
    ) -> None:
        super().__init__(inputs, labels, classes, device)
        self.rows = self.inputs.T.contiguous()  # (N, D + 1): gathering copies whole rows
        self.inputs = self.rows.T

    def dealt(
        self, generators: Sequence[torch.Generator], batch_size: int, drop_last: bool
    ) -> Iterable[tuple[Tensor, Tensor]]:
        """As for :class:`Samples`."""
        count = steps_per_epoch(len(self.rows), batch_size, drop_last)
        return _Gathered(self, self.orders(generators).split(batch_size, dim=1)[:count])


class _Gathered:
    """Batches that are gathered each time they are gone through."""

    def __init__(self, samples: WideSamples, chosen: Sequence[Tensor]) -> None:
        self.samples, self.chosen = samples, chosen

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        # Reused, since paging in new memory for every batch takes time.
        buffer = self.samples.rows.new_empty(self.chosen[0].numel(), self.samples.rows.shape[1])
        for chosen in self.chosen:  # (M, B)
            rows = buffer[: chosen.numel()]
            torch.index_select(self.samples.rows, 0, chosen.flatten(), out=rows)
            targets = self.samples.targets[:, chosen].transpose(0, 1)
            yield rows.unflatten(0, chosen.shape).mT, targets


def evenly(size: int, count: int) -> Tensor:
    """Places (count,) of samples that are evenly spread over ``size``."""
    return torch.linspace(0, size - 1, count).long()


def steps_per_epoch(size: int, batch_size: int, drop_last: bool) -> int:
    """Batches in one pass over ``size`` samples."""
    return size // batch_size if drop_last else math.ceil(size / batch_size)


def batches(
    inputs: Tensor, targets: Tensor, batch_size: int, drop_last: bool
) -> list[tuple[Tensor, Tensor]]:
    """Cut (M, D + 1, N) and (M, C, N) into batches along the last axis."""
    count = steps_per_epoch(inputs.shape[-1], batch_size, drop_last)
    pairs = zip(inputs.split(batch_size, -1), targets.split(batch_size, -1), strict=True)
    return [pair for pair, _ in zip(pairs, range(count), strict=False)]


def evaluate(stack: Stack, samples: Samples) -> tuple[Tensor, Tensor]:
    """Accuracy and mean cross-entropy of every network on the same samples.

    Returns:
        Accuracy in 0…1 and loss in nats, each (M,). A tie between classes counts as wrong; the loss
        of a diverged network is not finite.
    """
    log_probabilities = stack.logits(samples.inputs[None]).log_softmax(1)  # (M, C, N)
    right = log_probabilities.gather(1, samples.labels.expand(stack.models, 1, -1))[:, 0]
    wrong = log_probabilities.sub(samples.targets, alpha=1e38).amax(1)  # likeliest of the others
    return (right > wrong).to(right.dtype).mean(1), -right.mean(1)

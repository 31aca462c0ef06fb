"""The engine for other devices, and what the compiled loops are compared with: torch as it is."""

import time
from collections.abc import Sequence
from functools import partial
from itertools import zip_longest
from typing import Any

import numpy as np
import torch
from torch import Tensor, optim
from torch.nn.functional import cross_entropy

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets.pictures import SIDE
from mlpcore.engines.dealing import masks, orders, walks
from mlpcore.engines.interface import Ensemble, Floats, Lesson, Metrics, Network, Rule
from mlpcore.engines.samples import PictureSamples, Samples
from mlpcore.networks.activations import activations_of

_OPTIMISERS: dict[str, type[optim.Optimizer]] = {
    "sgd": optim.SGD,
    "adam": optim.Adam,
    "adamw": optim.AdamW,
    "rmsprop": optim.RMSprop,
}
# Samples that are evaluated at a time: a bound on memory.
EVALUATED = 1024


class TorchEnsemble(Ensemble):
    """Networks stacked by architecture: each layer of a group is one tensor (M, out, in + 1)."""

    def __init__(
        self,
        networks: Sequence[Network],
        activation: str,
        negative_slope: float,
        rule: Rule,
        seeds: Sequence[int],
        device: torch.device | str = "cpu",
    ) -> None:
        super().__init__(networks, activation, negative_slope, rule, seeds)
        self.stacks = [
            [torch.stack(layer).to(device) for layer in zip(*networks[group], strict=True)]
            for group in self.groups
        ]
        parameters = [layer.requires_grad_() for stack in self.stacks for layer in stack]
        options: dict[str, Any] = {"weight_decay": rule.weight_decay, "lr": 1.0}
        if rule.optimiser in ("sgd", "rmsprop"):
            options["momentum"] = rule.momentum
        self.optimiser = _OPTIMISERS[rule.optimiser](parameters, **options)

    def copies(self) -> list[tuple[Floats, ...]]:
        """As for :class:`Ensemble`."""
        return [
            tuple(layer.detach().cpu().numpy().copy() for layer in stack) for stack in self.stacks
        ]

    def weights(self, group: slice) -> list[Tensor]:
        """As for :class:`Ensemble`."""
        return [layer.detach() for layer in self.stacks[self.groups.index(group)]]

    def logits(self, place: int, inputs: Tensor, masks: Sequence[Tensor] = ()) -> Tensor:
        """Outputs (M, C, B) of a group for inputs (M or 1, B, D + 1).

        Dropout's masks are (M, units, B), one for each hidden layer, if there is dropout.
        """
        first, *others = self.stacks[place]
        names = activations_of(self.activation, len(others))
        z = first @ inputs.mT
        for layer, name, mask in zip_longest(others, names, masks):
            hidden = ACTIVATIONS[name].function(z, self.negative_slope)
            hidden = hidden if mask is None else hidden * mask.to(hidden)
            z = layer[:, :, :-1] @ hidden + layer[:, :, -1:]
        return z


class TorchEngine:
    """Trains ensembles by autograd and torch.optim.

    Args:
        device: where.
    """

    def __init__(self, device: torch.device | str = "cpu") -> None:
        self.device = device
        self.ensemble = partial(TorchEnsemble, device=device)

    def train(
        self,
        lessons: Sequence[Lesson],
        start: int,
        stop: int,
        learning_rate: float,
        threads: int = 1,
    ) -> float:
        """As for :class:`mlpcore.engines.interface.Engine`; threads are torch's."""
        begun = time.monotonic()
        for lesson in lessons:
            epoch, dealt = -1, None
            for step in range(start, stop):
                if step // lesson.steps != epoch or dealt is None:
                    epoch = step // lesson.steps
                    dealt = _Epoch(lesson, epoch, self.device)
                self._step(lesson.ensemble, dealt, step % lesson.steps, learning_rate)
        return time.monotonic() - begun

    def _step(self, ensemble: Ensemble, epoch: "_Epoch", number: int, rate: float) -> None:
        """Learn from a batch of an epoch."""
        assert isinstance(ensemble, TorchEnsemble)
        inputs, labels, rows = epoch.batch(number)
        optimiser = ensemble.optimiser
        optimiser.param_groups[0]["lr"] = rate
        optimiser.zero_grad()
        for place, group in enumerate(ensemble.groups):
            mine = rows[group]
            own = inputs[mine] if len(inputs) > 1 else inputs
            logits = ensemble.logits(place, own, epoch.masks(number, group))
            # The sum over networks of each one's mean: no network's gradient has another in it.
            loss = cross_entropy(logits, labels[mine], reduction="sum") / labels.shape[1]
            loss.backward()
        if ensemble.rule.l1:
            for weights in optimiser.param_groups[0]["params"]:
                weights.grad += ensemble.rule.l1 * weights.detach().sign()
        optimiser.step()

    @torch.no_grad()
    def evaluate(
        self, tests: Sequence[tuple[Ensemble, Samples]], threads: int = 1
    ) -> list[Metrics]:
        """As for :class:`mlpcore.engines.interface.Engine`."""
        found = []
        for ensemble, samples in tests:
            assert isinstance(ensemble, TorchEnsemble)
            metrics = [_metrics(ensemble, place, samples) for place in range(len(ensemble.stacks))]
            accuracy, loss = torch.cat(metrics, dim=1).float().cpu().numpy()
            found.append((accuracy, loss))
        return found


class _Epoch:
    """An epoch's batches."""

    def __init__(self, lesson: Lesson, epoch: int, device: torch.device | str) -> None:
        self.samples, self.size = lesson.samples, lesson.batch_size
        self.ensemble, self.epoch = lesson.ensemble, epoch
        seeds, rows = np.unique(lesson.ensemble.seeds, return_inverse=True)
        self.rows = torch.from_numpy(rows).to(device)
        self.orders = torch.from_numpy(orders(seeds, epoch, len(self.samples))).to(device)
        self.steps = None
        if isinstance(self.samples, PictureSamples) and self.samples.degrees is not None:
            moved = walks(seeds, epoch, len(self.samples), self.samples.degrees, SIDE)
            self.steps = torch.from_numpy(moved).to(device)

    def batch(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs (R, B, D + 1), labels (R, B), and which row is each network's."""
        chosen = self.orders[:, number * self.size : (number + 1) * self.size]
        if isinstance(self.samples, Samples):
            inputs = self.samples.inputs[chosen]
        else:
            steps = None
            if self.steps is not None:
                steps = torch.stack([s[c] for s, c in zip(self.steps, chosen, strict=True)])
            inputs = self.samples.inputs_of(chosen, steps)
        return inputs, self.samples.labels[chosen], self.rows

    def masks(self, number: int, group: slice) -> list[Tensor]:
        """Dropout's masks of a batch for a group of networks, (M, units, B) a hidden layer."""
        dropout, shape = self.ensemble.rule.dropout, self.ensemble.shapes[group.start]
        if not dropout:
            return []
        first = number * self.size
        batch = min(self.size, len(self.samples) - first)
        seeds = np.array(self.ensemble.seeds[group])
        return [
            torch.from_numpy(masks(seeds, self.epoch, layer, (units, batch), first, dropout))
            for layer, units in enumerate(shape[1:-1])
        ]


def _metrics(ensemble: TorchEnsemble, place: int, samples: Samples) -> Tensor:
    """Accuracies and losses of a group: (2, M)."""
    right, loss = [], []
    for inputs, labels in zip(
        samples.inputs.split(EVALUATED), samples.labels.split(EVALUATED), strict=True
    ):
        logits = ensemble.logits(place, inputs[None])  # (M, C, B)
        wanted = labels.expand(len(logits), 1, -1)
        chosen = logits.gather(1, wanted)[:, 0]
        others = logits.scatter(1, wanted, -torch.inf).amax(1)
        right.append((chosen > others).double())
        loss.append(-logits.log_softmax(1).gather(1, wanted)[:, 0].double())
    return torch.stack([torch.cat(right, 1).mean(1), torch.cat(loss, 1).mean(1)])

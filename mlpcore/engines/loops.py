"""The compiled loops: networks trained, evaluated and looked at.

Every network is computed by itself, so its numbers depend neither on its neighbours nor on the
number of threads. Shapes: see :mod:`mlpcore.engines.layout`.
"""

from typing import Any

import numpy as np

from mlpcore.arithmetic.compiling import compiled
from mlpcore.arithmetic.functions import like, log
from mlpcore.engines.dealing import GOLDEN, deal, mixed
from mlpcore.engines.dropout import draw
from mlpcore.engines.gathering import FEW, gather
from mlpcore.engines.layout import places, rooms
from mlpcore.engines.passes import LINEAR, backward, forward, softmax
from mlpcore.engines.products import THIN
from mlpcore.engines.sharing import shares
from mlpcore.engines.updates import SGD, update

# Inputs of about this many numbers are gathered at a time, for all networks that meet them.
GATHERED = 1 << 20
# Samples that are evaluated at a time.
EVALUATED = 256


@compiled
def train(
    nets: Any, moves: Any, rate: Any, points: Any, words: Any, degrees: Any, labels: Any,
    counter: Any, batch_size: Any, steps: Any, start: Any, stop: Any,
) -> None:  # fmt: skip
    """Train networks from one step to another, or those that no other thread takes.

    Args:
        nets: :class:`mlpcore.engines.layout.Nets`.
        moves, rate: :class:`mlpcore.engines.updates.Moves`, and the learning rate.
        points, words, degrees: what is learned, as for :func:`mlpcore.engines.gathering.gather`.
        labels: (N,) classes.
        counter: (1,) tasks that have been taken.
        batch_size: B, but for an epoch's last batch.
        steps: batches in an epoch.
        start, stop: steps from the beginning of the run.
    """
    kernels, sizes, layers, offsets, phi, slope, weights, seeds, rows, networks, tasks = nets
    rule, first, second, momentum, decay, l1, dropout = moves
    size, zero = len(labels), like(0, slope)
    features = sizes[networks[0], 0] + 1
    at, most = np.empty((3, sizes.shape[1]), np.int64), np.empty(4, np.int64)
    rooms(sizes, layers, networks, batch_size, at, most)
    plain = rule == SGD and len(first) == 0
    gradients = np.full(most[0], zero)
    pre, hidden = np.full(most[1], zero), np.full(most[2], zero)
    masks = np.full(most[1] if dropout > 0 else 0, zero)
    kept = np.full(most[2], zero) if dropout > 0 else hidden
    errors = np.full((2, most[3]), zero)
    together = max(1, min(GATHERED // (batch_size * features), steps, stop - start))
    # Thin layers read their samples where they lie.
    straight = len(points) > 0 and features > FEW and sizes[:, 1].max() <= THIN
    gathered = np.full(0 if straight else together * batch_size * features, zero)
    inputs = points.reshape(points.size) if straight else gathered
    at_rows, chosen = np.arange(together * batch_size), np.empty(together * batch_size, np.int64)
    order = np.empty(size, np.int64)

    for mine in shares(networks, tasks, counter):
        row = rows[mine[0]]
        step, dealt = start, -1
        while step < stop:
            epoch, batch = step // steps, step % steps
            count = min(together, steps - batch, stop - step)
            if epoch != dealt:
                deal(seeds[row], epoch, order)
                dealt = epoch
            low, high = batch * batch_size, min((batch + count) * batch_size, size)
            if straight:
                at_rows[: high - low] = order[low:high]
            else:
                for now in range(low, high, batch_size):
                    gather(points, words, degrees, seeds[row], epoch,
                           order[now : min(now + batch_size, high)], inputs,
                           (now - low) * features)  # fmt: skip
            for b in range(high - low):
                chosen[b] = labels[order[low + b]]
            for network in mine:
                shape = sizes[network, : layers[network] + 1]
                w, end_w = offsets[network], offsets[network + 1]
                places(shape, batch_size, at)
                for i in range(count):
                    x, y = i * batch_size * features, i * batch_size
                    b = min(batch_size, high - low - y)
                    r = at_rows[y : y + b]
                    draw(shape, at, seeds[row], epoch, low + y, b, dropout, masks)
                    forward(kernels, shape, at, phi, slope, weights, w, inputs, x, r, b,
                            pre, hidden, masks, kept)  # fmt: skip
                    backward(kernels, shape, at, phi, slope, weights, w, inputs, x, r, chosen, y,
                             b, pre, hidden, masks, kept, errors, gradients, rate,
                             plain)  # fmt: skip
                    if not plain:
                        update(rule, weights[w:end_w], gradients[: end_w - w], first[w:end_w],
                               second[w:end_w], step + i, rate, momentum, decay, l1)  # fmt: skip
            step += count


@compiled
def evaluate(
    nets: Any, points: Any, labels: Any, counter: Any, accuracies: Any, losses: Any
) -> None:
    """Fill in accuracy 0…1 and mean cross-entropy of networks, (M,), on points (N, D + 1).

    Or of those that no other thread takes: ``nets`` and ``counter`` are as for :func:`train`. A tie
    between classes counts as wrong; the loss of a diverged network is not finite.
    """
    kernels, sizes, layers, offsets, phi, slope, weights, _, _, networks, tasks = nets
    size, zero, nothing = len(labels), like(0, slope), np.empty((0, 0), np.int32)
    at, most = np.empty((3, sizes.shape[1]), np.int64), np.empty(4, np.int64)
    rooms(sizes, layers, networks, EVALUATED, at, most)
    pre, hidden = np.full(most[1], zero), np.full(most[2], zero)
    largest, total = np.full(EVALUATED, zero), np.full(EVALUATED, zero)
    right, second = np.full(EVALUATED, zero), np.full(EVALUATED, zero)
    features = points.shape[1]
    many = features > FEW
    inputs = points.reshape(size * features) if many else np.full(EVALUATED * features, zero)
    correct, loss = np.zeros(len(sizes), np.int64), np.zeros(len(sizes))
    for mine in shares(networks, tasks, counter):
        for low in range(0, size, EVALUATED):
            chosen = np.arange(low, min(low + EVALUATED, size))
            batch = len(chosen)
            if not many:  # else they lie in memory as they should
                gather(points, nothing, -1.0, 0, 0, chosen, inputs, 0)
            for network in mine:
                shape = sizes[network, : layers[network] + 1]
                places(shape, batch, at)
                forward(kernels, shape, at, phi, slope, weights, offsets[network], inputs,
                        low * features if many else 0, chosen, batch, pre, hidden, hidden[:0],
                        hidden)  # fmt: skip
                z = at[1, layers[network] - 1]
                logits = pre[z : z + shape[-1] * batch]
                second[:] = like(-np.inf, slope)
                for k in range(shape[-1]):
                    row = logits[k * batch : (k + 1) * batch]
                    for b in range(batch):
                        if labels[low + b] == k:
                            right[b] = row[b]
                        else:  # NaN stays
                            second[b] = second[b] if row[b] <= second[b] else row[b]
                softmax(logits, batch, largest, total)
                for b in range(batch):
                    correct[network] += right[b] > second[b]
                    total[b] = log(total[b]) + (largest[b] - right[b])
                for b in range(batch):
                    loss[network] += total[b]
        for network in mine:
            accuracies[network], losses[network] = correct[network] / size, loss[network] / size


@compiled
def look(
    kernels: Any, shape: Any, phi: Any, slope: Any, weights: Any, points: Any, probabilities: Any,
    units: Any, patterns: Any,
) -> None:  # fmt: skip
    """What one network does with points (N, D + 1).

    Args:
        kernels, shape, phi, slope, weights: as for :func:`mlpcore.engines.passes.forward`.
        points: (N, D + 1), the last column ones.
        probabilities: (C, N), to be filled.
        units: (L − 1, U, N), to be filled with the activations of each layer's first units.
        patterns: (N,) uint64, to be filled: equal where the same hidden units are above 0, those of
            linear layers aside. It is the exclusive or of a random number for each (Zobrist 1970),
            as good as exact. Or empty.
    """
    size, zero, nothing = len(points), like(0, slope), np.empty((0, 0), np.int32)
    at, last = np.empty((3, len(shape)), np.int64), len(shape) - 2
    places(shape, EVALUATED, at)
    pre, hidden = np.full(at[1, -1], zero), np.full(at[2, -1], zero)
    inputs = np.full(EVALUATED * points.shape[1], zero)
    largest, total = np.full(EVALUATED, zero), np.full(EVALUATED, zero)
    patterns[:] = 0
    for low in range(0, size, EVALUATED):
        chosen = np.arange(low, min(low + EVALUATED, size))
        batch = len(chosen)
        places(shape, batch, at)
        gather(points, nothing, -1.0, 0, 0, chosen, inputs, 0)
        rows = np.arange(batch)
        forward(kernels, shape, at, phi, slope, weights, 0, inputs, 0, rows, batch, pre, hidden,
                hidden[:0], hidden)  # fmt: skip
        number = np.uint64(0)
        for layer in range(last):
            for unit in range(shape[layer + 1]):
                if unit < units.shape[1]:
                    a = at[2, layer] + unit * batch
                    units[layer, unit, low : low + batch] = hidden[a : a + batch]
                number += GOLDEN
                mark, z = mixed(number), at[1, layer] + unit * batch
                if len(patterns) and phi[layer] != LINEAR:
                    row, mine = pre[z : z + batch], patterns[low : low + batch]
                    for b in range(batch):
                        mine[b] ^= mark if row[b] > zero else np.uint64(0)
        logits = pre[at[1, last] : at[1, last] + shape[-1] * batch]
        softmax(logits, batch, largest, total)
        for k in range(shape[-1]):
            row, out = logits[k * batch : (k + 1) * batch], probabilities[k, low : low + batch]
            for b in range(batch):
                out[b] = row[b] / total[b]

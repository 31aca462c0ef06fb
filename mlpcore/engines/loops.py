"""The compiled loops: networks forward and back, their updates, their evaluation.

A network is a row of layer sizes, its weights a run of one flat array: for each layer
(out, in + 1), the last column the bias. Activations are stored units × batch with a row of ones
below them, which feeds the biases, and inputs have a feature that is 1. Every network is computed
by itself, so its numbers depend neither on its neighbours nor on the number of threads.

All matrices are one-dimensional arrays. Shapes: M networks, L layers, B batch, D inputs, C classes,
N samples.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.arithmetic.compiling import compiled, inner
from mlpcore.arithmetic.functions import exp, like, log
from mlpcore.datasets.augmentation import FRACTION_BITS
from mlpcore.engines.blas import gemm
from mlpcore.engines.dealing import GOLDEN, deal, mixed, move
from mlpcore.engines.products import THIN, combine, dots, wide_dots, wide_gradients
from mlpcore.engines.sharing import shares

SGD, ADAM, ADAMW, RMSPROP = range(4)

# Inputs of about this many numbers are gathered at a time, for all networks that meet them.
GATHERED = 1 << 20
# Samples that are evaluated at a time.
EVALUATED = 256
# Inputs of up to so many features are gathered as activations are stored, D + 1 rows, which suits
# BLAS there; others sample by sample, so that whole rows are copied.
FEW = 16


class Nets(NamedTuple):
    """M networks, as compiled functions take them.

    Attributes:
        kernels: from :func:`mlpcore.engines.products.kernels`.
        sizes: (M, ≤ L + 1) units of the input and each layer.
        layers: (M,) L.
        offsets: (M + 1,) where a network's weights start.
        phi, slope: place of the activation in its table, and the negative slope.
        weights: of all networks.
        seeds: (R,) of the orders of samples.
        rows: (M,) which order a network follows.
        networks, tasks: (M,) in an order, and (T + 1,) where in it each task begins and the last
            one ends. Networks of one task follow one order of samples.
    """

    kernels: Any
    sizes: Any
    layers: Any
    offsets: Any
    phi: Any
    slope: Any
    weights: Any
    seeds: Any
    rows: Any
    networks: Any
    tasks: Any


class Moves(NamedTuple):
    """How networks are updated, as for :func:`update`, which says what is what.

    ``first`` and ``second`` are laid out as the weights; of SGD without momentum and weight decay
    they may be empty.
    """

    rule: Any
    first: Any
    second: Any
    momentum: Any
    decay: Any


def _first_of(phis: Sequence[Callable[..., Any]], link: Callable[..., Any]) -> Any:
    """Loops over several functions as one, which branches outside of them."""
    chain: Any = link(len(phis) - 1, phis[-1], None)
    for place in range(len(phis) - 2, -1, -1):
        chain = link(place, phis[place], chain)
    return chain


def _values(place: int, phi: Any, others: Any) -> Any:
    if others is None:
        others = inner(lambda which, size, slope, pre, z, hidden, a: None)

    @inner
    def values(
        which: Any, size: Any, slope: Any, pre: Any, z: Any, hidden: Any, a: Any
    ) -> None:  # fmt: skip
        if which == place:
            source, out = pre[z : z + size], hidden[a : a + size]
            for i in range(size):
                out[i] = phi(source[i], slope)
        else:
            others(which, size, slope, pre, z, hidden, a)

    return values


def _chains(place: int, phi: Any, others: Any) -> Any:
    if others is None:
        others = inner(lambda which, size, slope, pre, z, hidden, a, error, e: None)

    @inner
    def chains(
        which: Any, size: Any, slope: Any, pre: Any, z: Any, hidden: Any, a: Any, error: Any, e: Any
    ) -> None:
        if which == place:
            source, value, out = pre[z : z + size], hidden[a : a + size], error[e : e + size]
            for i in range(size):
                out[i] *= phi(source[i], value[i], slope)
        else:
            others(which, size, slope, pre, z, hidden, a, error, e)

    return chains


# activate(which, size, slope, pre, z, hidden, a): hidden[a:] = φ(pre[z:]), for so many numbers.
# chain(…, error, e): error[e:] *= φ′(pre[z:]).
activate = _first_of([phi.value for phi in ACTIVATIONS.values()], _values)
chain = _first_of([phi.derivative for phi in ACTIVATIONS.values()], _chains)


@inner
def places(shape: Any, batch: Any, at: Any) -> None:
    """Fill ``at`` (3, > L) with where each layer's parts begin among the network's.

    In the first row its weights (out, in + 1), in the second its pre-activations (units, B), in the
    third its activations and the row of ones (units + 1, B). The last column has their sizes.
    """
    weights = pre = hidden = 0
    for layer in range(len(shape) - 1):
        n_in, n_out = shape[layer], shape[layer + 1]
        at[0, layer], at[1, layer], at[2, layer] = weights, pre, hidden
        weights += n_out * (n_in + 1)
        pre += n_out * batch
        hidden += (n_out + 1) * batch
    at[0, -1], at[1, -1], at[2, -1] = weights, pre, hidden


@inner
def forward(
    kernels: Any, shape: Any, at: Any, phi: Any, slope: Any, weights: Any, start: Any, inputs: Any,
    first: Any, rows: Any, batch: Any, pre: Any, hidden: Any,
) -> None:  # fmt: skip
    """Carry a batch through a network.

    Args:
        kernels: from :func:`mlpcore.engines.products.kernels`.
        shape: (L + 1,) units of the input and each layer.
        at: from :func:`places`, for batches at least as large.
        phi, slope: place of the activation in its table, and the negative slope.
        weights, start: all networks', and where this one's begin.
        inputs, first: from :func:`gather`, and where the batch begins.
        rows: (B,) which rows of the inputs it is, if they lie in rows.
        batch: B.
        pre, hidden: where each layer's pre-activations and activations go; the output layer's
            pre-activations are the logits.
    """
    one = like(1, slope)
    layers, features = len(shape) - 1, shape[0] + 1
    if features > FEW:
        wide_dots(kernels, shape[1], features, weights, start, inputs, first, rows, pre)
    else:
        combine(kernels, shape[1] * features, False, shape[1], batch, features, weights, start,
                features, inputs, first, batch, pre, 0, batch)  # fmt: skip
    for layer in range(1, layers):
        units, after = shape[layer], shape[layer + 1]
        a = at[2, layer - 1]
        activate(phi, units * batch, slope, pre, at[1, layer - 1], hidden, a)
        for b in range(units * batch, (units + 1) * batch):
            hidden[a + b] = one
        combine(kernels, after * units, False, after, batch, units + 1, weights,
                start + at[0, layer], units + 1, hidden, a, batch,
                pre, at[1, layer], batch)  # fmt: skip


@inner
def softmax(logits: Any, batch: Any, most: Any, total: Any) -> None:
    """Turn logits, (C, B), into exp(logit − largest).

    The largest of each sample and the sum of its exponentials go into ``most`` and ``total`` (B,).
    NaN stays NaN.
    """
    for b in range(batch):
        most[b] = logits[b]
        total[b] = like(0, total[b])
    for k in range(1, len(logits) // batch):
        z = logits[k * batch : (k + 1) * batch]
        for b in range(batch):
            most[b] = most[b] if z[b] <= most[b] else z[b]
    for k in range(len(logits) // batch):
        z = logits[k * batch : (k + 1) * batch]
        for b in range(batch):
            z[b] = exp(z[b] - most[b])
            total[b] += z[b]


@inner
def backward(
    kernels: Any, shape: Any, at: Any, phi: Any, slope: Any, weights: Any, start: Any, inputs: Any,
    first: Any, rows: Any, labels: Any, label: Any, batch: Any, pre: Any, hidden: Any, errors: Any,
    gradients: Any, rate: Any, plain: Any,
) -> None:  # fmt: skip
    """The gradients of the mean cross-entropy after :func:`forward`.

    Args:
        kernels, shape, at, phi, slope, weights, start, inputs, first, rows, batch, pre, hidden: as
            for :func:`forward`.
        labels, label: classes of samples, and where the batch's begin.
        errors: (2, widest layer · B), to be overwritten.
        gradients: of this network's weights, laid out alike, to be filled.
        rate, plain: if ``plain``, subtract ``rate`` times the gradients from the weights instead.
    """
    one = like(1, slope)
    last = len(shape) - 2
    classes = shape[last + 1]
    # The logits' errors: softmax less one-hot, over B.
    error, e = pre, at[1, last]
    logits, total = pre[e : e + classes * batch], errors[1]
    softmax(logits, batch, errors[0], total)
    share = one / like(batch, one)
    for b in range(batch):
        total[b] = share / total[b]
    for k in range(classes):
        row = logits[k * batch : (k + 1) * batch]
        for b in range(batch):
            row[b] *= total[b]
    for b in range(batch):
        logits[labels[label + b] * batch + b] -= share
    for layer in range(last, -1, -1):
        n_in, n_out = shape[layer], shape[layer + 1]
        w, after, c = start + at[0, layer], error, e
        if layer > 0:
            error, e = errors[layer % 2], 0
            combine(kernels, n_out * n_in, True, n_in, batch, n_out, weights, w, n_in + 1,
                    after, c, batch, error, e, batch)  # fmt: skip
            chain(phi, n_in * batch, slope, pre, at[1, layer - 1], hidden, at[2, layer - 1],
                  error, e)  # fmt: skip
        source, place = inputs, first
        if layer > 0:
            source, place = hidden, at[2, layer - 1]
        many = layer == 0 and n_in + 1 > FEW
        if plain and many and n_out > THIN:
            # A layer so large is most of a step's way through memory: it is moved at once.
            gemm(kernels[0], False, False, n_out, n_in + 1, batch, -rate, after, c, batch,
                 source, place, n_in + 1, like(1, rate), weights, w, n_in + 1)  # fmt: skip
            continue
        if many:
            wide_gradients(kernels, n_out, n_in + 1, after, c, source, place, rows, gradients)
        else:
            dots(kernels, n_out * n_in, n_out, n_in + 1, batch, after, c, batch,
                 source, place, batch, gradients, at[0, layer], n_in + 1)  # fmt: skip
        if plain:
            moved, by = weights[w : w + n_out * (n_in + 1)], gradients[at[0, layer] :]
            for i in range(len(moved)):
                moved[i] -= rate * by[i]


@inner
def update(
    rule: Any, weights: Any, gradients: Any, first: Any, second: Any, step: Any, rate: Any,
    momentum: Any, decay: Any,
) -> None:  # fmt: skip
    """Move a network's weights by one update of torch.optim's rules.

    SGD: v ← μv + g, θ ← θ − ηv. Adam (Kingma & Ba 2015, algorithm 1): θ ← θ − η m̂ / (√v̂ + ε),
    β = (0.9, 0.999), ε = 1e-8; AdamW (Loshchilov & Hutter 2019) with decoupled weight decay.
    RMSprop: v ← αv + (1 − α)g², θ ← θ − η g / (√v + ε), α = 0.99, through a velocity if μ > 0.

    Args:
        rule: which.
        weights, gradients: the network's.
        first, second: laid out alike: velocity or mean, and mean square.
        step: updates that have been made before.
        rate, momentum, decay: η, μ, and the weight decay.
    """
    one, epsilon = like(1, rate), like(1e-8, rate)
    if rule == SGD:
        for i in range(len(weights)):
            first[i] = momentum * first[i] + (gradients[i] + decay * weights[i])
            weights[i] -= rate * first[i]
    elif rule == RMSPROP:
        keep, rest = like(0.99, rate), like(1 - 0.99, rate)
        for i in range(len(weights)):
            g = gradients[i] + decay * weights[i]
            second[i] = keep * second[i] + rest * g * g
            first[i] = momentum * first[i] + g / (np.sqrt(second[i]) + epsilon)
            weights[i] -= rate * first[i]
    else:
        b1, b2 = like(0.9, rate), like(0.999, rate)
        r1, r2 = like(1 - 0.9, rate), like(1 - 0.999, rate)
        pace = like(rate / (1 - 0.9 ** (step + 1)), rate)
        scale = like(1 / np.sqrt(1 - 0.999 ** (step + 1)), rate)
        shrink = one - rate * decay if rule == ADAMW else one
        pull = decay if rule == ADAM else like(0, rate)
        for i in range(len(weights)):
            g = gradients[i] + pull * weights[i]
            first[i] = b1 * first[i] + r1 * g
            second[i] = b2 * second[i] + r2 * g * g
            root = np.sqrt(second[i]) * scale + epsilon
            weights[i] = weights[i] * shrink - pace * first[i] / root


@inner
def picture(words: Any, sample: Any, side: Any, walk: Any, line: Any, inputs: Any, at: Any) -> None:
    """Write one packed picture as a network's input in −1…1: red, green, blue plane, and the 1.

    Args:
        words, sample: (N, (S + 2)²) pictures in black edges, and which.
        side: S.
        walk: (6,) where to take each pixel from, as :func:`mlpcore.engines.dealing.move` has it.
        line: (S,) int32, to be overwritten.
        inputs, at: where to, 3 S² + 1 numbers.
    """
    one, scale = like(1, inputs[0]), like(1 / 127.5, inputs[0])
    plane, pixels = side * side, words[sample]
    lowest, last, edged = np.int32(-1), np.int32(side), np.int32(side + 2)
    for row in range(side):
        x0 = np.int32(walk[1] * row + walk[2])
        y0 = np.int32(walk[4] * row + walk[5])
        for column in range(side):
            # Each step in 32 bits; Numba would take 64.
            x = np.int32(x0 >> np.int32(FRACTION_BITS))
            y = np.int32(y0 >> np.int32(FRACTION_BITS))
            x = lowest if x < lowest else last if x > last else x
            y = lowest if y < lowest else last if y > last else y
            # Unsigned, so that it cannot be an index from the end.
            line[column] = pixels[np.uint32(np.int32(y * edged + x + edged + 1))]
            x0, y0 = np.int32(x0 + walk[0]), np.int32(y0 + walk[3])
        start = at + row * side
        for colour in range(3):
            out = inputs[colour * plane + start : colour * plane + start + side]
            shift = np.int32(8 * colour)
            for column in range(side):
                out[column] = like(np.int32((line[column] >> shift) & 255), one) * scale - one
    inputs[at + 3 * plane] = one


@inner
def gather(
    points: Any, words: Any, degrees: Any, seed: Any, epoch: Any, order: Any, inputs: Any, at: Any
) -> None:  # fmt: skip
    """Write samples ``order`` (B,) into ``inputs`` from a place on.

    As (B, D + 1), or as (D + 1, B) if there are at most :data:`FEW` features. They are rows of
    ``points`` (N, D + 1), or else pictures of ``words`` (N, (S + 2)²), moved by up to ``degrees``,
    or left alone if that is negative.
    """
    batch, features = len(order), points.shape[1]
    if len(points) and features <= FEW:
        for i in range(features):
            row = inputs[at + i * batch : at + (i + 1) * batch]
            for b in range(batch):
                row[b] = points[order[b], i]
    elif len(points):
        for b in range(batch):
            # Not by assigning the slice, which is ten times slower.
            row, out = points[order[b]], inputs[at + b * features : at + (b + 1) * features]
            for i in range(features):
                out[i] = row[i]
    else:
        side = int(np.sqrt(words.shape[1])) - 2
        walk, line = np.zeros(6, np.int32), np.empty(side, np.int32)
        walk[0] = walk[4] = 1 << FRACTION_BITS
        walk[2] = walk[5] = 1 << (FRACTION_BITS - 1)
        for b in range(batch):
            if degrees >= 0:
                move(seed, epoch, order[b], degrees, side, walk)
            picture(words, order[b], side, walk, line, inputs, at + b * (3 * side * side + 1))


@inner
def rooms(sizes: Any, layers: Any, networks: Any, batch: Any, at: Any, most: Any) -> None:
    """Fill ``most`` (4,) with the room that one of the networks takes at most.

    That of its weights, pre-activations and activations, as :func:`places` has them, and errors.
    """
    most[:] = 1
    for network in networks:
        shape = sizes[network, : layers[network] + 1]
        places(shape, batch, at)
        for part in range(3):
            most[part] = max(most[part], at[part, -1])
        most[3] = max(most[3], batch * shape[1:].max())


@compiled
def train(
    nets: Any, moves: Any, rate: Any, points: Any, words: Any, degrees: Any, labels: Any,
    counter: Any, batch_size: Any, steps: Any, start: Any, stop: Any,
) -> None:  # fmt: skip
    """Train networks from one step to another, or those that no other thread takes.

    Args:
        nets: :class:`Nets`.
        moves, rate: :class:`Moves`, and the learning rate.
        points, words, degrees: what is learned, as for :func:`gather`.
        labels: (N,) classes.
        counter: (1,) tasks that have been taken.
        batch_size: B, but for an epoch's last batch.
        steps: batches in an epoch.
        start, stop: steps from the beginning of the run.
    """
    kernels, sizes, layers, offsets, phi, slope, weights, seeds, rows, networks, tasks = nets
    rule, first, second, momentum, decay = moves
    size, zero = len(labels), like(0, slope)
    features = sizes[networks[0], 0] + 1
    at, most = np.empty((3, sizes.shape[1]), np.int64), np.empty(4, np.int64)
    rooms(sizes, layers, networks, batch_size, at, most)
    plain = rule == SGD and len(first) == 0
    gradients = np.full(most[0], zero)
    pre, hidden = np.full(most[1], zero), np.full(most[2], zero)
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
                    forward(kernels, shape, at, phi, slope, weights, w, inputs, x, r, b,
                            pre, hidden)  # fmt: skip
                    backward(kernels, shape, at, phi, slope, weights, w, inputs, x, r, chosen, y,
                             b, pre, hidden, errors, gradients, rate, plain)  # fmt: skip
                    if not plain:
                        update(rule, weights[w:end_w], gradients[: end_w - w], first[w:end_w],
                               second[w:end_w], step + i, rate, momentum, decay)  # fmt: skip
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
                        low * features if many else 0, chosen, batch, pre, hidden)  # fmt: skip
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
        kernels, shape, phi, slope, weights: as for :func:`forward`.
        points: (N, D + 1), the last column ones.
        probabilities: (C, N), to be filled.
        units: (L − 1, U, N), to be filled with the activations of each layer's first units.
        patterns: (N,) uint64, to be filled: equal where the same hidden units are above 0. It is
            the exclusive or of a random number for each (Zobrist 1970), as good as exact. Or empty.
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
        forward(kernels, shape, at, phi, slope, weights, 0, inputs, 0, rows, batch, pre, hidden)
        number = np.uint64(0)
        for layer in range(last):
            for unit in range(shape[layer + 1]):
                if unit < units.shape[1]:
                    a = at[2, layer] + unit * batch
                    units[layer, unit, low : low + batch] = hidden[a : a + batch]
                number += GOLDEN
                mark, z = mixed(number), at[1, layer] + unit * batch
                if len(patterns):
                    row, mine = pre[z : z + batch], patterns[low : low + batch]
                    for b in range(batch):
                        mine[b] ^= mark if row[b] > zero else np.uint64(0)
        logits = pre[at[1, last] : at[1, last] + shape[-1] * batch]
        softmax(logits, batch, largest, total)
        for k in range(shape[-1]):
            row, out = logits[k * batch : (k + 1) * batch], probabilities[k, low : low + batch]
            for b in range(batch):
                out[b] = row[b] / total[b]

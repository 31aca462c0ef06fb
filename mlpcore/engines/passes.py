"""A batch carried through a network and back, in compiled loops.

Shapes: see :mod:`mlpcore.engines.layout`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.arithmetic.compiling import inner
from mlpcore.arithmetic.functions import exp, like
from mlpcore.engines.blas import gemm
from mlpcore.engines.dropout import keep
from mlpcore.engines.gathering import FEW
from mlpcore.engines.products import THIN, combine, dots, wide_dots, wide_gradients
from mlpcore.networks.activations import activations_of

# The place in the table of the activation that has no kink.
LINEAR = list(ACTIVATIONS).index("linear")


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


def places_of(activation: str, layers: int) -> NDArray[np.int64]:
    """Where the activations of so many hidden layers are in the table: (layers,)."""
    table = list(ACTIVATIONS)
    return np.array([table.index(name) for name in activations_of(activation, layers)], np.int64)


@inner
def forward(
    kernels: Any, shape: Any, at: Any, phi: Any, slope: Any, weights: Any, start: Any, inputs: Any,
    first: Any, rows: Any, batch: Any, pre: Any, hidden: Any, masks: Any, kept: Any,
) -> None:  # fmt: skip
    """Carry a batch through a network.

    Args:
        kernels: from :func:`mlpcore.engines.products.kernels`.
        shape: (L + 1,) units of the input and each layer.
        at: from :func:`mlpcore.engines.layout.places`, for batches at least as large.
        phi, slope: (≥ L − 1,) the place of each hidden layer's activation in its table, and the
            negative slope.
        weights, start: all networks', and where this one's begin.
        inputs, first: from :func:`mlpcore.engines.gathering.gather`, and where the batch begins.
        rows: (B,) which rows of the inputs it is, if they lie in rows.
        batch: B.
        pre, hidden: where each layer's pre-activations and activations go; the output layer's
            pre-activations are the logits.
        masks: what dropout multiplies activations by, laid out as pre-activations; empty for none.
        kept: where what the next layers get goes, as activations; the same array without dropout.
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
        activate(phi[layer - 1], units * batch, slope, pre, at[1, layer - 1], hidden, a)
        keep(units * batch, masks, at[1, layer - 1], hidden, a, kept, a)
        for b in range(units * batch, (units + 1) * batch):
            kept[a + b] = one
        combine(kernels, after * units, False, after, batch, units + 1, weights,
                start + at[0, layer], units + 1, kept, a, batch,
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
    first: Any, rows: Any, labels: Any, label: Any, batch: Any, pre: Any, hidden: Any, masks: Any,
    kept: Any, errors: Any, gradients: Any, rate: Any, plain: Any,
) -> None:  # fmt: skip
    """The gradients of the mean cross-entropy after :func:`forward`.

    Args:
        kernels, shape, at, phi, slope, weights, start, inputs, first, rows, batch, pre, hidden,
            masks, kept: as for :func:`forward`.
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
            chain(phi[layer - 1], n_in * batch, slope, pre, at[1, layer - 1], hidden,
                  at[2, layer - 1], error, e)  # fmt: skip
            keep(n_in * batch, masks, at[1, layer - 1], error, e, error, e)
        source, place = inputs, first
        if layer > 0:
            source, place = kept, at[2, layer - 1]
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

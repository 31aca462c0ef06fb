"""The updates of torch.optim's rules, in compiled loops."""

from typing import Any, NamedTuple

import numpy as np

from mlpcore.arithmetic.compiling import inner
from mlpcore.arithmetic.functions import like

SGD, ADAM, ADAMW, RMSPROP = range(4)


class Moves(NamedTuple):
    """How networks are updated, as for :func:`update`, which says what is what, and dropout's p.

    ``first`` and ``second`` are laid out as the weights; of SGD without momentum and penalties
    they may be empty.
    """

    rule: Any
    first: Any
    second: Any
    momentum: Any
    decay: Any
    l1: Any
    dropout: Any


@inner
def update(
    rule: Any, weights: Any, gradients: Any, first: Any, second: Any, step: Any, rate: Any,
    momentum: Any, decay: Any, l1: Any,
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
        rate, momentum, decay, l1: η, μ, the weight decay, and λ of the penalty λ Σ|θ|.
    """
    one, epsilon = like(1, rate), like(1e-8, rate)
    if rule == SGD:
        for i in range(len(weights)):
            g = gradients[i] + decay * weights[i] + l1 * np.sign(weights[i])
            first[i] = momentum * first[i] + g
            weights[i] -= rate * first[i]
    elif rule == RMSPROP:
        keep, rest = like(0.99, rate), like(1 - 0.99, rate)
        for i in range(len(weights)):
            g = gradients[i] + decay * weights[i] + l1 * np.sign(weights[i])
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
            g = gradients[i] + pull * weights[i] + l1 * np.sign(weights[i])
            first[i] = b1 * first[i] + r1 * g
            second[i] = b2 * second[i] + r2 * g * g
            root = np.sqrt(second[i]) * scale + epsilon
            weights[i] = weights[i] * shrink - pace * first[i] / root

"""Signal and gradient by layer in a gain sweep's networks before training, beside theory."""

import functools
import math
from dataclasses import dataclass

import torch

from mlpcore.engines import Samples
from mlpcore.engines.network import Network
from mlpcore.experiments.gain_sweep import GainSweep
from mlpcore.theory.meanfield import Propagation, propagate
from mlpcore.theory.moments import Floats


@dataclass(frozen=True, eq=False)
class LayerMoments:
    """Second moments by layer at one gain: S seeds, L layers.

    Attributes:
        mean_square: mean of the inputs' squared components.
        lengths: (S, L) mean of h² over a layer's units and the samples.
        gradients: (S, L) mean of (∂loss/∂h)², as multiples of the output layer's.
        theory: what mean-field theory predicts for that input power.
    """

    mean_square: float
    lengths: Floats
    gradients: Floats
    theory: Propagation


def critical_gains(config: GainSweep) -> tuple[float, float]:
    """The gains at which signal and gradient are as large in the last hidden layer as in the first.

    By mean-field theory without biases, where both are powers of the gain. In a funnel the signal's
    is below √(2/(1 + a²)) and the gradient's above it. NaN for a single hidden layer.
    """
    sizes, steps = config.sizes, len(config.sizes) - 3
    if not steps:
        return math.nan, math.nan
    theory = propagate(
        "leaky_relu",
        sizes,
        config.initialization(1.0).weight_vars(sizes),
        [0.0] * (len(sizes) - 1),
        1.0,
        negative_slope=config.negative_slope,
    )
    signal = theory.lengths[-2] / theory.lengths[0]
    gradient = theory.gradients[0] / theory.gradients[-2]
    return float(signal ** (-0.5 / steps)), float(gradient ** (-0.5 / steps))


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def layer_moments(config: GainSweep, gain: float, probe: Samples) -> LayerMoments:
    """Send a sweep's samples through its networks at one gain, as they are before training.

    Args:
        config: the sweep.
        gain: of the initial weights; need not be one of the sweep's.
        probe: the samples.
    """
    law, sizes = config.initialization(gain), config.sizes
    inputs = probe.inputs[:, :-1]
    targets = torch.nn.functional.one_hot(probe.labels, sizes[-1]).T
    lengths, powers = [], []
    for seed in config.network_seeds:
        layers = tuple(layer.numpy() for layer in law.draw(sizes, seed))
        network = Network(layers, "leaky_relu", config.negative_slope)
        carried = network.carry(inputs)
        errors = network.back(carried, carried[-1][1].softmax(0) - targets)
        lengths.append(torch.stack([pre.square().mean() for pre, _ in carried]))
        powers.append(torch.stack([error.square().mean() for error in errors]))
    power = torch.stack(powers)
    mean_square = float(inputs.square().mean())
    theory = propagate(
        "leaky_relu",
        sizes,
        law.weight_vars(sizes),
        law.bias_vars(sizes),
        mean_square,
        negative_slope=config.negative_slope,
    )
    return LayerMoments(
        mean_square=mean_square,
        lengths=torch.stack(lengths).double().numpy(),
        gradients=(power / power[:, -1:]).double().numpy(),
        theory=theory,
    )

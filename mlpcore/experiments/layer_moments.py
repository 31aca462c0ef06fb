"""Signal and gradient by layer in a gain sweep's networks before training, beside theory."""

import functools
from dataclasses import dataclass

import torch

from mlpcore.activations import ACTIVATIONS
from mlpcore.experiments.gain_sweep import GainSweep, Probe
from mlpcore.meanfield import Propagation, propagate
from mlpcore.moments import Floats
from mlpcore.stack import Stack


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


@functools.lru_cache(maxsize=64)
@torch.inference_mode()
def layer_moments(config: GainSweep, gain: float, probe: Probe) -> LayerMoments:
    """Send a sweep's samples through its networks at one gain, as they are before training.

    Args:
        config: the sweep.
        gain: of the initial weights; need not be one of the sweep's.
        probe: the samples.
    """
    law, sizes = config.initialization(gain), config.sizes
    stack = Stack.initialised(
        sizes, config.network_seeds, "leaky_relu", config.negative_slope, initialization=law
    )
    layers = stack.layers(probe.inputs)
    errors = [layers[-1][0].softmax(1) - probe.targets]
    for weights, (pre, hidden) in zip(stack.weights[:0:-1], layers[-2::-1], strict=True):
        error = weights[:, :, :-1].mT @ errors[-1]
        ACTIVATIONS["leaky_relu"].backward(error, pre, hidden, config.negative_slope)
        errors.append(error)
    lengths = torch.stack([pre.square().mean((1, 2)) for pre, _ in layers], 1)
    powers = torch.stack([error.square().mean((1, 2)) for error in errors[::-1]], 1)
    mean_square = float(probe.inputs[:, :-1].square().mean())
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
        lengths=lengths.double().numpy(),
        gradients=(powers / powers[:, -1:]).double().numpy(),
        theory=theory,
    )

"""Activation functions: one table, name → function and its derivative, both in place."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

_aten = torch.ops.aten

# α and λ of Klambauer et al. 2017 (arXiv:1706.02515), section 2, in the digits that torch has.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function φ, applied elementwise.

    Attributes:
        forward: ``forward(z, slope, a)`` writes φ(z) into ``a``.
        backward: ``backward(grad, z, a, slope)`` multiplies ``grad`` by φ′(z) in place, a = φ(z).
        piecewise_linear: whether φ is linear on both sides of 0, so that networks cut their input
            space into linear regions.
        label: the name as people write it.
    """

    label: str
    forward: Callable[[Tensor, float, Tensor], object]
    backward: Callable[[Tensor, Tensor, Tensor, float], object]
    piecewise_linear: bool = False


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        "ReLU",
        lambda z, slope, a: torch.clamp_min(z, 0, out=a),
        lambda g, z, a, slope: _aten.threshold_backward.grad_input(g, z, 0, grad_input=g),
        piecewise_linear=True,
    ),
    "leaky_relu": Activation(
        "LeakyReLU",
        lambda z, slope, a: _aten.leaky_relu.out(z, slope, out=a),
        lambda g, z, a, slope: _aten.leaky_relu_backward.grad_input(
            g, z, slope, False, grad_input=g
        ),
        piecewise_linear=True,
    ),
    "elu": Activation(
        "ELU",
        lambda z, slope, a: _aten.elu.out(z, out=a),
        lambda g, z, a, slope: _aten.elu_backward.grad_input(g, 1, 1, 1, False, z, grad_input=g),
    ),
    "selu": Activation(
        "SELU",
        lambda z, slope, a: _aten.elu.out(z, SELU_ALPHA, SELU_SCALE, out=a),
        lambda g, z, a, slope: _aten.elu_backward.grad_input(
            g, SELU_ALPHA, SELU_SCALE, 1, False, z, grad_input=g
        ),
    ),
    "gelu": Activation(
        "GELU",
        # Not gelu.out: where oneDNN computes it, it ignores the strides of ``a`` (torch 2.14).
        lambda z, slope, a: a.copy_(_aten.gelu(z)),
        lambda g, z, a, slope: _aten.gelu_backward.grad_input(g, z, grad_input=g),
    ),
    "silu": Activation(
        "SiLU",
        lambda z, slope, a: _aten.silu.out(z, out=a),
        lambda g, z, a, slope: _aten.silu_backward.grad_input(g, z, grad_input=g),
    ),
    "tanh": Activation(
        "tanh",
        lambda z, slope, a: torch.tanh(z, out=a),
        lambda g, z, a, slope: _aten.tanh_backward.grad_input(g, a, grad_input=g),
    ),
    "sigmoid": Activation(
        "sigmoid",
        lambda z, slope, a: torch.sigmoid(z, out=a),
        lambda g, z, a, slope: _aten.sigmoid_backward.grad_input(g, a, grad_input=g),
    ),
    "softplus": Activation(
        "softplus",
        lambda z, slope, a: _aten.softplus.out(z, out=a),
        lambda g, z, a, slope: _aten.softplus_backward.grad_input(g, z, 1, 20, grad_input=g),
    ),
    "linear": Activation(
        "linear",
        lambda z, slope, a: a.copy_(z),
        lambda g, z, a, slope: g,
        piecewise_linear=True,
    ),
}

"""Activation functions: one table, name → how torch and how compiled loops compute it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from mlpcore.arithmetic.compiling import inlined
from mlpcore.arithmetic.functions import erf, exp, like, log

# α and λ of Klambauer et al. 2017 (arXiv:1706.02515), section 2, in the digits that torch has.
SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946
# 1/√2 and 1/√(2π).
ROOT_HALF, NORMAL = 0.7071067811865476, 0.3989422804014327


@dataclass(frozen=True, slots=True)
class Activation:
    """An activation function φ, applied elementwise.

    Attributes:
        label: the name as people write it.
        function: ``function(z, slope)``, φ(z) of a tensor.
        value: ``value(z, slope)``, φ(z) of one number, compiled; NaN gives NaN.
        derivative: ``derivative(z, a, slope)``, φ′(z) of one number, a = φ(z), compiled.
        piecewise_linear: whether φ is linear on both sides of 0, so that networks cut their input
            space into linear regions.
    """

    label: str
    function: Callable[[Tensor, float], Tensor]
    value: Callable[[Any, Any], Any]
    derivative: Callable[[Any, Any, Any], Any]
    piecewise_linear: bool = False

    def slope_at(self, pre: Tensor, negative_slope: float) -> Tensor:
        """φ′ of pre-activations, of any shape."""
        with torch.inference_mode(False), torch.enable_grad():
            pre = pre.clone().requires_grad_()
            (slope,) = torch.autograd.grad(self.function(pre, negative_slope).sum(), pre)
        return slope


@inlined
def _relu(z: Any, slope: Any) -> Any:
    return like(0, z) if z <= like(0, z) else z


@inlined
def _relu_derivative(z: Any, a: Any, slope: Any) -> Any:
    return like(0, z) if z <= like(0, z) else like(1, z)


@inlined
def _leaky_relu(z: Any, slope: Any) -> Any:
    return slope * z if z <= like(0, z) else z


@inlined
def _leaky_relu_derivative(z: Any, a: Any, slope: Any) -> Any:
    return slope if z <= like(0, z) else like(1, z)


@inlined
def _elu(z: Any, slope: Any) -> Any:
    return exp(z) - like(1, z) if z <= like(0, z) else z


@inlined
def _elu_derivative(z: Any, a: Any, slope: Any) -> Any:
    return exp(z) if z <= like(0, z) else like(1, z)


@inlined
def _selu(z: Any, slope: Any) -> Any:
    low = like(SELU_SCALE * SELU_ALPHA, z) * (exp(z) - like(1, z))
    return low if z <= like(0, z) else like(SELU_SCALE, z) * z


@inlined
def _selu_derivative(z: Any, a: Any, slope: Any) -> Any:
    low = like(SELU_SCALE * SELU_ALPHA, z) * exp(z)
    return low if z <= like(0, z) else like(SELU_SCALE, z)


@inlined
def _cumulative(z: Any) -> Any:
    """Φ(z), the standard normal's distribution function."""
    return like(0.5, z) * (like(1, z) + erf(like(ROOT_HALF, z) * z))


@inlined
def _gelu(z: Any, slope: Any) -> Any:
    return z * _cumulative(z)


@inlined
def _gelu_derivative(z: Any, a: Any, slope: Any) -> Any:
    return _cumulative(z) + z * like(NORMAL, z) * exp(like(-0.5, z) * z * z)


@inlined
def _sigmoid(z: Any, slope: Any) -> Any:
    return like(1, z) / (like(1, z) + exp(-z))


@inlined
def _sigmoid_derivative(z: Any, a: Any, slope: Any) -> Any:
    return a * (like(1, z) - a)


@inlined
def _silu(z: Any, slope: Any) -> Any:
    return z * _sigmoid(z, slope)


@inlined
def _silu_derivative(z: Any, a: Any, slope: Any) -> Any:
    share = _sigmoid(z, slope)
    return share + a * (like(1, z) - share)


@inlined
def _tanh(z: Any, slope: Any) -> Any:
    t = exp(like(-2, z) * abs(z))
    y = (like(1, z) - t) / (like(1, z) + t)
    return -y if z < like(0, z) else y


@inlined
def _tanh_derivative(z: Any, a: Any, slope: Any) -> Any:
    return like(1, z) - a * a


@inlined
def _softplus(z: Any, slope: Any) -> Any:
    high = like(0, z) if z <= like(0, z) else z
    return high + log(like(1, z) + exp(-abs(z)))


@inlined
def _softplus_derivative(z: Any, a: Any, slope: Any) -> Any:
    return _sigmoid(z, slope)


@inlined
def _linear(z: Any, slope: Any) -> Any:
    return z


@inlined
def _linear_derivative(z: Any, a: Any, slope: Any) -> Any:
    return like(1, z)


ACTIVATIONS: dict[str, Activation] = {
    "relu": Activation(
        "ReLU", lambda z, slope: z.relu(), _relu, _relu_derivative, piecewise_linear=True
    ),
    "leaky_relu": Activation(
        "LeakyReLU",
        functional.leaky_relu,
        _leaky_relu,
        _leaky_relu_derivative,
        piecewise_linear=True,
    ),
    "elu": Activation("ELU", lambda z, slope: functional.elu(z), _elu, _elu_derivative),
    "selu": Activation("SELU", lambda z, slope: functional.selu(z), _selu, _selu_derivative),
    "gelu": Activation("GELU", lambda z, slope: functional.gelu(z), _gelu, _gelu_derivative),
    "silu": Activation("SiLU", lambda z, slope: functional.silu(z), _silu, _silu_derivative),
    "tanh": Activation("tanh", lambda z, slope: z.tanh(), _tanh, _tanh_derivative),
    "sigmoid": Activation("sigmoid", lambda z, slope: z.sigmoid(), _sigmoid, _sigmoid_derivative),
    "softplus": Activation(
        "softplus", lambda z, slope: functional.softplus(z), _softplus, _softplus_derivative
    ),
    "linear": Activation(
        "linear", lambda z, slope: z, _linear, _linear_derivative, piecewise_linear=True
    ),
}

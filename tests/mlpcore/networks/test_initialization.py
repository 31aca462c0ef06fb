"""Initial weights: parity with torch's initialisers, and the variances theory counts on."""

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import nn

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.networks.initialization import SCHEMES, Initialization, torch_gain
from mlpcore.params import ParameterError
from mlpcore.theory.meanfield import critical_weight_var

SIZES = [30, 50, 20, 4]


def seeded(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("sizes", [SIZES, [2, 14, 4], [1, 1], [3072, 64, 3]])
def test_torch_default_is_what_linear_layers_get(sizes):
    with torch.random.fork_rng():
        torch.manual_seed(7)
        layers = [nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes)]
    for layer, drawn in zip(layers, Initialization().draw(sizes, 7), strict=True):
        assert torch.equal(drawn[:, :-1], layer.weight)
        assert torch.equal(drawn[:, -1], layer.bias)


@pytest.mark.parametrize(
    ("scheme", "gain", "fill"),
    [
        ("xavier_normal", 1.3, lambda w, g: nn.init.xavier_normal_(w, 1.3, generator=g)),
        ("xavier_uniform", 1.3, lambda w, g: nn.init.xavier_uniform_(w, 1.3, generator=g)),
        (
            "he_normal",
            math.sqrt(2),
            lambda w, g: nn.init.kaiming_normal_(w, nonlinearity="relu", generator=g),
        ),
        (
            "he_uniform",
            math.sqrt(2 / 1.01),
            lambda w, g: nn.init.kaiming_uniform_(w, 0.1, generator=g),
        ),
        ("orthogonal", 0.7, lambda w, g: nn.init.orthogonal_(w, 0.7, generator=g)),
    ],
)
def test_weights_are_torchs(scheme, gain, fill):
    drawn = Initialization(scheme=scheme, gain=gain, bias="zero").draw(SIZES, seed=3)
    generator = seeded(3)
    for layer, (n_in, n_out) in zip(drawn, pairwise(SIZES), strict=True):
        expected = fill(torch.empty(n_out, n_in), generator)
        torch.testing.assert_close(layer[:, :-1], expected, rtol=1e-6, atol=0)
        assert not layer[:, -1].any()


def test_every_scheme_is_compared_with_torch():
    """So that a new one is not left out above."""
    compared = {"xavier_normal", "xavier_uniform", "he_normal", "he_uniform", "orthogonal"}
    assert set(SCHEMES) == {*compared, "torch_default"}


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("bias", ["default", "zero", "normal"])
def test_variances_are_those_theory_counts_on(scheme, bias):
    sizes = [400, 300, 500, 200]
    initialization = Initialization(
        scheme=scheme, gain=1.7, bias=bias, bias_std=0.3 if bias == "normal" else 0.0
    )
    networks = [initialization.draw(sizes, seed) for seed in range(4)]
    variances = zip(
        sizes, initialization.weight_vars(sizes), initialization.bias_vars(sizes), strict=False
    )
    for layer, (n_in, weight_var, bias_var) in enumerate(variances):
        drawn = torch.stack([network[layer] for network in networks]).double()
        weights, biases = drawn[:, :, :-1], drawn[:, :, -1]
        # Relative standard errors √(2/N) of a normal law's variance; others' are smaller.
        error = math.sqrt(2 / weights.numel())
        assert weights.var().item() * n_in == pytest.approx(weight_var, rel=4 * error)
        error = math.sqrt(2 / biases.numel())
        assert biases.square().mean().item() == pytest.approx(bias_var, rel=4 * error)
        assert abs(weights.mean()) < 4 * weights.std() / math.sqrt(weights.numel())


@pytest.mark.parametrize("scheme", SCHEMES)
def test_uniform_laws_end_where_their_variance_says(scheme):
    weights = Initialization(scheme=scheme, gain=1.5).draw([200, 300], 0)[0][:, :-1]
    largest, sigma = weights.abs().max().item(), weights.std().item()
    if scheme in ("torch_default", "xavier_uniform", "he_uniform"):
        assert largest / sigma == pytest.approx(math.sqrt(3), rel=0.01)
    else:
        assert largest / sigma > 3


@pytest.mark.parametrize("shape", [(40, 25), (25, 40)])
def test_orthogonal_layers_keep_lengths(shape):
    n_in, n_out = shape
    weight = Initialization(scheme="orthogonal", gain=2.0).draw([n_in, n_out], 0)[0][:, :-1]
    np.testing.assert_allclose(np.linalg.svd(weight)[1], 2, rtol=1e-5)


def test_a_network_depends_on_its_seed_alone():
    initialization = Initialization(scheme="xavier_normal", gain=0.5)
    before = torch.random.get_rng_state()
    first, again, other = (initialization.draw(SIZES, seed) for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    for a, b, c in zip(first, again, other, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)
    assert [tuple(layer.shape) for layer in first] == [(50, 31), (20, 51), (4, 21)]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_gain_scales_the_weights_alone(scheme):
    one, three = (Initialization(scheme=scheme, gain=gain).draw(SIZES, 5) for gain in (1.0, 3.0))
    for a, b in zip(one, three, strict=True):
        torch.testing.assert_close(3 * a[:, :-1], b[:, :-1])
        assert torch.equal(a[:, -1], b[:, -1])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (dict(scheme="lecun"), r"scheme must be one of torch_default, .* got 'lecun'"),
        (dict(gain=0.0), "gain must be a finite number above 0; got 0"),
        (dict(gain=-1.0), "gain must be a finite number above 0; got -1"),
        (dict(gain=math.inf), "gain must be a finite number above 0; got inf"),
        (dict(bias="one"), "bias must be one of default, zero, normal; got 'one'"),
        (dict(bias="normal", bias_std=-0.1), "bias_std must be a finite number, 0 or more"),
        (dict(bias_std=0.1), "bias_std must be 0 with default biases; .* Set bias to normal"),
    ],
)
def test_bad_values_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        Initialization(**values)


def test_gains():
    assert torch_gain("leaky_relu", 0.1) == pytest.approx(1.4072, abs=5e-5)
    assert torch_gain("tanh") == pytest.approx(5 / 3)
    assert torch_gain("selu") == 0.75
    assert torch_gain("linear") == torch_gain("sigmoid") == 1
    assert {name for name in ACTIVATIONS if torch_gain(name) is None} == {
        "elu",
        "gelu",
        "silu",
        "softplus",
    }
    # Weights of variance gain²/n_in are then on the edge of chaos just if φ is piecewise linear.
    for name in "relu", "leaky_relu", "linear":
        critical = critical_weight_var(name, 0.0, negative_slope=0.2)
        assert torch_gain(name, 0.2) ** 2 == pytest.approx(critical)
    assert critical_weight_var("tanh", 0.0) == pytest.approx(1)
    assert critical_weight_var("selu", 0.0) == pytest.approx(0.690486**2, abs=1e-6)
    assert math.isnan(critical_weight_var("gelu", 0.0))

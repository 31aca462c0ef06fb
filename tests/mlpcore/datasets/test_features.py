"""Polynomial features, their conditioning, and grid maps that never see them."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import chebyshev, legendre, polynomial
from torch.utils._python_dispatch import TorchDispatchMode

from mlpcore.datasets import planar
from mlpcore.datasets.features import BASES, Polynomials, conditioning, term_count, terms
from mlpcore.engines import maps

VANDER = {
    "monomial": polynomial.polyvander,
    "chebyshev": chebyshev.chebvander,
    "legendre": legendre.legvander,
}
every_basis = pytest.mark.parametrize("basis", BASES)
scaled_or_not = pytest.mark.parametrize("scale", [False, True])
standardised_or_not = pytest.mark.parametrize("standardise", [False, True])


def points(count, seed=0, half_width=1.4):
    generator = torch.Generator().manual_seed(seed)
    return (torch.rand(count, 2, generator=generator) * 2 - 1) * half_width


def linear_models(degree, models=3, classes=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    shape = models, classes, term_count(degree) + 1
    return torch.randn(shape, generator=generator)


# Terms


@pytest.mark.parametrize("degree", range(1, 61))
def test_terms_are_the_tutorials_in_order_and_number(degree):
    expected = []
    for n in range(degree + 1):
        for m in range(degree + 1):
            if 0 < n + m <= degree:
                expected.append((n, m))
    assert terms(degree) == expected
    assert term_count(degree) == len(expected)


def test_degree_50_has_1325_terms():
    assert term_count(50) == 1325


@pytest.mark.parametrize("degree", [1, 2, 7, 60])
@scaled_or_not
def test_names_say_what_the_columns_hold(degree, scale):
    polynomials = Polynomials.fit(points(5), degree, "monomial", scale, standardise=False)
    x, y = 1.25, -0.75
    columns = polynomials.features(torch.tensor([[x, y]]), torch.float64)[0]
    names = polynomials.names()
    assert len(names) == len(columns)
    for name, column in zip(names, columns, strict=True):
        expression = name.replace(" ", "*").replace("^", "**")
        value = eval(expression, {}, {"x": x, "y": y})
        assert float(column) == pytest.approx(value, rel=1e-12)


def test_names_of_chebyshev_and_legendre_terms():
    def names(basis, scale):
        return Polynomials.fit(points(5), 2, basis, scale, standardise=False).names()

    assert names("chebyshev", False) == ["T1(y)", "T2(y)", "T1(x)", "T1(x) T1(y)", "T2(x)"]
    assert names("legendre", True)[3] == "P1(x/2) P1(y/2)"


# Values


@every_basis
@given(
    degree=st.integers(1, 60),
    x=st.lists(st.floats(-10, 10), min_size=1, max_size=5),
)
def test_recurrences_agree_with_numpy(basis, degree, x):
    values = BASES[basis].values(torch.tensor(x, dtype=torch.float64), degree).numpy()
    expected = VANDER[basis](np.array(x), degree)
    scale = np.maximum.accumulate(np.abs(expected), axis=1)
    assert values.shape == (len(x), degree + 1)
    assert np.all(np.abs(values - expected) <= 1e-12 * scale * degree)


@every_basis
@scaled_or_not
@pytest.mark.parametrize("degree", [1, 6, 60])
def test_features_are_products_of_polynomials_in_x_and_y(basis, scale, degree):
    some = points(5000)  # more than are expanded at a time
    polynomials = Polynomials.fit(some, degree, basis, scale, standardise=False)
    x, y = some.double().numpy().T / (2 if scale else 1)
    n, m = np.array(terms(degree)).T
    expected = VANDER[basis](x, degree)[:, n] * VANDER[basis](y, degree)[:, m]
    features = polynomials.features(some, torch.float64).numpy()
    np.testing.assert_allclose(features, expected, rtol=1e-9, atol=1e-12)
    assert polynomials.features(some).dtype == torch.float32


@every_basis
def test_standardised_columns_have_mean_0_and_variance_1_on_the_training_set(basis):
    some = points(500)
    polynomials = Polynomials.fit(some, 20, basis, scale=False, standardise=True)
    features = polynomials.features(some, torch.float64)
    torch.testing.assert_close(features.mean(0), torch.zeros(230).double(), atol=1e-9, rtol=0)
    variance = features.var(0, correction=0)
    torch.testing.assert_close(variance, torch.ones(230).double(), atol=1e-6, rtol=0)


def test_points_are_standardised_by_the_training_sets_statistics():
    train, other = points(500), points(20, seed=1) + 3
    plain = Polynomials.fit(train, 4, "legendre", scale=True, standardise=False)
    fitted = Polynomials.fit(train, 4, "legendre", scale=True, standardise=True)
    raw = plain.features(train, torch.float64)
    expected = (plain.features(other, torch.float64) - raw.mean(0)) / raw.std(0, correction=0)
    torch.testing.assert_close(fitted.features(other, torch.float64), expected)


def test_a_constant_column_becomes_zero_when_standardised():
    flat = points(50) * torch.tensor([1.0, 0.0])
    features = Polynomials.fit(flat, 3, "monomial", False, standardise=True).features(flat)
    constant = [i for i, (_, m) in enumerate(terms(3)) if m > 0]
    assert (features[:, constant] == 0).all()
    assert features.isfinite().all()


# Conditioning


def test_conditioning_of_orthogonal_columns():
    report = conditioning(torch.eye(6) * 2)
    assert report.effective_rank == pytest.approx(6)
    assert report.zeros == pytest.approx(30 / 36)
    assert report.least_rms == report.greatest_rms == pytest.approx(2 / 6**0.5)
    assert report.not_finite == 0


@pytest.mark.parametrize("shape", [(40, 5), (5, 40)])
def test_effective_rank_is_the_entropy_of_the_singular_values(shape):
    matrix = np.random.default_rng(0).normal(size=shape)
    shares = np.linalg.svd(matrix, compute_uv=False)
    shares /= shares.sum()
    expected = np.exp(-(shares * np.log(shares)).sum())
    assert conditioning(torch.from_numpy(matrix)).effective_rank == pytest.approx(expected)


def test_effective_rank_of_copies_of_one_column_is_1():
    column = torch.arange(1.0, 9.0)[:, None]
    assert conditioning(column * torch.tensor([1.0, 5.0, -2.0])).effective_rank == pytest.approx(
        1, abs=1e-5
    )


def test_conditioning_reports_overflow():
    report = conditioning(torch.tensor([[1.0, torch.inf], [0.0, 1.0]]))
    assert report.not_finite == 0.25
    assert report.zeros == 0.25
    assert report.greatest_rms == np.inf
    assert np.isnan(report.effective_rank)


def test_conditioning_of_the_tutorials_features_by_basis():
    """At degree 50, 12% of the monomials underflow; their columns span ten orders of magnitude."""
    train = planar.make("spirals", 4, 1000, 0.4, 0).train_inputs

    def report(basis, scale):
        polynomials = Polynomials.fit(train, 50, basis, scale, standardise=False)
        return conditioning(polynomials.features(train))

    monomials, chebyshevs = report("monomial", False), report("chebyshev", True)
    assert monomials.zeros == pytest.approx(0.12, abs=0.01)
    assert monomials.greatest_rms / monomials.least_rms > 1e10
    assert monomials.effective_rank < 3
    assert chebyshevs.zeros < 0.001
    assert chebyshevs.greatest_rms / chebyshevs.least_rms < 100
    assert chebyshevs.effective_rank > 100


# Maps on a grid


@every_basis
@scaled_or_not
@standardised_or_not
@pytest.mark.parametrize("degree", [1, 9, 50])
def test_grid_logits_are_those_of_the_explicit_features(basis, scale, standardise, degree):
    polynomials = Polynomials.fit(points(500), degree, basis, scale, standardise)
    weights = linear_models(degree).double()
    inputs = maps.grid_points(2.0, 30)
    features = polynomials.features(inputs, torch.float64)
    explicit = weights[:, :, :-1] @ features.T + weights[:, :, -1:]
    logits = polynomials.grid_logits(weights, maps.cell_centres(2.0, 30))
    scale_of_terms = (weights[:, :, :-1].abs() @ features.abs().T).view(logits.shape)
    error = (logits - explicit.view(logits.shape)).abs()
    assert (error <= 1e-9 * scale_of_terms.clamp(min=1)).all()


@pytest.mark.parametrize(
    ("basis", "scale", "standardise"),
    [("monomial", True, False), ("chebyshev", True, False), ("legendre", True, True)],
)
def test_maps_are_those_of_a_float32_network_on_the_explicit_features(basis, scale, standardise):
    polynomials = Polynomials.fit(points(500), 50, basis, scale, standardise)
    weights = linear_models(50, models=2) / 10
    features = polynomials.features(maps.grid_points(1.4, 50))
    explicit = weights[:, :, :-1] @ features.T + weights[:, :, -1:]
    drawn, beyond = maps.polynomial_maps(polynomials, weights, 1.4, 50)
    assert drawn.dtype == torch.float32
    expected = explicit.softmax(1).view(drawn.shape)
    torch.testing.assert_close(drawn, expected, atol=1e-4, rtol=1e-3)
    assert (beyond == 0).all()


def test_maps_of_degree_60_on_half_width_10_are_whole_where_float32_is_not():
    polynomials = Polynomials.fit(points(500), 60, "monomial", scale=False, standardise=False)
    weights = linear_models(60, models=2)
    drawn, beyond = maps.polynomial_maps(polynomials, weights, 10.0, 60)
    assert drawn.isfinite().all()
    torch.testing.assert_close(drawn.sum(1), torch.ones(2, 60, 60))
    assert (beyond > 0.5).all()

    features = polynomials.features(maps.grid_points(10.0, 60))
    explicit = (weights[:, :, :-1] @ features.T + weights[:, :, -1:]).softmax(1)
    broken = ~explicit.isfinite().all(1)
    assert (broken.double().mean(1) >= beyond).all()


def test_a_diverged_models_map_is_nan():
    polynomials = Polynomials.fit(points(50), 3, "monomial", scale=False, standardise=False)
    weights = linear_models(3, models=2)
    weights[1] = torch.nan
    drawn, _ = maps.polynomial_maps(polynomials, weights, 2.0, 10)
    assert drawn[0].isfinite().all()
    assert drawn[1].isnan().all()


class Allocations(TorchDispatchMode):
    """Keeps all that is computed, so that memory is never used twice."""

    def __init__(self):
        super().__init__()
        self.kept = []

    def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
        result = function(*arguments, **(keywords or {}))
        self.kept += [item for item in [result] if isinstance(item, torch.Tensor)]
        return result

    @property
    def megabytes(self):
        storages = [tensor.untyped_storage() for tensor in self.kept]
        return sum({s.data_ptr(): s.nbytes() for s in storages}.values()) / 1e6


def test_a_large_map_takes_under_50_megabytes():
    polynomials = Polynomials.fit(points(500), 50, "chebyshev", scale=True, standardise=True)
    weights = linear_models(50, models=1)
    with Allocations() as allocations:
        maps.polynomial_maps(polynomials, weights, 2.0, 500)
    assert 8 < allocations.megabytes < 50

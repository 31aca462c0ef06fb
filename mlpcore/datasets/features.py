"""Polynomial features of points in the plane, and linear models on them.

The terms are p_n(x)·p_m(y) with 1 ≤ n + m ≤ P (Neuromatch W1D3, tutorial 2, section 1), for one of
several families p_k. Everything is computed in float64 and rounded to float32 at the end.

Shapes: N points, F features, P degree, M models, C classes, G grid points a side.
"""

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor

# Points expanded at a time: what a core's cache holds, and a bound on memory.
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Basis:
    """A family of polynomials p₀ = 1, p₁ = x, p_{k+1} = a_k x p_k − c_k p_{k−1}.

    Attributes:
        label: the family's name as people write it.
        symbol: how a polynomial of the family is written, as in T₃(x); "" for a power.
        recurrence: k ≥ 1 ↦ (a_k, c_k).
    """

    label: str
    symbol: str
    recurrence: Callable[[int], tuple[float, float]]

    def values(self, x: Tensor, degree: int) -> Tensor:
        """The polynomials p₀ … p_P at points x: (N,) → (N, P + 1)."""
        columns = [torch.ones_like(x), x]
        for k in range(1, degree):
            a, c = self.recurrence(k)
            columns.append(a * x * columns[k] - c * columns[k - 1])
        return torch.stack(columns[: degree + 1], dim=1)

    def name(self, variable: str, degree: int) -> str:
        """How p_k of a variable is written: "x^3", "T3(x)"; "" for p₀."""
        if degree == 0:
            return ""
        if self.symbol:
            return f"{self.symbol}{degree}({variable})"
        return variable if degree == 1 else f"{variable}^{degree}"


# Recurrences: Abramowitz & Stegun 1964, 22.7.
BASES: dict[str, Basis] = {
    "monomial": Basis("Monomials", "", lambda k: (1, 0)),
    "chebyshev": Basis("Chebyshev", "T", lambda k: (2, 1)),
    "legendre": Basis("Legendre", "P", lambda k: ((2 * k + 1) / (k + 1), k / (k + 1))),
}


def term_count(degree: int) -> int:
    """Number of terms with 1 ≤ n + m ≤ P: (P + 1)(P + 2)/2 − 1."""
    return (degree + 1) * (degree + 2) // 2 - 1


def terms(degree: int) -> list[tuple[int, int]]:
    """The exponents (n, m) of all terms, in the order of the features' columns."""
    return [(n, m) for n in range(degree + 1) for m in range(degree + 1 - n) if n + m > 0]


@functools.lru_cache(maxsize=64)
def _exponents(degree: int) -> Tensor:
    """:func:`terms` as a tensor (2, F), n above m."""
    return torch.tensor(terms(degree)).T


@dataclass(frozen=True, eq=False)
class Polynomials:
    """Maps points to polynomial features; made by :meth:`fit`.

    Attributes:
        degree: the largest n + m, P.
        basis: name of the family, from the table.
        scale: whether points are halved first, so that the square ±2 becomes ±1.
        mean, deviation: (F,) float64, subtracted from each column, and what it is divided by.
    """

    degree: int
    basis: str
    scale: bool
    mean: Tensor
    deviation: Tensor

    @classmethod
    def fit(cls, points: Tensor, degree: int, basis: str, scale: bool, standardise: bool) -> Self:
        """Choose the features of a training set.

        Args:
            points: (N, 2), the training set.
            degree, basis, scale: as for :class:`Polynomials`.
            standardise: whether columns get mean 0 and variance 1 on the training set; a constant
                column becomes 0.
        """
        count = term_count(degree)
        mean = torch.zeros(count, dtype=torch.float64)
        plain = cls(degree, basis, scale, mean, torch.ones_like(mean))
        if not standardise:
            return plain
        statistics = [torch.var_mean(block, 0, correction=0) for block in plain._blocks(points)]
        variance, mean = (torch.cat(columns) for columns in zip(*statistics, strict=True))
        deviation = variance.sqrt()
        return cls(degree, basis, scale, mean, deviation.where(deviation > 0, 1))

    def features(self, points: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """The features of points: (N, 2) → (N, F), columns in the order of :func:`terms`."""
        features = torch.empty(len(points), len(self.mean), dtype=dtype)
        for rows, chunk in zip(features.split(CHUNK), points.split(CHUNK), strict=True):
            start = 0
            for block in self._blocks(chunk):
                columns = slice(start, start := start + block.shape[1])
                rows[:, columns] = (block - self.mean[columns]) / self.deviation[columns]
        return features

    def names(self) -> list[str]:
        """The features before standardising, in order: "x^2 y", "T2(x/2) T1(y/2)" and so on."""
        basis = BASES[self.basis]
        x, y = ("x/2", "y/2") if self.scale else ("x", "y")
        if self.scale and not basis.symbol:
            x, y = f"({x})", f"({y})"
        return [f"{basis.name(x, n)} {basis.name(y, m)}".strip() for n, m in terms(self.degree)]

    def coefficients(self, weights: Tensor) -> Tensor:
        """Arrange a linear model's weights by degree in x and y.

        Args:
            weights: (M, C, F + 1), the last column the bias.

        Returns:
            (M, C, P + 1, P + 1); the bias is at (0, 0), and 0 stands where n + m > P.
        """
        side = self.degree + 1
        n, m = _exponents(self.degree)
        square = weights.new_zeros((*weights.shape[:2], side, side))
        square[:, :, n, m] = weights[:, :, :-1]
        square[:, :, 0, 0] = weights[:, :, -1]
        return square

    def grid_logits(self, weights: Tensor, centres: Tensor) -> Tensor:
        """Outputs of linear models on a square grid, without the features of its points.

        On a grid the sum over terms is V(y) Cᵀ V(x)ᵀ, where V holds the 1-D polynomials at the
        centres and C the coefficients, with the standardisation folded into them.

        Args:
            weights: (M, C, F + 1), the last column the bias.
            centres: (G,), the grid's coordinates along both axes.

        Returns:
            (M, C, G, G) float64, rows along y.
        """
        folded = weights.double().clone()
        folded[:, :, :-1] /= self.deviation
        folded[:, :, -1] -= folded[:, :, :-1] @ self.mean
        values = self._values(centres)
        return values @ (self.coefficients(folded).mT @ values.T)

    def _values(self, x: Tensor) -> Tensor:
        """The 1-D polynomials at coordinates, scaled if that is set: (N,) → (N, P + 1) float64."""
        return BASES[self.basis].values(x.double() / (2 if self.scale else 1), self.degree)

    def _blocks(self, points: Tensor) -> Iterator[Tensor]:
        """The terms with n = 0, those with n = 1, …, neither shifted nor divided: (N, ≤ P + 1)."""
        x, y = self._values(points[:, 0]), self._values(points[:, 1])
        for n in range(self.degree + 1):
            yield x[:, n : n + 1] * y[:, n == 0 : self.degree + 1 - n]


@dataclass(frozen=True)
class Conditioning:
    """What makes a feature matrix easy or hard to learn from.

    Attributes:
        zeros: share of entries that are exactly 0, most of them by underflow.
        not_finite: share of entries beyond the range of their type.
        least_rms, greatest_rms: of the columns' root mean squares; not finite if a column is not.
        effective_rank: exp of the entropy of the normalised singular values (Roy & Vetterli 2007,
            definition 1); NaN if an entry is not finite.
    """

    zeros: float
    not_finite: float
    least_rms: float
    greatest_rms: float
    effective_rank: float


def conditioning(features: Tensor) -> Conditioning:
    """Examine a feature matrix (N, F)."""
    entries = features.double()
    rms = entries.square().mean(0).sqrt()
    return Conditioning(
        zeros=float((features == 0).double().mean()),
        not_finite=float((~features.isfinite()).double().mean()),
        least_rms=float(rms.min()),
        greatest_rms=float(rms.max()),
        effective_rank=_effective_rank(entries) if features.isfinite().all() else torch.nan,
    )


def _effective_rank(matrix: Tensor) -> float:
    tall = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
    # The squares of the singular values; rounding leaves some of the small ones below 0.
    squares = torch.linalg.eigvalsh(tall.T @ tall).clamp(min=0)
    shares = squares.sqrt() / squares.sqrt().sum()
    return float(torch.special.entr(shares).sum().exp())

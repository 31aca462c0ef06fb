"""Functions of one number inside compiled loops, so written that LLVM can vectorise them.

Library calls end vectorisation. In float32 these are polynomials, which let NaN through: exp and
log are good to two or three units in the last place, erf to 5e-7. In float64 they are the
library's.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import types
from numba.extending import overload

# reassoc, contract, nsz, arcp: sums may be reordered and fused, but NaN and infinity stay what they
# are: a network that diverged is a finding.
FAST = {"reassoc", "contract", "nsz", "arcp"}


def like(constant: Any, number: Any) -> Any:
    """A constant in the type of a number; without it float32 would become float64."""
    raise NotImplementedError("inside compiled functions only")


def exp(x: Any) -> Any:
    """The exponential; in float32 it is 0 where it would be below the normal range."""
    raise NotImplementedError("inside compiled functions only")


def log(x: Any) -> Any:
    """The natural logarithm of a positive normal number."""
    raise NotImplementedError("inside compiled functions only")


def erf(x: Any) -> Any:
    """The error function."""
    raise NotImplementedError("inside compiled functions only")


def _library(function: Callable[[float], float]) -> Callable[[Any], Any]:
    def call(x: Any) -> Any:
        return function(x)

    return call


@overload(like, jit_options={"forceinline": True})
def _like(constant: Any, number: Any) -> Any:
    kind = np.float32 if number == types.float32 else np.float64

    def cast(constant: Any, number: Any) -> Any:
        return kind(constant)

    return cast


@overload(exp, jit_options={"fastmath": FAST, "forceinline": True})
def _exp(x: Any) -> Any:
    if x != types.float32:
        return _library(math.exp)

    # Cephes' expf (Moshier 1992): x = n ln 2 + r, and a polynomial for e^r.
    def polynomial(x: Any) -> Any:
        y = np.float32(-87.3) if x < np.float32(-87.3) else x
        y = np.float32(88.0) if y > np.float32(88.0) else y
        n = np.floor(y * np.float32(1.44269504) + np.float32(0.5))
        r = y - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)
        p = np.float32(1.9875691500e-4)
        p = p * r + np.float32(1.3981999507e-3)
        p = p * r + np.float32(8.3334519073e-3)
        p = p * r + np.float32(4.1665795894e-2)
        p = p * r + np.float32(1.6666665459e-1)
        p = p * r + np.float32(5.0000001201e-1)
        p = p * (r * r) + r + np.float32(1)
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23))
        z = p * power.view(np.float32)
        z = np.float32(0) if x < np.float32(-87.3) else z
        return np.float32(np.inf) if x > np.float32(88.0) else z

    return polynomial


@overload(log, jit_options={"fastmath": FAST, "forceinline": True})
def _log(x: Any) -> Any:
    if x != types.float32:
        return _library(math.log)

    # Cephes' logf: x = 2^e m with m in √½…√2, and a polynomial for log m.
    def polynomial(x: Any) -> Any:
        bits = np.float32(x).view(np.int32)
        exponent = np.int32(bits >> np.int32(23)) - np.int32(126)
        m = np.int32((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)).view(np.float32)
        small = m < np.float32(0.70710678)
        e = np.float32(exponent) - (np.float32(1) if small else np.float32(0))
        r = (m + m if small else m) - np.float32(1)
        s = r * r
        p = np.float32(7.0376836292e-2)
        p = p * r - np.float32(1.1514610310e-1)
        p = p * r + np.float32(1.1676998740e-1)
        p = p * r - np.float32(1.2420140846e-1)
        p = p * r + np.float32(1.4249322787e-1)
        p = p * r - np.float32(1.6668057665e-1)
        p = p * r + np.float32(2.0000714765e-1)
        p = p * r - np.float32(2.4999993993e-1)
        p = p * r + np.float32(3.3333331174e-1)
        y = p * r * s - e * np.float32(2.12194440e-4) - np.float32(0.5) * s
        y = r + y + e * np.float32(0.693359375)
        return y if x - x == np.float32(0) else x  # NaN and infinity are what they were

    return polynomial


@overload(erf, jit_options={"fastmath": FAST, "forceinline": True})
def _erf(x: Any) -> Any:
    if x != types.float32:
        return _library(math.erf)

    # Abramowitz & Stegun 1964, 7.1.26: within 1.5e-7, and what float32 adds.
    def polynomial(x: Any) -> Any:
        z = abs(x)
        t = np.float32(1) / (np.float32(1) + np.float32(0.3275911) * z)
        p = np.float32(1.061405429)
        p = p * t - np.float32(1.453152027)
        p = p * t + np.float32(1.421413741)
        p = p * t - np.float32(0.284496736)
        p = p * t + np.float32(0.254829592)
        y = np.float32(1) - p * t * exp(-z * z)
        return -y if x < np.float32(0) else y

    return polynomial

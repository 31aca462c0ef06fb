"""Compiled loops for pictures against NumPy, and pictures as files against Pillow."""

import base64
import io
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from app.figures import shades
from app.figures.drawing import png

SHADES = 24
ANY = st.floats(width=32)
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def decisions(probabilities, confidence):
    """What :func:`shades.decisions` gives, by NumPy."""
    if not np.isfinite(probabilities).all():
        return None
    classes = len(probabilities)
    sureness = (probabilities.max(0) * classes - 1) / (classes - 1) if confidence else 1.0
    shade = np.round(sureness * (SHADES - 1)).astype(np.uint8)
    return probabilities.argmax(0).astype(np.uint8) * np.uint8(SHADES) + shade


@st.composite
def probability_maps(draw):
    shape = draw(st.integers(2, 8)), draw(st.integers(1, 5)), draw(st.integers(1, 5))
    # Few values, so that classes are often equally likely.
    weights = draw(
        arrays(np.float32, shape, elements=st.integers(0, 5) | st.floats(0, 9, width=32))
    )
    weights += weights.sum(0) == 0
    return (weights / weights.sum(0)).astype(np.float32)


@given(probability_maps(), st.booleans())
def test_decisions_are_those_of_numpy(probabilities, confidence):
    found = shades.decisions(probabilities, SHADES, confidence)
    np.testing.assert_array_equal(found, decisions(probabilities, confidence))


@given(
    probability_maps(),
    st.sampled_from([np.nan, np.inf, -np.inf]),
    st.integers(0, 199),
    st.booleans(),
)
def test_one_probability_that_is_not_finite_is_seen(probabilities, value, place, confidence):
    probabilities.flat[place % probabilities.size] = value
    assert shades.decisions(probabilities, SHADES, confidence) is None


@given(
    arrays(np.float32, st.tuples(*[st.integers(1, 4)] * 3), elements=FINITE)
    | arrays(np.float32, (3, 2, 2), elements=ANY),
    st.integers(1, 127),
    st.integers(0, 2),
)
def test_signed_indices_are_those_of_numpy(values, middle, frame):
    indices, low, high = shades.signed(values, middle, frame)
    assert indices.shape == (len(values), *(side + 2 * frame for side in values.shape[1:]))
    for unit, found, least, most in zip(values, indices, low, high, strict=True):
        if not np.isfinite(unit).all():
            assert np.isnan([least, most]).all()
            continue
        scaled = unit / max(float(np.abs(unit).max()), 1e-12)
        expected = (scaled * middle + middle).round().astype(np.uint8)
        framed = np.pad(expected, frame, constant_values=2 * middle + 1)
        np.testing.assert_array_equal(found, framed)
        assert (least, most) == (unit.min(), unit.max())


def test_arrays_of_any_layout_are_taken():
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    turned = np.ascontiguousarray(values.T).T
    for loop in (shades.decisions, shades.signed):
        for one, other in zip(loop(values, 3), loop(turned, 3), strict=True):
            np.testing.assert_array_equal(one, other)


def test_nothing_is_compiled_after_warming():
    shades.warm()
    loops = shades._decisions, shades._signed
    before = [loop.signatures for loop in loops]
    shades.decisions(np.full((3, 4, 4), 1 / 3), 24, False)
    shades.signed(np.zeros((3, 4, 4)), 64, 1)
    assert [loop.signatures for loop in loops] == before
    assert all(len(signatures) == 1 for signatures in before)


@given(
    arrays(np.uint8, st.tuples(*[st.integers(1, 40)] * 2), elements=st.integers(0, 129)),
    arrays(np.uint8, (130, 3)),
)
def test_a_picture_is_read_as_it_was_written(indices, palette):
    kind, data = png(indices, palette).split(",")
    assert kind == "data:image/png;base64"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = Image.open(io.BytesIO(base64.b64decode(data)))
        picture.load()
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), palette[indices[::-1]])


@pytest.mark.parametrize("confidence", [True, False])
def test_a_real_map_is_that_of_numpy(confidence):
    logits = np.random.default_rng(0).normal(size=(4, 60, 60)).astype(np.float32) * 9
    shares = np.exp(logits) / np.exp(logits).sum(0)
    found = shades.decisions(shares, SHADES, confidence)
    np.testing.assert_array_equal(found, decisions(shares, confidence))

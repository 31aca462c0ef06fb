"""Hidden layers as people write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.experiments import AnimalFaces, GainSweep
from mlpcore.networks.widths import parse_widths, written
from mlpcore.params import ParameterError

WAYS = ["64-32", "64, 32", "64,32", "64x32", "64 × 32", "64 32", "[64, 32]", "(64,32)", " 64–32 "]


@pytest.mark.parametrize("text", WAYS)
def test_ways_to_write_the_same_are_one_run(text):
    assert parse_widths(text) == [64, 32]
    for kind in (AnimalFaces, GainSweep):
        assert kind(widths=text) == kind(widths="64-32")
        assert kind(widths=text).changes() == {"widths": "64-32"}


@pytest.mark.parametrize("text", ["", "-", "64-", "64,,32", "64-many", "0", "513", "6.4", "1-" * 7])
def test_what_names_no_widths_is_refused(text):
    with pytest.raises(ParameterError, match="widths must be 1 to 6 whole numbers from 1 to 512"):
        parse_widths(text)


@given(st.text("0123456789-,x× []") | st.text())
def test_any_text_is_widths_or_refused(text):
    with contextlib.suppress(ParameterError):
        widths = parse_widths(text)
        assert parse_widths(written(widths)) == widths

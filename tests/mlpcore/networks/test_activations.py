"""Activations of hidden layers as people write them."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.experiments import AnimalFaces, Trainability, WideVsDeep
from mlpcore.networks.activations import activations_of, joined, parse_activations
from mlpcore.params import ParameterError

WAYS = ["relu-tanh", "ReLU, Tanh", "relu;tanh", " relu – tanh ", "relu-tanh-tanh"]


@pytest.mark.parametrize("text", WAYS)
def test_ways_to_write_the_same_are_one_run(text):
    for kind in (AnimalFaces, WideVsDeep):
        assert kind(activation=text) == kind(activation="relu-tanh")
        assert kind(activation=text).changes() == {"activation": "relu-tanh"}


@pytest.mark.parametrize(
    "text", ["", "-", "relu-", "relu--tanh", "step", "relu tanh", "relu-" * 10]
)
def test_what_names_no_activations_is_refused(text):
    for kind in (AnimalFaces, WideVsDeep):
        with pytest.raises(ParameterError, match="linear, or up to 10 of them joined by -"):
            kind(activation=text)


def test_theory_is_of_one_activation():
    with pytest.raises(ParameterError, match=r"relu, .*, linear; got 'relu-tanh'"):
        Trainability(activation="relu-tanh")


def test_the_last_one_repeats():
    assert activations_of("relu", 0) == []
    assert activations_of("relu-tanh", 1) == ["relu"]
    assert activations_of("relu-tanh", 4) == ["relu", "tanh", "tanh", "tanh"]


@given(st.lists(st.sampled_from(list(ACTIVATIONS)), min_size=1, max_size=10), st.integers(0, 12))
def test_joined_names_are_the_same_layers(names, layers):
    text = joined(names)
    assert activations_of(text, layers) == activations_of("-".join(names), layers)
    assert joined(parse_activations(text)) == text


@given(st.text("relu-tanh,; ") | st.text())
def test_any_text_is_activations_or_refused(text):
    with contextlib.suppress(ParameterError):
        WideVsDeep(activation=text)

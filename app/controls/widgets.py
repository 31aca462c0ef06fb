"""Widgets made from the specs of parameters."""

import math
from typing import Any

import streamlit as st

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.datasets.features import BASES
from mlpcore.engines import OPTIMISERS
from mlpcore.networks.activations import parse_activations
from mlpcore.params import Spec, Value

# A range that spans this factor is slid through in steps of 1, 2, 5, 10, 20, …
WIDE = 100


def common(spec: Spec, key: str) -> dict[str, Any]:
    """What every widget of a parameter is given."""
    return {"key": key, "help": spec.help, "persist_state": "session"}


def slider(fields: list[Spec], key: str) -> Any:
    """Draw what sets a parameter, or with two fields both at once; returns what it says."""
    spec = fields[0]
    label = spec.label
    if len(fields) > 1:
        # "Fewest hidden layers", "Most hidden layers": "Fewest to most hidden layers".
        label = f"{spec.label.split()[0]} to {fields[1].label[0].lower()}{fields[1].label[1:]}"
    if spec.options:
        # What else is allowed has been checked.
        options = list(dict.fromkeys((*spec.options, st.session_state[key])))
        return st.selectbox(
            label, options, format_func=lambda name: name_of(spec, name), **common(spec, key)
        )
    if spec.kind is bool:
        return st.toggle(label, **common(spec, key))
    if spec.low > 0 and spec.high / spec.low >= WIDE:
        stops = sorted({*_stops(spec), st.session_state[key]})
        return st.select_slider(
            label, stops, format_func=lambda stop: f"{stop:,g}", **common(spec, key)
        )
    step = 1 if spec.kind is int else (spec.high - spec.low) / 100
    low, high = spec.kind(spec.low), spec.kind(spec.high)
    return st.slider(label, low, high, step=step, **common(spec, key))


def box(spec: Spec, key: str) -> Any:
    """Draw a number to type; returns it."""
    return st.number_input(
        spec.label,
        min_value=spec.kind(spec.low),
        max_value=spec.kind(spec.high),
        step=None if spec.kind is float else 1,
        format="%g" if spec.kind is float else "%d",
        **common(spec, key),
    )


def name_of(spec: Spec, option: str) -> str:
    """An option as people write it."""
    if spec.name == "activation":
        return " → ".join(ACTIVATIONS[name].label for name in parse_activations(option))
    if spec.name == "basis" and option in BASES:
        return BASES[option].label
    if spec.name == "optimiser":
        return OPTIMISERS[option]
    return option.replace("_", " ").capitalize()


def _stops(spec: Spec) -> set[Value]:
    """The bounds, the default, and 1, 2, 5, 10, … between them."""
    decades = range(math.floor(math.log10(spec.low)), math.ceil(math.log10(spec.high)) + 1)
    steps = (float(f"{digit}e{decade}") for decade in decades for digit in (1, 2, 5))
    between = {spec.kind(step) for step in steps if spec.low <= step <= spec.high}
    return {spec.kind(spec.low), spec.kind(spec.high), spec.default, *between}

"""Controls that give each hidden layer an activation of its own."""

from functools import partial

import streamlit as st

from app import visit
from app.controls.chosen import change, current, latest
from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.networks.activations import activations_of, joined
from mlpcore.params import Config


def choose_by_layer(kind: type[Config], names: list[str]) -> None:
    """Draw a choice for each hidden layer.

    Args:
        kind: whose field ``activation`` they change.
        names: of each hidden layer's activation now.
    """
    for layer, name in enumerate(names):
        st.session_state[_key(kind, layer)] = name
        st.selectbox(
            f"Hidden layer {layer + 1}",
            list(ACTIVATIONS),
            format_func=lambda name: ACTIVATIONS[name].label,
            key=_key(kind, layer),
            on_change=partial(_choose, kind, layer, len(names)),
        )


def _choose(kind: type[Config], layer: int, layers: int) -> None:
    names = activations_of(str((current(kind) or latest(kind)).values()["activation"]), layers)
    names[layer] = visit.values()[_key(kind, layer)]
    change(kind, activation=joined(names))


def _key(kind: type[Config], layer: int) -> str:
    return f"{kind.__name__}.activation of layer {layer}"

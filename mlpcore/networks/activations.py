"""Activations of hidden layers written as text, such as relu-tanh: from the input on.

The last one is also that of all further layers, so that "relu" is ReLU everywhere.
"""

import re

from mlpcore.arithmetic.activations import ACTIVATIONS
from mlpcore.params import ParameterError

MOST_NAMED = 10
# What may stand beside one name of the table.
ALLOWED_SEVERAL = f"up to {MOST_NAMED} of them joined by -, from the first hidden layer on"
# What people write between them.
_BETWEEN = re.compile(r"\s*[-–,;]\s*")


def parse_activations(text: str) -> list[str]:
    """The names that a config's field ``activation`` holds, as relu-tanh or ReLU, tanh.

    Raises:
        ParameterError: one of them is not in the table, or they are too many.
    """
    names = _BETWEEN.split(text.strip().lower())
    if len(names) > MOST_NAMED or not ACTIVATIONS.keys() >= set(names):
        allowed = f"one of {', '.join(ACTIVATIONS)}, or {ALLOWED_SEVERAL}"
        raise ParameterError("activation", allowed, text)
    return names


def activations_of(text: str, layers: int) -> list[str]:
    """The name of each of so many hidden layers' activation.

    Raises:
        ParameterError: as for :func:`parse_activations`.
    """
    names = parse_activations(text)
    return [names[min(layer, len(names) - 1)] for layer in range(layers)]


def joined(names: list[str]) -> str:
    """Names as a config's field ``activation`` holds them, so that equal ones are one run."""
    while names[-2:-1] == names[-1:]:
        names = names[:-1]
    return "-".join(names)

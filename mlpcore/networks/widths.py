"""Hidden layers written as text, such as 128-64-32: the width of each, from the input on."""

import re

from mlpcore.params import ParameterError

MOST_LAYERS, MOST_WIDTH = 6, 512
ALLOWED_WIDTHS = f"1 to {MOST_LAYERS} whole numbers from 1 to {MOST_WIDTH}, joined by -"
# What people write between them.
_BETWEEN = re.compile(r"\s*[-–,;x×*]\s*|\s+")


def parse_widths(text: str) -> list[int]:
    """The widths that a config's field ``widths`` names, as 64-64, 64x64 or [64, 64].

    Raises:
        ParameterError: it is not as :data:`ALLOWED_WIDTHS` says.
    """
    numbers = _BETWEEN.split(text.strip(" []()"))
    if len(numbers) > MOST_LAYERS or not all(
        re.fullmatch("[1-9][0-9]{0,2}", number) and int(number) <= MOST_WIDTH for number in numbers
    ):
        raise ParameterError("widths", ALLOWED_WIDTHS, text)
    return [int(number) for number in numbers]


def written(widths: list[int]) -> str:
    """Widths as a config's field ``widths`` holds them, so that equal ones are one run."""
    return "-".join(map(str, widths))

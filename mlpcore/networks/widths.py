"""Hidden layers written as text, such as 128-64-32: the width of each, from the input on."""

import re

from mlpcore.params import ParameterError

MOST_LAYERS, MOST_WIDTH = 6, 512
ALLOWED_WIDTHS = f"1 to {MOST_LAYERS} whole numbers from 1 to {MOST_WIDTH}, joined by -"


def parse_widths(text: str) -> list[int]:
    """The widths that a config's field ``widths`` names.

    Raises:
        ParameterError: it is not as :data:`ALLOWED_WIDTHS` says.
    """
    numbers = text.split("-")
    if len(numbers) > MOST_LAYERS or not all(
        re.fullmatch("[1-9][0-9]{0,2}", number) and int(number) <= MOST_WIDTH for number in numbers
    ):
        raise ParameterError("widths", ALLOWED_WIDTHS, text)
    return [int(number) for number in numbers]

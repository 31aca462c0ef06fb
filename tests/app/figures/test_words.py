"""Numbers in words: differences, and what a ± covers."""

import math

import numpy as np

from app.figures.words import covered, in_points, listed
from mlpcore.experiments.scores import Score
from mlpcore.experiments.verdicts import Difference


def test_a_difference_has_its_interval_if_there_is_one():
    assert in_points(Difference(0.029, -0.018, 0.0765)) == "2.9 points (−1.8 to 7.6)"
    assert in_points(Difference(0.029, math.nan, math.nan)) == "2.9 points"


def test_the_error_of_the_test_set_is_said_where_it_is_of_that_size():
    close = Score.of(np.float32([0.97, 0.971, 0.969]))
    assert covered(close, 800) == ("± covers 3 seeds; testing on 800 adds ± 1.2 points.")
    far = Score.of(np.float32([0.5, 0.9, 0.7]))
    assert covered(far, 800) == "± covers 3 seeds."
    assert covered(Score.of(np.float32([0.9])), 800).startswith("One seed proves nothing")


def test_lists():
    assert listed(["2"]) == "2"
    assert listed(["2", "3"]) == "2 or 3"
    assert listed(["2", "3", "4"]) == "2, 3 or 4"

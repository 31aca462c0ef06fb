"""Counting connected decision regions."""

import numpy as np
import pytest

from mlpcore.engines.maps import connected_regions


def probabilities(*rows):
    """A map on which the classes written as digits win; "." is not finite."""
    cells = np.array([list(row) for row in rows])
    classes = np.stack([cells == str(k) for k in range(3)]).astype(np.float32)
    classes[:, cells == "."] = np.nan
    return classes * 0.8 + 0.1


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (["00", "00"], 1),
        (["01", "01"], 2),
        (["01", "10"], 4),  # cells that meet at a corner are not connected
        (["010", "010", "000"], 2),
        (["012", "210", "012"], 7),
        (["0.0", "0.0"], 2),
        (["..", ".."], 0),
    ],
)
def test_regions_are_connected_along_edges(rows, count):
    assert connected_regions(probabilities(*rows)) == count


def test_only_some_cells_can_be_looked_at():
    picture = probabilities("000", "010", "000")
    middle = np.zeros((3, 3), bool)
    middle[:, 1] = True
    assert connected_regions(picture) == 2
    assert connected_regions(picture, middle) == 3
    assert connected_regions(picture, ~middle) == 2
    assert connected_regions(picture, np.zeros((3, 3), bool)) == 0

"""What the browser says of going back and forward, in whatever order it comes."""

from itertools import permutations

import pytest

from app import visit
from app.controls import links
from app.visit import Place


@pytest.fixture
def place(monkeypatch):
    place = Place(page="wide-vs-deep", address={"seeds": "2"})
    monkeypatch.setattr(visit, "of", lambda kind: place)
    return place


@pytest.mark.parametrize("order", [*permutations([1, 2, 3, 3])])
def test_the_last_move_is_followed_in_whatever_order_they_are_told(place, order):
    for number in order:
        links.moved(number, {"seeds": f"{10 + number}"})
    assert place.link == {"seeds": "13"}


def test_a_move_is_followed_once(place):
    links.moved(1, {"seeds": "5"})
    place.link = None
    links.moved(1, {"seeds": "5"})
    assert place.link is None
    links.moved(2, {"seeds": "5"})
    assert place.link == {"seeds": "5"}


def test_what_streamlit_has_told_of_is_not_followed_again(place):
    links.moved(1, {"seeds": "2", "embed": "true"})
    assert place.link is None
    assert place.address == {"seeds": "2"}

"""Links: whole, and as a code that holds them."""

import re
import xml.etree.ElementTree as ET
from urllib.parse import parse_qs, unquote, urlsplit

import numpy as np
import pytest
import segno
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from app.results.share import address, qr_code

HERE = "https://example.org/teach/mlp/wide-vs-deep"


@pytest.fixture(autouse=True)
def _context(monkeypatch):
    monkeypatch.setattr(type(st.context), "url", HERE)


@given(some.dictionaries(some.text(min_size=1), some.text(min_size=1)))
def test_a_link_brings_parameters_back(parameters):
    link = address(parameters)
    found = parse_qs(urlsplit(link).query, strict_parsing=bool(parameters))
    assert found == {name: [value] for name, value in parameters.items()}
    assert link.isascii()


def test_a_link_without_parameters_is_the_page():
    assert address({}) == HERE


def test_a_code_has_its_modules_on_white_with_a_quiet_zone():
    link = address({"seeds": "3"})
    svg = ET.fromstring(unquote(qr_code(link).split(",", 1)[1]))
    paper, ink = svg
    side = int(svg.get("viewBox").split()[-1])
    assert (paper.get("fill"), ink.get("stroke")) == ("#fff", "#000")
    modules = np.array([list(row) for row in segno.make(link, error="l", micro=False).matrix])
    assert drawn(ink.get("d"), side).tolist() == np.pad(modules, 4).tolist()


def drawn(path, side):
    """The modules that an SVG path of horizontal strokes covers."""
    modules, x, y = np.zeros((side, side), int), 0, 0.0
    for step, across, down in re.findall(r"([Mmh])(-?\d+)(?: (-?[\d.]+))?", path):
        if step == "h":
            modules[int(y), x : x + int(across)] = 1
        x, y = x + int(across), y + float(down or 0)
    return modules


def test_a_link_beyond_all_codes_has_none():
    assert qr_code(HERE + "?" + "a" * 5000) is None

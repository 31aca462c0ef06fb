"""What a visit took becomes a table. The browser's part runs with the benchmark."""

from collections import Counter

import pytest

from benchmarks.first_visit import BARE_PAGE, CASES, Visit, by_kind, kind, row


@pytest.mark.parametrize(
    ("address", "told", "what"),
    [
        ("http://here/live/frames", "Fetch", "frames"),
        ("http://here/mlp/live/plotly-1a.js", "Script", "Plotly"),
        ("http://here/live/live-1a.js", "Script", "script"),
        ("http://here/static/js/index.1a.js", "Script", "script"),
        ("http://here/wide-vs-deep?seed=1", "Document", "page"),
        ("http://here/static/media/a.woff2", "Font", "font"),
        ("http://here/_stcore/health", "XHR", "other"),
    ],
)
def test_what_a_request_is_for(address, told, what):
    assert kind(address, told) == what


def visit(picture, title, **sizes):
    return Visit({"title": title, "picture": picture}, Counter(sizes), 100, 0.5, 5000)


def test_a_page_is_compared_with_the_bare_one_of_the_same_round():
    wide, bare = CASES[1], [visit(0, 1.0), visit(0, 2.0)]
    measured = [visit(2.0, 1.5, script=2_000_000), visit(2.0, 1.5, script=1_000_000)]
    assert row(wide, measured, bare).split(" | ") == [
        "| Wide vs Deep",
        "2.00 (2.00 to 2.00)",
        "1.50 (1.00 to 2.00)",
        "1.50 (1.00 to 2.00)",
        "100 (100 to 100)",
        "0.50 (0.50 to 0.50)",
        "5 (5 to 5) |",
    ]
    assert row(BARE_PAGE, bare, bare).split(" | ")[2] == "1.00 (1.00 to 1.00)"


def test_bytes_are_told_of_the_middle_round():
    rounds = [visit(1, 1, script=1000 * size, font=2000) for size in (9, 1, 5)]
    assert by_kind({"A page": rounds}).splitlines()[2:] == ["| font | 2 |", "| script | 5 |"]

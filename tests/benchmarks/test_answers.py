"""What the page tells becomes a table. The browser's part runs with the benchmark."""

import pytest

from benchmarks.answers import CASES, answer, filters, row
from benchmarks.measuring import pace, rate
from mlpcore.cli.program import parser


def told(*drawn):
    return [{"seconds": seconds, "filters": is_filters} for seconds, is_filters in drawn]


def test_the_answer_is_the_last_picture():
    slow, quick = answer(told((0.5, False), (4.0, False))), answer(told((0.7, False)))
    assert row("a press", [slow, quick], [1.0, 2.0]).split(" | ") == [
        "| a press",
        "2",
        "0.60 (0.50 to 0.70)",
        "2.35 (0.70 to 4.00)",
        "1.50 (1.00 to 2.00)",
        "1.6 |",
    ]
    assert row("a press", [slow], []).endswith(" | – | – |")


def test_a_press_that_changes_nothing_is_no_answer():
    with pytest.raises(RuntimeError, match="no figure in sight"):
        answer([])


def test_filters_are_told_apart():
    one = answer(told((0.5, True), (0.6, False), (1.0, True), (1.5, True)))
    assert filters([one]) == (
        "Filters of the first layer: after 0.50 (0.50 to 0.50) s, "
        "updates a second: 2.0 (2.0 to 2.0)."
    )


def test_what_happens_once_has_no_rate():
    assert rate([]) is rate([3.0]) is rate([3.0, 3.0]) is None
    assert rate([1.0, 1.5, 2.0]) == 2
    assert pace([[1.0, 1.5, 2.0], [1.0, 2.0]]) == "1.5 (1.0 to 2.0)"
    assert pace([[1.0, 1.5, 2.0], [1.0]]) == "no rate, 2 (1 to 3) in all"


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_command_line_knows_the_config(case):
    options = vars(parser().parse_args(case.command.format(round=1).split()))
    flags = ("experiment", "kind", "device", "json", "quiet")
    texts = {name: text for name, text in options.items() if text and name not in flags}
    assert not options["kind"].parse(texts)[1]

"""The benchmark runs, and its report has what it promises. The numbers are not tested."""

import os

from benchmarks.gain_sweep import operations, report
from mlpcore.datasets import collection, drawn_faces
from mlpcore.experiments import GainSweep


def test_the_report(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    data = collection.keep(drawn_faces.make(60, 12))
    text = report(GainSweep(data=data, seeds=1, gains=2, widths="8-4"))
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    assert [row[0] for row in rows[1:]] == [
        "plain loop, 2 gains",
        "ours, 2 gains",
        "times as fast",
        "matrix products, alone",
        "matrix products, in the sweep",
        "share achieved",
    ]
    assert "nan" not in text


def test_operations_are_counted():
    # 3 inputs' weights and biases are met twice, those of later layers three times.
    config = GainSweep(data="moons", widths="5", gains=2, seeds=3)
    assert operations(config, 10) == 2 * (2 * 3 * 5 + 3 * 6 * 4) * 10 * 2 * 3

"""The benchmark runs, and its report has what it promises. The numbers are not tested."""

import os

from benchmarks.wide_vs_deep import plain, report
from mlpcore.experiments import WideVsDeep


def test_the_report_has_a_row_for_each_way_and_for_each_depth(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    text = report(WideVsDeep(seeds=2, depth_to=2, samples=100, epochs=1))
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    ways, depths = rows[1:5], rows[6:]
    assert [(way[0], way[2]) for way in ways] == [
        ("plain loop", "1"), ("ours", "1"), ("ours", "2"), ("ours", "2")]  # fmt: skip
    assert "times as long as alone" in text
    assert [depth[0] for depth in depths] == ["1", "2"]
    assert "nan" not in text


def test_the_plain_loop_learns():
    config = WideVsDeep(data="blobs", noise=0.2, samples=200, epochs=30, learning_rate=0.01)
    assert plain(config, depth=1, seed=0, threads=1)[1] > 0.95

"""docs/library.md: its blocks run one after the other, as in a notebook."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "library.md"


def test_the_pages_blocks_run(capsys):
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL):
        exec(compile(block, PAGE.name, "exec"), names)
    said = capsys.readouterr().out
    assert len(re.findall(r"\d% of the test set right", said)) == names["config"].depth_to
    assert re.search(r"best gain \d\.\d\d, 95% interval", said)
    assert names["bar"].n == names["config"].epochs
    decision_map, by_depth = names["decision_map"], names["by_depth"]
    assert decision_map.layout.images[0].source.startswith("data:image/png")
    assert by_depth.data

"""What a lesson leaves in the server's memory, as a table.

Starts the app and lets VISITORS make RUNS runs of all four pages, as in :data:`MIX`, each another
one, opening and following them as :mod:`benchmarks.load` does. Told are the process's memory when
it waits for its first visitor, the most at any time, and what it holds in the third and the fourth
quarter of the time: what grows there goes on growing. Linux only: memory is read from /proc.

``python -m benchmarks.memory`` takes five minutes. It fails if a run is lost, anything answers
with an error, or more than MOST megabytes are held.
"""

import asyncio
import math
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.app_server import AppServer
from benchmarks.load import Record, Visitor
from benchmarks.machine import describe

VISITORS, RUNS, SAMPLING = 10, 100, 0.5
MOST = 1000.0
# Page and query of runs that differ in what they keep: maps, weights, pictures, curves, grids.
MIX = (
    ("wide-vs-deep", "seed={seed}"),
    ("polynomial-features", "seed={seed}"),
    ("initialization", "seed={seed}"),
    ("animal-faces", "seed={seed}"),
    ("wide-vs-deep", "budget=2000&seeds=16&epochs=10&seed={seed}"),
    ("polynomial-features", "degree=30&seeds=8&seed={seed}"),
    ("initialization", "gains=12&seeds=4&epochs=3&seed={seed}"),
    ("animal-faces", "widths=128&epochs=3&seed={seed}"),
    ("wide-vs-deep", "samples=1000&classes=8&epochs=5&seed={seed}"),
    ("initialization", "data=spirals&gains=6&epochs=2&seed={seed}"),
)


class Learner(Visitor):
    """Somebody who makes some of the runs, another page each time."""

    turns = RUNS // VISITORS

    def wanted(self, turn: int) -> tuple[str, str]:
        """As for :class:`Visitor`."""
        page, query = MIX[(turn + self.number) % len(MIX)]
        return page, query.format(seed=1000 * (1 + turn * VISITORS + self.number))


async def lesson(app: AppServer) -> tuple[Record, list[float]]:
    """All runs; returns what their visitors met, and the memory at equal distances of time."""
    record, held = Record(), []

    async def look() -> None:
        while True:
            held.append(app.megabytes)
            await asyncio.sleep(SAMPLING)

    looking = asyncio.create_task(look())
    who = [Learner(app.url, number, VISITORS, record) for number in range(VISITORS)]
    await asyncio.gather(*(one.visit(math.inf) for one in who))
    looking.cancel()
    return record, held


def main() -> int:
    """Measure, print, and say whether it held."""
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder) / "log") as app:
        time.sleep(5)  # until what is loaded in the background is there
        before, began = app.megabytes, time.monotonic()
        record, held = asyncio.run(lesson(app))
        seconds = time.monotonic() - began
    quarter = len(held) // 4
    third, fourth = held[2 * quarter : 3 * quarter], held[3 * quarter :]
    rows = {
        "different runs, seen to their end": f"{len(record.runs)}, {record.finished}",
        "answers": ", ".join(f"{count:,} × {code}" for code, count in record.answers.items()),
        "errors": f"{len(record.errors)}",
        "MB before the first visitor": f"{before:.0f}",
        "MB at most": f"{max(held):.0f}",
        "MB in the third quarter, mean": f"{sum(third) / len(third):.0f}",
        "MB in the fourth quarter, mean": f"{sum(fourth) / len(fourth):.0f}",
    }
    print(f"{describe()}; {VISITORS} visitors, {RUNS} runs in {seconds:.0f} s.\n\n| | |\n|---|---|")
    print("\n".join(f"| {name} | {value} |" for name, value in rows.items()))
    print("\n".join(record.errors[:5]))
    lost = record.errors or set(record.answers) != {200} or record.finished < RUNS
    return 1 if lost or max(held) > MOST else 0


if __name__ == "__main__":
    sys.exit(main())

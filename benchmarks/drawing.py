"""What it costs to draw and encode one moment of all figures of a page.

Claim: drawing one moment holds the interpreter's lock for less than 20 ms, of Wide vs Deep for less
than 10, which is a tenth of the lock at ten moments a second; what else it takes runs without it.

Each page is run as a script until its jobs are done, with its defaults but for LONGER, which gives
its runs moments enough; so the figures are those that it has placed. Then ROUNDS moments, spread
over the run, are drawn and encoded as the live route does it. The whole of that includes what the
networks do over the plane or with the pictures; drawing alone is what is left when that is there
already. A job with fewer moments moves only when the page changes, and its figures are left out.

Time is the drawing thread's processor time, so that other work on the machine does not count. Of
drawing alone, what is spent in :data:`WITHOUT_LOCK` is taken off: functions that are known to let
the lock go. NumPy does so too for large arrays, so the rest is an upper bound. The table shows,
summed over a page's figures, medians over the moments.
``python -m benchmarks.drawing`` takes about three minutes.
"""

import logging
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

import numpy as np
import torch
from PIL import _webp
from streamlit.testing.v1 import AppTest

from app.figures import pictures, shades
from app.figures.drawing import THEMES
from app.live.component import Watching, jobs
from app.live.frames import View, encode
from app.pages import PARAMETERS, view
from app.visit import key
from benchmarks.machine import describe
from mlpcore.caches.memory import Kept
from mlpcore.running.history import Moment
from mlpcore.running.jobs import Job

ROOT = Path(__file__).parents[1]
ROUNDS = 14
# Page → parameters.
LONGER = {
    "wide-vs-deep": {"budget": "1000", "epochs": "1000", "seeds": "8"},
    "polynomial-features": {"epochs": "500"},
}
# Where they are looked up → their names.
WITHOUT_LOCK = {zlib: ["compress"], _webp: ["WebPEncode"], shades: ["_decisions", "_signed"]}

# Of each picture, a row a moment.
Milliseconds = list[list[float]]


class Stopwatch:
    """Milliseconds of this thread's processor time, also those without the lock, within it."""

    def __init__(self) -> None:
        self.free = 0.0

    def __enter__(self) -> Self:
        self._patches = ExitStack()
        for module, names in WITHOUT_LOCK.items():
            for name in names:
                timed = self._timed(getattr(module, name))
                self._patches.enter_context(patch.object(module, name, timed))
        return self

    def __exit__(self, *_: object) -> None:
        self._patches.close()

    def _timed(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            start = time.thread_time()
            result = function(*arguments)
            self.free += 1000 * (time.thread_time() - start)
            return result

        return timed

    def cost(self, picture: View, moment: Moment) -> tuple[float, float]:
        """To draw and encode a picture: all, and with the lock."""
        free, start = self.free, time.thread_time()
        encode(picture, moment.snapshot, THEMES["light"])
        used = 1000 * (time.thread_time() - start)
        return used, used - (self.free - free)


def placed(page: str) -> dict[Job, list[View]]:
    """Run a page, and its jobs to their ends: the pictures of each."""
    script = AppTest.from_file(str(ROOT / "app/router.py"), default_timeout=600).run()
    found: dict[Job, list[View]] = {}
    script.switch_page(view(page))
    script.query_params.update(LONGER.get(page, {}))
    script.run()
    for grid in script.session_state[key(Watching)].placed:
        job = jobs().get(grid.job)
        assert job
        found.setdefault(job, []).extend(grid.views)
    while unfinished := [job for job in found if not job.status().state.over]:
        for job in unfinished:
            for watcher in list(job.watchers):
                jobs().heartbeat(job.id, watcher)
        time.sleep(0.2)
    return found


def spread_over(moments: Sequence[Moment]) -> Iterator[Moment]:
    """Moments from the first to the last but one, for the last one shows more than the others."""
    return (moments[place * (len(moments) - 1) // ROUNDS] for place in range(ROUNDS))


@contextmanager
def forgetting() -> Iterator[None]:
    """Pictures encoded within are encoded again outside."""
    with patch.object(pictures, "_kept", Kept(pictures.MOST_BYTES, len)):
        yield


def measure(views: Sequence[View], moments: Sequence[Moment]) -> list[float]:
    """Milliseconds of one moment: as a whole, of drawing alone, and of that with the lock."""
    whole: Milliseconds = []
    alone: Milliseconds = []
    held: Milliseconds = []
    with Stopwatch() as watch:
        for place, moment in enumerate(spread_over(moments)):
            if place % 2:
                whole.append([watch.cost(picture, moment)[0] for picture in views])
                continue
            with forgetting():
                for picture in views:
                    encode(picture, moment.snapshot, THEMES["dark"])
            costs = [watch.cost(picture, moment) for picture in views]
            alone.append([used for used, _ in costs])
            held.append([kept for _, kept in costs])
    return [float(np.median(rows, axis=0).sum()) for rows in (whole, alone, held)]


def report(page: str) -> str:
    """A page's row of the table."""
    figures, size, sums = 0, 0, np.zeros(3)
    for job, views in placed(page).items():
        moments = job.history.moments
        if len(moments) > ROUNDS:
            figures += len(views)
            size += sum(encode(v, moments[-2].snapshot, THEMES["light"]).size for v in views)
            sums += measure(views, moments)
    cells = [str(figures), f"{size / 1000:.0f}", *(f"{ms:.1f}" for ms in sums)]
    return f"| {page} | {' | '.join(cells)} |"


def main() -> None:
    """Measure and print."""
    logging.disable(logging.WARNING)  # of scripts that run without a browser
    torch.set_num_threads(1)
    shades.warm()
    print(f"{describe()}; medians over moments, ms.\n")
    print("| page | figures | kB | whole | drawing alone | of that with the lock |")
    print("|---|---|---|---|---|---|")
    for page in PARAMETERS:
        print(report(page), flush=True)
    jobs().close()


if __name__ == "__main__":
    main()

"""What it costs to draw and encode one moment of all figures of a page.

Claim: drawing one moment keeps other Python waiting for less than 20 ms, of Wide vs Deep for less
than 10, so that ten moments a second cost a training that needs the interpreter's lock less than a
tenth; what else it takes runs without the lock.

Each page is run as a script with its defaults until its jobs are done, so that the figures are
those that it has placed. Then ROUNDS moments, spread over the run, are drawn and encoded as the
live route does it. The whole of that includes what the networks do over the plane or with the
pictures; drawing alone is what is left when that is there already. A job with fewer moments moves
only when the page changes, and its figures are left out.

A thread beside it counts and never rests: as long as it is kept from that, the lock is held. Where
something else needs a processor, this is too much, at most all processor time of the drawing
thread: two cores must be idle. The table shows, summed over a page's figures, medians over the
moments. ``python -m benchmarks.drawing`` takes about three minutes.
"""

import logging
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import torch
from streamlit.testing.v1 import AppTest

from app.figures import pictures, shades
from app.figures.drawing import THEMES
from app.live.component import jobs
from app.live.frames import Grid, View, encode
from app.pages import PARAMETERS, view
from benchmarks.machine import describe
from mlpcore.history import Moment
from mlpcore.jobs import Job
from mlpcore.kept import Kept

ROOT = Path(__file__).parents[1]
ROUNDS = 12
# Seconds for which the drawing thread waits at most for the lock that the counting thread has.
SWITCH = 5e-5

Cost = tuple[float, float]


class Counter:
    """A thread that runs Python without rest as long as the context lasts."""

    def __enter__(self) -> "Counter":
        self._rests, self._interval = False, sys.getswitchinterval()
        sys.setswitchinterval(SWITCH)
        self._thread = threading.Thread(target=self._count)
        self._thread.start()
        self._clock = time.pthread_getcpuclockid(self._thread.ident)
        return self

    def __exit__(self, *_: object) -> None:
        self._rests = True
        self._thread.join()
        sys.setswitchinterval(self._interval)

    def _count(self) -> None:
        while not self._rests:
            for _ in range(100):
                pass

    def cost(self, picture: View, moment: Moment, theme: str) -> Cost:
        """Milliseconds of processor time to draw and encode, and of that with the lock."""
        used, counted = time.thread_time(), time.clock_gettime(self._clock)
        start = time.perf_counter()
        encode(picture, moment.snapshot, THEMES[theme])
        passed = time.perf_counter() - start
        used, counted = time.thread_time() - used, time.clock_gettime(self._clock) - counted
        return 1000 * used, 1000 * min(used, passed - counted)


def placed(page: str) -> list[Grid]:
    """Run a page, and its jobs to their ends: its pictures."""
    script = AppTest.from_file(str(ROOT / "app/router.py"), default_timeout=600).run()
    grids: list[Grid] = script.switch_page(view(page)).run().session_state["_placed"]
    while unfinished := [job for job in map(job_of, grids) if not job.status().state.over]:
        for job in unfinished:
            for watcher in list(job.watchers):
                jobs().heartbeat(job.id, watcher)
        time.sleep(0.2)
    return grids


def job_of(grid: Grid) -> Job:
    """The job whose pictures these are."""
    job = jobs().get(grid.job)
    assert job
    return job


def spread_over(moments: Sequence[Moment]) -> Iterator[Moment]:
    """Moments from the first to the last but one, for the last one shows more than the others."""
    return (moments[place * (len(moments) - 1) // ROUNDS] for place in range(ROUNDS))


@contextmanager
def forgetting() -> Iterator[None]:
    """Pictures encoded within are encoded again outside."""
    with patch.object(pictures, "_kept", Kept(pictures.MOST_BYTES, len)):
        yield


def measure(picture: View, moments: Sequence[Moment], counter: Counter) -> tuple[Cost, Cost]:
    """The cost of a picture as a whole, and of drawing alone: medians over the moments."""
    whole, alone = [], []
    encode(picture, moments[0].snapshot, THEMES["light"])
    for place, moment in enumerate(spread_over(moments)):
        if place % 2:
            whole.append(counter.cost(picture, moment, "light"))
        else:
            with forgetting():
                encode(picture, moment.snapshot, THEMES["dark"])
            alone.append(counter.cost(picture, moment, "light"))
    medians = [tuple(map(statistics.median, zip(*costs, strict=True))) for costs in (whole, alone)]
    return medians[0], medians[1]


def report(page: str) -> str:
    """A page's row of the table."""
    costs, sizes = [], []
    for grid in placed(page):
        moments = job_of(grid).history.moments
        if len(moments) <= ROUNDS:
            continue
        with Counter() as counter:
            costs += [measure(picture, moments, counter) for picture in grid.views]
        last = moments[-2].snapshot
        sizes += [encode(picture, last, THEMES["light"]).size for picture in grid.views]
    sums = [sum(cost[part][kind] for cost in costs) for part in (0, 1) for kind in (0, 1)]
    cells = [str(len(costs)), f"{sum(sizes) / 1000:.0f}", *(f"{ms:.1f}" for ms in sums)]
    return f"| {page} | {' | '.join(cells)} |"


def main() -> None:
    """Measure and print."""
    logging.disable(logging.WARNING)  # of scripts that run without a browser
    torch.set_num_threads(1)
    shades.warm()
    print(f"{describe()}; medians of {ROUNDS // 2} moments, ms.\n")
    print("| page | figures | kB | whole | with the lock | drawing alone | with the lock |")
    print("|---|---|---|---|---|---|---|")
    for page in PARAMETERS:
        print(report(page), flush=True)
    jobs().close()


if __name__ == "__main__":
    main()

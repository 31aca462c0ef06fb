"""How many replicas and workers a session of many learners needs, and what breaks first.

Starts a Ray cluster of one node on this machine and a replica of the app whose runs it trains, and
measures what these cost. Of the replica: memory and file descriptors a page, and processor time a
minute for whoever watches a run alone, for each further one who watches the same run, for an open
page whose run is over, and for a change of a slider. Of the trainer: how long a core takes for a
run of each page's defaults. From that and from what is assumed below follow the tables. Linux only:
/proc tells all that.

``python -m benchmarks.capacity`` takes five minutes.
"""

import asyncio
import json
import math
import os
import resource
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import ray

from app.server.settings import Settings
from benchmarks.app_server import AppServer
from benchmarks.load import Record, Visitor
from benchmarks.machine import describe
from benchmarks.spread import cluster
from mlpcore.cluster.remote import Cluster
from mlpcore.experiments import AnimalFaces, GainSweep, PolynomialFeatures, WideVsDeep
from mlpcore.experiments.experiment import Experiment
from mlpcore.running.jobs import Jobs, State

# Assumed of a session: learners, who are on all pages alike; changes of a slider that each makes a
# minute; the share of these that lead to what others have asked for too, as scenes and links do;
# the share of the time in which the run that a page shows still trains.
LEARNERS = (1_000, 10_000, 100_000)
CHANGES, EQUAL, TRAINING = 0.5, 0.7, 0.3
# Assumed of a machine: cores, GB of memory, and the share of a core that is planned for.
CORES, GIGABYTES, BUSY = 8, 32, 0.6
# Runs that a learner asks for in a minute and nobody else does.
NEW = CHANGES * (1 - EQUAL)

# Seconds that are measured, and before that; who watches one run; idle pages; changes.
SECONDS, WARM_UP, TOGETHER, IDLE, OPENED = 10.0, 5.0, 6, 40, 6
# Page → its experiment, and a query with which its run outlasts whoever watches.
PAGES: dict[str, tuple[type[Experiment[Any]], str]] = {
    "wide-vs-deep": (WideVsDeep, "epochs=2000"),
    "polynomial-features": (PolynomialFeatures, "epochs=2000"),
    "animal-faces": (AnimalFaces, "epochs=100"),
    "initialization": (GainSweep, "epochs=100"),
}
SHORT = "epochs=1&seeds=1&depth_to=1"


class Replica(AppServer):
    """The app, and what it takes."""

    @property
    def seconds(self) -> float:
        """Processor time so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def descriptors(self) -> int:
        """Files and sockets that are open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))


class Learner(Visitor):
    """Somebody who stays on one page, be its run over or not."""

    turns, probing = 1, math.inf

    def __init__(self, url: str, number: int, record: Record, page: str, query: str) -> None:
        super().__init__(url, number, 1, record)
        self.page, self.query = page, query

    def wanted(self, turn: int) -> tuple[str, str]:
        """As for :class:`Visitor`."""
        return self.page, self.query

    async def follow(
        self, client: httpx.AsyncClient, question: dict[str, Any], until: float
    ) -> None:
        """Ask until the time is over."""
        while time.monotonic() < until and set(self.record.answers) <= {httpx.codes.OK}:
            await super().follow(client, question, until)


class Restless(Learner):
    """Somebody who changes a slider as soon as there is a picture; notes the processor's time."""

    turns = OPENED + 1

    def __init__(self, replica: Replica, record: Record, page: str) -> None:
        super().__init__(replica.url, 1, record, page, PAGES[page][1])
        self.replica, self.moments = replica, list[float]()

    def wanted(self, turn: int) -> tuple[str, str]:
        """As for :class:`Visitor`."""
        return self.page, f"{self.query}&seed={1000 * turn}"

    async def follow(
        self, client: httpx.AsyncClient, question: dict[str, Any], until: float
    ) -> None:
        """Look at one picture."""
        (await client.post("/live/frames", content=json.dumps(question))).raise_for_status()
        self.moments.append(self.replica.seconds)


@dataclass(frozen=True)
class Taken:
    """What a replica has, and the processor seconds that it takes a minute."""

    seconds: float
    megabytes: float
    descriptors: int


async def taken(replica: Replica, *learners: Learner) -> Taken:
    """What the replica takes while learners are there."""
    until = time.monotonic() + WARM_UP + SECONDS + 1
    visits = asyncio.gather(*(learner.visit(until) for learner in learners))
    await asyncio.sleep(WARM_UP)
    before, began = replica.seconds, time.monotonic()
    await asyncio.sleep(SECONDS)
    seconds = 60 * (replica.seconds - before) / (time.monotonic() - began)
    found = Taken(seconds, replica.megabytes, replica.descriptors)
    await visits
    return found


async def watched(replica: Replica, record: Record, page: str) -> tuple[float, float, float]:
    """Processor seconds for a page: a minute alone, a minute with others, and a change."""

    def learners(count: int) -> list[Learner]:
        query = PAGES[page][1]
        return [Learner(replica.url, 1 + n, record, page, query) for n in range(count)]

    alone = (await taken(replica, *learners(1))).seconds
    together = ((await taken(replica, *learners(TOGETHER))).seconds - alone) / (TOGETHER - 1)
    restless = Restless(replica, record, page)
    await restless.visit(math.inf)
    return alone, together, (restless.moments[-1] - restless.moments[0]) / OPENED


def core_seconds(jobs: Jobs, page: str, cores: int) -> float:
    """What a core takes for a run of a page's defaults, where all cores train such runs."""
    kind = PAGES[page][0]

    def finish(*configs: Experiment[Any]) -> float:
        began = time.monotonic()
        made = [jobs.submit(config, "benchmark") for config in configs]
        while not all(job.status().state.over for job in made):
            time.sleep(0.01)
        assert all(job.status().state is State.FINISHED for job in made)
        return time.monotonic() - began

    finish(kind(seed=1, epochs=1))  # brings the data
    return finish(*(kind(seed=1000 * (2 + n)) for n in range(cores)))


@dataclass(frozen=True)
class Costs:
    """What was measured.

    Attributes:
        pages: page → processor seconds of the replica for a minute that somebody watches alone,
            for one that somebody watches with others, and for a change; core seconds of the
            trainer for a run.
        empty, idle: processor seconds of the replica for a minute without visitors, and for a
            minute of an open page whose run is over.
        megabytes, a_page: of the replica before its first visitor, and of a page that is open.
        descriptors: files and sockets of a page that is open.
    """

    pages: dict[str, tuple[float, float, float, float]]
    empty: float
    idle: float
    megabytes: float
    a_page: float
    descriptors: float

    @property
    def a_learner(self) -> float:
        """Processor seconds of a replica for a learner's minute."""
        alone, together, change, _ = np.mean(list(self.pages.values()), axis=0)
        watching = (1 - EQUAL) * alone + EQUAL * together
        return float(TRAINING * watching + (1 - TRAINING) * self.idle + CHANGES * change)

    @property
    def training(self) -> float:
        """Core seconds of trainers for a learner's minute."""
        return float(NEW * np.mean([core for *_, core in self.pages.values()]))

    @property
    def bounds(self) -> dict[tuple[str, str], float]:
        """What ends first: where and what → with how many learners there."""
        chosen = Settings()
        room = 1000 * GIGABYTES / CORES - self.megabytes - chosen.memory_megabytes
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        line = chosen.waiting_runs + CORES
        replica, worker = "a replica", f"a worker of {CORES} cores"
        return {
            (replica, f"{BUSY:.0%} of a core"): (60 * BUSY - self.empty) / self.a_learner,
            (replica, f"`MLP_EXPLORER_VISITORS`, {chosen.visitors}"): chosen.visitors,
            (replica, f"memory, {GIGABYTES / CORES:.0f} GB"): room / self.a_page,
            (replica, f"{files:,} files and sockets"): files / self.descriptors,
            (worker, f"{BUSY:.0%} of its cores"): 60 * BUSY * CORES / self.training,
            (worker, f"a line of {line}, `MLP_EXPLORER_WAITING_RUNS`"): line
            / (TRAINING * (1 - EQUAL)),
        }

    def needed(self, learners: int) -> tuple[int, int, int]:
        """Replicas, workers, and machines in all with the head's, for so many learners."""

        def count(where: str) -> int:
            return math.ceil(learners / min(n for (w, _), n in self.bounds.items() if where in w))

        replicas, workers = count("replica"), count("worker")
        return replicas, workers, math.ceil((replicas + 1) / CORES) + workers


async def measured(replica: Replica, jobs: Jobs) -> Costs:
    """All that is measured."""
    record, cores, empty, pages = Record(), os.cpu_count() or 1, await taken(replica), {}
    for page in PAGES:
        of_replica = await watched(replica, record, page)
        pages[page] = *of_replica, await asyncio.to_thread(core_seconds, jobs, page, cores)
    before = await taken(replica)
    who = [Learner(replica.url, 1 + n, record, "wide-vs-deep", SHORT) for n in range(IDLE)]
    after = await taken(replica, *who)
    if record.errors or set(record.answers) != {httpx.codes.OK}:
        raise RuntimeError(f"it did not go well: {record.answers}, {record.errors[:5]}")
    idle, a_page, descriptors = (
        (getattr(after, name) - getattr(before, name)) / IDLE
        for name in ("seconds", "megabytes", "descriptors")
    )
    return Costs(pages, empty.seconds, idle, empty.megabytes, a_page, descriptors)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [columns, ["---"] * len(columns), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"


def report(costs: Costs) -> str:
    """What was measured and what follows, in Markdown."""
    of_replica = {
        "MB before its first visitor": f"{costs.megabytes:.0f}",
        "MB, files and sockets for a page": f"{costs.a_page:.2f}, {costs.descriptors:.1f}",
        "processor seconds a minute without visitors": f"{costs.empty:.2f}",
        "processor seconds a minute for a page whose run is over": f"{costs.idle:.3f}",
    }
    about = ["who watches alone, s a minute", "each further one, s a minute", "a change, s"]
    about += ["a run, core seconds", "runs an hour and core"]
    pages = [
        [page, *(f"{seconds:.2f}" for seconds in found), f"{3600 / found[-1]:,.0f}"]
        for page, found in costs.pages.items()
    ]
    first = sorted(costs.bounds.items(), key=lambda bound: bound[1])
    needed = [[f"{n:,}", *(f"{count:,}" for count in costs.needed(n))] for n in LEARNERS]
    return "\n".join(
        [
            table(["a replica", ""], of_replica.items()),
            table(["page", *about], pages),
            f"Assumed: {CHANGES:g} changes a minute and learner, {EQUAL:.0%} of them to what "
            f"others have asked for; runs that train on {TRAINING:.0%} of the pages; machines of "
            f"{CORES} cores and {GIGABYTES} GB, {BUSY:.0%} busy. So a learner's minute takes "
            f"{costs.a_learner:.2f} s of a replica and {costs.training:.2f} core seconds of "
            "workers.\n",
            table(["learners", "replicas", "workers", "machines, with the head"], needed),
            table(
                ["where", "what ends", "with learners there"],
                [[*what, f"{count:,.0f}"] for what, count in first],
            ),
        ]
    )


def main() -> None:
    """Measure and print."""
    about = describe()
    with tempfile.TemporaryDirectory() as folder, cluster(os.cpu_count() or 1) as address:
        with Replica(Path(folder) / "log", {"MLP_EXPLORER_CLUSTER": address}) as replica:
            way = Cluster(address)
            jobs = Jobs(device="cpu", patience=600, way=way)
            while not jobs.ready:
                time.sleep(0.1)
            costs = asyncio.run(measured(replica, jobs))
            jobs.close()
            way.close()
        ray.shutdown()
    print(f"{about}.\n\n{report(costs)}")


if __name__ == "__main__":
    main()

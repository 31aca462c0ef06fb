"""How many replicas and workers a session of many learners needs, and what breaks first.

Starts a Ray cluster of one node on this machine and a replica of the app whose runs it trains, and
measures what these cost. Of the replica: memory and file descriptors of an open page, processor
time for a picture of a run that one page shows, for each further page that shows it, for a page
whose run is over, and for a change of a slider. Of the trainer: processor time for a run of each
page's defaults. From that and from what is assumed below follow the tables. Linux only: /proc tells
all that.

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
# the share of the time in which the run that a page shows still trains; pictures of it a second.
LEARNERS = (1_000, 10_000, 100_000)
CHANGES, EQUAL, TRAINING, PICTURES = 0.5, 0.7, 0.3, 2.0
# Assumed of a machine: cores, GB of memory, the share of a core that is planned for, and of that
# which may go into asking: each replica asks each trainer every second whether it is there.
CORES, GIGABYTES, BUSY, ASKING = 8, 32, 0.6, 0.1

# Seconds that are measured, and before that; who watches one run; idle pages; changes; questions.
SECONDS, WARM_UP, TOGETHER, IDLE, OPENED, QUESTIONS = 10.0, 5.0, 6, 40, 6, 500
# Page → its experiment, and a query with which its run outlasts whoever watches.
PAGES: dict[str, tuple[type[Experiment[Any]], str]] = {
    "wide-vs-deep": (WideVsDeep, "epochs=2000"),
    "polynomial-features": (PolynomialFeatures, "epochs=2000"),
    "animal-faces": (AnimalFaces, "epochs=100"),
    "initialization": (GainSweep, "epochs=100"),
}
SHORT = "epochs=1&seeds=1&depth_to=1"


def processor(process: int) -> float:
    """Seconds of processor time that a process has taken so far."""
    stat = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


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

    def __init__(self, replica: AppServer, record: Record, page: str) -> None:
        super().__init__(replica.url, 1, record, page, PAGES[page][1])
        self.process, self.moments = replica.process.pid, list[float]()

    def wanted(self, turn: int) -> tuple[str, str]:
        """As for :class:`Visitor`."""
        return self.page, f"{self.query}&seed={1000 * turn}"

    async def follow(
        self, client: httpx.AsyncClient, question: dict[str, Any], until: float
    ) -> None:
        """Look at one picture."""
        (await client.post("/live/frames", content=json.dumps(question))).raise_for_status()
        self.moments.append(processor(self.process))


@dataclass(frozen=True)
class Taken:
    """What a replica took, a minute and an answer, and has.

    Attributes:
        minute, answer: processor seconds.
    """

    minute: float
    answer: float
    megabytes: float
    descriptors: int


async def taken(replica: AppServer, record: Record, *learners: Learner) -> Taken:
    """What the replica takes while learners are there."""
    process = replica.process.pid
    until = time.monotonic() + WARM_UP + SECONDS + 1
    visits = asyncio.gather(*(learner.visit(until) for learner in learners))
    await asyncio.sleep(WARM_UP)
    before, answers, began = processor(process), record.answers.total(), time.monotonic()
    await asyncio.sleep(SECONDS)
    seconds, answers = processor(process) - before, record.answers.total() - answers
    minute = 60 * seconds / (time.monotonic() - began)
    descriptors = len(list(Path(f"/proc/{process}/fd").iterdir()))
    found = Taken(minute, seconds / max(1, answers), replica.megabytes, descriptors)
    await visits
    return found


async def watched(replica: AppServer, record: Record, page: str) -> tuple[float, float, float]:
    """Processor seconds for a picture, for the same on a further page, and for a change."""

    def learners(count: int) -> list[Learner]:
        query = PAGES[page][1]
        return [Learner(replica.url, 1 + n, record, page, query) for n in range(count)]

    alone = (await taken(replica, record, *learners(1))).answer
    mean = (await taken(replica, record, *learners(TOGETHER))).answer
    restless = Restless(replica, record, page)
    await restless.visit(math.inf)
    change = (restless.moments[-1] - restless.moments[0]) / OPENED
    return alone, max(0.0, TOGETHER * mean - alone) / (TOGETHER - 1), change


def training(jobs: Jobs, trainer: int, page: str) -> float:
    """Processor seconds of a trainer for a run of a page's defaults."""
    kind = PAGES[page][0]

    def finish(config: Experiment[Any]) -> float:
        before = processor(trainer)
        job = jobs.submit(config, "benchmark")
        while not job.status().state.over:
            time.sleep(0.01)
        assert job.status().state is State.FINISHED
        return processor(trainer) - before

    finish(kind(seed=1, epochs=1))  # brings the data
    return finish(kind(seed=1000))


def asking(trainer: Any) -> float:
    """Processor seconds of this process for asking a trainer whether it is there."""
    before = time.process_time()
    for _ in range(QUESTIONS):
        ray.get(trainer.ready.remote())
    return (time.process_time() - before) / QUESTIONS


@dataclass(frozen=True)
class Costs:
    """What was measured, in seconds of processor time where nothing else is said.

    Attributes:
        pages: page → of the replica for a picture, for the same on a further page, and for a
            change; of the trainer for a run.
        idle: of the replica for a minute of a page whose run is over.
        asking: of a replica for asking one trainer.
        megabytes, a_page: of the replica before its first visitor, and of a page that is open.
        descriptors: files and sockets of a page that is open.
    """

    pages: dict[str, tuple[float, float, float, float]]
    idle: float
    asking: float
    megabytes: float
    a_page: float
    descriptors: float

    @property
    def replica(self) -> float:
        """Of a replica for a learner's minute."""
        alone, further, change, _ = np.mean(list(self.pages.values()), axis=0)
        picture = (1 - EQUAL) * alone + EQUAL * further
        watching = TRAINING * 60 * PICTURES * picture + (1 - TRAINING) * self.idle
        return float(watching + CHANGES * change)

    @property
    def worker(self) -> float:
        """Of workers for a learner's minute."""
        return float(CHANGES * (1 - EQUAL) * np.mean([run for *_, run in self.pages.values()]))

    @property
    def bounds(self) -> dict[tuple[str, str], float]:
        """What ends first: where and what → with how many learners there."""
        chosen = Settings()
        room = 1000 * GIGABYTES / CORES - self.megabytes - chosen.memory_megabytes
        files, line = resource.getrlimit(resource.RLIMIT_NOFILE)[0], chosen.waiting_runs + CORES
        found = {
            ("replica", f"{BUSY:.0%} of a core"): 60 * BUSY * (1 - ASKING) / self.replica,
            ("replica", f"`MLP_EXPLORER_VISITORS`, {chosen.visitors}"): chosen.visitors,
            ("replica", f"memory, {GIGABYTES / CORES:.0f} GB"): room / self.a_page,
            ("replica", f"{files:,} files and sockets"): files / self.descriptors,
            ("worker", f"{BUSY:.0%} of {CORES} cores"): 60 * BUSY * CORES / self.worker,
            ("worker", f"a line of {line} runs"): line / (TRAINING * (1 - EQUAL)),
        }
        most = BUSY * ASKING / self.asking
        each = min(found.values())
        return found | {("cluster", f"{most:.0f} replicas or workers, which all ask"): most * each}

    def needed(self, learners: int) -> tuple[int, ...]:
        """Replicas, workers, clusters with a head each, and machines for so many learners."""
        replicas, workers, clusters = (
            math.ceil(learners / min(n for (where, _), n in self.bounds.items() if where == what))
            for what in ("replica", "worker", "cluster")
        )
        return replicas, workers, clusters, math.ceil((replicas + clusters) / CORES) + workers


async def measured(replica: AppServer, way: Cluster, jobs: Jobs) -> Costs:
    """All that is measured."""
    (trainer,) = way.trainers.alive.values()
    process = ray.get(trainer.__ray_call__.remote(lambda self: os.getpid()))
    megabytes, record, pages = replica.megabytes, Record(), {}

    def learners(count: int) -> list[Learner]:
        return [Learner(replica.url, 1 + n, record, "wide-vs-deep", SHORT) for n in range(count)]

    one, many = [await taken(replica, record, *learners(count)) for count in (1, 1 + IDLE)]
    for page in PAGES:
        of_replica = await watched(replica, record, page)
        pages[page] = *of_replica, await asyncio.to_thread(training, jobs, process, page)
    if record.errors or set(record.answers) != {httpx.codes.OK}:
        raise RuntimeError(f"it did not go well: {record.answers}, {record.errors[:5]}")
    idle, a_page, descriptors = (
        (getattr(many, name) - getattr(one, name)) / IDLE
        for name in ("minute", "megabytes", "descriptors")
    )
    return Costs(pages, idle, asking(trainer), megabytes, a_page, descriptors)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown."""
    lines = [f"| {' | '.join(map(str, line))} |" for line in (columns, *rows)]
    return "\n".join([lines[0], f"|{'---|' * len(columns)}", *lines[1:], ""])


def report(costs: Costs) -> str:
    """What was measured and what follows, in Markdown."""
    of_replica = {
        "MB before its first visitor": f"{costs.megabytes:.0f}",
        "MB; files and sockets for a page": f"{costs.a_page:.2f}; {costs.descriptors:.1f}",
        "processor, s a minute for a page whose run is over": f"{costs.idle:.3f}",
        "processor, ms to ask a trainer": f"{1000 * costs.asking:.2f}",
    }
    about = ["a picture, ms", "on a further page, ms", "a change, ms"]
    about += ["a run, core s", "runs an hour and core"]
    pages = [
        [
            page,
            *(f"{1000 * n:.0f}" for n in found[:-1]),
            f"{found[-1]:.1f}",
            f"{3600 / found[-1]:,.0f}",
        ]
        for page, found in costs.pages.items()
    ]
    first = sorted(costs.bounds.items(), key=lambda bound: bound[1])
    assumed = (
        f"Assumed: {CHANGES:g} changes a minute and learner, {EQUAL:.0%} of them to what others "
        f"have asked for; runs that train on {TRAINING:.0%} of the pages, and {PICTURES:g} "
        f"pictures of them a second; machines of {CORES} cores and {GIGABYTES} GB, {BUSY:.0%} "
        f"busy, a replica with {ASKING:.0%} of that for asking trainers. A learner's minute takes "
        f"{costs.replica:.2f} s of a replica and {costs.worker:.2f} core seconds of workers."
    )
    needed = [[f"{n:,}", *(f"{count:,}" for count in costs.needed(n))] for n in LEARNERS]
    return "\n".join(
        [
            table(["a replica", ""], of_replica.items()),
            table(["page", *about], pages),
            f"{assumed}\n",
            table(["learners", "replicas", "workers", "clusters", "machines in all"], needed),
            table(["a", "ends with", "learners"], [[*what, f"{n:,.0f}"] for what, n in first]),
        ]
    )


def main() -> None:
    """Measure and print."""
    about = describe()
    with tempfile.TemporaryDirectory() as folder, cluster(os.cpu_count() or 1) as address:
        with AppServer(Path(folder) / "log", {"MLP_EXPLORER_CLUSTER": address}) as replica:
            way = Cluster(address)
            jobs = Jobs(device="cpu", patience=600, way=way)
            while not jobs.ready:
                time.sleep(0.1)
            costs = asyncio.run(measured(replica, way, jobs))
            jobs.close()
            way.close()
        ray.shutdown()
    print(f"{about}.\n\n{report(costs)}", end="")


if __name__ == "__main__":
    main()

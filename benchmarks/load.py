"""Thirty learners on one page of one server, as a table.

Starts the app and lets VISITORS visit Wide vs Deep at once, with CONFIGS different configs among
them, for SECONDS: each opens the page through Streamlit's websocket, follows its pictures through
the live route as a browser does, and once its run has finished asks for the next config. A browser
is drawn for by a pause of DRAWING seconds after each answer. Besides, each visitor asks every
PROBE seconds for an answer at once; those are the latencies. A run is lost if the server no longer
knows it while somebody watches. Linux only: memory is read from /proc. What of it is the past of
runs, and how many threads there are outside pools, the server itself writes down.

``python -m benchmarks.load`` takes 4 minutes. It fails if a run is lost, anything answers with an
error, or threads are left over.
"""

import asyncio
import json
import math
import re
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.app_server import AppServer
from benchmarks.machine import describe

VISITORS, CONFIGS, SECONDS = 30, 10, 180.0
DRAWING, PROBE, SAMPLING, WARM_UP = 0.1, 2.0, 2.0, 5.0
PAGE = "wide-vs-deep"
# Long enough that training never rests: the next config is asked for when one has finished.
LENGTH = "epochs=200&seeds=8"
# After which the server has forgotten those who left.
FORGOTTEN = 20.0
# In the server: writes down, again and again, the bytes of the histories of all runs, and how many
# threads there are besides those of pools, which come when needed, so many at most, and stay.
NOTE = """
def note():
    import pathlib, re, sys, time
    file = pathlib.Path({file!r})
    while True:
        time.sleep(1)
        # None also while that module is being imported.
        jobs = getattr(sys.modules.get("app.live.component"), "jobs", None)
        if jobs and jobs.cache_info().currsize:
            new = file.with_suffix(".new")
            pooled = re.compile(r"_\\d+$|^AnyIO")
            others = [one for one in threading.enumerate() if not pooled.search(one.name)]
            new.write_text(f"{{jobs().history_bytes}} {{len(others)}}")
            new.replace(file)
import threading
threading.Thread(target=note, daemon=True).start()
"""


def query_of(config: int) -> str:
    """Parameters of the page's config of this number."""
    return f"{LENGTH}&seed={8 * config}"


@dataclass
class Record:
    """What the visitors met.

    Attributes:
        latencies: seconds of each answer that was asked for at once.
        script: seconds of each run of the page's script.
        answers: of the live route, by status code.
        errors: exceptions in pages, and connections that broke.
        runs: the runs that visitors followed, by id.
        finished: how often a visitor saw one to its end.
        memory: (seconds since the start, MB of the server, MB of these the past of runs).
    """

    latencies: list[float] = field(default_factory=list)
    script: list[float] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    runs: set[str] = field(default_factory=set)
    finished: int = 0
    memory: list[tuple[float, float, float]] = field(default_factory=list)


class Visitor:
    """One browser's worth of requests.

    Attributes:
        turns: how many runs it follows, if there is time.
        probing: seconds after which it asks for an answer at once.
    """

    turns, probing = math.inf, PROBE

    def __init__(self, url: str, number: int, configs: int, record: Record) -> None:
        self.url, self.number, self.configs, self.record = url, number, configs, record

    async def visit(self, until: float) -> None:
        """Open the page, and follow one run after the other."""
        stream = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        limits = httpx.Limits(max_connections=6)
        try:
            async with (
                connect(
                    stream, subprotocols=["streamlit"], max_size=None, origin=self.url
                ) as socket,
                httpx.AsyncClient(base_url=self.url, timeout=30, limits=limits) as client,
            ):
                turn = 0
                while turn < self.turns and time.monotonic() < until:
                    page, query = self.wanted(turn)
                    await self.follow(client, await self.open(socket, page, query), until)
                    turn += 1
        except Exception as error:
            self.record.errors.append(f"visitor {self.number}: {error!r}")

    def wanted(self, turn: int) -> tuple[str, str]:
        """The page that the visitor opens in this turn, and its query."""
        return PAGE, query_of(turn * self.configs + self.number % self.configs)

    async def open(self, socket: ClientConnection, page: str, query: str) -> dict[str, Any]:
        """Run a page's script with a query; return the question its pictures ask."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.page_name = page
        message.rerun_script.is_history_navigation = True  # so that the page reads the query
        started = time.monotonic()
        await socket.send(message.SerializeToString())
        question: dict[str, Any] = {"theme": "light", "version": -1, "views": {}}
        while True:
            answer = ForwardMsg.FromString(bytes(await socket.recv(decode=False)))
            if answer.WhichOneof("type") == "script_finished":
                break
            element = answer.delta.new_element
            if element.WhichOneof("type") == "exception":
                self.record.errors.append(element.exception.message)
            if element.bidi_component.component_name == "mlp_live":
                data = json.loads(element.bidi_component.json)
                if data["slot"] != "main":
                    continue
                question |= {name: data[name] for name in ("watcher", "slot", "job")}
                question["placed"] = data["job"]
                question["views"] |= {view: [] for view in data["views"]}
        self.record.script.append(time.monotonic() - started)
        self.record.runs.add(question["job"])
        return question

    async def follow(
        self, client: httpx.AsyncClient, question: dict[str, Any], until: float
    ) -> None:
        """Poll as the page's script does, until the run has ended."""
        probe = time.monotonic() + self.probing * (self.number / VISITORS)
        while time.monotonic() < until:
            now = time.monotonic()
            at_once = now >= probe
            if at_once:
                probe = now + self.probing
            asked = question | {"version": -1} if at_once else question
            response = await client.post("/live/frames", content=json.dumps(asked))
            self.record.answers[response.status_code] += 1
            if response.status_code != httpx.codes.OK:
                return
            if at_once:
                self.record.latencies.append(time.monotonic() - now)
            answer = response.json()
            question["version"] = answer["version"]
            for view, picture in answer["views"].items():
                question["views"][view] = picture["parts"]
            if answer["status"]["state"] == "finished":
                self.record.finished += 1
                return
            await asyncio.sleep(DRAWING)


def noted(note: Path) -> tuple[int, int]:
    """What the server has written down: bytes of the past of runs, and threads outside pools."""
    if not note.exists():
        return 0, 0
    past, threads = note.read_text().split()
    return int(past), int(threads)


async def crowd(app: AppServer, note: Path, visitors: int, configs: int, seconds: float) -> Record:
    """All visitors at once, while the server's memory is looked at, and its note of the past."""
    record, started = Record(), time.monotonic()

    async def look() -> None:
        while True:
            past = noted(note)[0] / 1e6
            record.memory.append((time.monotonic() - started, app.megabytes, past))
            await asyncio.sleep(SAMPLING)

    looking = asyncio.create_task(look())
    who = [Visitor(app.url, number, configs, record) for number in range(visitors)]
    await asyncio.gather(*(visitor.visit(started + seconds) for visitor in who))
    looking.cancel()
    return record


@dataclass
class Outcome:
    """What a crowd met, and what it left behind."""

    record: Record
    threads_before: int
    threads_after: int
    problems: list[str]

    @property
    def held(self) -> bool:
        """Whether nothing went wrong."""
        lost = {code: n for code, n in self.record.answers.items() if code != httpx.codes.OK}
        return not (
            lost or self.record.errors or self.problems or self.threads_after > self.threads_before
        )


def run(visitors: int, configs: int, seconds: float) -> Outcome:
    """Start the app, let a crowd visit it, and wait until it is forgotten."""
    with tempfile.TemporaryDirectory() as folder:
        log, note = Path(folder) / "log", Path(folder) / "note"
        with AppServer(log, prelude=NOTE.format(file=str(note))) as app:
            asyncio.run(crowd(app, note, visitors, configs, WARM_UP))
            time.sleep(FORGOTTEN)
            _, before = noted(note)
            record = asyncio.run(crowd(app, note, visitors, configs, seconds))
            deadline = time.monotonic() + FORGOTTEN
            while (after := noted(note)[1]) > before and time.monotonic() < deadline:
                time.sleep(0.5)
        problems = re.findall(r".*(?:Traceback|ERROR).*", log.read_text())
    return Outcome(record, before, after, problems)


def report(outcome: Outcome) -> str:
    """The outcome in Markdown."""
    record = outcome.record

    def milliseconds(values: list[float]) -> str:
        p50, p95, top = 1000 * np.percentile(values, [50, 95, 100])
        return f"{p50:.0f} / {p95:.0f} / {top:.0f}"

    def memory(sample: tuple[float, float, float]) -> str:
        _, megabytes, past = sample
        return f"{megabytes:.0f} ({past:.0f})"

    end = record.memory[-1]
    minute = next((sample for sample in record.memory if sample[0] > 60), record.memory[0])
    codes = ", ".join(f"{count:,} × {code}" for code, count in sorted(record.answers.items()))
    rows = {
        "answers of the live route": codes,
        "different runs; followed to their end": f"{len(record.runs):,}; {record.finished:,} times",
        "errors in pages or connections": f"{len(record.errors)}",
        "errors in the server's log": f"{len(outcome.problems)}",
        "latency of an answer at once, ms: median / p95 / most": milliseconds(record.latencies),
        "a run of the page's script, ms: median / p95 / most": milliseconds(record.script),
        "memory after a minute, at the end, MB (past of runs)": f"{memory(minute)}, {memory(end)}",
        "threads outside pools before, after": f"{outcome.threads_before}, {outcome.threads_after}",
    }
    table = "\n".join(f"| {name} | {value} |" for name, value in rows.items())
    return "\n".join([table, *record.errors[:5], *outcome.problems[:5]])


def main() -> int:
    """Measure, print, and say whether it held."""
    line = f"{describe()}; {VISITORS} visitors, {CONFIGS} configs at a time, {SECONDS:.0f} s"
    outcome = run(VISITORS, CONFIGS, SECONDS)
    print(f"{line}.\n\n| | |\n|---|---|\n{report(outcome)}")
    return 0 if outcome.held else 1


if __name__ == "__main__":
    sys.exit(main())

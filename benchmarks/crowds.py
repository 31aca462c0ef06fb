"""Clients that behave badly, or are many, for :mod:`benchmarks.faults`."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from urllib.parse import urlsplit

import httpx
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from benchmarks.load import Record, Visitor

# How many connections a browser has to a server over HTTP/1.1, for all its tabs.
CONNECTIONS = 6
# Seconds between the questions of a tab that nobody sees, as in app/live/browser/poller.js.
UNSEEN = 2.0


@contextmanager
def connections(url: str, number: int, request: str) -> Iterator[None]:
    """So many connections on which this has been sent, and whose answers nobody reads."""
    place = urlsplit(url)
    with ExitStack() as opened:
        for _ in range(number):
            one = opened.enter_context(socket.socket())
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect((place.hostname, place.port))
            one.sendall(request.encode())
        yield


async def drop_pages(url: str, number: int) -> tuple[int, int]:
    """Open pages and let go of them at once, without a farewell; how many were let in, and not."""
    stream = url.replace("http", "ws", 1) + "/_stcore/stream"

    async def one() -> bool:
        with suppress(WebSocketException):
            opened = await connect(stream, subprotocols=["streamlit"], origin=url, open_timeout=60)
            opened.transport.abort()
            return True
        return False

    let_in = sum(await asyncio.gather(*(one() for _ in range(number))))
    return let_in, number - let_in


async def many_tabs(url: str, tabs: int, seconds: float) -> Record:
    """One browser's tabs, of which the first is seen.

    All share its connections, and each follows a run of its own. The tab that is seen keeps a
    question open, and asks for an answer at once every half second, whose seconds are recorded.
    """
    record = Record()
    stream = url.replace("http", "ws", 1) + "/_stcore/stream"
    limits = httpx.Limits(max_connections=CONNECTIONS)
    until = time.monotonic() + seconds

    async def ask(client: httpx.AsyncClient, question: dict[str, object]) -> None:
        answer = await client.post("/live/frames", json=question)
        record.answers[answer.status_code] += 1
        question["version"] = answer.json().get("version", -1)

    async def hold(client: httpx.AsyncClient, question: dict[str, object]) -> None:
        while time.monotonic() < until:
            await ask(client, question)

    async def tab(client: httpx.AsyncClient, number: int) -> None:
        async with connect(stream, subprotocols=["streamlit"], max_size=None, origin=url) as page:
            visitor = Visitor(url, number, tabs, record)
            question = await visitor.open(
                page, "wide-vs-deep", f"epochs=20&depth_to=1&seed={number}"
            )
            holding = asyncio.create_task(hold(client, dict(question))) if not number else None
            while time.monotonic() < until:
                began = time.monotonic()
                await ask(client, question | {"version": -1})
                if not number:
                    record.latencies.append(time.monotonic() - began)
                await asyncio.sleep(UNSEEN if number else UNSEEN / 4)
            if holding:
                await holding

    async with httpx.AsyncClient(base_url=url, timeout=60, limits=limits) as client:
        await asyncio.gather(*(tab(client, number) for number in range(tabs)))
    return record

"""Whoever comes to a full server is told so, and those who are there are not disturbed."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse

from app.server.visitors import TRY_AGAIN, Bounded, Pages
from tests.runs import awaited

PAGE, OTHER = "text/html,*/*", "*/*"


async def serve(scope, receive, send):
    """An app with a page everywhere; its websockets stay open until their visitor leaves."""
    if scope["type"] == "http":
        await PlainTextResponse("page")(scope, receive, send)
    else:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()


@asynccontextmanager
async def visit(app, path):
    """Open a page's websocket; gives the server's answer."""
    answers, messages = asyncio.Queue(), asyncio.Queue()
    scope = {"type": "websocket", "path": path}
    task = asyncio.create_task(app(scope, messages.get, answers.put))
    await messages.put({"type": "websocket.connect"})
    yield await answers.get()
    await messages.put({"type": "websocket.disconnect"})
    await task


async def get(app, path, accept, method="GET"):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, headers={"Accept": accept})


@pytest.fixture(params=["", "/teach/mlp"])
def base(request):
    return request.param


def test_a_full_server_turns_away_who_comes_until_somebody_leaves(base):
    pages = Pages()
    app = Bounded(serve, base, 2, pages)
    stream, accepted = f"{base}/_stcore/stream", "websocket.accept"

    async def come_and_go():
        async with visit(app, stream) as one:
            async with visit(app, stream) as two:
                assert one["type"] == two["type"] == accepted
                refused = {"type": "websocket.close", "code": TRY_AGAIN}
                async with visit(app, stream) as three:
                    assert three == refused
                    assert pages.open == 2
                answer = await get(app, f"{base}/wide-vs-deep", PAGE)
                assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
                assert "The server is full" in answer.text
            assert (await get(app, f"{base}/wide-vs-deep", PAGE)).text == "page"
            async with visit(app, stream) as four:
                assert four["type"] == accepted

    awaited(come_and_go())


def test_those_who_are_there_and_who_asks_after_it_are_answered(base):
    app, stream = Bounded(serve, base, 1, Pages()), f"{base}/_stcore/stream"
    asked = [
        ("/static/index.js", OTHER, "GET"),
        ("/live/frames", PAGE, "POST"),
        ("/_stcore/health", PAGE, "GET"),
        ("/ready", PAGE, "GET"),
        ("/answer/abcdef", PAGE, "GET"),
    ]

    async def ask():
        async with visit(app, stream):
            for path, accept, method in asked:
                assert (await get(app, base + path, accept, method)).text == "page"

    awaited(ask())

"""The route that keeps live figures up to date: a long poll, and the script's libraries.

One request asks for all pictures a page shows of one job. It is answered as soon as the job has
changed since what the page has, or with nothing new after a while; it is also the sign of life
without which a job is dropped. The route answers only who watches an existing job, for views that a
page has placed, and a bounded number of requests at a time.
"""

import asyncio
import gzip
import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from plotly.offline import get_plotlyjs, get_plotlyjs_version
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.figures.drawing import THEMES
from app.live.frames import Frame, Frames
from mlpcore.jobs import Job, Jobs, Status
from mlpcore.texts import printable

PREFIX = "/live"
PLOTLY = f"/plotly-{get_plotlyjs_version()}.min.js"

# Seconds after which a request without news is answered; well below Jobs' patience.
HOLD = 4.0
# Seconds between the answers to a page that nobody sees.
CALM = 2.0
LARGEST_REQUEST = 64 * 1024
MOST_VIEWS = 64
# Requests that one watcher may have open: a page has one, or two for a moment.
MOST_OPEN = 16


class BadRequest(ValueError):
    """A request that no page of ours makes."""


@dataclass(frozen=True)
class Question:
    """What a browser asks.

    Attributes:
        job, watcher: whose pictures, and who asks.
        theme: "light" or "dark".
        version: of the status it has; -1 to be answered at once.
        calm: whether nobody sees the page now.
        at: number of the moment to show, or the nearest one kept; None for the latest.
        views: id → hashes of the parts it holds.
    """

    job: str
    watcher: str
    theme: str
    version: int = -1
    calm: bool = False
    at: int | None = None
    views: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, body: bytes) -> "Question":
        """Read a request's body.

        Raises:
            BadRequest: it is not one of ours.
        """
        try:
            question = cls(**json.loads(body))
        except (ValueError, TypeError, RecursionError) as error:
            raise BadRequest(printable(f"not a question: {error}", 200)) from error
        kinds = {"job": str, "watcher": str, "theme": str, "version": int, "calm": bool}
        for name, kind in kinds.items():
            if type(getattr(question, name)) is not kind:
                raise BadRequest(f"{name} must be of type {kind.__name__}")
        if question.theme not in THEMES:
            raise BadRequest(f"theme must be one of {', '.join(THEMES)}")
        at = question.at
        if not (at is None or (type(at) is int and at >= 0)):
            raise BadRequest("at must be a whole number from 0, or null")
        views = question.views
        if not (
            isinstance(views, dict)
            and len(views) <= MOST_VIEWS
            and all(
                isinstance(v, list) and all(isinstance(h, str) for h in v) for v in views.values()
            )
        ):
            raise BadRequest(f"views must map at most {MOST_VIEWS} ids to lists of hashes")
        return question


def routes(jobs: Callable[[], Jobs], frames: Frames, base: str) -> list[Route]:
    """The routes of live figures.

    Args:
        jobs: gives the process's jobs; called at the first request.
        frames: draws and remembers pictures.
        base: the path under which the app is served, such as "/mlp", or "".
    """
    # One thread draws: the GIL would not let two, and viewers then share a core fairly.
    artist = ThreadPoolExecutor(1, thread_name_prefix="frames")
    open_requests: Counter[str] = Counter()

    async def answer(request: Request) -> Response:
        try:
            question = Question.read(await _body(request))
        except BadRequest as error:
            return JSONResponse({"message": str(error)}, 400)
        gone = JSONResponse({"message": "This result is no longer here."}, 410)
        job = jobs().get(question.job)
        known = all(frames.knows(view) for view in question.views)
        if job is None or not known or not jobs().heartbeat(job.id, question.watcher):
            return gone
        if open_requests[question.watcher] >= MOST_OPEN:
            message = f"At most {MOST_OPEN} requests may be open at a time."
            return JSONResponse({"message": message}, 429)
        open_requests[question.watcher] += 1
        try:
            text = await compose(job, question)
        except KeyError:  # a view that was there when the question came
            return gone
        finally:
            open_requests[question.watcher] -= 1
            if not open_requests[question.watcher]:
                del open_requests[question.watcher]
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def compose(job: Job, question: Question) -> str:
        if question.calm:
            await asyncio.sleep(CALM)
        await _news(job, question.version)
        jobs().heartbeat(job.id, question.watcher)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(artist, _compose, job, frames, question)

    async def plotly(request: Request) -> Response:
        headers = {
            "Content-Encoding": "gzip",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        return Response(_plotly(), media_type="text/javascript", headers=headers)

    return [
        Route(f"{base}{PREFIX}/frames", answer, methods=["POST"]),
        Route(f"{base}{PREFIX}{PLOTLY}", plotly),
    ]


async def _body(request: Request) -> bytes:
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > LARGEST_REQUEST:
                raise BadRequest(f"a question has at most {LARGEST_REQUEST} bytes")
    except ClientDisconnect as error:
        raise BadRequest("the browser left before it had asked") from error
    return body


async def _news(job: Job, version: int) -> None:
    """Return when the job's status is not of this version, or after :data:`HOLD` seconds."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(news.set)

    unsubscribe = job.subscribe(wake)
    try:
        if job.status().version == version:
            await asyncio.wait_for(news.wait(), HOLD)
    except TimeoutError:
        pass
    finally:
        unsubscribe()


def _compose(job: Job, frames: Frames, question: Question) -> str:
    """The answer: the job's status, and for each view its parts, with those not yet held.

    The status tells which moment the pictures show, and how far from one to the next it is.
    """
    status, moments, views = job.status(), job.history.moments, ""
    line = describe(replace(status, snapshot=moments[-1].snapshot) if moments else status)
    if moments:
        shown = moments[-1] if question.at is None else job.history.at(question.at)
        line["moments"] = {
            "shown": shown.number,
            "label": shown.snapshot.label,
            "last": moments[-1].number,
            "step": job.history.stride,
        }
        views = ",".join(
            f'"{view}":{_picture(frames.frame(job, shown, view, question.theme), set(held))}'
            for view, held in question.views.items()
        )
    return f'{{"version":{status.version},"status":{json.dumps(line)},"views":{{{views}}}}}'


def _picture(frame: Frame, held: set[str]) -> str:
    new = ",".join(f'"{part}":{text}' for part, text in frame.parts.items() if part not in held)
    return f'{{"kind":"{frame.kind}","parts":{json.dumps(list(frame.parts))},"new":{{{new}}}}}'


def describe(status: Status) -> dict[str, Any]:
    """A job's state for the status line: state, words, and progress 0…1."""
    at = status.snapshot or status.preparation
    label = at.label if at else "starting"
    words = {
        "queued": f"waiting for a free place, {status.position or 1} in line",
        "running": label,
        "paused": f"paused at {label}",
        "finished": f"finished, {label}",
        "cancelled": "stopped",
        "failed": status.message,
    }
    return {
        "state": status.state.value,
        "words": words[status.state.value],
        "progress": at.progress if at else 0.0,
    }


@cache
def _plotly() -> bytes:
    return gzip.compress(get_plotlyjs().encode(), 9)

"""The route that keeps live figures up to date: a long poll.

One request asks for all pictures a page shows in one slot. It is answered as soon as the job shown
there has changed since what the page has, or is another one, which the page's script may have
chosen a moment ago; or with nothing new after a while. It is also the sign of life without which a
job is dropped. The route answers only who watches an existing job, for views that a page has
placed, and a bounded number of requests at a time.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.live.frames import Frame, Frames
from app.live.libraries import PREFIX
from app.live.protocol import BadRequest, Line, Question
from app.live.shown import Shown
from app.server import bodies
from app.server.bodies import Unread
from mlpcore.running.history import Moment
from mlpcore.running.jobs import Job, Jobs, State, Status

# Seconds after which a request without news is answered; well below Jobs' patience.
HOLD = 4.0
# Seconds that a page waits at most for the first picture of a run that it turns to.
LEAD = 0.35
LARGEST_REQUEST = 64 * 1024
# Requests that one watcher may have open: a page has one, or two for a moment.
MOST_OPEN = 16


def routes(
    jobs: Callable[[], Jobs],
    shown: Shown,
    frames: Frames,
    base: str,
    answered: Callable[[float], object] = lambda seconds: None,
) -> list[Route]:
    """The routes of live figures.

    Args:
        jobs: gives the process's jobs; called at the first request.
        shown: tells which of them a page shows.
        frames: draws and remembers pictures.
        base: the path under which the app is served, such as "/mlp", or "".
        answered: told of each answer how many seconds it took once there was something to say.
    """
    # One thread draws: the GIL would not let two, and viewers then share a core fairly.
    artist = ThreadPoolExecutor(1, thread_name_prefix="frames")
    open_requests: Counter[str] = Counter()

    def alive(question: Question) -> Job | None:
        """The job that is shown to who asks, with a sign of life; None if there is none."""
        job = jobs().get(shown.job(question.watcher, question.slot) or "")
        watched = job is not None and jobs().heartbeat(job.id, question.watcher)
        return job if watched else None

    async def answer(request: Request) -> Response:
        try:
            question = Question.read(await bodies.read(request, LARGEST_REQUEST, "a question"))
        except (BadRequest, Unread) as error:
            return JSONResponse({"message": str(error)}, 400)
        gone = JSONResponse({"message": "This result is no longer here."}, 410)
        job = alive(question)
        if job is None or not all(frames.knows(view) for view in question.views):
            return gone
        if question.job == job.id:
            shown.heard(question.watcher, question.slot, job.id)
        if open_requests[question.watcher] >= MOST_OPEN:
            message = f"At most {MOST_OPEN} requests may be open at a time."
            return JSONResponse({"message": message}, 429)
        open_requests[question.watcher] += 1
        try:
            text = await compose(job, question)
        except KeyError:  # what was there when the question came: the job, or a view
            return gone
        finally:
            open_requests[question.watcher] -= 1
            if not open_requests[question.watcher]:
                del open_requests[question.watcher]
        return Response(text, media_type="application/json", headers={"Cache-Control": "no-store"})

    async def compose(before: Job, question: Question) -> str:
        await _news(before, shown, question)
        job = alive(question)
        if job is None:
            raise KeyError(before.id)
        if job.id != question.job:
            await _first(job)
        loop, began = asyncio.get_running_loop(), time.monotonic()
        text = await loop.run_in_executor(artist, _compose, job, frames, question)
        answered(time.monotonic() - began)
        return text

    return [
        Route(f"{base}{PREFIX}/frames", answer, methods=["POST"]),
    ]


async def _news(job: Job, shown: Shown, question: Question) -> None:
    """Return when there is something else to show than a question has, or after a while.

    Args:
        job: the one shown when the question came.
        shown: tells when another one is.
        question: waits for :data:`HOLD` seconds; while the job goes on, at least as long as its
            page wants to rest.
    """
    place = question.watcher, question.slot

    def wait() -> float:
        shows, status = shown.job(*place), job.status()
        rests = shows == job.id and status.state is State.RUNNING and question.version >= 0
        new = (shows, status.version) != (question.job, question.version)
        return max(0.0 if new else HOLD, question.rest / 1000 if rests else 0.0)

    await _heard(wait, job.subscribe, partial(shown.subscribe, *place))


async def _first(job: Job) -> None:
    """Return when a job that has just begun has a picture, or after :data:`LEAD` seconds."""
    active = (State.QUEUED, State.RUNNING)

    def wait() -> float:
        begins = job.status().state in active and not job.history.moments
        return LEAD if begins else 0.0

    await _heard(wait, job.subscribe)


async def _heard(
    wait: Callable[[], float], *subscribe: Callable[[Callable[[], None]], Callable[[], None]]
) -> None:
    """Return after so many seconds, which may change whenever what is subscribed to changes."""
    loop, news = asyncio.get_running_loop(), asyncio.Event()

    def wake() -> None:
        loop.call_soon_threadsafe(news.set)

    # Looked at after subscribing, so that no change falls between.
    began, ends = loop.time(), [one(wake) for one in subscribe]
    try:
        while (left := began + wait() - loop.time()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), left)
            news.clear()
    finally:
        for end in ends:
            end()


def _compose(job: Job, frames: Frames, question: Question) -> str:
    """The :class:`~app.live.protocol.Answer`, of texts that are JSON already."""
    began = time.monotonic()
    status, moments, views = job.status(), job.history.moments, ""
    line = describe(replace(status, snapshot=moments[-1].snapshot) if moments else status)
    if moments:
        at = question.at if question.job == job.id else None
        shown = moments[-1] if at is None else job.history.at(at)
        line["moments"] = {
            "shown": shown.number,
            "label": shown.snapshot.label,
            "last": moments[-1].number,
            "step": job.history.stride,
        }
        views = ",".join(_pictures(job, shown, frames, question))
    return (
        f'{{"job":"{job.id}","version":{status.version},"status":{json.dumps(line)},'
        f'"spent":{1000 * (time.monotonic() - began):.0f},"views":{{{views}}}}}'
    )


def _pictures(job: Job, moment: Moment, frames: Frames, question: Question) -> Iterator[str]:
    """Each view's picture; of those placed for another job, only those that this one has too."""
    placed = question.placed == job.id
    for view, held in question.views.items():
        try:
            frame = frames.frame(job, moment, view, question.theme, safely=placed)
        except Exception:
            if placed:
                raise
            continue  # a depth, say, that this run does not have
        yield f'"{view}":{_picture(frame, set(held))}'


def _picture(frame: Frame, held: set[str]) -> str:
    new = ",".join(f'"{part}":{text}' for part, text in frame.parts.items() if part not in held)
    return f'{{"kind":"{frame.kind}","parts":{json.dumps(list(frame.parts))},"new":{{{new}}}}}'


def describe(status: Status) -> Line:
    """A job's state for the status line."""
    at = status.snapshot or status.preparation
    label = at.label if at else "starting"
    words = {
        "queued": f"waiting for a free place, {status.position or 1} in line",
        "running": f"{label} – {status.message}" if status.message else label,
        "paused": f"paused at {label}",
        "finished": f"finished, {label}",
        "cancelled": "stopped",
        "failed": status.message or "",
    }
    return {
        "state": status.state,
        "words": words[status.state.value],
        "progress": at.progress if at else 0.0,
    }

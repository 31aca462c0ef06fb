"""What whoever runs the app meets: the log, readiness, a clean stop, headers of every answer."""

import logging
import re
import sys
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import net_util

from app.server.json_lines import JsonLines
from app.server.memory import settle
from mlpcore.running.jobs import Jobs

log = logging.getLogger(__name__)


@cache
def headers(sites: str = "") -> dict[str, str]:
    """What every answer says of how browsers shall treat it.

    Args:
        sites: those whose pages may show this app's in a frame, with blanks between.
    """
    ancestors = " ".join(["frame-ancestors 'self'", *sites.split()])
    stated = {
        "Content-Security-Policy": f"{_policy()}; {ancestors}",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
    # It knows no other sites; browsers that read the policy do not look at it.
    return stated if sites else stated | {"X-Frame-Options": "SAMEORIGIN"}


def _policy() -> str:
    """Where a page may take things from: this server, and what its own scripts make.

    Streamlit's first page holds a script of its own, which is allowed by its hash; Streamlit and
    Plotly write styles into the page.
    """
    first_page = (Path(st.__file__).parent / "static" / "index.html").read_text()
    inline = re.findall(r"<script>(.*?)</script>", first_page, re.DOTALL)
    hashes = [b64encode(sha256(script.encode()).digest()).decode() for script in inline]
    allowed = " ".join(f"'sha256-{text}'" for text in hashes)
    return (
        f"default-src 'self'; script-src 'self' blob: {allowed}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; "
        "connect-src 'self' ws: wss: data: blob:; worker-src 'self' blob:; object-src 'none'; "
        "base-uri 'self'; form-action 'self'"
    )


# Seconds that a thread keeps the interpreter's lock while others wait for it: a run between
# two slices of its training, and the answers to those who watch.
SWITCH = 0.001
# Streamlit's own figures about its process, which are nobody's business on the open net.
CLOSED = ("/_stcore/metrics", "/_stcore/agent/")


# How the lines of the log look, by the names that the setting has.
LINES = {
    "text": logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"),
    "json": JsonLines(),
}


def ask_nobody() -> None:
    """Keep Streamlit from asking a site for this machine's address, as others see it.

    It would, and answer nobody meanwhile, whenever a page of another site opens a websocket: pages
    at that address are allowed to. They are allowed anyway, for origin and host are the same.
    """
    net_util.get_external_ip = lambda: None


def log_to_stdout(lines: str) -> None:
    """Send the log of the app and of its library to standard output, a line an event.

    Args:
        lines: a key of :data:`LINES`.
    """
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LINES[lines])
    for name in ("app", "mlpcore"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)


def readiness(jobs: Callable[[], Jobs], base: str) -> Route:
    """The route that says whether runs are taken: 200, or 503 while starting, full or ending."""

    async def ready(request: Request) -> Response:
        able = jobs().ready
        return JSONResponse({"ready": able}, 200 if able else 503, {"Cache-Control": "no-store"})

    return Route(f"{base}/ready", ready)


def ending(
    jobs: Callable[[], Jobs], watched: Callable[[], AbstractContextManager[None]]
) -> Callable[[st.App], AbstractAsyncContextManager[None]]:
    """Around the server's life: it starts small and prepared; at the end all runs are stopped.

    Args:
        jobs: gives the process's jobs.
        watched: entered for as long as runs are taken.
    """

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH)
        settle()
        jobs()  # starts to compile what runs train with, should it not be there
        with watched():
            yield
        jobs().close()
        log.info("stopped")

    return lifespan


def apologise(error: Exception) -> bool:
    """Log an error of a page's script, and tell the visitor without a traceback."""
    log.error("a page failed", exc_info=error)
    st.error(
        "This page has an error of its own, which is now in the server's log. Load it again, or "
        "open it without the address's parameters.",
        icon=":material/error:",
    )
    return True


class Guard:
    """Adds :func:`headers` to every answer, and answers 404 for what is :data:`CLOSED`."""

    def __init__(self, app: ASGIApp, base: str, sites: str) -> None:
        self.app, self.base, self.headers = app, base, headers(sites)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                have = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(
                        (name.encode(), value.encode())
                        for name, value in self.headers.items()
                        if name.lower().encode() not in have
                    ),
                ]
            await send(message)

        path = scope["path"].removeprefix(self.base)
        closed = path.startswith(CLOSED)
        app = Response("Not found", 404) if closed else self.app
        await app(scope, receive, guarded)


def guard(base: str, sites: str = "") -> Middleware:
    """The guard of an app served under ``base``, which these sites may show in a frame."""
    return Middleware(Guard, base=base, sites=sites)

"""How many visits are open at a time: beyond that, the server says that it is full."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

# Of a websocket that is closed: try again later.
TRY_AGAIN = 1013
FULL = HTMLResponse(
    "<!doctype html><html lang=en><meta name=viewport content='width=device-width'>"
    "<title>The server is full</title><h1>The server is full</h1>"
    "<p>As many people are here as it can serve. Load this page again in a minute.</p>",
    503,
    {"Retry-After": "60", "Cache-Control": "no-store"},
)


@dataclass
class Pages:
    """How many pages of Streamlit are open now."""

    open: int = 0


class Bounded:
    """Turns away whoever comes while ``most`` pages of Streamlit are open.

    A page is open as long as its websocket is. Pages that are loaded meanwhile get a page that says
    so, and one that was loaded before tries again by itself until there is room.
    """

    def __init__(self, app: ASGIApp, base: str, most: int, pages: Pages) -> None:
        self.app, self.most, self.pages = app, most, pages
        self.stream = f"{base}/_stcore/stream"
        # What is no page of Streamlit.
        self.inner = tuple(f"{base}/{path}" for path in ("_stcore/", "ready", "answer/"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        full = self.pages.open >= self.most
        if scope["type"] == "websocket" and scope["path"] == self.stream:
            if full:
                await receive()
                await send({"type": "websocket.close", "code": TRY_AGAIN})
                return
            self.pages.open += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.pages.open -= 1
        elif full and self._loads_page(scope):
            await FULL(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _loads_page(self, scope: Scope) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and not scope["path"].startswith(self.inner)
            and "text/html" in Headers(scope=scope).get("accept", "")
        )


def bounded(base: str, most: int, pages: Pages) -> Middleware:
    """The middleware of an app served under ``base``, which keeps count of its pages."""
    return Middleware(Bounded, base=base, most=most, pages=pages)

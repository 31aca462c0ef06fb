"""How many visits are open at a time: beyond that, the server says that it is full."""

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


class Bounded:
    """Turns away whoever comes while ``most`` pages of Streamlit are open.

    A page is open as long as its websocket is. Pages that are loaded meanwhile get a page that says
    so, and one that was loaded before tries again by itself until there is room.
    """

    def __init__(self, app: ASGIApp, base: str, most: int) -> None:
        self.app, self.most = app, most
        self.stream, self.inner = f"{base}/_stcore/stream", (f"{base}/_stcore/", f"{base}/ready")
        self.open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or connection."""
        full = self.open >= self.most
        if scope["type"] == "websocket" and scope["path"] == self.stream:
            if full:
                await receive()
                await send({"type": "websocket.close", "code": TRY_AGAIN})
                return
            self.open += 1
            try:
                await self.app(scope, receive, send)
            finally:
                self.open -= 1
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


def bounded(base: str, most: int) -> Middleware:
    """The middleware of an app served under ``base``."""
    return Middleware(Bounded, base=base, most=most)

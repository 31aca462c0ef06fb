"""Asking an application without a server."""

import httpx

from tests.runs import awaited


def ask(app, path="/", method="GET", **headers):
    """The answer to one request, as it goes over the wire."""

    async def request():
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            fields = {"accept-encoding": "gzip"} | {
                name.replace("_", "-"): value for name, value in headers.items()
            }
            return await client.request(method, path, headers=fields)

    return awaited(request())

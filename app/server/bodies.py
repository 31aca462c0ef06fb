"""Bodies of requests, read up to a bound."""

from starlette.requests import ClientDisconnect, Request


class Unread(Exception):
    """A body is larger than it may be, or the browser left before all of it had come."""


async def read(request: Request, most: int, what: str) -> bytes:
    """All of a request's body.

    Args:
        request: it is read of its body no further than need be.
        most: bytes it may have.
        what: it is, for the message.

    Raises:
        Unread: in words for who asked.
    """
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > most:
                raise Unread(f"{what} has at most {most} bytes")
    except ClientDisconnect as error:
        raise Unread("the browser left before it had asked") from error
    return body

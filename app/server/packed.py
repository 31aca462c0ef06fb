"""Texts that never change while the server runs, compressed once."""

import gzip
from hashlib import blake2b

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

# Of what goes by a name that changes with it, and of what does not.
KEPT, ASKED_FOR = "public, max-age=31536000, immutable", "no-cache"


class Packed:
    """Answers every GET and HEAD with one text; gzip is all the compression it knows.

    It answers requests for a part with the whole, as it may.

    Args:
        text: its bytes.
        media_type: what they are, such as "text/css".
        keep: what a browser may do with it, :data:`KEPT` or :data:`ASKED_FOR`.
    """

    def __init__(self, text: bytes, media_type: str, keep: str) -> None:
        self.hash = blake2b(text, digest_size=9).hexdigest()
        self._packed = gzip.compress(text, 9, mtime=0)
        self._media_type, self._keep = media_type, keep

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        asked = Headers(scope=scope)
        packed = takes_gzip(asked.get("accept-encoding", ""))
        tag = f'"{self.hash}-gzip"' if packed else f'"{self.hash}"'
        headers = {"Cache-Control": self._keep, "ETag": tag, "Vary": "Accept-Encoding"}
        if _holds(asked.get("if-none-match", ""), tag):
            answer = Response(status_code=304, headers=headers)
        elif packed:
            headers["Content-Encoding"] = "gzip"
            answer = Response(self._packed, media_type=self._media_type, headers=headers)
        else:
            text = gzip.decompress(self._packed)
            answer = Response(text, media_type=self._media_type, headers=headers)
        await answer(scope, receive, send)


def takes_gzip(accepted: str) -> bool:
    """Whether a browser that says so takes gzip ("br, gzip;q=0.5"; not "gzip;q=0", nor "")."""
    for one in accepted.lower().split(","):
        name, _, weight = one.replace(" ", "").partition(";")
        if name == "gzip":
            return weight.removeprefix("q=").strip("0.") != "" or not weight
    return False


def _holds(known: str, tag: str) -> bool:
    return any(one.strip().removeprefix("W/") in (tag, "*") for one in known.split(","))

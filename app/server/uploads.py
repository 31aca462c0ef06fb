"""Files on their way through Streamlit: kept in memory, never on a disk, few a visit, none lost."""

from collections.abc import Callable
from typing import Any

from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import get_instance
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager

# Pages read a file when it comes; Streamlit would keep all until the visit ends.
MOST_KEPT = 3


def keep_in_memory(largest: int) -> None:
    """See to it that no upload of up to so many bytes passes through a temporary file."""
    MultiPartParser.spool_max_size = largest


def find_their_way() -> None:
    """Let every upload hear where it is to be sent.

    A browser asks for that, and waits. When a run of the script begins, Streamlit drops what has
    not been sent yet, the answer too, and the file is gone without a word.
    """
    clear = ForwardMsgQueue.clear

    def cleared(queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, **more: Any) -> None:
        answers = [msg for msg in queue._queue if msg.WhichOneof("type") == "file_urls_response"]
        clear(queue, retain_lifecycle_msgs, **more)
        if retain_lifecycle_msgs:
            queue._queue += [msg for msg in answers if msg not in queue._queue]

    ForwardMsgQueue.clear = cleared  # type: ignore[assignment, method-assign]


class Few:
    """Forgets the oldest uploads of a visit when another one has come."""

    def __init__(
        self, app: ASGIApp, base: str, files: Callable[[], MemoryUploadedFileManager]
    ) -> None:
        self.app, self.prefix, self.files = app, f"{base}/_stcore/upload_file/", files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self.app(scope, receive, send)
        if scope["type"] == "http" and scope["method"] == "PUT":
            before, prefix, rest = scope["path"].partition(self.prefix)
            if prefix and not before:
                self._forget(rest.split("/")[0])

    def _forget(self, session: str) -> None:
        files = self.files()
        for file in list(files.file_storage.get(session, ()))[:-MOST_KEPT]:
            files.remove_file(session, file)


def few(base: str) -> Middleware:
    """The middleware of an app served under ``base``."""
    return Middleware(Few, base=base, files=_files)


def _files() -> MemoryUploadedFileManager:
    files = get_instance().uploaded_file_mgr
    assert isinstance(files, MemoryUploadedFileManager)
    return files

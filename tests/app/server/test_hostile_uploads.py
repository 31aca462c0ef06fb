"""Uploads made to fill the memory or the disk."""

import tempfile

import httpx
import pytest
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from app.server import uploads
from tests.runs import awaited


@pytest.fixture
def queue(monkeypatch):
    """What Streamlit has for a browser: where a file is to be sent, and an element."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)
    uploads.find_their_way()
    queue = ForwardMsgQueue()
    answer, element = ForwardMsg(), ForwardMsg()
    answer.file_urls_response.response_id = "question"
    element.delta.new_element.markdown.body = "Below."
    for message in (answer, element):
        queue.enqueue(message)
    return queue


@pytest.mark.parametrize("fragments", [None, ["one"]])
def test_where_a_file_is_to_be_sent_is_told_though_a_run_begins(queue, fragments):
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    queue.clear(retain_lifecycle_msgs=True)
    sent = queue.flush()
    assert [message.file_urls_response.response_id for message in sent] == ["question"]
    assert not queue.flush()


PATH = "/teach/_stcore/upload_file"


@pytest.fixture
def files():
    return MemoryUploadedFileManager(PATH)


def put(files, *addresses, size=10):
    """Bring files to a server that keeps them as Streamlit does."""

    async def keep(request: Request) -> Response:
        async with request.form() as form:
            data = await form["file"].read()
        session, file = request.path_params["session"], request.path_params["file"]
        files.add_file(session, UploadedFileRec(file, "x", "x", data))
        return Response(status_code=204)

    async def ask():
        app = Starlette(
            routes=[Route(f"{PATH}/{{session}}/{{file}}", keep, methods=["PUT"])],
            middleware=[Middleware(uploads.Few, base="/teach", files=lambda: files)],
        )
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            for address in addresses:
                await client.put(address, files={"file": bytes(size)})

    awaited(ask())


def test_a_visit_keeps_its_latest_files(files):
    put(files, *(f"{PATH}/me/{i}" for i in range(20)), f"{PATH}/you/0")
    assert list(files.file_storage["me"]) == ["17", "18", "19"]
    assert list(files.file_storage["you"]) == ["0"]


def test_other_addresses_change_nothing(files):
    put(files, f"{PATH}/me/0", f"{PATH}/", PATH, "/", f"/x{PATH}/me/1", f"{PATH}/../../me")
    assert list(files.file_storage) == ["me"]


@pytest.mark.parametrize(("largest", "spooled"), [(5_000_000, False), (4_999_999, True)])
def test_an_upload_that_is_allowed_touches_no_disk(largest, spooled, files, monkeypatch):
    written = []

    def rollover(file):
        written.append(file)

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rollover)
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 0)
    uploads.keep_in_memory(largest)
    put(files, f"{PATH}/me/0", size=5_000_000)
    assert len(files.file_storage["me"]["0"].data) == 5_000_000
    assert bool(written) == spooled

"""Questions made to do harm: the live route answers with a status of its own, and tells nothing."""

import json
import threading

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.figures.drawing import Html
from app.live import protocol, route
from app.live.frames import Frames, View
from app.live.shown import Shown
from mlpcore.caches.memory import Kept
from mlpcore.running.jobs import Jobs
from tests.runs import awaited

SECRET = "secret"


class Silent:
    """A config whose run says one thing and waits."""

    working_bytes = 0

    def __init__(self):
        self.over = threading.Event()

    def run(self, device, control):
        yield Snapshot()
        self.over.wait()


class Snapshot:
    epoch, progress, label = 0, 0.5, "epoch 0"


def say(snapshot, theme):
    return Html(SECRET)


@pytest.fixture(scope="module")
def place():
    """A running job with a watcher and a view, behind the route, and what it is shown by."""
    jobs, frames, config = Jobs(device="cpu", patience=600), Frames(), Silent()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "HOLD", 0.001)
        patch.setattr(protocol, "LONGEST_REST", 1)
        job = jobs.submit(config, "watcher")
        view = frames.register(View(say, ()))
        shown = Shown()
        shown.show("watcher", "main", job.id)
        yield jobs, frames, job, view, shown
    config.over.set()
    jobs.close()


def question(job, view):
    who = {"watcher": "watcher", "slot": "main", "placed": job.id, "job": job.id}
    return who | {"theme": "light", "views": {view: []}}


def post(place, *bodies):
    """The answers to some bodies, made one after the other."""

    async def ask():
        app = Starlette(routes=route.routes(lambda: place[0], place[4], place[1], ""))
        transport = httpx.ASGITransport(app)  # raises what the route raises
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await client.post("/live/frames", content=body) for body in bodies]

    return awaited(ask())


def check(place, body, known=()):
    """That the answer is none of an error of ours, and tells only what was known."""
    (answer,) = post(place, body)
    assert answer.status_code in (200, 400, 410, 413, 429)
    assert len(answer.content) < 2000
    for name in (place[2].id, place[3], SECRET):
        assert name in known or name not in answer.text
    return answer


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=10)
    | st.sampled_from(
        ["watcher", "light", "dark", "__class__", "\ud800", "\0", "x" * 3000, "*", ""]
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(), max_size=6), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [
        "job",
        "watcher",
        "slot",
        "placed",
        "theme",
        "version",
        "rest",
        "at",
        "views",
        "\ud800",
        "self",
    ]
)


@given(value=VALUES | st.dictionaries(FIELDS, VALUES))
@settings(max_examples=200)
def test_any_json(value, place):
    check(place, json.dumps(value).encode())


@given(body=st.binary(max_size=200))
@settings(max_examples=100)
def test_any_bytes(body, place):
    check(place, body)


@given(changes=st.dictionaries(FIELDS, VALUES, min_size=1, max_size=3))
@settings(max_examples=300)
def test_a_good_question_with_anything_in_it(changes, place):
    _, _, job, view, _ = place
    good = question(job, view)
    asked = good | changes
    watches = (asked["watcher"], asked["slot"]) == ("watcher", "main")
    check(place, json.dumps(asked).encode(), (job.id, view, SECRET) if watches else ())


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"views": ' + b"[" * 30_000,
        b"1" * 60_000,
        b"x" * 70_000,
        b'"' + b"\\ud800" * 10_000 + b'"',
        b'{"' + b"x" * 60_000 + b'": 1}',
        b'{"job": "a", "job": "b"}',
        b"\xff\xfe[\x00",
        b"",
    ],
    ids=range(10),
)
def test_large_and_deep_questions(body, place):
    assert check(place, body).status_code in (400, 413)


def test_others_learn_nothing_of_a_run(place):
    _, _, job, view, _ = place
    good = question(job, view)
    wrong = [{"slot": view}, {"watcher": job.id}, {"watcher": ""}, {"views": {job.id: []}}]
    answers = post(place, *(json.dumps(good | change).encode() for change in wrong))
    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.text for answer in answers}) == 1


def test_a_view_that_goes_while_its_question_waits_is_gone(place, monkeypatch):
    _, frames, job, view, _ = place
    good = question(job, view)

    async def forget(job, shown, question):
        frames._views = Kept(1)

    monkeypatch.setattr(route, "_news", forget)
    (answer,) = post(place, json.dumps(good).encode())
    frames.register(View(say, ()))
    assert answer.status_code == 410


def test_a_browser_that_leaves_in_the_middle_is_no_error(place, caplog):
    async def ask():
        app = Starlette(routes=route.routes(lambda: place[0], place[4], place[1], ""))
        sent = []
        messages = iter([
            {"type": "http.request", "body": b"{", "more_body": True},
            {"type": "http.disconnect"},
        ])  # fmt: skip

        async def receive():
            return next(messages)

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/live/frames", "headers": [],
                 "query_string": b"", "http_version": "1.1", "root_path": ""}  # fmt: skip
        await app(scope, receive, send)
        return sent

    assert awaited(ask())[0]["status"] == 400

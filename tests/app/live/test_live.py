"""Live figures without a browser: what is encoded, and what the route answers."""

import asyncio
import dataclasses
import json
import threading
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.figures import wide_vs_deep
from app.figures.drawing import THEMES, Html, figure
from app.live import route
from app.live.frames import Frames, View, encode
from app.live.protocol import BadRequest, Question
from app.live.route import describe
from app.live.shown import Shown
from mlpcore.experiments.wide_vs_deep import WideVsDeep
from mlpcore.running.control import Preparation
from mlpcore.running.jobs import Jobs, State, Status
from tests.runs import awaited

SMALL = WideVsDeep(budget=40, depth_to=2, seeds=2, samples=40, batch_size=32, epochs=3)


@dataclass(frozen=True)
class Words:
    """A snapshot that says one thing."""

    text: str
    epoch: int = 0
    progress: float = 0.5
    label: str = "epoch 0"


@dataclass(frozen=True)
class Talk:
    """A config whose run says some words, each when it is let."""

    words: tuple[str, ...]
    working_bytes = 0

    def run(self, device, control):
        for i, text in enumerate(self.words):
            if i:
                gates[self].acquire()
            yield Words(text)
            control.checkpoint()


gates = {}


def talk(*words):
    config = Talk(words)
    gates[config] = threading.Semaphore(0)
    return config


def say(snapshot, theme):
    return Html(f"{theme.name}: {snapshot.text}")


def draw(snapshot, theme):
    still = {"type": "scatter", "x": [1, 2], "y": [3, 4]}
    moving = {"type": "scatter", "x": [1], "y": [len(snapshot.text)]}
    return figure(theme, [still, moving], alt=snapshot.text)


def fail(snapshot, theme):
    raise ZeroDivisionError("<no>")


@pytest.fixture
def jobs():
    jobs = Jobs(device="cpu", patience=60)
    yield jobs
    jobs.close()


def showing(job, watcher="w", slot="main"):
    shown = Shown()
    shown.show(watcher, slot, job.id)
    return shown


def ask(jobs, shown, frames, *questions):
    """The route's answers to some requests, made one after the other."""

    async def post():
        app = Starlette(routes=route.routes(lambda: jobs, shown, frames, ""))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [await client.post("/live/frames", content=json.dumps(q)) for q in questions]

    return awaited(post())


def question(job, *views, **rest):
    held = {view: [] for view in views}
    who = {"watcher": "w", "slot": "main", "placed": job.id, "job": job.id}
    return who | {"theme": "light", "views": held} | rest


def test_an_answer_has_the_status_and_the_pictures(jobs, wait_for):
    frames, job = Frames(), jobs.submit(talk("hello"), "w")
    wait_for(lambda: job.status().state.over)
    said, drawn = (frames.register(View(f, ())) for f in (say, draw))
    (answer,) = ask(jobs, showing(job), frames, question(job, said, drawn))
    body = answer.json()
    assert body["status"] == {
        "state": "finished",
        "words": "finished, epoch 0",
        "progress": 0.5,
        "moments": {"shown": 0, "label": "epoch 0", "last": 0, "step": 1},
    }
    assert (body["job"], body["version"]) == (job.id, job.status().version)
    html = body["views"][said]
    assert (html["kind"], list(html["new"].values())) == ("html", ["light: hello"])
    parts = body["views"][drawn]
    assert parts["kind"] == "figure"
    layout, still, moving = (parts["new"][part] for part in parts["parts"])
    assert layout["meta"]["alt"] == "hello"
    assert (still["y"], moving["y"]) == ([3, 4], [5])


def test_parts_that_are_held_are_not_sent_again(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "three"), "w")
    drawn = frames.register(View(draw, ()))
    wait_for(lambda: job.status().snapshot)
    (first,) = ask(jobs, showing(job), frames, question(job, drawn))
    held = first.json()["views"][drawn]["parts"]
    gates[config].release()
    wait_for(lambda: job.status().state.over)
    (second,) = ask(jobs, showing(job), frames, question(job) | {"views": {drawn: held}})
    parts = second.json()["views"][drawn]
    layout, still, moving = parts["parts"]
    assert still == held[1]
    assert set(parts["new"]) == {layout, moving}


def test_a_question_waits_for_news(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "two"), "w")
    said = frames.register(View(say, ()))
    wait_for(lambda: job.status().snapshot)
    version = job.status().version
    threading.Timer(0.2, gates[config].release).start()
    (answer,) = ask(jobs, showing(job), frames, question(job, said, version=version))
    assert answer.json()["version"] > version
    assert list(answer.json()["views"][said]["new"].values()) == ["light: two"]


def test_the_past_is_shown_when_it_is_asked_for_and_news_does_not_pull_it_away(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "two", "three", "four"), "w")
    said = frames.register(View(say, ()))
    for moments in (1, 2, 3):
        wait_for(lambda moments=moments: len(job.history.moments) == moments)
        gates[config].release()
    wait_for(lambda: job.status().state.over)
    asked = [question(job, said, at=at) for at in (0, 2, 1, 99, None)]
    asked.append(question(job, said, at=0, version=job.status().version - 1))
    bodies = [answer.json() for answer in ask(jobs, showing(job), frames, *asked)]
    texts = [next(iter(body["views"][said]["new"].values())) for body in bodies]
    assert texts == [f"light: {word}" for word in ("one", "three", "two", "four", "four", "one")]
    assert [body["status"]["moments"]["shown"] for body in bodies] == [0, 2, 1, 3, 3, 0]
    assert {body["status"]["words"] for body in bodies} == {"finished, epoch 0"}


def test_a_moment_that_was_thinned_away_is_answered_with_its_neighbour(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "two", "three"), "w")
    said = frames.register(View(say, ()))
    gates[config].release(2)
    wait_for(lambda: job.status().state.over)
    job.history.thin()
    (answer,) = ask(jobs, showing(job), frames, question(job, said, at=1))
    assert answer.json()["status"]["moments"] == {
        "shown": 0, "label": "epoch 0", "last": 2, "step": 2,
    }  # fmt: skip


def test_a_watcher_has_a_bounded_number_of_open_requests(jobs, monkeypatch, wait_for):
    monkeypatch.setattr(route, "HOLD", 0.2)
    monkeypatch.setattr(route, "MOST_OPEN", 3)
    frames, job = Frames(), jobs.submit(talk("one"), "w")
    wait_for(lambda: job.status().state.over)

    async def post():
        app = Starlette(routes=route.routes(lambda: jobs, showing(job), frames, ""))
        transport = httpx.ASGITransport(app)
        body = json.dumps(question(job, version=job.status().version))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            requests = (client.post("/live/frames", content=body) for _ in range(5))
            together = await asyncio.gather(*requests)
            return [*together, await client.post("/live/frames", content=body)]

    *together, later = awaited(post())
    assert sorted(answer.status_code for answer in together) == [200, 200, 200, 429, 429]
    assert later.status_code == 200


def test_without_news_a_question_is_answered_after_a_while(jobs, monkeypatch, wait_for):
    monkeypatch.setattr(route, "HOLD", 0.05)
    frames, job = Frames(), jobs.submit(config := talk("one", "two"), "w")
    wait_for(lambda: job.status().snapshot)
    version = job.status().version
    (answer,) = ask(jobs, showing(job), frames, question(job, version=version))
    assert (answer.status_code, answer.json()["version"]) == (200, version)
    gates[config].release()


def test_a_page_that_rests_is_answered_when_its_rest_or_its_run_is_over(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "two"), "w")
    said = frames.register(View(say, ()))
    wait_for(lambda: job.status().snapshot)
    news = {"version": job.status().version - 1}
    first = question(job, said, **news, rest=1), question(job, said, rest=4000)
    for answer in ask(jobs, showing(job), frames, *first):
        assert list(answer.json()["views"][said]["new"].values()) == ["light: one"]
    threading.Timer(0.2, gates[config].release).start()
    (last,) = ask(jobs, showing(job), frames, question(job, said, **news, rest=4000))
    assert last.json()["status"]["state"] == "finished"


@dataclass(frozen=True)
class Late(Talk):
    """A run that says its first word when it is let, too."""

    def run(self, device, control):
        gates[self].acquire()
        yield from super().run(device, control)


def test_a_page_that_turns_to_a_run_waits_for_its_first_picture(jobs, monkeypatch):
    gates[config := Late(("one",))] = threading.Semaphore(0)
    frames, job = Frames(), jobs.submit(config, "w")
    said = frames.register(View(say, ()))
    turned = question(job, said) | {"job": "before"}
    monkeypatch.setattr(route, "LEAD", 0.01)
    (early,) = ask(jobs, showing(job), frames, turned)
    assert early.json()["views"] == {}
    monkeypatch.setattr(route, "LEAD", 60)
    threading.Timer(0.2, gates[config].release).start()
    (answer,) = ask(jobs, showing(job), frames, turned)
    assert list(answer.json()["views"][said]["new"].values()) == ["light: one"]


def at_depth(snapshot, theme, place):
    return Html(snapshot.text.split()[place])


def test_an_open_question_is_answered_with_the_run_that_the_page_turns_to(jobs, wait_for):
    frames, before = Frames(), jobs.submit(talk("one"), "w")
    after = jobs.submit(talk("two"), "w")
    wait_for(lambda: before.status().state.over and after.status().state.over)
    said, shown = frames.register(View(say, ())), showing(before)

    async def talk_to_it():
        app = Starlette(routes=route.routes(lambda: jobs, shown, frames, ""))
        transport = httpx.ASGITransport(app)
        body = json.dumps(question(before, said, version=before.status().version, at=0))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            asking = asyncio.create_task(client.post("/live/frames", content=body))
            while not shown.listens("w", "main"):
                await asyncio.sleep(0)
            jobs.release(before.id, "w")
            before.seen = after.watchers["w"] = 0.0
            shown.show("w", "main", after.id)
            return await asking

    body = awaited(talk_to_it()).json()
    assert (body["job"], body["version"]) == (after.id, after.status().version)
    assert list(body["views"][said]["new"].values()) == ["light: two"]
    assert (before.seen, "w" in before.watchers) == (0.0, False)
    assert after.watchers["w"] > 0
    assert not shown.listens("w", "main")


def test_a_page_in_the_past_of_one_run_gets_the_latest_of_the_next(jobs, wait_for):
    frames, job = Frames(), jobs.submit(config := talk("one", "two"), "w")
    gates[config].release()
    wait_for(lambda: job.status().state.over)
    said = frames.register(View(say, ()))
    (answer,) = ask(jobs, showing(job), frames, question(job, said, at=0) | {"job": "before"})
    assert list(answer.json()["views"][said]["new"].values()) == ["light: two"]


def test_pictures_that_another_run_does_not_have_are_left_out_and_no_error(jobs, wait_for, caplog):
    frames, job = Frames(), jobs.submit(talk("one"), "w")
    wait_for(lambda: job.status().state.over)
    there, missing = (frames.register(View(at_depth, (("place", i),))) for i in (0, 1))
    asked = question(job, there, missing)
    early, own = ask(jobs, showing(job), frames, asked | {"placed": "before"}, asked)
    assert early.json()["views"].keys() == {there}
    assert not caplog.records[:-1]
    assert own.json()["views"].keys() == {there, missing}
    (error,) = own.json()["views"][missing]["new"].values()
    assert "could not be drawn: IndexError" in error


def test_a_page_that_shows_nothing_any_more_is_answered_that_it_is_gone(jobs, monkeypatch):
    monkeypatch.setattr(route, "HOLD", 0.05)
    frames, job = Frames(), jobs.submit(talk("one"), "w")
    shown = showing(job)
    shown.forget("w", "main")
    (answer,) = ask(jobs, shown, frames, question(job))
    assert answer.status_code == 410


def test_a_script_waits_until_its_page_has_heard(jobs):
    frames, job = Frames(), jobs.submit(talk("one"), "w")
    shown = showing(job)
    waiting = threading.Thread(target=shown.wait, args=("w", "main", 60))
    waiting.start()
    ask(jobs, shown, frames, question(job) | {"job": "before"})
    assert waiting.is_alive()
    ask(jobs, shown, frames, question(job))
    waiting.join()


def test_who_listens_is_told_of_another_job_only():
    shown, heard = Shown(), []
    stop = shown.subscribe("w", "main", lambda: heard.append(shown.job("w", "main")))
    for watcher, slot, job in (("w", "main", "a"), ("w", "main", "a"), ("w", "pinned", "b"),
                               ("v", "main", "c"), ("w", "main", "d")):  # fmt: skip
        shown.show(watcher, slot, job)
    assert heard == ["a", "d"]
    stop()
    shown.show("w", "main", "e")
    assert (heard, shown.listens("w", "main")) == (["a", "d"], False)


def test_a_question_is_a_sign_of_life(jobs):
    frames, job = Frames(), jobs.submit(talk("one"), "w")
    job.watchers["w"] = 0.0
    ask(jobs, showing(job), frames, question(job))
    assert job.watchers["w"] > 0


def test_only_watchers_of_a_job_are_answered_and_only_for_views_of_a_page(jobs, wait_for):
    frames, job = Frames(), jobs.submit(talk("secret"), "w")
    wait_for(lambda: job.status().state.over)
    said = frames.register(View(say, ()))
    answers = ask(
        jobs,
        showing(job),
        frames,
        question(job, said) | {"slot": "guess"},
        question(job, said) | {"watcher": "guess"},
        question(job, "guess"),
    )
    assert [answer.status_code for answer in answers] == [410, 410, 410]
    assert all("secret" not in answer.text and job.id not in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theme": "pink"}, "theme must be one of light, dark"),
        ({"version": "1"}, "version must be of type int"),
        ({"rest": 0.5}, "rest must be of type int"),
        ({"rest": 4001}, "rest must be from 0 to 4000 milliseconds"),
        ({"rest": -1}, "rest must be from 0"),
        ({"at": -1}, "at must be a whole number from 0, or null"),
        ({"at": 0.5}, "at must be"),
        ({"at": True}, "at must be of type int | None"),
        ({"at": [1]}, "at must be"),
        ({"job": None}, "job must be of type str"),
        ({"slot": 1}, "slot must be of type str"),
        ({"placed": None}, "placed must be of type str"),
        ({"views": ["a"]}, "views must be of type dict[str, list[str]]"),
        ({"views": {"a": [1]}}, "views must be"),
        ({"views": {str(i): [] for i in range(65)}}, "at most 64"),
        ({"extra": 1}, "not a question"),
        ({"job": "x" * 70_000}, "at most 65536 bytes"),
    ],
)
def test_questions_that_no_page_asks(jobs, change, message):
    job = jobs.submit(talk("one"), "w")
    (answer,) = ask(jobs, showing(job), Frames(), question(job) | change)
    assert answer.status_code == 400
    assert message in answer.json()["message"]


@given(st.binary() | st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from([field.name for field in dataclasses.fields(Question)]) | st.text(), inner
    ),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_any_body_is_a_question_or_a_bad_request(body):
    try:
        asked = Question.read(body)
    except BadRequest:
        return
    assert asked.theme in THEMES
    assert asked.at is None or asked.at >= 0
    assert all(isinstance(held, list) for held in asked.views.values())


def test_a_frame_is_drawn_once_a_snapshot_however_many_watch(jobs, wait_for):
    drawn = []

    def count(snapshot, theme):
        drawn.append(snapshot.text)
        return Html(snapshot.text)

    frames, job = Frames(), jobs.submit(config := talk("one", "two"), "w")
    view = frames.register(View(count, ()))
    wait_for(lambda: job.status().snapshot)
    first = [frames.frame(job, job.history.at(0), view, "light") for _ in range(3)]
    gates[config].release()
    wait_for(lambda: job.status().state.over)
    second = frames.frame(job, job.history.at(1), view, "light")
    assert frames.frame(job, job.history.at(0), view, "light") is first[0]
    assert drawn == ["one", "two"]
    assert first[0] is first[1] is first[2]
    assert second is not first[0]


def test_frames_are_kept_as_far_as_they_fit(jobs, wait_for, monkeypatch):
    job = jobs.submit(config := talk(*"abcdefgh"), "w")
    gates[config].release(7)
    wait_for(lambda: job.status().state.over)

    def kept():
        frames = Frames()
        view = frames.register(View(draw, ()))
        for moment in job.history.moments:
            latest = frames.frame(job, moment, view, "light")
        return frames._frames, latest

    everything, latest = kept()
    assert len(everything.values()) == 8
    assert latest.size == sum(len(text.encode()) for text in latest.parts.values())
    monkeypatch.setattr("app.live.frames.MOST_BYTES", everything.size // 2)
    half, _ = kept()
    assert len(half.values()) == 4
    assert half.values()[-1] == latest


def test_a_view_has_one_id_and_parameters_tell_views_apart():
    ids = {View(say, ()).id, View(say, ()).id, View(draw, ()).id, View(say, (("depth", 2),)).id}
    assert len(ids) == 3


def test_a_picture_that_fails_says_so_in_its_place(caplog):
    frame = encode(View(fail, ()), Words(""), THEMES["light"])
    assert frame.kind == "html"
    (text,) = frame.parts.values()
    assert "could not be drawn: ZeroDivisionError: &lt;no&gt;" in text
    assert "cannot draw" in caplog.text


def test_before_the_first_snapshot_there_are_no_pictures(wait_for):
    frames = Frames()
    view = frames.register(View(say, ()))
    jobs = Jobs(device="cpu", at_once=1)
    busy, waiting = jobs.submit(config := talk("one", "two"), "w"), jobs.submit(talk("three"), "w")
    wait_for(lambda: waiting.status().position)
    (answer,) = ask(jobs, showing(waiting), frames, question(waiting, view))
    assert answer.json()["views"] == {}
    assert answer.json()["status"]["words"] == "waiting for a free place, 1 in line"
    gates[config].release()
    jobs.close()
    assert busy.status().state.over


@pytest.mark.parametrize("state", State)
def test_every_state_has_words(state):
    snapshot = Words("x", label="epoch 3 of 9")
    line = describe(Status(state=state, snapshot=snapshot, message="it broke"))
    assert line["state"] == state.value
    assert line["words"]
    assert ("it broke" in line["words"]) == (state in (State.FAILED, State.RUNNING))


def test_a_preparation_is_the_progress_until_there_is_a_snapshot():
    status = Status(state=State.RUNNING, preparation=Preparation("drawing the faces", 0.4))
    line = describe(status)
    assert (line["words"], line["progress"]) == ("drawing the faces, 40%", 0.4)
    later = dataclasses.replace(status, snapshot=Words("x", label="epoch 3 of 9"))
    assert describe(later)["words"] == "epoch 3 of 9"


def test_an_update_of_the_five_default_maps_is_small():
    *_, finished = WideVsDeep(seeds=1, epochs=3).run()
    theme = THEMES["light"]
    sent = 0
    for depth in range(1, 6):
        view = View(wide_vs_deep.decision_map, (("depth", depth), ("network", 0)))
        sent += sum(len(text) for text in encode(view, finished, theme).parts.values())
    assert sent < 150_000


def test_a_real_run_reaches_the_route(jobs, wait_for):
    frames, job = Frames(), jobs.submit(SMALL, "w")
    view = frames.register(View(wide_vs_deep.accuracy_by_depth, ()))
    wait_for(lambda: job.status().state.over)
    (answer,) = ask(jobs, showing(job), frames, question(job, view))
    parts = answer.json()["views"][view]
    mean = parts["new"][parts["parts"][3]]
    expected = [100 * a.score.mean for a in job.status().snapshot.architectures]
    np.testing.assert_allclose(mean["y"], expected, rtol=1e-4)

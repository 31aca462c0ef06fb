"""Phones and whoever else knows the way: a page in words, one answer a browser, no counts."""

import re
from urllib.parse import quote

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.polls import route
from app.polls.poll import Polls
from tests.runs import awaited

CHOICES = ["**Bold** & <b>tagged</b>", "Two", "Three"]
NAME = "sixteen-letters-"


@pytest.fixture
def polls():
    return Polls()


@pytest.fixture
def poll(polls):
    started = polls.start()
    started.ask("Which <i>one</i>?", CHOICES)
    return started


def talk(polls, *requests, base=""):
    """The answers to requests (method, path and more), one after the other from one browser."""

    async def ask():
        transport = httpx.ASGITransport(Starlette(routes=route.routes(polls, base)))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return [
                await client.request(method, f"{base}/answer/{path}", **more)
                for method, path, more in requests
            ]

    return awaited(ask())


def answer(poll, choice, turn=1):
    return "POST", poll.code, {"data": {"turn": turn, "choice": choice}}


def look(poll):
    return "GET", poll.code, {}


@pytest.mark.parametrize("base", ["", "/teach/mlp"])
def test_an_answer_is_shown_and_may_be_changed(polls, poll, base):
    said = talk(
        polls, look(poll), answer(poll, 1), look(poll), answer(poll, 2), look(poll), base=base
    )
    assert [one.status_code for one in said] == [200, 303, 200, 303, 200]
    # Beside the page, so that it holds whatever a proxy does to the path before it.
    assert said[1].headers["Location"] == poll.code
    assert "path" not in said[0].headers["Set-Cookie"].lower()
    assert "/answer" not in said[0].text
    pressed = [re.findall('value="([0-9])" aria-pressed="true"', one.text) for one in said[::2]]
    assert pressed == [[], ["1"], ["2"]]
    assert poll.counts == [0, 0, 1]
    assert all(one.headers["Cache-Control"] == "no-store" for one in said)


def test_markup_of_a_question_is_text_and_markdown_is_not(polls, poll):
    (page,) = talk(polls, look(poll))
    assert "<strong>Bold</strong> &amp; &lt;b&gt;tagged&lt;/b&gt;" in page.text
    assert "<title>Which &lt;i&gt;one&lt;/i&gt;?" in page.text
    assert "<i>" not in page.text


def test_a_phone_hears_when_to_look_again(polls, poll):
    turns = talk(polls, ("GET", f"{poll.code}/turn", {}))
    poll.close()
    closed, page = talk(polls, ("GET", f"{poll.code}/turn", {}), look(poll))
    poll.ask("Next?", CHOICES)
    turns += [closed, *talk(polls, ("GET", f"{poll.code}/turn", {}))]
    assert len({turn.text for turn in turns}) == 3
    assert f'data-turn="{closed.text}"' in page.text
    assert page.text.count(" disabled>") == 3


def test_a_poll_that_asks_nothing_yet_says_so():
    polls = Polls()
    poll = polls.start()
    (page,) = talk(polls, look(poll))
    assert page.status_code == 200
    assert "<button" not in page.text


def test_counts_are_for_who_asks(polls, poll):
    poll.answer(NAME, 1, 0)
    right, wrong, none = talk(
        polls,
        ("GET", f"{poll.code}/counts?key={poll.key}", {}),
        ("GET", f"{poll.code}/counts?key=%C3%A9", {}),
        ("GET", f"{poll.code}/counts", {}),
    )
    assert right.json() == {"turn": 1, "counts": [1, 0, 0]}
    assert wrong.status_code == none.status_code == 403


def test_a_browser_without_a_cookie_is_not_counted(polls, poll):
    (said,) = talk(polls, answer(poll, 1))
    assert said.status_code == 403
    assert "Allow cookies" in said.text
    assert poll.counts == [0, 0, 0]


def test_who_tries_many_codes_or_answers_is_stopped(polls, poll, monkeypatch):
    monkeypatch.setattr(route, "MISSES", (1e-9, 2))
    monkeypatch.setattr(route, "ANSWERS", (1e-9, 1))
    missed = talk(polls, *[("GET", "nobody", {})] * 3, look(poll), *[answer(poll, 1)] * 2)
    assert [one.status_code for one in missed] == [404, 404, 429, 200, 303, 429]


FIELDS = st.dictionaries(
    st.sampled_from(["turn", "choice", "other"]), st.one_of(st.text(max_size=8), st.integers())
)


@given(
    st.one_of(
        FIELDS.map(lambda data: {"data": data}), st.binary().map(lambda raw: {"content": raw})
    )
)
def test_no_answer_breaks_the_page(more):
    polls = Polls()
    poll = polls.start()
    poll.ask("Which?", CHOICES)
    _, said = talk(polls, look(poll), ("POST", poll.code, more))
    assert said.status_code in (303, 400)
    assert sum(poll.counts) <= 1


@given(st.text(min_size=1))
@example("0/")
@example("//")
def test_no_address_breaks_the_page(code):
    # An address with a slash at its end leads to the one without.
    path = quote(code, safe="", errors="replace")
    (said,) = talk(Polls(), ("GET", path, {"follow_redirects": True}))
    assert said.status_code == 404


def test_a_body_that_is_too_large_is_no_answer(polls, poll):
    _, said = talk(
        polls, look(poll), ("POST", poll.code, {"content": b"choice=1&turn=1&" + b"x" * 300})
    )
    assert said.status_code == 400
    assert poll.counts == [0, 0, 0]

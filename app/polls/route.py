"""What phones get: a small page with the question, which takes one answer a browser."""

import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from app.polls.poll import Allowance, Poll, Polls
from app.server import bodies
from app.server.bodies import Unread

Endpoint = Callable[[Request], Awaitable[Response]]

PREFIX = "/answer"
COOKIE = "mlp_class"
LARGEST_BODY = 200
FRESH = {"Cache-Control": "no-store"}
# A second, and at once: of answers in this process, and of codes that nobody has.
ANSWERS, MISSES = (200, 2000), (5, 100)

_BROWSER = re.compile(r"[\w-]{16}", re.ASCII)
_HERE = Path(__file__).parent
_PAGE = Template((_HERE / "phone.html").read_text())
_JS = (_HERE / "phone.js").read_text()
# Markup in it is shown as it is.
_MARKDOWN = MarkdownIt("js-default")


def markup(markdown: str) -> str:
    """Markdown as HTML in a paragraph, for questions and choices."""
    html: str = _MARKDOWN.renderInline(markdown)
    return html


def routes(polls: Polls, base: str) -> list[Route]:
    """The routes of polls.

    Args:
        polls: this process's.
        base: the path under which the app is served, such as "/mlp", or "".
    """
    root = f"{base}{PREFIX}"
    answers, misses = Allowance(*ANSWERS), Allowance(*MISSES)

    def page(status: int, title: str, body: str, turn: str = "") -> Response:
        heading = markup(title)
        words = re.sub("<[^>]*>", "", heading)
        text = _PAGE.substitute(title=words, heading=heading, body=body, turn=turn)
        return HTMLResponse(text, status, FRESH)

    def found(show: Callable[[Request, Poll], Awaitable[Response]]) -> Endpoint:
        async def answer(request: Request) -> Response:
            poll = polls.find(request.path_params["code"])
            if poll is not None:
                return await show(request, poll)
            if misses.take():
                return page(404, "Nothing is asked under this address now", _GONE)
            return page(429, "Too many addresses were tried", "<p>Try again in a minute.</p>")

        return answer

    async def question(request: Request, poll: Poll) -> Response:
        browser = _browser(request) or secrets.token_urlsafe(12)
        shown = page(200, *_question(poll, browser), turn=_turn(poll))
        # For this page and those beside it, wherever a proxy has them.
        shown.set_cookie(COOKIE, browser, path=None, httponly=True, samesite="lax")
        return shown

    async def answer(request: Request, poll: Poll) -> Response:
        fields, browser = await _fields(request), _browser(request)
        if browser is None:
            return page(403, "This browser keeps no cookies", _COOKIES, _turn(poll))
        if not answers.take():
            return page(429, "Too many answers at once", "<p>Go back, and try again.</p>")
        turn, choice = (_whole(fields, name) for name in ("turn", "choice"))
        if turn is None or choice is None:
            return page(400, "Not an answer", "<p>Go back, and choose one of the answers.</p>")
        poll.answer(browser, turn, choice)
        return RedirectResponse(poll.code, 303, FRESH)  # beside it

    async def turn(request: Request, poll: Poll) -> Response:
        return Response(_turn(poll), media_type="text/plain", headers=FRESH)

    async def counts(request: Request, poll: Poll) -> Response:
        if not secrets.compare_digest(
            request.query_params.get("key", "").encode(), poll.key.encode()
        ):
            return JSONResponse({"message": "Only who asks sees the counts."}, 403, FRESH)
        return JSONResponse({"turn": poll.asked.turn, "counts": poll.counts}, headers=FRESH)

    async def script(request: Request) -> Response:
        return Response(_JS, media_type="text/javascript")

    return [
        Route(f"{root}/phone.js", script),
        Route(f"{root}/{{code}}", found(question), methods=["GET"]),
        Route(f"{root}/{{code}}", found(answer), methods=["POST"]),
        Route(f"{root}/{{code}}/turn", found(turn)),
        Route(f"{root}/{{code}}/counts", found(counts)),
    ]


_GONE = "<p>Ask for the new code. A code is good for as long as the page that shows it is open.</p>"
_COOKIES = (
    "<p>By one it would be known again, so that nobody is counted twice. Allow cookies for this "
    "site, then load this page again.</p>"
)


def _turn(poll: Poll) -> str:
    """What changes whenever phones are to show something else."""
    return f"{poll.asked.turn} {'open' if poll.asked.open else 'closed'}"


def _question(poll: Poll, browser: str) -> tuple[str, str]:
    """A page's title and body: the question, what may be chosen, and what this browser has."""
    asked, given = poll.asked, poll.given(browser)
    if not asked.turn:
        return "The question comes soon", "<p>This page shows it by itself.</p>"
    state = "Choose one." if given is None else "Your answer is in. You may still change it."
    if not asked.open:
        state = "This question is closed. The next one comes here by itself."
    buttons = "".join(
        f'<button name="choice" value="{place}" aria-pressed="{str(place == given).lower()}"'
        f"{'' if asked.open else ' disabled'}>{markup(choice)}</button>"
        for place, choice in enumerate(asked.choices)
    )
    turn = f'<input type="hidden" name="turn" value="{asked.turn}">'
    return asked.question, f'<p role="status">{state}</p><form method="post">{turn}{buttons}</form>'


def _browser(request: Request) -> str | None:
    """The name that a browser has been given; None if it has none."""
    name = request.cookies.get(COOKIE, "")
    return name if _BROWSER.fullmatch(name) else None


async def _fields(request: Request) -> dict[str, list[str]]:
    """A form's fields; none of one that is too large or broken off."""
    try:
        body = await bodies.read(request, LARGEST_BODY, "an answer")
    except Unread:
        return {}
    return parse_qs(body.decode("ascii", "replace"))


def _whole(fields: dict[str, list[str]], name: str) -> int | None:
    """A field's number of at most nine digits; None if it is none."""
    text = fields.get(name, [""])[0]
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None

"""What whoever runs the app meets."""

import logging
import threading

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from streamlit import net_util
from streamlit.testing.v1 import AppTest
from streamlit.web.server import server_util

from app.server import operations
from mlpcore.running.jobs import Jobs
from tests.runs import awaited


async def page(request):
    return PlainTextResponse("page", headers={"X-Frame-Options": "DENY"})


def get(path, base="", jobs=None):
    """The answer of a guarded app that has a page everywhere, and the route of readiness."""

    async def ask():
        routes = [operations.readiness(lambda: jobs, base), Route("/{path:path}", page)]
        app = Starlette(routes=routes, middleware=[operations.guard(base)])
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path)

    return awaited(ask())


def test_every_answer_has_the_headers_and_keeps_its_own():
    headers = get("/animal-faces").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert len(headers.get_list("X-Frame-Options")) == 1
    for name, value in operations.headers().items():
        assert headers[name] == ("DENY" if name == "X-Frame-Options" else value)


def test_scripts_come_from_the_server_only():
    policy = dict(
        part.strip().split(" ", 1)
        for part in operations.headers()["Content-Security-Policy"].split(";")
    )
    assert "unsafe" not in policy["script-src"]
    assert policy["default-src"] == "'self'"


@pytest.mark.parametrize("base", ["", "/teach/mlp"])
@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/interact"])
def test_inner_figures_are_closed(base, path):
    answer = get(base + path, base)
    assert answer.status_code == 404
    assert answer.text == "Not found"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_readiness_follows_the_jobs():
    jobs = Jobs(device="cpu")
    assert (get("/mlp/ready", "/mlp", jobs).status_code, get("/ready", "", jobs).json()) == (
        200,
        {"ready": True},
    )
    jobs.close()
    assert get("/ready", "", jobs).status_code == 503


def test_nobody_is_sent_to_a_server_that_still_compiles(monkeypatch):
    monkeypatch.setattr("mlpcore.running.jobs.prepared", threading.Event)
    jobs = Jobs(device="cpu")
    assert get("/ready", "", jobs).json() == {"ready": False}
    jobs.close()


def test_the_log_goes_to_standard_output(capsys):
    loggers = [logging.getLogger(name) for name in ("app", "mlpcore")]
    before = [(logger.handlers, logger.propagate, logger.level) for logger in loggers]
    try:
        operations.log_to_stdout("text")
        logging.getLogger("mlpcore.running.jobs").info("one line")
    finally:
        for logger, (handlers, propagate, level) in zip(loggers, before, strict=True):
            logger.handlers, logger.propagate = handlers, propagate
            logger.setLevel(level)
    assert capsys.readouterr().out.endswith(" INFO mlpcore.running.jobs: one line\n")


def test_an_error_of_a_page_is_logged_and_told_without_a_traceback(caplog):
    def script():
        from app.server import operations  # noqa: PLC0415

        operations.apologise(ZeroDivisionError("secret"))

    page = AppTest.from_function(script).run()
    assert "secret" in caplog.text
    assert not page.exception
    assert "secret" not in page.error[0].value
    assert "error of its own" in page.error[0].value


def test_a_page_of_another_site_lets_the_server_ask_nobody(monkeypatch):
    asked = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda *a, **k: asked.append(a))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert asked.pop()
    asked.clear()
    operations.ask_nobody()
    assert not server_util.is_url_from_allowed_origins("http://elsewhere.example")
    assert not asked

"""Two browsers, each sent to a replica of its own, that watch one run of the cluster."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from tests.balancer import COOKIE, balanced
from tests.cluster.shared import unfinished
from tests.waiting import WAIT, wait_for

pytestmark = pytest.mark.cluster

LONG = "wide-vs-deep?epochs=2000&seeds=32&budget=2000&seed=4200"
EPOCH = re.compile(r"^epoch (\d+) of 2000$")


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def replicas(address, tmp_path_factory):
    folder, environment = tmp_path_factory.mktemp("replicas"), {"MLP_EXPLORER_CLUSTER": address}
    with ExitStack() as stack:
        servers = [AppServer(folder / f"log{k}", environment) for k in range(2)]
        yield [stack.enter_context(server) for server in servers]


def epoch(page):
    """The epoch that a page tells; 0 while it tells something else."""
    found = EPOCH.match(page.locator(".words").inner_text(timeout=1000 * WAIT))
    return int(found[1]) if found else 0


def reach(page, wanted):
    wait_for(lambda: epoch(page) >= wanted)


def sent_to(context, url):
    """The cookie with which a balancer sends a browser, from now on, to a replica."""
    context.clear_cookies()
    context.request.get(url, timeout=1000 * WAIT)
    return cookie_of(context)


def cookie_of(context):
    return next(one["value"] for one in context.cookies() if one["name"] == COOKIE)


def test_browsers_sent_to_two_replicas_by_the_balancer_see_one_run(
    browser, replicas, cluster, tmp_path
):
    one, other = (browser.new_context() for _ in replicas)
    with balanced(replicas, tmp_path) as url:
        first = sent_to(one, url)
        second = wait_for(lambda: (new := sent_to(other, url)) != first and new)
        pages = [context.new_page() for context in (one, other)]
        for page in pages:
            page.goto(f"{url}/{LONG}")
        for page in pages:
            reach(page, 3)
        wait_for(lambda: unfinished(cluster) == 1)  # those of other tests end
        for page in pages:
            reach(page, epoch(page) + 1)
        assert [cookie_of(one), cookie_of(other)] == [first, second]
        one.close()
        other.close()


def test_browsers_at_two_replicas_see_one_run_and_outlive_the_other_replica(
    browser, replicas, cluster
):
    early, late = (browser.new_page() for _ in replicas)
    for page, replica in zip((early, late), replicas, strict=True):
        page.goto(f"{replica.url}/{LONG}")
        reach(page, 3)
    wait_for(lambda: unfinished(cluster) == 1)  # those of other tests end
    reach(early, epoch(early) + 1)
    replicas[0].process.kill()
    expect(early.locator(".trouble")).to_contain_text("Connection lost", timeout=1000 * WAIT)
    reach(late, epoch(late) + 3)
    expect(late.locator(".trouble")).to_have_text("")

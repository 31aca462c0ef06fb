"""Two browsers, each at a replica of its own, that watch one run of the cluster."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect, sync_playwright

from benchmarks.app_server import AppServer
from benchmarks.chromium import launch
from tests.cluster.shared import unfinished

pytestmark = pytest.mark.cluster

LONG = "wide-vs-deep?epochs=2000&seeds=32&budget=1000&seed=4200"
PATIENCE = 90_000
EPOCH = re.compile(r"^epoch (\d+) of 2000$")


@pytest.fixture
def browser():
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def replicas(address, tmp_path):
    with ExitStack() as stack:
        environment = {"MLP_EXPLORER_CLUSTER": address}
        servers = [AppServer(tmp_path / f"log{k}", environment) for k in range(2)]
        yield [stack.enter_context(server) for server in servers]


def epoch(page):
    expect(page.locator(".words")).to_have_text(EPOCH, timeout=PATIENCE)
    return int(EPOCH.match(page.locator(".words").inner_text())[1])


def reach(page, wanted):
    while epoch(page) < wanted:
        page.wait_for_timeout(50)


def test_browsers_at_two_replicas_see_one_run_and_outlive_the_other_replica(
    browser, replicas, cluster, wait_for
):
    early, late = (browser.new_page() for _ in replicas)
    for page, replica in zip((early, late), replicas, strict=True):
        page.goto(f"{replica.url}/{LONG}")
        reach(page, 20)
    wait_for(lambda: unfinished(cluster) == 1)  # those of other tests end
    assert epoch(early) >= 20
    replicas[0].process.kill()
    expect(early.locator(".trouble")).to_contain_text("Connection lost", timeout=PATIENCE)
    seen = epoch(late)
    reach(late, seen + 5)
    expect(late.locator(".trouble")).to_have_text("")

"""What runs on several machines: compose's profile, Kubernetes' objects, the balancer."""

import asyncio
import re
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
import yaml
from websockets.asyncio.client import connect

import mlpcore
from benchmarks.app_server import AppServer
from benchmarks.load import Record, Visitor
from tests.balancer import CADDYFILE, COOKIE, balanced
from tests.waiting import WAIT, wait_for

ROOT = Path(__file__).parents[1]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
CLUSTER = {name: one for name, one in COMPOSE.items() if one["profiles"] == ["cluster"]}


def test_only_the_balancer_of_a_cluster_is_reached_from_outside():
    assert set(CLUSTER) == {"balancer", "replica", "head", "worker"}
    assert [name for name, one in CLUSTER.items() if "ports" in one] == ["balancer"]
    assert "network_mode" not in str(CLUSTER)
    assert "--include-dashboard=false" in CLUSTER["head"]["command"]
    for name in ("replica", "head", "worker"):
        assert CLUSTER[name]["environment"]["RAY_AUTH_MODE"] == "token"
        assert CLUSTER[name]["shm_size"]


def test_every_node_of_a_cluster_is_one_image_and_finds_the_head():
    nodes = [one for name, one in CLUSTER.items() if name != "balancer"]
    assert len({one["image"] for one in nodes}) == 1
    assert all(one["build"]["args"]["EXTRAS"] == "cluster" for one in nodes)
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert '${EXTRAS:+--extra "$EXTRAS"}' in dockerfile
    port = re.search(r"--port=(\d+)", CLUSTER["head"]["command"])[1]
    for name in ("replica", "worker"):
        assert f"--address=head:{port}" in str(CLUSTER[name]["command"])
        assert CLUSTER[name]["deploy"]["replicas"] == 2
    assert all("healthcheck" in CLUSTER[name] for name in ("balancer", "head", "worker"))
    assert "dynamic a replica 8501" in CADDYFILE
    # Only workers train.
    cores = {name: "--num-cpus=0" in str(one.get("command")) for name, one in CLUSTER.items()}
    assert cores == {"balancer": False, "replica": True, "head": True, "worker": False}


@pytest.fixture
def replicas(tmp_path):
    with ExitStack() as stack:
        yield [stack.enter_context(AppServer(tmp_path / f"log{k}")) for k in range(2)]


@pytest.fixture
def balancer(replicas, tmp_path):
    with balanced(replicas, tmp_path) as url:
        yield url


class Sticky(Visitor):
    """A visitor whose browser keeps the balancer's cookie, and who follows one run to its end."""

    async def visit_with(self, cookies):
        header = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        stream = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        async with (
            connect(
                stream,
                subprotocols=["streamlit"],
                max_size=None,
                origin=self.url,
                additional_headers=header,
            ) as socket,
            httpx.AsyncClient(base_url=self.url, timeout=WAIT, cookies=cookies) as client,
        ):
            question = await self.open(socket, "wide-vs-deep", "epochs=20&seeds=2&depth_to=1")
            await self.follow(client, question, time.monotonic() + WAIT)
            return question


def cookie_of(url):
    answer = httpx.get(url, timeout=WAIT)
    assert answer.status_code == httpx.codes.OK
    return {COOKIE: answer.cookies[COOKIE]}


@pytest.mark.cluster
def test_a_browser_stays_with_its_replica_and_finds_another_when_that_is_gone(balancer, replicas):
    first = cookie_of(balancer)
    # Replicas are drawn by lot.
    second = wait_for(lambda: (new := cookie_of(balancer)) != first and new)
    answer = httpx.get(balancer, cookies=first, timeout=WAIT)
    assert COOKIE not in answer.cookies  # it may stay

    records = [Record(), Record()]
    for number, cookies in enumerate((first, second)):
        visitor = Sticky(balancer, number, 2, records[number])
        question = asyncio.run(visitor.visit_with(cookies))
        record = records[number]
        assert (record.errors, record.finished) == ([], 1)
        assert set(record.answers) == {200}
        # The other replica does not know the page.
        other = (second, first)[number]
        asked = {**question, "version": -1}
        wrong = httpx.post(f"{balancer}/live/frames", json=asked, cookies=other, timeout=WAIT)
        assert wrong.status_code != httpx.codes.OK

    replicas[0].stop()
    for cookies in (first, second):
        assert httpx.get(f"{balancer}/_stcore/health", cookies=cookies, timeout=WAIT).text == "ok"
    record = Record()
    asyncio.run(Sticky(balancer, 0, 1, record).visit_with(cookie_of(balancer)))
    assert (record.errors, record.finished) == ([], 1)
    replicas[0].start()


@pytest.fixture(scope="module")
def kubernetes():
    """The page's objects by kind."""
    page = (ROOT / "docs" / "kubernetes.md").read_text()
    block = re.search(r"^```yaml\n(.*?)^```", page, re.M | re.S)[1]
    return {one["kind"]: one for one in yaml.safe_load_all(block)}


def test_kubernetes_pods_are_of_one_image_and_the_versions_are_pinned(kubernetes):
    cluster = kubernetes["RayCluster"]["spec"]
    groups = [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]
    templates = [group["template"] for group in groups]
    pods = [*templates, kubernetes["Deployment"]["spec"]["template"]]
    containers = [one for pod in pods for one in pod["spec"]["containers"]]
    (image,) = {one["image"] for one in containers}
    assert image.endswith(f":{mlpcore.__version__}")
    pinned = (ROOT / "constraints.txt").read_text().splitlines()
    assert f"ray=={cluster['rayVersion']}" in pinned
    assert all({"livenessProbe", "readinessProbe", "resources"} <= one.keys() for one in containers)


def test_kubernetes_lets_nothing_but_pages_out(kubernetes):
    cluster, policy = kubernetes["RayCluster"], kubernetes["NetworkPolicy"]["spec"]
    assert cluster["spec"]["authOptions"] == {"mode": "token"}
    head = cluster["spec"]["headGroupSpec"]
    assert head["serviceType"] == "ClusterIP"
    assert head["rayStartParams"]["dashboard-host"] == "127.0.0.1"
    mine = {"ray.io/cluster": cluster["metadata"]["name"]}
    assert policy["podSelector"]["matchLabels"] == mine
    pages = kubernetes["Deployment"]["spec"]["template"]["metadata"]["labels"]
    (rule,) = policy["ingress"]
    allowed = [one["podSelector"]["matchLabels"] for one in rule["from"]]
    assert allowed == [mine, pages]
    service = kubernetes["Service"]
    assert service["spec"]["selector"] == pages
    (host,) = kubernetes["Ingress"]["spec"]["rules"]
    (path,) = host["http"]["paths"]
    assert path["backend"]["service"]["name"] == service["metadata"]["name"]


def test_kubernetes_replicas_start_as_composes_do(kubernetes):
    cluster, deployment = kubernetes["RayCluster"], kubernetes["Deployment"]
    (replica,) = deployment["spec"]["template"]["spec"]["containers"]
    head = f"{cluster['metadata']['name']}-head-svc:6379"
    assert replica["command"] == [
        word.replace("head:6379", head) for word in CLUSTER["replica"]["command"]
    ]
    variables = {one["name"]: one for one in replica["env"]}
    mine = CLUSTER["replica"]["environment"]
    for name in ("MLP_EXPLORER_CLUSTER", "RAY_AUTH_MODE"):
        assert variables[name]["value"] == mine[name]
    key = variables["RAY_AUTH_TOKEN"]["valueFrom"]["secretKeyRef"]
    assert key == {"name": cluster["metadata"]["name"], "key": "auth_token"}
    notes = kubernetes["Ingress"]["metadata"]["annotations"]
    assert notes["nginx.ingress.kubernetes.io/session-cookie-name"] == COOKIE
    assert cluster["spec"]["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"

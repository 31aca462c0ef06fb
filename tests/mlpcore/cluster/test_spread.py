import dataclasses
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from mlpcore.cli import main
from mlpcore.cluster import spread
from mlpcore.cluster.many import MANY
from mlpcore.experiments import AnimalFaces, GainSweep
from mlpcore.params import ParameterError, specs
from tests.waiting import WAIT, wait_for

ROOT = Path(__file__).parents[3]
# No part ends before a look at the workers sees it.
LARGE = [
    *("wide-vs-deep", "--budget", "60", "--depth-to", "3", "--samples", "250"),
    *("--epochs", "800", "--seeds", "32"),
]


@contextmanager
def started(*arguments):
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture(scope="module")
def nodes():
    """Two nodes with a core each."""
    with started("-m", "benchmarks.nodes", "1", "1") as process:
        yield process
        process.stdin.close()
        assert process.wait(WAIT) == 0
        wait_for(lambda: not below(process.pid))


@pytest.fixture(scope="module")
def address(nodes):
    found = nodes.stdout.readline().strip()
    assert re.fullmatch(r"[\d.]+:\d+", found), nodes.stderr.read()
    return found


@pytest.fixture(scope="module")
def one_machine(tmp_path_factory):
    report = tmp_path_factory.mktemp("one") / "report.json"
    assert main([*LARGE, "--json", str(report)]) == 0
    return without_time(report.read_text())


def without_time(report):
    """A report as it stands, but for how long it took."""
    return [line for line in report.splitlines() if '"seconds": ' not in line]


def below(process):
    """Processes that a process has started, and those that they have: number → command."""
    parents, commands = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            stat, command = (folder / "stat").read_text(), (folder / "cmdline").read_text()
        except OSError:  # it has ended
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
        commands[int(folder.name)] = command
    found, size = {process}, 0
    while len(found) > size:
        size = len(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return {child: commands[child] for child in found - {process}}


def training(nodes):
    """Workers that train a part, by the title that Ray gives them."""
    return {
        child for child, command in below(nodes.pid).items() if command.startswith("ray::_train")
    }


def ours(complaints):
    """The command's own lines; Ray may add what befell the workers of runs before."""
    return [line for line in complaints.splitlines() if line.startswith("python -m mlpcore: ")]


def halted(nodes):
    """A worker that was halted while it trained a part; None if none was met."""
    for worker in training(nodes):
        os.kill(worker, signal.SIGSTOP)
        if worker in training(nodes):
            return worker
        os.kill(worker, signal.SIGCONT)
    return None


@pytest.mark.cluster
def test_two_nodes_of_which_a_worker_is_killed_print_what_one_machine_prints(
    nodes, address, one_machine
):
    with started("-m", "mlpcore", *LARGE, "--cluster", address) as process:
        os.kill(wait_for(lambda: halted(nodes)), signal.SIGKILL)
        output, complaints = process.communicate(timeout=WAIT)
    assert process.returncode == 0, complaints
    assert "Traceback" not in complaints
    assert without_time(output) == one_machine


@pytest.mark.cluster
def test_an_interrupted_run_ends_its_parts(nodes, address):
    with started("-m", "mlpcore", *LARGE, "--cluster", address) as process:
        wait_for(lambda: training(nodes))
        process.send_signal(signal.SIGINT)
        output, complaints = process.communicate(timeout=WAIT)
    assert (process.returncode, output) == (130, "")
    assert ours(complaints) == ["python -m mlpcore: interrupted."]
    wait_for(lambda: not training(nodes))


IN_TURN = """
import sys
import ray
from mlpcore.cli import main
from mlpcore.cluster.connection import connect
connect(sys.argv[1])  # so that all have the same workers
for arguments in (line.split() for line in sys.argv[2:]):
    if "--old" in arguments:
        arguments.remove("--old")
        ray.shutdown()
        ray.__version__ = "1.0.0"
    print(main([*arguments, "--cluster", sys.argv[1], "--quiet"]))
"""


@pytest.mark.cluster
def test_what_is_brought_travels_and_what_fails_is_told_in_a_line(address, tmp_path):
    table, here, there = tmp_path / "own.csv", tmp_path / "here", tmp_path / "there"
    rows = [f"{x},{y},{'ab'[(x * y) % 2]}" for x in range(9) for y in range(9)]
    table.write_text("\n".join(["x,y,label", *rows]))
    few = f"wide-vs-deep --data {table} --depth-to 1 --epochs 2 --batch-size 8 --seeds 3"
    assert main([*few.split(), "--json", str(here)]) == 0
    commands = [
        f"{few} --json {there}",
        f"mean-field --json {tmp_path / 'whole'}",
        "wide-vs-deep --device nowhere",
        "mean-field --old",
    ]
    with started("-c", IN_TURN, address, *commands) as process:
        output, complaints = process.communicate(timeout=WAIT)
    assert output.split() == ["0", "0", "2", "2"], complaints
    assert without_time(there.read_text()) == without_time(here.read_text())
    assert json.loads((tmp_path / "whole").read_text())["result"]["phase"] == "chaotic"
    device, cluster = ours(complaints)
    assert device.startswith("python -m mlpcore: device must be one torch can use on the workers")
    assert cluster.startswith("python -m mlpcore: cluster must be auto for the cluster")
    assert "Version mismatch" in cluster
    assert "Ray: 1.0.0" in cluster


def test_without_ray_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert main(["mean-field", "--cluster", "10.0.0.1:1"]) == 2
    complaint = capsys.readouterr().err
    assert complaint.endswith("Ray is not installed: pip install 'mlp-explorer[cluster]'.\n")


@pytest.mark.parametrize("address", ["nowhere", "ray://10.0.0.1:1", "127.0.0.1:9"])
def test_where_no_cluster_is_the_parameter_is_named(address, capsys):
    assert main(["mean-field", "--cluster", address]) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("python -m mlpcore: cluster must be auto for the cluster this")
    assert f"got '{address}'" in complaint


def test_more_seeds_are_for_clusters_alone(capsys):
    assert main(["wide-vs-deep", "--seeds", "33"]) == 2
    assert "seeds must be a whole number from 1 to 32; got 33" in capsys.readouterr().err
    assert main(["wide-vs-deep", "--seeds", "10001", "--cluster", "127.0.0.1:9"]) == 2
    assert "seeds must be a whole number from 1 to 10000; got 10001" in capsys.readouterr().err


@pytest.mark.parametrize("kind", MANY)
def test_nothing_but_the_seeds_differs(kind):
    here, there = specs(kind), specs(MANY[kind])
    assert dataclasses.replace(there.pop("seeds"), high=0) == dataclasses.replace(
        here.pop("seeds"), high=0
    )
    assert here == there
    assert issubclass(MANY[kind], kind)
    few, many = kind(seeds=2), MANY[kind](seeds=2)
    assert many.divide(4) == few.divide(4)


def test_all_networks_of_a_result_must_fit():
    with pytest.raises(ParameterError, match=r"^seeds must be at most 609 for"):
        next(spread.run(MANY[AnimalFaces](seeds=2000), "127.0.0.1:9"))


def test_a_part_has_no_more_seeds_than_a_machine():
    """On pictures a network has so many weights that 37 seeds of ten gains fill one."""
    with pytest.raises(ParameterError, match=r"^seeds must be at most"):
        GainSweep(gains=60, seeds=32)
    config = MANY[GainSweep](gains=60, seeds=32)
    assert config.most_seeds < 32
    assert max(len(part.seeds) for part in config.divide(2)) <= config.most_seeds


@pytest.mark.parametrize(
    ("there", "device", "expected"),
    [
        ({"CPU": 6.0}, "", (6, {"num_cpus": 1})),
        ({"CPU": 6.0, "GPU": 1.0}, "", (4, {"num_cpus": 1, "num_gpus": 0.25})),
        ({"CPU": 2.0, "GPU": 1.0}, "cuda", (2, {"num_cpus": 1, "num_gpus": 0.25})),
        ({"CPU": 6.0, "GPU": 1.0}, "cpu", (6, {"num_cpus": 1})),
    ],
)
def test_a_part_asks_for_a_core_or_a_share_of_a_gpu(there, device, expected):
    assert spread._places(there, device, "auto") == expected


def test_a_cluster_without_cores_is_refused():
    with pytest.raises(ParameterError, match=r"^cluster must be .* start workers"):
        spread._places({"memory": 1.0}, "", "auto")

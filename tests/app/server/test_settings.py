"""The environment variables of whoever runs the app."""

import pytest

from app.server import settings
from app.server.settings import Settings
from mlpcore.params import specs


def test_nothing_said_is_the_default():
    assert settings.read({"HOME": "/", "MLP_EXPLORER_CACHE": "/tmp/x"}) == Settings()


def test_a_variable_sets_its_field():
    chosen = settings.read({"MLP_EXPLORER_WAITING_RUNS": "7", "MLP_EXPLORER_OFFLINE": "true"})
    assert chosen == Settings(waiting_runs=7, offline=True)


def test_wrong_values_end_the_start_with_a_line_each():
    wrong = {"MLP_EXPLORER_WAITING_RUNS": "many", "MLP_EXPLORER_TRAINING_THREADS": "0"}
    with pytest.raises(SystemExit) as ended:
        settings.read(wrong)
    lines = str(ended.value).splitlines()
    assert sorted(lines) == [
        "MLP_EXPLORER_TRAINING_THREADS must be a whole number from 1 to 256; got 0.",
        "MLP_EXPLORER_WAITING_RUNS must be a whole number from 1 to 100000; got 'many'.",
    ]


@pytest.mark.parametrize(
    "sites", ["", "https://moodle.example.org", "http://*.example.org:8080  https://localhost:*"]
)
def test_sites_that_embed_are_addresses(sites):
    assert Settings(frame_ancestors=sites).frame_ancestors == sites


@pytest.mark.parametrize(
    "sites", ["*", "example.org", "https://a.org; script-src *", "https://a/b"]
)
def test_what_is_no_site_ends_the_start(sites):
    with pytest.raises(SystemExit, match="MLP_EXPLORER_FRAME_ANCESTORS must be addresses of sites"):
        settings.read({"MLP_EXPLORER_FRAME_ANCESTORS": sites})


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:9464", "127.0.0.1", 9464),
        ("[::1]:1", "::1", 1),
        ("Inner-1.example.org:65535", "Inner-1.example.org", 65535),
    ],
)
def test_metrics_have_an_address(text, host, port):
    address = Settings(metrics=text).metrics_address
    assert address == (host, port)
    assert str(address) == text


def test_there_are_no_metrics_unless_asked_for():
    assert Settings().metrics_address is None


@pytest.mark.parametrize(
    "text",
    [
        *("9464", ":9464", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:9464"),
        *("http://127.0.0.1:9464", "a b:1", "127.0.0.1:-1", "127.0.0.1:٣", "127.0.0.1:1/metrics"),
    ],
)
def test_what_is_no_address_ends_the_start(text):
    with pytest.raises(SystemExit) as ended:
        settings.read({"MLP_EXPLORER_METRICS": text})
    assert str(ended.value) == (
        "MLP_EXPLORER_METRICS must be a host and a port from 1 to 65535, such as 127.0.0.1:9464 or "
        f"[::1]:9464; got {text!r}."
    )


def test_the_log_has_two_forms():
    assert settings.read({"MLP_EXPLORER_LOG": "JSON"}).log == "json"
    with pytest.raises(SystemExit, match="MLP_EXPLORER_LOG must be one of text, json; got 'xml'"):
        settings.read({"MLP_EXPLORER_LOG": "xml"})


def test_a_folder_that_is_not_there_ends_the_start(tmp_path):
    assert settings.read({"MLP_EXPLORER_LESSONS": f"{tmp_path}"}).lessons == f"{tmp_path}"
    with pytest.raises(SystemExit) as ended:
        settings.read({"MLP_EXPLORER_LESSONS": f"{tmp_path / 'none'}"})
    assert str(ended.value).startswith("MLP_EXPLORER_LESSONS must be a folder; got '/")


def test_every_variable_is_documented(pytestconfig):
    table = (pytestconfig.rootpath / "docs" / "operations.md").read_text()
    for name in specs(Settings):
        assert f"`{settings.variable(name)}`" in table


@pytest.mark.parametrize("name", ["", "cpu", "cuda", "cuda:1", "mps"])
def test_a_device_may_be_absent(name):
    assert settings.read({"MLP_EXPLORER_DEVICE": name}).device == name


@pytest.mark.parametrize("name", ["gpu", "cuda:x", "cuda:-1", "0"])
def test_what_is_no_device_ends_the_start(name):
    with pytest.raises(SystemExit) as ended:
        settings.read({"MLP_EXPLORER_DEVICE": name})
    assert str(ended.value) == (
        "MLP_EXPLORER_DEVICE must be a device as torch names it, such as cpu, cuda or cuda:1; "
        f"got {name!r}."
    )

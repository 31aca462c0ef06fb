"""constraints.txt pins all that gets installed, so that every environment is this one."""

from pathlib import Path

from tests.requirements import canonical, installed_for

PINNED = Path(__file__).parents[1] / "constraints.txt"


def test_all_that_is_installed_is_pinned():
    lines = PINNED.read_text().splitlines()
    pinned = {
        canonical(name): version for name, _, version in (one.partition("==") for one in lines)
    }
    found = installed_for("app", "notebook", "dev")
    assert {"torch", "streamlit", "plotly", "pytest", "jinja2"} <= found.keys()
    # A build of torch for a processor has a name of its own behind the version.
    assert {
        name: version.partition("+")[0] for name, version in found.items()
    }.items() <= pinned.items()

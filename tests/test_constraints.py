"""constraints.txt pins all that gets installed, so that every environment is this one."""

import re
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PINNED = Path(__file__).parents[1] / "constraints.txt"


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_for(project, extras):
    """Name → version of a project's requirements that are installed here, and of theirs."""
    found, waiting = {}, [(project, frozenset(extras))]
    seen = set(waiting)
    while waiting:
        name, wanted = waiting.pop()
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            marker = requirement.marker
            if marker and not any(marker.evaluate({"extra": one}) for one in wanted or {""}):
                continue
            found[canonical(requirement.name)] = metadata.version(requirement.name)
            step = (requirement.name, frozenset(requirement.extras))
            if step not in seen:
                seen.add(step)
                waiting.append(step)
    return found


def test_all_that_is_installed_is_pinned():
    lines = PINNED.read_text().splitlines()
    pinned = {
        canonical(name): version for name, _, version in (one.partition("==") for one in lines)
    }
    found = installed_for("mlp-explorer", {"", "dev"})
    assert {"torch", "streamlit", "pytest"} <= found.keys()
    # A build of torch for a processor has a name of its own behind the version.
    assert {
        name: version.partition("+")[0] for name, version in found.items()
    }.items() <= pinned.items()

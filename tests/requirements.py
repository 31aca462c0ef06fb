"""What pyproject.toml asks for, and what that asks for in turn."""

import re
import tomllib
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement

PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(*extras):
    """Requirements of these extras; of the library without any."""
    lists = [PROJECT["optional-dependencies"][extra] for extra in extras]
    return [Requirement(line) for lines in lists or [PROJECT["dependencies"]] for line in lines]


def installed_for(*extras):
    """Name → version of what the library and these extras require, and of what that requires."""
    found, seen = {}, set()
    waiting = [*declared(), *declared(*extras)]
    while waiting:
        asked = waiting.pop()
        name = canonical(asked.name)
        if (name, *sorted(asked.extras)) in seen:
            continue
        seen.add((name, *sorted(asked.extras)))
        found[name] = metadata.version(name)
        for requirement in map(Requirement, metadata.requires(name) or []):
            wanted = [{"extra": extra} for extra in asked.extras or [""]]
            if not requirement.marker or any(map(requirement.marker.evaluate, wanted)):
                waiting.append(requirement)
    return found

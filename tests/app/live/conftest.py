"""What tests of live figures share."""

import json

import pytest

from app.live import route
from app.live.protocol import Answer, fits


@pytest.fixture(autouse=True, scope="session")
def _answers_fit():
    """Whatever the route answers in a test is an answer as it is written down."""
    compose = route._compose

    def checked(*args):
        text = compose(*args)
        assert fits(json.loads(text), Answer)
        return text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(route, "_compose", checked)
        yield

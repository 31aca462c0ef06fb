"""What keeps the process small."""

import gc

from app.server import memory


def test_what_is_there_at_the_start_is_not_looked_at_again():
    before, there = gc.get_freeze_count(), [[]]
    try:
        memory.settle()
        assert gc.get_freeze_count() > before
        assert not any(thing is there for thing in gc.get_objects())
    finally:
        gc.unfreeze()

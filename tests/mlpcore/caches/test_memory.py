"""What is kept of many things, by their size and their use."""

from hypothesis import given
from hypothesis import strategies as st

from mlpcore.caches.memory import Kept


def test_large_things_crowd_out_more_and_the_latest_stays():
    kept = Kept(10, len)
    for name in ("abc", "def", "ghi"):
        kept.keep(name, name)
    kept.keep("seven", "7" * 7)
    assert kept.values() == ["ghi", "7" * 7]
    kept.keep("large", "x" * 99)
    assert kept.values() == ["x" * 99]


@given(
    most=st.integers(0, 20),
    uses=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9) | st.none()), max_size=60),
)
def test_the_latest_used_that_fit_are_kept(most, uses):
    kept, by_use = Kept(most, len), {}
    for name, size in uses:
        if size is None:
            assert kept.get(name) == by_use.get(name)
            assert (name in kept) == (name in by_use)
            if name in by_use:
                by_use[name] = by_use.pop(name)
        else:
            kept.keep(name, "x" * size)
            by_use.pop(name, None)
            by_use[name] = "x" * size
            while len(by_use) > 1 and sum(map(len, by_use.values())) > most:
                del by_use[next(iter(by_use))]
        assert kept.values() == list(by_use.values())
        assert kept.size == sum(map(len, by_use.values()))

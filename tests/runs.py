"""What runs, coroutines and functions on other threads end with."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


def final(config, control=None):
    """The last snapshot of a config's run."""
    *_, snapshot = config.run(control=control)
    return snapshot


def awaited(coroutine):
    """What a coroutine returns."""
    return aside(asyncio.run, coroutine)


def aside(function, *args, **kwargs):
    """What a function returns on another thread, for on ours a browser's driver has a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(function, *args, **kwargs).result()

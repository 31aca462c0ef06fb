"""Keeps the process small: garbage is found early."""

import gc


def settle() -> None:
    """Take all that is there now for permanent.

    Full collections come when what is new has grown by a quarter of the rest. With all modules in
    the rest they come so seldom that 100 MB of pictures and answers wait for one; without, they
    come often and look at little.
    """
    gc.collect()
    gc.freeze()
    gc.collect()

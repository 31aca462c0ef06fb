"""What runs end with."""


def final(config, control=None):
    """The last snapshot of a config's run."""
    *_, snapshot = config.run(control=control)
    return snapshot

"""The command line, and what it shares with whoever hands results out."""

from mlpcore.cli.program import main

__all__ = ["commands", "main", "report", "script"]

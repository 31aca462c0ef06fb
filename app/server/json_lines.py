"""The log as JSON, for programs that read it: an object a line."""

import json
import logging
from datetime import UTC, datetime
from typing import Any, cast

from mlpcore.datasets.collection import MADE
from mlpcore.params import Config
from mlpcore.running.jobs import Ended

# Told for the name of what somebody brought: whoever knows that may train on it.
OWN = "own"


class JsonLines(logging.Formatter):
    """Writes an event as an object; docs/operations.md has its fields."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        ended: Ended | None = getattr(record, "ended", None)
        line |= run(ended) if ended else {"message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def run(ended: Ended) -> dict[str, Any]:
    """What is told of a run that has ended."""
    job, status = ended.job, ended.job.status()
    config = cast("Config", job.config)
    parameters = config.values()
    if "data" in parameters and parameters["data"] not in MADE:
        parameters["data"] = OWN
    return {
        "run": job.id,
        "experiment": type(config).__name__,
        "parameters": parameters,
        "state": status.state,
        "seconds": round(ended.seconds, 3),
        "epochs": status.snapshot.epoch if status.snapshot else 0,
        "device": str(job.device),
    }

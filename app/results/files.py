"""Files that hold what there is of a job: report, table, weights, script, notebook, figures."""

import dataclasses
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from app.figures.drawing import THEMES
from app.live.frames import Frame, Grid, encode
from app.results import notebook
from app.results.document import Drawn, Ran, document
from app.texts import take_away as texts
from mlpcore.cli.commands import command_line, experiment_of
from mlpcore.cli.report import report, to_csv, to_json
from mlpcore.cli.script import to_script
from mlpcore.datasets import collection
from mlpcore.datasets.points import PREFIX
from mlpcore.experiments.settings import PlanarTraining
from mlpcore.networks.weights import networks_of, to_safetensors
from mlpcore.params import Config
from mlpcore.running.jobs import Job, State, Status

# What a command calls the file of points, or of pictures, that somebody brought.
OWN_POINTS, OWN_PICTURES = "points.csv", "pictures.zip"


def name(job: Job) -> str:
    """A file's name, which tells the configs of an afternoon apart."""
    command = command_of(job).removeprefix("python -m mlpcore ")
    return re.sub(r"[^a-zA-Z0-9.]+", "-", command)[:80].strip("-.")


def command_of(job: Job) -> str:
    """The command that reproduces a job's result."""
    config = _config(job)
    data = str(config.values().get("data"))
    if notebook.on_pictures(config) and data not in collection.MADE:
        split: dict[str, list[str]] = {"split_train": []} if collection.splits_train(data) else {}
        return command_line(config, OWN_PICTURES, split)
    own = isinstance(config, PlanarTraining) and data.startswith(PREFIX)
    return command_line(config, OWN_POINTS if own else None)


def as_csv(job: Job) -> str:
    """The latest snapshot's numbers as a table."""
    return to_csv(job.status().snapshot)


def as_json(job: Job) -> str:
    """The report of the latest snapshot, as the command line gives it."""
    return to_json(_report(job, job.status()))


def as_weights(job: Job) -> bytes:
    """The latest snapshot's networks as safetensors, with all of the report but the result.

    Raises:
        LookupError: there are none, or they are no longer kept.
    """
    status = job.status()
    networks = networks_of(status.snapshot)
    if networks is None:
        raise LookupError(texts.NO_WEIGHTS)
    about = _report(job, status)
    del about["result"]
    about["epoch"] = status.snapshot.epoch
    config = _config(job)
    if isinstance(config, PlanarTraining) and config.legend:
        about["legend"] = dataclasses.asdict(config.legend)  # points were moved into the plane
    return to_safetensors(networks, about)


def as_script(job: Job, link: str) -> str:
    """A Python file that runs the job's config."""
    return to_script(_config(job), [link, *steering(job.status())])


def as_notebook(job: Job, link: str) -> str:
    """A Jupyter notebook in plain torch that runs the job's config."""
    config, status = _config(job), job.status()
    about = [texts.NOTEBOOK_ABOUT.format(link=link), *steering(status)]
    if notebook.on_pictures(config):
        about.append(texts.NOTEBOOK_PICTURES.format(file=notebook.pictures_file(config)))
    trained = _trained(job, status)
    if trained is None:
        about.append(texts.NOTEBOOK_UNFINISHED)
    elif isinstance(trained, notebook.Trained) and len(trained.weights) > notebook.MOST_EMBEDDED:
        about.append(texts.NOTEBOOK_WEIGHTS.format(file=trained.file))
    return notebook.to_notebook(config, about, trained)


def _trained(job: Job, status: Status) -> notebook.Trained | notebook.Said | None:
    """A finished job's networks; of others, weights and accuracies are of different moments."""
    if status.state is not State.FINISHED:
        return None
    networks = networks_of(status.snapshot)
    if networks is None:
        return notebook.without_weights(status.snapshot)
    table = status.snapshot.table()
    last = table[table["epoch"] == status.snapshot.epoch]["test_accuracy"]
    by_name = dict(zip(networks.layers, last.tolist(), strict=True))
    return notebook.Trained(f"{name(job)}.safetensors", as_weights(job), by_name)


def has_notebook(job: Job) -> bool:
    """Whether there is a notebook of a job's experiment."""
    return notebook.has_notebook(_config(job))


def pictures_name(job: Job) -> str | None:
    """The name of the file of pictures that a job's notebook reads; None if it needs none."""
    config = _config(job)
    return notebook.pictures_file(config) if notebook.on_pictures(config) else None


def as_pictures(job: Job) -> bytes:
    """The pictures that a job learns, as a file of NumPy arrays."""
    pictures, file = collection.load(str(_config(job).values()["data"])), io.BytesIO()
    np.savez(  # pictures hardly get smaller
        file,
        classes=np.array(pictures.classes),
        train_images=pictures.train_images.numpy(),
        train_labels=pictures.train_labels.numpy(),
        val_images=pictures.val_images.numpy(),
        val_labels=pictures.val_labels.numpy(),
    )
    return file.getvalue()


def as_html(title: str, link: str, jobs: Mapping[str, Job], grids: Sequence[Grid]) -> str:
    """All figures of some jobs, as they are now, in one file.

    Args:
        title, link: of their page.
        jobs: by name.
        grids: what the page shows; pictures of other jobs are left out.
    """
    statuses = {job.id: job.status() for job in jobs.values()}
    runs = [
        Ran(
            name=name,
            config=_config(job),
            command=command_of(job),
            label=statuses[job.id].snapshot.label,
            notes=notes(statuses[job.id]),
        )
        for name, job in jobs.items()
    ]
    drawn = [
        Drawn(grid, _draw(grid, statuses[grid.job].snapshot))
        for grid in grids
        if grid.job in statuses
    ]
    return document(title, link, runs, drawn)


def _draw(grid: Grid, snapshot: Any) -> dict[str, list[Frame]]:
    """A grid's pictures in every theme."""
    return {
        theme: [encode(view, snapshot, colours) for view in grid.views]
        for theme, colours in THEMES.items()
    }


def notes(status: Status) -> list[str]:
    """How what there is of a job differs from its config's result, in sentences."""
    lines = steering(status)
    if status.state is not State.FINISHED:
        lines.append(texts.SO_FAR.format(label=status.snapshot.label))
    return lines


def uncarried(job: Job) -> list[str]:
    """What a link to a job's config does not bring along, in sentences."""
    status = job.status()
    lines = steering(status)
    if status.state in (State.PAUSED, State.CANCELLED) and status.snapshot:
        lines.append(texts.STOPPED.format(label=status.snapshot.label))
    if _config(job).values().get("data") not in (None, *collection.MADE):
        lines.append(texts.OWN)
    return lines


def steering(status: Status) -> list[str]:
    """How a job was steered so that its config alone does not give its numbers, in sentences."""
    rate = status.learning_rate
    return [] if rate is None else [texts.LEARNING_RATE.format(rate=rate)]


def _report(job: Job, status: Status) -> dict[str, object]:
    config = _config(job)
    return report(experiment_of(config), config, status.snapshot, job.device, notes=notes(status))


def _config(job: Job) -> Config:
    return cast("Config", job.config)

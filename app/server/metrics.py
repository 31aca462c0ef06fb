"""What Prometheus may ask of this process, at an address apart from the pages'."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import (
    CollectorRegistry,
    Histogram,
    disable_created_metrics,
    start_http_server,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.server.settings import Address, variable
from app.server.visitors import Pages
from mlpcore.running.jobs import Ended, Jobs, State

log = logging.getLogger(__name__)
# The histograms' bounds, in seconds.
OF_RUNS = (0.3, 1, 3, 10, 30, 100, 300, 1000, 3000)
OF_ANSWERS = (0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)

disable_created_metrics()


class Metrics(Collector):
    """Histograms of what has happened, and gauges that are read when somebody asks.

    Args:
        jobs: gives the process's jobs; called when somebody asks.
        pages: those that are open.
        sweeps: bytes of the weights that are kept of sweeps.
    """

    def __init__(self, jobs: Callable[[], Jobs], pages: Pages, sweeps: Callable[[], int]) -> None:
        self._jobs, self._pages, self._sweeps = jobs, pages, sweeps
        self._registry = CollectorRegistry()
        self._registry.register(self)
        self._answers = Histogram(
            "mlp_explorer_answer_seconds",
            "From when there was something to show until an answer with it was made.",
            buckets=OF_ANSWERS,
            registry=self._registry,
        )
        self._runs = Histogram(
            "mlp_explorer_run_seconds",
            "From when a run was asked for until it ended.",
            ["state"],
            buckets=OF_RUNS,
            registry=self._registry,
        )
        for state in State:
            if state.over:
                self._runs.labels(state)  # tells 0 then: Prometheus sees no increase to a first 1

    def answered(self, seconds: float) -> None:
        """Count an answer of the live route, which took so long."""
        self._answers.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        """The gauges now."""
        jobs = self._jobs()
        yield GaugeMetricFamily(
            "mlp_explorer_visitors", "Pages that are open.", value=self._pages.open
        )
        states = jobs.states
        yield _gauge(
            "mlp_explorer_runs",
            "Runs that the server has, those that are over and kept included.",
            "state",
            {state: states[state] for state in State},
        )
        yield _gauge(
            "mlp_explorer_waiting_runs",
            "Runs that wait in line.",
            "for",
            {"place": jobs.waiting_to_train, "memory": jobs.waiting_for_memory},
        )
        yield _gauge(
            "mlp_explorer_memory_bytes",
            "What runs hold.",
            "kind",
            {"work": jobs.working_bytes, "pasts": jobs.history_bytes, "sweeps": self._sweeps()},
        )

    @contextmanager
    def served(self, address: Address | None) -> Iterator[None]:
        """Count runs that end, and answer at an address, until the block ends; None does neither.

        Where nothing can listen there, the log says so.
        """
        if address is None:
            yield
            return
        try:
            server, thread = start_http_server(address.port, address.host, self._registry)
        except (OSError, UnicodeError) as error:  # the latter of a name that none can have
            log.error(
                "%s must be an address of this machine with a free port; got '%s': %s. Name "
                "another, or stop what listens there, and start again. The app works without.",
                *(variable("metrics"), address, error),
            )
            yield
            return
        log.info("metrics at http://%s/metrics", address)
        ends, runs = _Ends(self._runs), logging.getLogger(Jobs.__module__)
        runs.addHandler(ends)
        try:
            yield
        finally:
            runs.removeHandler(ends)
            server.shutdown()
            server.server_close()
            thread.join()


class _Ends(logging.Handler):
    """Counts the runs whose end is logged."""

    def __init__(self, seconds: Histogram) -> None:
        super().__init__()
        self.seconds = seconds

    def emit(self, record: logging.LogRecord) -> None:
        """Look at an event."""
        ended: Ended | None = getattr(record, "ended", None)
        if ended:
            self.seconds.labels(ended.job.status().state).observe(ended.seconds)


def _gauge(name: str, words: str, label: str, values: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family

"""What a Prometheus server may count of the polls and of the timetable's jobs, noted in one place as they happen."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, disable_created_metrics

from bot.asking_metrics import AskingMetrics
from bot.health import Change
from bot.poll import PollReport
from bot.sending_metrics import SendingMetrics

_POLL_SECONDS = (1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800)

TASKS = ("polls", "digests", "intraday")
"""The timetable's jobs."""


class Metrics:
    """Counters of one running service; labels are names that the program gives, never what a publisher said."""

    def __init__(self, registry: CollectorRegistry) -> None:
        # When a series began is of no use to whoever keeps it from then on, and doubles their number.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry
        self.sending = SendingMetrics(registry)
        ProcessCollector(registry=registry)
        self._asking = AskingMetrics(registry)
        self._told = Counter(
            "etfbot_told_total",
            "What polls have found worth telling: alerts, hits of subscribers' own rules, hits taken back, messages left.",
            ["what"],
            registry=registry,
        )
        self._polls = Counter(
            "etfbot_polls_total", "Polls by job and result (done, failed).", ["job", "result"], registry=registry
        )
        self._poll_seconds = Histogram(
            "etfbot_poll_duration_seconds", "How long a poll took.", ["job"], buckets=_POLL_SECONDS, registry=registry
        )
        self._jobs = Counter(
            "etfbot_job_runs_total",
            "Looks of the timetable's jobs by result (done, failed).",
            ["task", "result"],
            registry=registry,
        )
        self._job_seconds = Gauge(
            "etfbot_job_last_duration_seconds", "How long a job's last look took.", ["task"], registry=registry
        )
        self._job_ends = Gauge(
            "etfbot_job_last_end_timestamp_seconds", "When a job's last look ended.", ["task"], registry=registry
        )
        self._jumps = Counter(
            "etfbot_clock_jumps_total", "Jumps of this machine's clock.", ["direction"], registry=registry
        )
        self._digests = Counter(
            "etfbot_digests_left_total", "Digests left for readers, by edition.", ["edition"], registry=registry
        )
        # What begins at nought shows its first rise, too.
        for direction in ("ahead", "back"):
            self._jumps.labels(direction)
        for task, result in product(TASKS, ("done", "failed")):
            self._jobs.labels(task, result)

    def clock_jumped(self, seconds: float) -> None:
        """Count a jump of the machine's clock, ahead or (less than 0) back."""
        self._jumps.labels("ahead" if seconds > 0 else "back").inc()

    @contextmanager
    def job(self, name: str, now: Callable[[], float] = time.time) -> Iterator[None]:
        """Count and time one look of a job of the timetable; one that a shutdown cuts off is none."""
        started = time.monotonic()
        try:
            yield
        except Exception:
            self._looked(name, "failed", started, now())
            raise
        self._looked(name, "done", started, now())

    def digests(self, edition: str, left: int) -> None:
        """Count digests that were left for readers."""
        self._digests.labels(edition).inc(left)

    @contextmanager
    def polling(self, job: str) -> Iterator[None]:
        """Count and time one poll of a job; one that a shutdown cuts off is none."""
        started = time.monotonic()
        try:
            yield
        except Exception:
            self._ended(job, "failed", started)
            raise
        self._ended(job, "done", started)

    def note(self, report: PollReport, changes: Sequence[Change]) -> None:
        """Count what a poll did, and which sources it found broken or back."""
        self._asking.note(report.collected, changes)
        for what, count in report.told().items():
            self._told.labels(what).inc(count)

    def _looked(self, job: str, result: str, started: float, at: float) -> None:
        self._jobs.labels(job, result).inc()
        self._job_seconds.labels(job).set(time.monotonic() - started)
        self._job_ends.labels(job).set(at)

    def _ended(self, job: str, result: str, started: float) -> None:
        self._polls.labels(job, result).inc()
        self._poll_seconds.labels(job).observe(time.monotonic() - started)

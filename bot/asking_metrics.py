"""What a Prometheus server may count of the questions to publishers."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.asking import Collected
from bot.health import Change

_READING_SECONDS = (0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180)
"""From a list in one request to what is given up at the longest deadline."""


class AskingMetrics:
    """Readings, refusals, and which sources are broken."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._readings = Counter(
            "etfbot_readings_total",
            "Readings of a source by what came of them.",
            ["source", "outcome"],
            registry=registry,
        )
        self._reading_seconds = Histogram(
            "etfbot_reading_duration_seconds",
            "How long a reading took, second tries included.",
            ["source"],
            buckets=_READING_SECONDS,
            registry=registry,
        )
        self._requests = Counter(
            "etfbot_upstream_requests_total", "Requests that a publisher's host has seen.", ["host"], registry=registry
        )
        self._refused = Counter(
            "etfbot_tables_refused_total",
            "Answers that were not trusted, by the gate that closed.",
            ["gate"],
            registry=registry,
        )
        self._broken = Gauge(
            "etfbot_source_broken",
            "1 while a source that is asked gives nothing that can be used.",
            ["source"],
            registry=registry,
        )
        self._breaks = Counter("etfbot_source_breaks_total", "How often a source broke.", ["source"], registry=registry)
        self._recoveries = Counter(
            "etfbot_source_recoveries_total", "How often a broken source was back.", ["source"], registry=registry
        )

    def note(self, collected: Collected, changes: Sequence[Change]) -> None:
        """Count what a poll asked for and got, and which sources it found broken or back."""
        for one in collected.fetches:
            self._readings.labels(one.source, one.outcome).inc()
            self._reading_seconds.labels(one.source).observe(one.seconds)
            self._requests.labels(one.host).inc(one.requests)
        for gate in collected.gates:
            self._refused.labels(gate).inc()
        for name in collected.asked:
            self._broken.labels(name).set(name in collected.broken)
        for change in changes:
            (self._breaks if change.reason else self._recoveries).labels(change.source).inc()

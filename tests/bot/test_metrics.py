"""What is counted of polls: each reading, refusal, break and recovery where it happened, and no more."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from prometheus_client import CollectorRegistry

from bot.asking import Collected
from bot.health import Change
from bot.metrics import Metrics
from bot.poll import PollReport, Slot
from bot.sources.datum import Round
from bot.sources.upstreams import Outcome
from bot.store.fetches import Fetch
from tests.builders import LAST_DAY, moment

SLOT = Slot(round=Round.CLOSE, due=moment(LAST_DAY, "16:20"), day=LAST_DAY)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(CollectorRegistry())


def told(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"etfbot_{name}", labels)


def fetch(source: str, outcome: Outcome = Outcome.TABLE, requests: int = 1, seconds: float = 0.5) -> Fetch:
    return Fetch(
        at=SLOT.due,
        datum="prices",
        source=source,
        host=f"{source}.example",
        day=LAST_DAY,
        outcome=outcome,
        requests=requests,
        seconds=seconds,
        rows=0,
        detail="",
    )


def report(*fetches: Fetch, gates: tuple[str, ...] = (), **failures: str) -> PollReport:
    asked = [one.source for one in fetches]
    collected = Collected(asked=asked, fetches=list(fetches), gates=list(gates), failures=failures)
    return PollReport(slot=SLOT, collected=collected)


def test_a_reading_is_counted_with_its_outcome_its_requests_and_its_time(metrics: Metrics) -> None:
    metrics.note(report(fetch("sina", requests=18, seconds=7.0), fetch("sse", Outcome.NOT_PUBLISHED)), [])
    metrics.note(report(fetch("sina", requests=2, seconds=1.5)), [])
    assert told(metrics, "readings_total", source="sina", outcome="table") == 2
    assert told(metrics, "readings_total", source="sse", outcome="not_published") == 1
    assert told(metrics, "readings_total", source="sse", outcome="table") is None
    assert told(metrics, "upstream_requests_total", host="sina.example") == 20
    assert told(metrics, "reading_duration_seconds_sum", source="sina") == 8.5
    assert told(metrics, "reading_duration_seconds_bucket", source="sina", le="2.5") == 1


def test_a_refused_table_is_counted_under_its_gate(metrics: Metrics) -> None:
    metrics.note(report(fetch("sse", Outcome.REFUSED), gates=("unit", "unit", "rows")), [])
    assert told(metrics, "tables_refused_total", gate="unit") == 2
    assert told(metrics, "tables_refused_total", gate="rows") == 1


def test_a_source_is_broken_from_its_break_to_its_recovery(metrics: Metrics) -> None:
    metrics.note(report(fetch("sse", Outcome.UNAVAILABLE), fetch("szse"), sse="reset"), [Change("sse", "reset")])
    metrics.note(report(fetch("sse", Outcome.UNAVAILABLE), sse="reset"), [])
    assert told(metrics, "source_broken", source="sse") == 1
    assert told(metrics, "source_broken", source="szse") == 0
    metrics.note(report(fetch("szse")), [])
    assert told(metrics, "source_broken", source="sse") == 1, "it was not asked"
    metrics.note(report(fetch("sse")), [Change("sse", "")])
    assert told(metrics, "source_broken", source="sse") == 0
    assert told(metrics, "source_breaks_total", source="sse") == 1
    assert told(metrics, "source_recoveries_total", source="sse") == 1
    assert told(metrics, "source_breaks_total", source="szse") is None


@pytest.mark.parametrize("result", ["done", "failed"])
def test_a_poll_is_counted_with_its_result(metrics: Metrics, result: str) -> None:
    def end() -> None:
        if result == "failed":
            raise OSError("the disk is full")

    run(metrics, end)
    counts = {one: told(metrics, "polls_total", job=SLOT.job, result=one) for one in ("done", "failed")}
    assert counts == {one: 1 if one == result else None for one in counts}
    assert told(metrics, "poll_duration_seconds_count", job=SLOT.job) == 1


def test_what_was_told_is_counted_by_what_it_was(metrics: Metrics) -> None:
    for _ in range(2):
        metrics.note(replace(report(), alerts=3, rule_hits=5, rule_corrections=1, deliveries=4), [])
    found = {what: told(metrics, "told_total", what=what) for what in PollReport(slot=SLOT).told()}
    assert found == {"alert": 6, "rule_hit": 10, "rule_correction": 2, "delivery": 8}


def test_a_look_of_a_job_is_counted_with_its_result_and_its_end(metrics: Metrics) -> None:
    with metrics.job("digests", now=lambda: 1_700_000_000.0):
        pass
    with pytest.raises(OSError, match="full"), metrics.job("digests", now=lambda: 1_700_000_060.0):
        raise OSError("the disk is full")
    assert told(metrics, "job_runs_total", task="digests", result="done") == 1
    assert told(metrics, "job_runs_total", task="digests", result="failed") == 1
    assert told(metrics, "job_last_end_timestamp_seconds", task="digests") == 1_700_000_060.0
    assert 0 <= (told(metrics, "job_last_duration_seconds", task="digests") or 0) < 60


def test_digests_are_counted_by_edition(metrics: Metrics) -> None:
    metrics.digests("evening", 3)
    metrics.digests("evening", 0)
    metrics.digests("morning", 1)
    assert told(metrics, "digests_left_total", edition="evening") == 3
    assert told(metrics, "digests_left_total", edition="morning") == 1


def test_a_poll_that_a_shutdown_cuts_off_is_not_counted(metrics: Metrics) -> None:
    def end() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(metrics, end)
    assert told(metrics, "poll_duration_seconds_count", job=SLOT.job) is None


def run(metrics: Metrics, end: Callable[[], None]) -> None:
    try:
        with metrics.polling(SLOT.job):
            end()
    except OSError:
        return


def test_two_services_count_apart(metrics: Metrics) -> None:
    other = Metrics(CollectorRegistry())
    metrics.note(report(fetch("sse")), [])
    assert told(other, "readings_total", source="sse", outcome="table") is None

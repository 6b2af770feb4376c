"""What is counted of the sending: each wait, message and refusal under its channel, and who has stopped to look."""

from dataclasses import dataclass

import pytest
from prometheus_client import CollectorRegistry

from bot.batches import Sort, sort_of
from bot.deliveries import Address, SendFailedError
from bot.sending_metrics import Refusal, SendingMetrics, refusal_of


@dataclass
class Watch:
    """A stop watch that a test moves."""

    seconds: float = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def metrics(registry: CollectorRegistry, watch: Watch) -> SendingMetrics:
    made = SendingMetrics(registry, watch)
    made.expect(["telegram", "web"])
    return made


def test_every_count_of_an_expected_channel_begins_at_nought(
    metrics: SendingMetrics, registry: CollectorRegistry
) -> None:
    for result in ("sent", *Refusal):
        assert registry.get_sample_value("etfbot_sends_total", {"channel": "telegram", "result": result}) == 0
    assert registry.get_sample_value("etfbot_limiter_wait_seconds_count", {"channel": "web"}) == 0
    assert registry.get_sample_value("etfbot_sends_total", {"channel": "wecom", "result": "sent"}) is None
    metrics.expect(["telegram"])
    assert registry.get_sample_value("etfbot_send_duration_seconds_count", {"channel": "telegram"}) == 0


def test_a_message_is_counted_with_its_delay_its_sending_and_what_it_is(
    metrics: SendingMetrics, registry: CollectorRegistry
) -> None:
    metrics.sent("telegram", 42.0, 0.2, sort=Sort.DIGEST)
    metrics.sent("telegram", -5.0, 0.2, sort=Sort.ALERT)
    about = {"channel": "telegram"}
    assert registry.get_sample_value("etfbot_sends_total", {**about, "result": "sent"}) == 2
    assert registry.get_sample_value("etfbot_messages_sent_total", {**about, "sort": "digest"}) == 1
    assert registry.get_sample_value("etfbot_messages_sent_total", {**about, "sort": "broadcast"}) == 0
    assert registry.get_sample_value("etfbot_delivery_delay_seconds_sum", about) == 42.0, "a clock was put back"
    assert registry.get_sample_value("etfbot_delivery_delay_seconds_bucket", {**about, "le": "30.0"}) == 1
    assert registry.get_sample_value("etfbot_send_duration_seconds_bucket", {**about, "le": "0.25"}) == 2
    assert registry.get_sample_value("etfbot_sends_total", {"channel": "web", "result": "sent"}) == 0


def test_a_wait_is_counted_by_channel(metrics: SendingMetrics, registry: CollectorRegistry) -> None:
    metrics.waited("telegram", 0.0)
    metrics.waited("telegram", 45.0)
    about = {"channel": "telegram"}
    assert registry.get_sample_value("etfbot_limiter_wait_seconds_bucket", {**about, "le": "0.01"}) == 1
    assert registry.get_sample_value("etfbot_limiter_wait_seconds_bucket", {**about, "le": "60.0"}) == 2


@pytest.mark.parametrize(
    ("failure", "refusal"),
    [
        (SendFailedError("blocked", permanent=True), Refusal.PERMANENT),
        (SendFailedError("supergroup", moved_to=Address("-100")), Refusal.MOVED),
        (SendFailedError("flood", retry_after_seconds=30.0), Refusal.LIMITED),
        (SendFailedError("flood", retry_after_seconds=0.0), Refusal.LIMITED),
        (SendFailedError("can't parse", markup=True), Refusal.MARKUP),
        (SendFailedError("gone, and unreadable", permanent=True, markup=True), Refusal.PERMANENT),
        (SendFailedError("HTTP 502"), Refusal.PASSING),
        (SendFailedError("no answer", unknown=True), Refusal.AMBIGUOUS),
    ],
)
def test_a_failure_has_one_class(
    failure: SendFailedError, refusal: Refusal, metrics: SendingMetrics, registry: CollectorRegistry
) -> None:
    assert refusal_of(failure) is refusal
    metrics.refused("web", refusal_of(failure))
    found = {one: registry.get_sample_value("etfbot_sends_total", {"channel": "web", "result": one}) for one in Refusal}
    assert found == {one: 1 if one is refusal else 0 for one in Refusal}


def test_a_drain_that_looks_no_more_is_seen(metrics: SendingMetrics, registry: CollectorRegistry, watch: Watch) -> None:
    watch.seconds += 50
    metrics.turned("web")
    watch.seconds += 30
    assert metrics.stalled(60) == ["telegram"]
    assert metrics.stalled(29) == ["telegram", "web"]
    assert metrics.stalled(80) == []
    assert registry.get_sample_value("etfbot_drain_turn_age_seconds", {"channel": "web"}) == 30


@pytest.mark.parametrize(
    ("batch", "sort"),
    [
        ("poll/evening/2025-02-11T22:00:00+08:00", Sort.ALERT),
        ("poll/intraday/2025-02-11T10:00:00+08:00+urgent", Sort.ALERT),
        ("digest/morning/2025-02-11", Sort.DIGEST),
        ("broadcast/7", Sort.BROADCAST),
        ("health/poll/close/2025-02-11T16:20:00+08:00", Sort.NOTICE),
        ("calendar/2025-02-11", Sort.NOTICE),
        ("pollen", Sort.OTHER),
        ("", Sort.OTHER),
    ],
)
def test_a_batch_says_what_its_messages_are(batch: str, sort: Sort) -> None:
    assert sort_of(batch) is sort

"""What a Prometheus server may count of the sending: waits for a turn, messages taken, refusals; noted as they happen."""

import time
from collections.abc import Callable, Collection
from enum import StrEnum
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from bot.batches import Sort
from bot.deliveries import Failure, SendFailedError

_WAIT_SECONDS = (0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60, 300, 1800)
"""From a free channel to a group that has had its messages of the minute, and a server that wants a long pause."""
_SEND_SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_DUE_SECONDS = (0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800, 7200)
"""From a message that goes at once to one that an outage of the channel has held up."""


class Refusal(StrEnum):
    """Why a message was not taken."""

    PERMANENT = "permanent"
    """The chat is gone."""
    MOVED = "moved"
    LIMITED = "limited"
    """The server named a time before which it takes none."""
    MARKUP = "markup"
    PASSING = "passing"
    """Anything that the next attempt may find mended."""
    AMBIGUOUS = "ambiguous"
    """Nobody can say whether the server has taken it."""
    DEFECT = "defect"
    """Of ours."""


def refusal_of(failure: SendFailedError) -> Refusal:
    """Which of them a channel's failure is; what is a defect the sender knows by itself."""
    return Refusal.AMBIGUOUS if failure.failure is Failure.UNKNOWN else Refusal(failure.failure)


class SendingMetrics:
    """Counters of one process's sending, by channel; a channel's name is the program's, so no label says who reads."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turned: dict[str, float] = {}
        self._waits = Histogram(
            "etfbot_limiter_wait_seconds",
            "How long a message waited for its turn of a channel.",
            ["channel"],
            buckets=_WAIT_SECONDS,
            registry=registry,
        )
        self._sends = Counter(
            "etfbot_sends_total",
            "Attempts to send by what came of them: sent, or the class of the failure.",
            ["channel", "result"],
            registry=registry,
        )
        self._sorts = Counter(
            "etfbot_messages_sent_total",
            "Messages that a channel has taken, by what they are: alert, digest, broadcast, notice, other.",
            ["channel", "sort"],
            registry=registry,
        )
        self._send_seconds = Histogram(
            "etfbot_send_duration_seconds",
            "How long it took to send a message that was taken, waits for a turn left out.",
            ["channel"],
            buckets=_SEND_SECONDS,
            registry=registry,
        )
        self._due_seconds = Histogram(
            "etfbot_delivery_delay_seconds",
            "From the moment a message was due until a channel had taken it.",
            ["channel"],
            buckets=_DUE_SECONDS,
            registry=registry,
        )
        self._turn_age = Gauge(
            "etfbot_drain_turn_age_seconds",
            "How long ago this process last looked for what is due on a channel.",
            ["channel"],
            registry=registry,
        )

    def expect(self, channels: Collection[str]) -> None:
        """Begin every count of these channels at nought: a first failure is a change too."""
        for channel in channels:
            self._turned.setdefault(channel, self._clock())
            self._turn_age.labels(channel).set_function(partial(self._age, channel))
            for series in (self._waits, self._send_seconds, self._due_seconds):
                series.labels(channel)
            for result in ("sent", *Refusal):
                self._sends.labels(channel, result)
            for sort in Sort:
                self._sorts.labels(channel, sort)

    def turned(self, channel: str) -> None:
        """The drain has looked for what is due on a channel."""
        self._turned[channel] = self._clock()

    def waited(self, channel: str, seconds: float) -> None:
        """A message has got its turn after so long."""
        self._waits.labels(channel).observe(seconds)

    def sent(
        self, channel: str, seconds_since_due: float, seconds_of_sending: float, *, sort: Sort = Sort.OTHER
    ) -> None:
        """A message has been taken as a whole."""
        self._sends.labels(channel, "sent").inc()
        self._sorts.labels(channel, sort).inc()
        # A clock that was put back meanwhile would make it less than nothing.
        self._due_seconds.labels(channel).observe(max(0.0, seconds_since_due))
        self._send_seconds.labels(channel).observe(seconds_of_sending)

    def refused(self, channel: str, kind: Refusal) -> None:
        """A message has not been taken."""
        self._sends.labels(channel, kind).inc()

    def stalled(self, longest_seconds: float) -> list[str]:
        """The expected channels for which nobody has looked for so long."""
        return sorted(one for one in self._turned if self._age(one) > longest_seconds)

    def _age(self, channel: str) -> float:
        return self._clock() - self._turned[channel]

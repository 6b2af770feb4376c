"""The answer to a Prometheus server: the counters, and what the store and the calendar say at this moment."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import DBAPIError

from bot.limiter import Limiter
from bot.metrics import Metrics
from bot.poll import World
from bot.schedule import closed_session
from bot.store.errors import AwayError
from bot.subscriptions import SESSION_CLOSE
from signals.core.calendar import MARKET_ZONE, CalendarEndedError, TradingCalendar
from signals.core.snapshot import Dataset

DATABASE_SECONDS = 5.0
"""A scraper waits ten seconds as a rule, and what the process knows by itself is worth most while the database is gone."""


@dataclass(frozen=True, kw_only=True)
class Scrape:
    """Answers one scrape after the other."""

    metrics: Metrics
    world: World
    now: Callable[[], datetime]
    version: str
    limiters: Mapping[str, Limiter] = field(default_factory=dict)
    """Of each channel that is switched on, by its kind."""

    async def __call__(self) -> str:
        """Everything in the text format of Prometheus; without the database, what this process knows by itself."""
        stored = list[Metric]()
        try:
            async with asyncio.timeout(DATABASE_SECONDS):
                stored = [*await self._of_the_data(), *await self._of_the_queue()]
        except (AwayError, DBAPIError, OSError, TimeoutError):
            answers = False
        else:
            answers = True
        moment = CollectorRegistry(auto_describe=False)
        moment.register(_Told([*stored, *self._of_the_service(answers=answers)]))
        return (generate_latest(self.metrics.registry) + generate_latest(moment)).decode()

    async def _of_the_data(self) -> list[Metric]:
        store, now = self.world.store, self.now()
        served = (await store.fetches.served(now)).values()
        behind = {
            dataset.value: sessions
            for dataset in Dataset
            if (newest := await store.market.newest(dataset, now)) is not None
            and (sessions := sessions_behind(self.world.calendar, newest[0], now)) is not None
        }
        return [
            _gauge(
                "etfbot_last_good_table_rows",
                "Rows of the last good answer for a datum, and who gave it.",
                ("datum", "source"),
                {(one.datum, one.source): one.rows for one in served},
            ),
            _gauge(
                "etfbot_last_good_table_timestamp_seconds",
                "When the last good answer for a datum was read.",
                ("datum", "source"),
                {(one.datum, one.source): one.at.timestamp() for one in served},
            ),
            _gauge(
                "etfbot_dataset_sessions_behind",
                "Sessions closed since the newest one of which a table is stored; absent past the calendar's end.",
                ("dataset",),
                {(name,): sessions for name, sessions in behind.items()},
            ),
            _gauge(
                "etfbot_quarantine_tables",
                "Refused tables that nobody has let in.",
                ("dataset",),
                {(one.value,): count for one, count in (await store.quarantine.counts()).items()},
            ),
        ]

    async def _of_the_queue(self) -> list[Metric]:
        queue, now = self.world.store.queue, self.now()
        oldest = dict.fromkeys(self.limiters, now) | dict(await queue.oldest_due(now))
        return [
            _gauge(
                "etfbot_deliveries",
                "Stored deliveries that wait, are being sent, or were given up.",
                ("channel", "sort", "state"),
                {(heap.channel, heap.sort, heap.state): count for heap, count in (await queue.heaps()).items()},
            ),
            _gauge(
                "etfbot_outbox_oldest_due_age_seconds",
                "How long the oldest delivery of a channel waits past the time it was due, or due again; 0 when none is due.",
                ("channel",),
                {(channel,): (now - due).total_seconds() for channel, due in oldest.items()},
            ),
        ]

    def _of_the_service(self, *, answers: bool) -> list[Metric]:
        upstreams, now = self.world.upstreams, self.now()
        resting = upstreams.resting(now)
        left = (self.world.calendar.last - now.astimezone(MARKET_ZONE).date()).days
        return [
            _gauge(
                "etfbot_upstream_resting",
                "1 while a host is left alone because it failed or refused us.",
                ("host",),
                {(host,): host in resting for host in sorted(upstreams.hosts)},
            ),
            _gauge(
                "etfbot_upstream_readings_left",
                "How often a host with an allowance may still be asked today.",
                ("host",),
                {(host,): count for host, count in upstreams.allowances(now).items()},
            ),
            _gauge(
                "etfbot_limiter_waiting",
                "Messages that wait for their turn of a channel.",
                ("channel",),
                {(channel,): limiter.waiting for channel, limiter in self.limiters.items()},
            ),
            _gauge("etfbot_database_up", "1 while the database answers.", (), {(): answers}),
            _gauge(
                "etfbot_leading",
                "1 while this process polls, keeps the timetable and listens to chats.",
                (),
                {(): self.world.store.leadership.held},
            ),
            _gauge("etfbot_calendar_left_days", "Days until the last known session.", (), {(): left}),
            _gauge("etfbot_build_info", "The version that runs.", ("version",), {(self.version,): 1}),
        ]


def sessions_behind(calendar: TradingCalendar, newest: date, now: datetime) -> int | None:
    """How many sessions have closed since the newest stored one; None where the calendar does not tell."""
    closed = closed_session(calendar, now, SESSION_CLOSE)
    try:
        return None if closed is None else max(0, len(calendar.between(newest, closed)) - calendar.is_session(newest))
    except CalendarEndedError:
        return None


@dataclass(frozen=True, eq=False)
class _Told:
    """A collector of what is already collected."""

    metrics: list[Metric]

    def collect(self) -> Iterable[Metric]:
        return self.metrics


def _gauge(name: str, about: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], float]) -> Metric:
    family = GaugeMetricFamily(name, about, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family

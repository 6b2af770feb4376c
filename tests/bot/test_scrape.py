"""What a Prometheus server is answered, asked over the real page and read with Prometheus' own parser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pandas as pd
import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from bot.limiter import Limiter, Quotas
from bot.messages.model import plain
from bot.metrics import Metrics
from bot.poll import Slot, World
from bot.scrape import Scrape, sessions_behind
from bot.sources.base import LimitedError, SourceChangedError, UnavailableError
from bot.sources.datum import Round
from bot.sources.upstreams import Manners, Upstreams
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from signals.core.calendar import TradingCalendar
from signals.core.snapshot import Dataset
from tests.bot.publishers import HASTY, Publisher, world_of
from tests.bot.readers import reader
from tests.bot.serving import Hand, worker_of
from tests.builders import CALENDAR, LAST_DAY, market, moment
from tests.web.served import Served, served

pytestmark = pytest.mark.anyio

EVENING = Slot(round=Round.EVENING, due=moment(LAST_DAY, "22:00"), day=LAST_DAY)
SHORT = TradingCalendar.of([date(2020, 1, 2)])
TABLE = market(1).index("000300", 3900.0).snapshots()[0].table
PASSWORD = "壹贰叁-correct-horse"


@dataclass
class Scraped:
    """A service with one source, and its page."""

    world: World
    source: Publisher = field(default_factory=lambda: Publisher(Dataset.INDEX, tables={LAST_DAY: TABLE}))
    clock: Hand = field(default_factory=lambda: Hand(EVENING.due))
    metrics: Metrics = field(default_factory=lambda: Metrics(CollectorRegistry()))
    page: Served = field(init=False)

    def __post_init__(self) -> None:
        self.scrape = Scrape(
            metrics=self.metrics,
            world=self.world,
            now=self.clock.now,
            version="1.2",
            limiters={"web": Limiter(Quotas())},
        )
        self.worker = replace(worker_of(self.world, self.clock, self.source), metrics=self.metrics)

    async def poll(self, failure: Exception | None = None, table: pd.DataFrame = TABLE) -> None:
        """Poll once while the source gives a table, or fails."""
        self.source.tables[LAST_DAY] = failure or table
        await self.worker.poll(EVENING)

    async def told(self, name: str) -> dict[tuple[str, ...], float]:
        """The samples of a metric by the values of their labels, in the order of the labels' names."""
        return {
            tuple(value for _, value in sorted(one.labels.items())): one.value
            for family in text_string_to_metric_families((await self.text())[1])
            for one in family.samples
            if one.name == f"etfbot_{name}"
        }

    async def text(self, **asked: Any) -> tuple[int, str]:
        async with aiohttp.ClientSession() as http, http.get(f"{self.page.url}/metrics", **asked) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def scraped(store: Database, **settings: Any) -> AsyncIterator[Scraped]:
    one = Scraped(world_of(store, upstreams=Upstreams(settings.pop("manners", HASTY))))
    async with served(settings={"demo": False, "scrape": one.scrape, **settings}) as one.page:
        yield one


async def test_a_break_and_a_recovery_show_exactly_once(store: Database) -> None:
    async with scraped(store) as one:
        one.source.settles = False  # type: ignore[misc]
        await one.poll()
        assert await one.told("source_breaks_total") == {}
        assert await one.told("source_broken") == {("index_daily.all",): 0}
        for _ in range(3):
            await one.poll(UnavailableError("reset by peer"))
        assert await one.told("source_broken") == {("index_daily.all",): 1}
        assert await one.told("source_breaks_total") == {("index_daily.all",): 1}
        assert await one.told("source_recoveries_total") == {}
        for _ in range(3):
            await one.poll()
            one.clock.at += timedelta(minutes=1)
        assert await one.told("source_broken") == {("index_daily.all",): 0}
        assert await one.told("source_breaks_total") == {("index_daily.all",): 1}
        assert await one.told("source_recoveries_total") == {("index_daily.all",): 1}


async def test_readings_are_counted_as_the_ledger_has_them(store: Database) -> None:
    async with scraped(store) as one:
        await one.poll(UnavailableError("reset by peer"))
        await one.poll(SourceChangedError("columns", "no names"))
        await one.poll()
        ledger = await store.fetches.since(EVENING.due, EVENING.due)
        readings = await one.told("readings_total")
        assert readings == {(fetch.outcome.value, fetch.source): 1 for fetch in ledger}
        assert len(readings) == 3
        assert await one.told("upstream_requests_total") == {("local",): 3}
        assert await one.told("reading_duration_seconds_count") == {("index_daily.all",): 3}
        assert await one.told("tables_refused_total") == {("columns",): 1}
        assert await one.told("polls_total") == {("poll/evening", "done"): 3}
        assert await one.told("last_good_table_rows") == {("index_daily.all", "index_daily.all"): 1}
        at = await one.told("last_good_table_timestamp_seconds")
        assert at == {("index_daily.all", "index_daily.all"): EVENING.due.timestamp()}


async def test_a_poll_that_falls_is_a_failed_one(store: Database) -> None:
    async with scraped(store) as one:
        one.worker = replace(one.worker, desk=replace(one.worker.desk, world=replace(one.world, calendar=SHORT)))
        with pytest.raises(LookupError):
            await one.poll()
        assert await one.told("polls_total") == {("poll/evening", "failed"): 1}


async def test_a_dataset_falls_behind_with_the_sessions_that_close(store: Database) -> None:
    async with scraped(store) as one:
        assert await one.told("dataset_sessions_behind") == {}
        await one.poll()
        assert await one.told("dataset_sessions_behind") == {("index_daily",): 0}
        one.clock.at = moment(CALENDAR.after(LAST_DAY), "10:00")
        assert await one.told("dataset_sessions_behind") == {("index_daily",): 0}
        one.clock.at = moment(CALENDAR.after(LAST_DAY), "18:00")
        assert await one.told("dataset_sessions_behind") == {("index_daily",): 1}


def test_a_weekend_and_a_festival_add_nothing_to_what_is_behind() -> None:
    before = date(2025, 1, 27)
    assert sessions_behind(CALENDAR, before, moment(date(2025, 2, 4), "23:00")) == 0
    assert sessions_behind(CALENDAR, before, moment(date(2025, 2, 6), "23:00")) == 2
    assert sessions_behind(CALENDAR, date(2025, 2, 8), moment(date(2025, 2, 10), "23:00")) == 1


def test_a_table_of_a_day_to_come_is_not_behind() -> None:
    assert sessions_behind(CALENDAR, CALENDAR.after(LAST_DAY), moment(LAST_DAY, "23:00")) == 0


def test_past_the_calendar_nobody_can_tell_how_far_behind() -> None:
    past = moment(CALENDAR.last + timedelta(days=1))
    assert sessions_behind(CALENDAR, LAST_DAY, past) is None
    assert sessions_behind(CALENDAR, CALENDAR.first - timedelta(days=1), moment(LAST_DAY)) is None


async def test_a_host_that_refuses_us_rests_until_its_time_is_over(store: Database) -> None:
    manners = Manners(pause_seconds=0.0, tries=1, rest=timedelta(minutes=15), readings={"local": 2, "other": 1})
    async with scraped(store, manners=manners) as one:
        assert await one.told("upstream_resting") == {("local",): 0, ("other",): 0}
        await one.poll(LimitedError("banned"))
        assert await one.told("upstream_resting") == {("local",): 1, ("other",): 0}
        assert await one.told("upstream_readings_left") == {("local",): 1, ("other",): 1}
        one.clock.at += timedelta(minutes=15)
        assert await one.told("upstream_resting") == {("local",): 0, ("other",): 0}
        one.clock.at += timedelta(days=1)
        assert await one.told("upstream_readings_left") == {("local",): 2, ("other",): 1}


async def test_deliveries_and_the_age_of_the_queue_come_from_the_store(store: Database) -> None:
    async with scraped(store) as one:
        assert await one.told("outbox_oldest_due_age_seconds") == {("web",): 0}
        for channel in ("web", "telegram"):
            who = await reader(store, f"secret-{channel}", channel=channel)
            letter = NewDelivery(
                batch="poll/evening/x", subscription_id=who.id, message=plain("private"), due_at=EVENING.due
            )
            await store.outbox.enqueue([letter])
        (sent,) = await store.outbox.claim(EVENING.due, 1, 60, channels={"web"})
        await store.outbox.marks.sent(sent.id, EVENING.due)
        one.clock.at += timedelta(seconds=90)
        assert await one.told("outbox_oldest_due_age_seconds") == {("web",): 0, ("telegram",): 90}
        counts = await one.told("deliveries")
        assert counts == {
            ("telegram", "alert", "pending"): 1,
            ("telegram", "alert", "sending"): 0,
            ("telegram", "alert", "dead"): 0,
        }
        _, text = await one.text()
        assert "secret" not in text
        assert "private" not in text


async def test_a_delivery_that_is_not_due_yet_has_no_age(store: Database) -> None:
    async with scraped(store) as one:
        who = await reader(store, "me", channel="web")
        later = NewDelivery(
            batch="x", subscription_id=who.id, message=plain("x"), due_at=EVENING.due + timedelta(hours=1)
        )
        await store.outbox.enqueue([later])
        assert await one.told("outbox_oldest_due_age_seconds") == {("web",): 0}


async def test_quarantine_calendar_and_version_are_told(store: Database) -> None:
    async with scraped(store) as one:
        await one.poll(table=TABLE.assign(index_close=-1.0))
        assert await one.told("quarantine_tables") == {(each.value,): each is Dataset.INDEX for each in Dataset}
        (refusal,) = await store.quarantine.refusals(None, None)
        assert await one.told("tables_refused_total") == {(refusal.gate,): 1}
        assert await one.told("readings_total") == {("refused", "index_daily.all"): 1}
        assert await one.told("calendar_left_days") == {(): (CALENDAR.last - LAST_DAY).days}
        assert await one.told("build_info") == {("1.2",): 1}


async def test_the_password_of_the_page_is_asked_for(store: Database) -> None:
    async with scraped(store, password=PASSWORD) as one:
        assert (await one.text())[0] == 401
        key = {"Authorization": aiohttp.encode_basic_auth("prometheus", PASSWORD, encoding="utf-8")}
        status, text = await one.text(headers=key)
        assert status == 200
        assert "etfbot_calendar_left_days" in text
        assert PASSWORD not in text


async def test_a_foreign_name_gets_nothing(store: Database) -> None:
    async with scraped(store) as one:
        assert (await one.text(headers={"Host": "evil.example"}))[0] == 400


async def test_a_page_without_a_service_has_no_metrics() -> None:
    async with served() as page, aiohttp.ClientSession() as http, http.get(f"{page.url}/metrics") as answer:
        assert answer.status == 404


async def test_the_answer_says_which_format_it_is_in(store: Database) -> None:
    async with (
        scraped(store) as one,
        aiohttp.ClientSession() as http,
        http.get(f"{one.page.url}/metrics") as answer,
    ):
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_without_its_database_a_process_still_tells_what_it_knows_by_itself(
    store: Database, tmp_path: Path
) -> None:
    async with scraped(store) as one:
        await one.poll()
        assert await one.told("database_up") == {(): 1}
        await store.close()
        (tmp_path / "store.db").unlink()
        (tmp_path / "store.db").mkdir()
        assert await one.told("database_up") == {(): 0}
        assert await one.told("polls_total") == {("poll/evening", "done"): 1}
        assert await one.told("deliveries") == {}


async def test_who_leads_and_who_waits_for_a_turn_are_told(store: Database) -> None:
    async with scraped(store) as one:
        assert await one.told("leading") == {(): 0}
        await store.leadership.take()
        assert await one.told("leading") == {(): 1}
        limiter = one.scrape.limiters["web"]
        limiter.pause(60)
        waiting = asyncio.create_task(limiter.turn("me", 1).__aenter__())
        await asyncio.sleep(0)
        assert await one.told("limiter_waiting") == {("web",): 1}
        waiting.cancel()

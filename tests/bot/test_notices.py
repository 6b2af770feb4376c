"""What administrators are told: once when a source breaks, once when it is back, and when the calendar ends soon."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.poll import Slot
from bot.sessions_ahead import SessionsAhead
from bot.sources.base import UnavailableError
from bot.sources.datum import Round
from bot.store.database import Database
from bot.worker import CALENDAR_DAYS_LEAST
from config.sessions import load_calendar
from signals.core.calendar import TradingCalendar
from signals.core.snapshot import Dataset
from tests.bot.publishers import Publisher, world_of
from tests.bot.readers import letters, reader, words
from tests.bot.serving import Hand, worker_of
from tests.builders import CALENDAR, LAST_DAY, market, moment
from tests.fakes.exchange_calendar import Exchange, year_of_sessions

pytestmark = pytest.mark.anyio

ADMINS = ("test:boss", "test:nobody")


def slot(clock: str, one: Round = Round.EVENING) -> Slot:
    return Slot(round=one, due=moment(LAST_DAY, clock), day=LAST_DAY)


async def test_a_source_that_breaks_and_is_back_is_told_once_each_to_admins_alone(store: Database) -> None:
    await reader(store, "boss")
    await reader(store, "other")
    source = Publisher(Dataset.INDEX, tables={LAST_DAY: UnavailableError("no line")})
    worker = replace(worker_of(world_of(store), Hand(slot("20:00").due), source), admins=ADMINS)
    for clock in ("20:00", "21:00"):
        await worker.poll(slot(clock))
    source.tables[LAST_DAY] = market(1).index("000300", 3900.0).snapshots()[0].table
    for clock in ("22:00", "23:00"):
        await worker.poll(slot(clock))
    told = {chat: [words(one) for one in some] for chat, some in (await letters(store)).items()}
    assert told == {
        "boss": [
            "运行提醒\n数据源 index_daily.all 暂时不可用：no line",
            "运行提醒\n数据源 index_daily.all 已恢复",
        ]
    }


@pytest.mark.parametrize(("sessions_left", "told"), [(20, True), (60, False)])
async def test_a_calendar_that_ends_soon_is_told_once_a_week(store: Database, sessions_left: int, told: bool) -> None:
    await reader(store, "boss")
    known = [one for one in CALENDAR.sessions if one > LAST_DAY][:sessions_left]
    world = replace(world_of(store), calendar=TradingCalendar.of([*CALENDAR.window(LAST_DAY, 200), *known]))
    worker = replace(worker_of(world, Hand(slot("17:00").due)), admins=ADMINS)
    await worker.poll(slot("16:20", Round.CLOSE))
    await worker.poll(slot("17:00", Round.WEEKLY))
    some = (await letters(store)).get("boss", [])
    assert len(some) == int(told)
    assert all("交易日历只剩" in words(one) for one in some)


@pytest.mark.parametrize("published", [True, False])
async def test_sessions_to_come_are_told_once_where_the_exchange_has_published_them(
    store: Database, published: bool
) -> None:
    await reader(store, "boss")
    known = load_calendar()
    late = known.at_or_before(date(2026, 12, 28))
    clock = Hand(moment(late, "17:00"))
    world = replace(world_of(store), calendar=known)
    exchange = Exchange([*known.sessions[-30:], *(year_of_sessions(2027) if published else [])])
    ahead = SessionsAhead(publishers=[exchange], store=store, upstreams=world.upstreams)
    worker = replace(worker_of(world, clock), admins=ADMINS, sessions_ahead=ahead)
    await worker.poll(Slot(round=Round.CLOSE, due=clock.at, day=late))
    assert exchange.asked == []
    for _ in range(2):
        await worker.poll(Slot(round=Round.WEEKLY, due=clock.at, day=late))
    (told,) = [one.message for one in await store.outbox.claim(clock.at, 10, 60)]
    extended = "交易日历已按公布的开市安排延长至2027-12-31"
    assert words(told).splitlines()[1:] == [extended] if published else "只剩3天" in words(told)
    assert worker.extended.is_set() is published


async def test_nobody_is_asked_while_enough_of_the_calendar_is_left(store: Database) -> None:
    exchange, known = Exchange([]), load_calendar()
    world = replace(world_of(store), calendar=known)
    ahead = SessionsAhead(publishers=[exchange], store=store, upstreams=world.upstreams)
    early = Slot(round=Round.WEEKLY, due=moment(date(2026, 11, 16), "17:00"), day=date(2026, 11, 16))
    await replace(worker_of(world, Hand(early.due)), sessions_ahead=ahead).poll(early)
    assert (early.day, exchange.asked) == (known.last - timedelta(days=CALENDAR_DAYS_LEAST), [])

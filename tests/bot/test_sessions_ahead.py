"""Which sessions to come are believed, and that they are asked for politely and stored once."""

from datetime import date, datetime, timedelta
from typing import ClassVar

import pytest

from bot.sessions_ahead import MONTHS_AHEAD, SessionsAhead, continued, sessions_after, sessions_of_any, with_stored
from bot.sources.base import LimitedError, SourceChangedError, SourceError, UnavailableError
from bot.sources.upstreams import Outcome, Upstreams
from bot.store.database import Database
from config.sessions import load_calendar
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from tests.bot.publishers import HASTY
from tests.fakes.exchange_calendar import Exchange, year_of_sessions

anyio = pytest.mark.anyio

KNOWN = load_calendar()
YEAR = year_of_sessions(2027)
NOW = datetime(2026, 12, 28, 17, 0, tzinfo=MARKET_ZONE)


def published(failure: Exception | None = None) -> Exchange:
    return Exchange([*KNOWN.sessions[-30:], *YEAR], failure)


def without(*days: date) -> Exchange:
    return Exchange([*KNOWN.sessions[-30:], *(day for day in YEAR if day not in days)])


def with_(*days: date) -> Exchange:
    return Exchange([*KNOWN.sessions[-30:], *sorted({*YEAR, *days})])


def weekdays(start: date, end: date) -> list[date]:
    days = (start + timedelta(days=shift) for shift in range((end - start).days + 1))
    return [day for day in days if day.weekday() < 5]


def test_a_year_that_is_published_follows_the_known_one() -> None:
    exchange = published()
    assert sessions_after(exchange, KNOWN) == YEAR
    assert exchange.asked == [(2026, 12), *((2027, month) for month in range(1, 13))]
    assert len(exchange.asked) == MONTHS_AHEAD + 1


def test_months_are_taken_as_far_as_they_are_published() -> None:
    spring = [day for day in YEAR if day.month < 4]
    exchange = Exchange([*KNOWN.sessions[-30:], *spring])
    assert sessions_after(exchange, KNOWN) == spring
    assert exchange.asked[-1] == (2027, 4)


def test_a_calendar_that_ends_within_a_month_goes_on_within_it() -> None:
    known = TradingCalendar.of([*KNOWN.sessions, *(day for day in YEAR if day < date(2027, 3, 15))])
    assert sessions_after(published(), known) == [day for day in YEAR if day >= date(2027, 3, 15)]


def test_next_year_may_not_be_published_yet() -> None:
    assert sessions_after(Exchange(KNOWN.sessions[-30:]), KNOWN) == []


JANUARY = [day for day in YEAR if day.month == 1]
FESTIVAL = weekdays(date(2027, 2, 4), date(2027, 2, 11))


@pytest.mark.parametrize(
    ("exchange", "reason"),
    [
        (with_(date(2027, 1, 1)), "2027-01-01 is marked as open, a Friday"),
        (with_(date(2027, 10, 1)), "2027-10-01 is marked as open"),
        (with_(date(2027, 3, 6)), "2027-03-06 is marked as open, a Saturday"),
        (with_(*FESTIVAL), "2027 has no Spring Festival"),
        (without(*JANUARY[:9]), "2027-01 has 11 sessions"),
        (
            without(*weekdays(date(2027, 6, 1), date(2027, 6, 8)), *weekdays(date(2027, 5, 27), date(2027, 5, 31))),
            "hole",
        ),
        (without(*(day for day in YEAR if day.month > 2 and day.weekday() == 0)), "a whole year has 236 to 252"),
    ],
)
def test_a_list_by_which_exchanges_cannot_trade_is_refused(exchange: Exchange, reason: str) -> None:
    with pytest.raises(SourceChangedError, match=reason):
        sessions_after(exchange, KNOWN)


def test_every_year_that_was_would_have_been_believed() -> None:
    for year in range(2006, 2027):
        known = TradingCalendar.of(day for day in KNOWN.sessions if day.year < year)
        told = [day for day in KNOWN.sessions if day.year == year]
        assert sessions_after(Exchange([*known.sessions[-30:], *told]), known) == told


def test_a_failure_of_the_exchange_is_no_list_that_ends() -> None:
    with pytest.raises(UnavailableError):
        sessions_after(published(failure=UnavailableError("down")), KNOWN)


def test_sessions_that_are_known_already_are_no_news() -> None:
    assert continued(KNOWN, KNOWN.sessions[-5:]) == KNOWN
    assert continued(KNOWN, [*KNOWN.sessions[-5:], *YEAR]).last == YEAR[-1]


def ahead(store: Database, exchange: Exchange) -> SessionsAhead:
    return SessionsAhead(publishers=[exchange], store=store, upstreams=Upstreams(HASTY))


@anyio
async def test_what_is_published_is_stored_and_in_the_next_calendar(store: Database) -> None:
    assert await ahead(store, published()).extend(KNOWN, NOW) == YEAR[-1]
    assert (await with_stored(KNOWN, store)).sessions == (*KNOWN.sessions, *YEAR)
    (fetch,) = await store.fetches.since(NOW, NOW)
    assert (fetch.datum, fetch.source, fetch.host) == ("calendar", "szse.sessions", "www.szse.cn")
    assert (fetch.outcome, fetch.requests, fetch.rows) == (Outcome.TABLE, 13, len(YEAR))


@anyio
async def test_what_is_not_published_is_no_failure_of_its_host(store: Database) -> None:
    job = ahead(store, Exchange(KNOWN.sessions[-30:]))
    assert await job.extend(KNOWN, NOW) is None
    assert [one.outcome for one in await store.fetches.since(NOW, NOW)] == [Outcome.NOT_PUBLISHED]
    assert job.upstreams.resting(NOW) == {}
    assert await with_stored(KNOWN, store) == KNOWN


@anyio
@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (UnavailableError("down"), Outcome.UNAVAILABLE),
        (LimitedError("banned"), Outcome.LIMITED),
        (SourceChangedError("columns", "no list"), Outcome.REFUSED),
        (SourceError("?"), Outcome.UNAVAILABLE),
        (ZeroDivisionError(), Outcome.DEFECT),
    ],
)
async def test_a_failure_is_kept_in_the_ledger_and_nothing_is_stored(
    failure: Exception, outcome: Outcome, store: Database
) -> None:
    assert await ahead(store, published(failure=failure)).extend(KNOWN, NOW) is None
    assert [one.outcome for one in await store.fetches.since(NOW, NOW)] == [outcome]
    assert await store.sessions.after(KNOWN.first) == []


@anyio
async def test_a_host_that_is_left_alone_is_not_asked(store: Database) -> None:
    exchange = published(failure=LimitedError("banned"))
    job = ahead(store, exchange)
    await job.extend(KNOWN, NOW)
    await job.extend(KNOWN, NOW)
    assert exchange.asked == [(2026, 12)]


@anyio
async def test_stored_sessions_behind_a_hole_are_left_out_until_it_is_filled(store: Database) -> None:
    await store.sessions.add([day for day in YEAR if day.month > 2], NOW)
    assert await with_stored(KNOWN, store) == KNOWN
    assert await ahead(store, published()).extend(KNOWN, NOW) == YEAR[-1]
    assert (await with_stored(KNOWN, store)).last == YEAR[-1]


@anyio
async def test_stored_sessions_that_contradict_the_list_are_no_extension(store: Database) -> None:
    await store.sessions.add(FESTIVAL + weekdays(date(2027, 10, 1), date(2027, 10, 7)), NOW)
    assert await ahead(store, published()).extend(KNOWN, NOW) is None
    assert await with_stored(KNOWN, store) == KNOWN


class StandIn(Exchange):
    """Another publisher of the same."""

    name: ClassVar[str] = "akshare.sina_sessions"
    host: ClassVar[str] = "finance.sina.com.cn"


def stand_in(failure: Exception | None = None) -> StandIn:
    return StandIn([*KNOWN.sessions[-30:], *YEAR], failure)


@anyio
@pytest.mark.parametrize(
    "first", [published(UnavailableError("down")), published(LimitedError("banned")), with_(*FESTIVAL)]
)
async def test_where_the_exchange_gives_no_list_that_is_believed_another_is_asked(
    first: Exchange, store: Database
) -> None:
    other = stand_in()
    job = SessionsAhead(publishers=[first, other], store=store, upstreams=Upstreams(HASTY))
    assert await job.extend(KNOWN, NOW) == YEAR[-1]
    assert [one.source for one in await store.fetches.since(NOW, NOW)] == [first.name, other.name]
    assert (await with_stored(KNOWN, store)).last == YEAR[-1]


@anyio
@pytest.mark.parametrize("first", [published(), Exchange(KNOWN.sessions[-30:])])
async def test_nobody_else_is_asked_where_the_exchange_has_answered(first: Exchange, store: Database) -> None:
    other = stand_in()
    job = SessionsAhead(publishers=[first, other], store=store, upstreams=Upstreams(HASTY))
    await job.extend(KNOWN, NOW)
    assert other.asked == []


@anyio
async def test_the_stand_in_is_asked_while_the_exchange_is_left_alone_and_believed_no_more_easily(
    store: Database,
) -> None:
    first, other = published(LimitedError("banned")), StandIn([*KNOWN.sessions[-30:], *sorted({*YEAR, *FESTIVAL})])
    job = SessionsAhead(publishers=[first, other], store=store, upstreams=Upstreams(HASTY))
    assert await job.extend(KNOWN, NOW) is None
    other.sessions = [*KNOWN.sessions[-30:], *YEAR]
    assert await job.extend(KNOWN, NOW) == YEAR[-1]
    assert first.asked == [(2026, 12)]


def test_the_first_list_that_is_believed_counts() -> None:
    assert sessions_of_any([published(UnavailableError("down")), stand_in()], KNOWN) == YEAR
    with pytest.raises(SourceError, match=r"^szse\.sessions: down; akshare\.sina_sessions: banned$"):
        sessions_of_any([published(UnavailableError("down")), stand_in(LimitedError("banned"))], KNOWN)

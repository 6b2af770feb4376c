"""The past that a first start needs: few requests, nothing twice, stopped and gone on with anywhere."""

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest

from bot.asking import Asker
from bot.backfill import NEAR_SESSIONS, Backfill, Errand
from bot.sources.base import Answer, Source, SpanSource, UnavailableError
from bot.sources.datum import Datum, Round
from bot.sources.upstreams import Manners, Outcome, Upstreams
from bot.store.database import Database
from signals.core.snapshot import Dataset
from tests.bot.publishers import Publisher
from tests.builders import CALENDAR, LAST_DAY, moment

pytestmark = pytest.mark.anyio

NOW = moment(CALENDAR.after(LAST_DAY), "09:00")
FIRST = CALENDAR.window(LAST_DAY, 250)[0]
TABLE = pd.DataFrame({"shares": [1e8]}, index=["510300"])


class Spans(SpanSource):
    """Tells every session of a span, a hundred days a request."""

    name, host, dataset, scope, span_days = "spans", "spans.example", Dataset.SHARES, "SSE", 100

    def __init__(self) -> None:
        self.asked: list[tuple[date, date]] = []
        self.failure: Exception | None = None

    def fetch_span(self, start: date, end: date) -> pd.DataFrame:
        self.asked.append((start, end))
        if self.failure:
            raise self.failure
        return TABLE

    def parse_span(self, raw: pd.DataFrame, start: date, end: date) -> list[Answer]:
        return [Answer(day=day, table=raw) for day in CALENDAR.between(start, end)]


def days() -> Publisher:
    """Tells one session a request."""
    made = Publisher(Dataset.SHARES, "SSE", dict.fromkeys(CALENDAR.between(FIRST, LAST_DAY), TABLE))
    made.name = "days"  # type: ignore[misc]
    return made


def datum(*sources: Source) -> Datum:
    return Datum(name="shares.sse", sources=sources, rounds=frozenset({Round.EVENING}), history=True)


async def plan(store: Database, *sources: Source, whole: bool = False) -> list[Errand]:
    job = Backfill(market=store.market, calendar=CALENDAR)
    return await job.plan([datum(*sources)], FIRST, LAST_DAY, whole=whole)


async def run(store: Database, errands: list[Errand]) -> list[Outcome]:
    job = Backfill(market=store.market, calendar=CALENDAR)
    asker = Asker(store=store, upstreams=Upstreams(Manners(pause_seconds=0, tries=1)), now=NOW)
    return [outcome async for _, outcome in job.run(errands, asker)]


async def test_spans_cover_the_whole_past_in_a_few_requests(store: Database) -> None:
    source = Spans()
    errands = await plan(store, days(), source)
    assert len(errands) == 4
    assert all(one.end - one.start < timedelta(days=100) for one in errands)
    assert await run(store, errands) == [Outcome.TABLE] * 4
    assert await store.market.days(Dataset.SHARES, FIRST, LAST_DAY) == list(CALENDAR.between(FIRST, LAST_DAY))


async def test_a_source_of_one_day_is_asked_for_near_sessions_and_for_the_bases_of_month_and_year(
    store: Database,
) -> None:
    job, end = Backfill(market=store.market, calendar=CALENDAR), date(2025, 5, 8)
    wanted = [one.end for one in await job.plan([datum(days())], FIRST, end, whole=False)]
    assert wanted == [date(2024, 12, 31), *CALENDAR.window(end, NEAR_SESSIONS)]
    assert date(2025, 4, 30) in wanted


async def test_every_session_is_asked_for_where_all_of_them_are_wanted(store: Database) -> None:
    assert len(await plan(store, days(), whole=True)) == 250


async def test_what_is_stored_is_not_asked_for_again(store: Database) -> None:
    errands = await plan(store, days())
    await run(store, errands[:10])
    assert len(await plan(store, days())) == len(errands) - 10
    await run(store, await plan(store, days()))
    assert await plan(store, days()) == []


async def test_past_tables_are_known_from_when_they_were_published(store: Database) -> None:
    await run(store, await plan(store, days()))
    day = CALENDAR.before(LAST_DAY)
    before, after = moment(day, "21:00"), moment(day, "22:00")
    assert await store.market.newest(Dataset.SHARES, before) == (
        CALENDAR.before(day),
        moment(CALENDAR.before(day), "21:30"),
    )
    assert await store.market.newest(Dataset.SHARES, after) == (day, moment(day, "21:30"))


async def test_a_stand_in_is_asked_where_the_first_choice_fails(store: Database) -> None:
    broken = days()
    broken.tables = {day: UnavailableError("down") for day in broken.tables}
    stand_in = days()
    stand_in.name = "stand-in"  # type: ignore[misc]
    errands = (await plan(store, broken, stand_in))[-1:]
    assert await run(store, errands) == [Outcome.TABLE]
    assert (broken.asked, stand_in.asked) == ([LAST_DAY], [LAST_DAY])


async def test_a_host_that_fails_again_and_again_is_left_alone(store: Database) -> None:
    source = Spans()
    source.failure = UnavailableError("down")
    errands = await plan(store, source)
    assert await run(store, errands) == [Outcome.UNAVAILABLE] * len(errands)
    assert len(source.asked) == Manners().failures_max


async def test_what_no_signal_needs_of_the_past_is_not_fetched(store: Database) -> None:
    job = Backfill(market=store.market, calendar=CALENDAR)
    assert await job.plan([replace(datum(days()), history=False)], FIRST, LAST_DAY, whole=False) == []


async def test_a_source_without_a_past_has_none_to_fetch(store: Database) -> None:
    present = days()
    present.past = False
    assert await plan(store, present) == []

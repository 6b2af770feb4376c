"""The door of the database: what goes in, what is kept apart, and that going through it again changes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.intake import Intake, Taken
from bot.store.database import Database
from signals.core.snapshot import Dataset, Snapshot
from tests.bot.publishers import DAYS, FUND, NEXT_DAY, OTHER, with_flows
from tests.bot.readers import FAR_AHEAD
from tests.builders import CALENDAR, LAST_DAY, market, moment, snapshot

pytestmark = pytest.mark.anyio

CODES = [f"51{number:04d}" for number in range(150)]


def counts(day_number: int, rows: int = 150, *, factor: float = 1.0, scope: str = "SSE") -> Snapshot:
    """A table of so many share counts."""
    first = "5" if scope == "SSE" else "1"
    told = {first + code[1:]: {"shares": (1e8 + day_number * 1e6) * factor} for code in CODES[:rows]}
    return snapshot(Dataset.SHARES, DAYS[day_number], told, scope=scope)


async def take(store: Database, *tables: Snapshot) -> Taken:
    return await Intake(store.market).take(tables)


def gates(taken: Taken) -> list[tuple[int, str, bool]]:
    """Of each refused table: the number of its day, the gate, whether it is worth saying."""
    return [(DAYS.index(one.snapshot.day), one.gate, one.first_time) for one in taken.refused]


async def test_good_tables_go_in(store: Database) -> None:
    taken = await take(store, *(counts(number) for number in range(5)))
    assert (taken.tables, taken.new, taken.refused) == (5, 5, [])
    assert await store.market.days(Dataset.SHARES, DAYS[0], LAST_DAY) == list(DAYS[:5])


async def test_taking_the_same_again_changes_nothing(store: Database) -> None:
    tables = [counts(0), counts(1), counts(2, rows=50), counts(3)]
    first, *others = [await take(store, *tables) for _ in range(5)]
    assert (first.new, gates(first)) == (3, [(2, "row_count", True)])
    assert [(one.tables, one.new, gates(one)) for one in others] == [(4, 0, [(2, "row_count", False)])] * 4
    assert await store.market.stamp(FAR_AHEAD) == "3"
    assert len(await store.quarantine.refusals(None, None)) == 1


async def test_a_refused_table_says_nothing_and_is_no_measure_for_the_next(store: Database) -> None:
    taken = await take(store, counts(0), counts(1, rows=50), counts(2, rows=50), counts(3))
    assert gates(taken) == [(1, "row_count", True), (2, "row_count", True)]
    assert taken.new == 2
    panel = await store.market.panel(CALENDAR, DAYS[3], FAR_AHEAD)
    assert "50 rows" in taken.refused[0].detail
    assert [day for day in panel.sessions if day in (DAYS[1], DAYS[2])] == [DAYS[1], DAYS[2]]


async def test_a_table_in_another_unit_is_refused_and_the_market_after_it_is_not(store: Database) -> None:
    taken = await take(store, counts(0), counts(1, factor=1e-4), counts(2))
    assert gates(taken) == [(1, "unit", True)]
    assert taken.new == 2


async def test_the_exchanges_are_measured_apart(store: Database) -> None:
    taken = await take(store, counts(0), counts(0, 100, scope="SZSE"), counts(1), counts(1, 100, scope="SZSE"))
    assert (taken.new, taken.refused) == (4, [])


async def test_what_is_stored_is_the_measure_of_a_later_run(store: Database) -> None:
    await take(store, counts(0))
    assert gates(await take(store, counts(1, rows=50))) == [(1, "row_count", True)]
    assert gates(await take(store, counts(2))) == []


async def test_a_measure_that_is_too_old_is_none(store: Database) -> None:
    await take(store, counts(0))
    last = next(number for number, day in enumerate(DAYS) if day - DAYS[0] > timedelta(days=15))
    assert gates(await take(store, counts(last - 1, rows=50))) == [(last - 1, "row_count", True)]
    assert gates(await take(store, counts(last, rows=50))) == []


async def test_a_revision_of_an_earlier_session_is_measured_by_its_own_time(store: Database) -> None:
    await take(store, counts(0, 100), counts(1, 108), counts(2, 117), counts(3, 127))
    revision = replace(counts(1, 109), known_at=moment(DAYS[4], "08:50"))
    assert gates(await take(store, counts(4, 128), revision)) == []
    wrong = replace(counts(1, 127), known_at=moment(DAYS[4], "09:00"))
    assert gates(await take(store, wrong)) == [(1, "row_count", True)]


async def test_a_revision_within_one_run_is_measured_by_its_own_time(store: Database) -> None:
    tables = [counts(0, 100), counts(1, 108), counts(2, 117), counts(3, 127)]
    revision = replace(counts(1, 109), known_at=moment(DAYS[4], "08:50"))
    assert gates(await take(store, *tables, revision)) == []


async def test_an_answer_about_another_session_than_asked_is_refused(store: Database) -> None:
    taken = await Intake(store.market).take([counts(1)], asked=DAYS[2])
    assert gates(taken) == [(1, "day", True)]
    assert str(DAYS[2]) in taken.refused[0].detail


async def test_a_margin_table_that_is_told_again_for_the_next_session_is_refused(store: Database) -> None:
    balances = {"financing": 9e11, "short": 1e10, "total": 9.1e11}
    tables = [snapshot(Dataset.MARGIN, day, {"SSE": balances}, scope="SSE") for day in DAYS[:2]]
    assert gates(await take(store, *tables)) == [(1, "day", True)]


async def test_many_tables_go_in_in_parts_and_are_counted_once(store: Database) -> None:
    days = CALENDAR.window(LAST_DAY, 300)
    heard: list[int] = []
    tables = [snapshot(Dataset.INDEX, day, {"000300": {"index_close": 3900.0 + at}}) for at, day in enumerate(days)]
    taken = await Intake(store.market).take(_lazily(tables), done=heard.append)
    assert (taken.tables, taken.new, heard) == (300, 300, [200, 300])


def _lazily(tables: Iterable[Snapshot]) -> Iterable[Snapshot]:
    yield from tables


async def test_a_half_empty_form_is_refused_before_any_fund_is_judged(store: Database) -> None:
    blank = counts(1)
    blank.table.iloc[:100] = 0.0
    assert gates(await take(store, counts(0), blank)) == [(1, "columns", True)]


async def test_a_single_hole_goes_in_and_is_no_redemption(store: Database) -> None:
    hole = counts(1)
    hole.table.loc[CODES[7]] = 0.0
    assert gates(await take(store, counts(0), hole)) == []


async def test_funds_that_are_known_by_name_say_how_many_rows_to_expect(store: Database) -> None:
    world = market(1, end=DAYS[0]).funds(CODES, words={"name": "a fund"})
    await take(store, *world.snapshots())
    assert gates(await take(store, counts(1, rows=49))) == [(1, "row_count", True)]
    assert gates(await take(store, counts(2, rows=50))) == []


async def test_tables_of_one_poll_may_be_of_many_kinds(store: Database) -> None:
    world = with_flows(1, 1, 1).fund(OTHER, close=1.0, nav=1.0, shares=1e8).index("000300", 3900.0)
    taken = await Intake(store.market).take(world.snapshots())
    assert taken.refused == []
    panel = await store.market.panel(CALENDAR, LAST_DAY, moment(NEXT_DAY))
    assert {FUND, OTHER} == set(panel.profiles)

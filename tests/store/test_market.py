import asyncio
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import nan

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from bot.store.database import Database
from bot.store.market import PACKAGED_SOURCE
from signals.core.calendar import CalendarEndedError
from signals.core.constituents import WEIGHTS_STALE
from signals.core.field import CLOSE, NAV, SHARES, Axis
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.snapshot import ESTIMATED, Dataset, Snapshot
from tests.builders import CALENDAR, LAST_DAY, market, moment, pool, profile_snapshot, snapshot, stocks, weights

pytestmark = pytest.mark.anyio

DAY = LAST_DAY
BEFORE = CALENDAR.before(DAY)
EVENING, MORNING = moment(DAY, "21:30"), moment(CALENDAR.after(DAY), "08:50")


def shares(count: float, known_at: datetime = EVENING, *, day: date = DAY, **settings: object) -> Snapshot:
    rows = {"159590": {"shares": count}}
    return snapshot(Dataset.SHARES, day, rows, scope="SZSE", known_at=known_at, **settings)  # type: ignore[arg-type]


async def count_at(store: Database, asof: datetime, code: str = "159590") -> tuple[float, bool]:
    """The share count on the day as known at a moment, and whether it is provisional."""
    panel = await store.market.panel(CALENDAR, DAY, asof, 5)
    column = panel.column(Axis.FUND, code)
    return float(panel.values(SHARES)[-1, column]), bool(panel.estimated(SHARES)[-1, column])


def same(one: Panel, other: Panel) -> None:
    assert (one.sessions, one.asof, one.subjects, one.origins) == (
        other.sessions,
        other.asof,
        other.subjects,
        other.origins,
    )
    assert one.profiles == other.profiles
    assert set(one.layers) == set(other.layers)
    for field, layer in one.layers.items():
        for part in ("values", "origin", "estimated"):
            assert np.array_equal(getattr(layer, part), getattr(other.layers[field], part), equal_nan=part == "values")


async def test_a_panel_from_the_store_is_the_panel_of_the_snapshots(store: Database) -> None:
    world = (
        market(days=30)
        .fund("560850", close=[1.384, 1.449, 1.43], nav=1.42, shares=2e8, words={"name": "信创50ETF"})
        .fund("159590", close=[1.148, nan, 1.17], shares=[1e8, None, 1.3e8], amount=100_686_373.0)
        .index("931247", [2000.5, 2100.25])
        .margin("SSE", financing=9e11, short=1e10, total=9.1e11)
    )
    await store.market.add(world.snapshots())
    asof = moment(CALENDAR.after(DAY))
    panel = await store.market.panel(CALENDAR, DAY, asof, 30)
    same(panel, lay_panel(world.snapshots(), world.sessions, asof))
    assert panel.values(NAV).shape == (30, 2)


async def test_a_table_comes_back_with_the_marks_of_its_source(store: Database) -> None:
    rows = {"560850": {"shares": 2e8, ESTIMATED: True}, "562030": {"shares": 1e8, ESTIMATED: False}}
    await store.market.add([snapshot(Dataset.SHARES, DAY, rows, scope="SSE", known_at=EVENING)])
    assert await count_at(store, EVENING, "560850") == (2e8, True)
    assert await count_at(store, EVENING, "562030") == (1e8, False)


async def test_adding_five_times_changes_nothing(store: Database) -> None:
    world = market(days=5).fund("560850", close=1.43, nav=1.42)
    assert [await store.market.add(world.snapshots()) for _ in range(5)] == [11, 0, 0, 0, 0]


async def test_reading_the_same_again_later_adds_nothing(store: Database) -> None:
    await store.market.add([shares(1e8)])
    again = replace(shares(1e8, MORNING), fetched_at=MORNING)
    assert await store.market.add([again]) == 0


async def test_importing_what_was_read_before_adds_nothing(store: Database) -> None:
    await store.market.add([shares(1e8, EVENING)])
    assert await store.market.add([shares(1e8, moment(DAY, "20:00"))]) == 0


@pytest.mark.parametrize(
    "other",
    [
        shares(2e8, MORNING),
        shares(1e8, MORNING, provisional=True),
        shares(1e8, source="another"),
        shares(1e8, day=BEFORE),
        replace(shares(1e8), scope="all"),
    ],
    ids=["content", "provisional", "source", "day", "scope"],
)
async def test_whatever_says_something_else_is_added(store: Database, other: Snapshot) -> None:
    assert await store.market.add([shares(1e8)]) == 1
    assert await store.market.add([other]) == 1


async def test_many_tables_are_added_in_batches(store: Database) -> None:
    tables = [shares(float(number), day=DAY - timedelta(days=number)) for number in range(450)]
    assert await store.market.add(iter(tables)) == 450
    assert len(await store.market.days(Dataset.SHARES, date(2020, 1, 1), DAY)) == 450


async def test_eight_readers_of_the_same_table_store_it_once(store: Database) -> None:
    added = await asyncio.gather(*(store.market.add([shares(1e8)]) for _ in range(8)))
    assert sum(added) == 1


async def test_a_revision_is_invisible_before_it_was_known(store: Database) -> None:
    await store.market.add([shares(1e8, EVENING), shares(2e8, MORNING)])
    assert (await count_at(store, MORNING - timedelta(microseconds=1)))[0] == 1e8


async def test_a_revision_is_visible_from_the_moment_it_was_known(store: Database) -> None:
    await store.market.add([shares(2e8, MORNING), shares(1e8, EVENING)])
    assert (await count_at(store, MORNING))[0] == 2e8


async def test_a_table_is_invisible_before_it_was_known(store: Database) -> None:
    await store.market.add([shares(1e8, EVENING)])
    panel = await store.market.panel(CALENDAR, DAY, EVENING - timedelta(seconds=1), 5)
    assert panel.subjects[Axis.FUND] == ()


async def test_a_provisional_figure_is_marked_until_the_final_one_is_known(store: Database) -> None:
    await store.market.add([shares(1e8, EVENING, provisional=True), shares(1e8, MORNING)])
    assert await count_at(store, EVENING) == (1e8, True)
    assert await count_at(store, MORNING) == (1e8, False)


async def test_a_revision_may_be_taken_back(store: Database) -> None:
    noon = moment(CALENDAR.after(DAY), "12:00")
    words = [shares(1e8, EVENING), shares(2e8, MORNING), shares(1e8, noon)]
    assert [await store.market.add(words) for _ in range(3)] == [3, 0, 0]
    assert (await count_at(store, noon))[0] == 1e8


async def test_a_corrected_archive_replaces_what_it_said_of_the_same_moment(store: Database) -> None:
    for count in (1e8, 2e8, 1e8):
        assert await store.market.add([shares(count)]) == 1
        assert (await count_at(store, EVENING))[0] == count


async def test_the_window_holds_no_earlier_session(store: Database) -> None:
    await store.market.add(market(days=10).fund("560850", close=1.43).snapshots())
    panel = await store.market.panel(CALENDAR, DAY, MORNING, 4)
    assert panel.sessions == CALENDAR.window(DAY, 4)
    assert np.isfinite(panel.values(CLOSE)).all()


async def test_the_window_holds_no_later_session(store: Database) -> None:
    await store.market.add(market(days=10).fund("560850", close=1.43).snapshots())
    panel = await store.market.panel(CALENDAR, BEFORE, MORNING, 4)
    assert panel.sessions[-1] == BEFORE


async def test_profiles_older_than_the_window_are_seen_and_later_ones_are_not(store: Database) -> None:
    old = profile_snapshot(date(2024, 1, 2), {"560850": {"name": "旧名", "exchange": "SSE"}})
    new = profile_snapshot(CALENDAR.after(DAY), {"560850": {"name": "新名", "exchange": "SSE"}})
    await store.market.add([old, new, *market(days=3).index("931247", 2000.0).snapshots()])
    panel = await store.market.panel(CALENDAR, DAY, moment(DAY + timedelta(days=9)), 3)
    assert panel.profiles["560850"].name == "旧名"


async def test_a_day_outside_the_calendar_is_refused(store: Database) -> None:
    with pytest.raises(CalendarEndedError):
        await store.market.panel(CALENDAR, date(2031, 1, 2), MORNING)


async def test_a_refused_table_is_never_read(store: Database) -> None:
    await store.quarantine.refuse(shares(1e4), "unit", "in 万份")
    panel = await store.market.panel(CALENDAR, DAY, MORNING, 5)
    assert panel.subjects[Axis.FUND] == ()
    assert await store.market.days(Dataset.SHARES, DAY, DAY) == []
    assert (await store.market.baseline(Dataset.SHARES, "SZSE", DAY)).last_good is None
    assert not await store.market.settled("etf_shares.szse", DAY)
    assert await store.market.sources() == set()
    assert await store.market.newest(Dataset.SHARES, EVENING) is None


async def test_a_stamp_changes_with_what_is_known_and_with_nothing_else(store: Database) -> None:
    await store.market.add([shares(1e8, EVENING), shares(2e8, MORNING)])
    evening = await store.market.stamp(EVENING)
    assert await store.market.stamp(MORNING - timedelta(seconds=1)) == evening
    assert await store.market.stamp(MORNING) != evening
    await store.market.add([shares(3e8, moment(DAY, "21:00"))])
    assert await store.market.stamp(EVENING) != evening


async def test_the_baseline_is_the_newest_table_of_the_scope(store: Database) -> None:
    final = shares(2e8, MORNING, day=BEFORE)
    older = shares(1e8, day=CALENDAR.before(BEFORE))
    other = replace(shares(9e8), scope="SSE")
    await store.market.add(
        [older, shares(1.5e8, EVENING, day=BEFORE), final, other, shares(3e8, day=CALENDAR.after(DAY))]
    )
    found = await store.market.baseline(Dataset.SHARES, "SZSE", DAY)
    assert found.last_day == BEFORE
    assert found.last_good is not None
    assert_frame_equal(found.last_good, final.table)


@pytest.mark.parametrize(("age_days", "remembered"), [(15, True), (16, False)])
async def test_the_baseline_is_forgotten_after_a_long_holiday_and_a_half(
    store: Database, age_days: int, remembered: bool
) -> None:
    await store.market.add([shares(1e8, day=DAY - timedelta(days=age_days))])
    found = await store.market.baseline(Dataset.SHARES, "SZSE", DAY)
    assert (found.last_good is not None) == remembered


async def test_the_baseline_counts_the_funds_of_the_exchange(store: Database) -> None:
    words = {code: {"name": code} for code in ("560850", "562030", "159590")}
    await store.market.add([profile_snapshot(BEFORE, words), profile_snapshot(date(2024, 1, 2), {"510300": {}})])
    counts = [(await store.market.baseline(Dataset.DAILY, scope, DAY)).known_funds for scope in ("SSE", "SZSE", "all")]
    assert counts == [2, 1, 3]


async def test_without_profiles_no_fund_is_known(store: Database) -> None:
    assert (await store.market.baseline(Dataset.DAILY, "all", DAY)).known_funds == 0


async def test_the_days_that_have_a_table_are_told_once_each(store: Database) -> None:
    await store.market.add([shares(1e8, day=DAY), replace(shares(1e8, day=DAY), scope="SSE"), shares(1e8, day=BEFORE)])
    assert await store.market.days(Dataset.SHARES, BEFORE, DAY) == [BEFORE, DAY]
    assert await store.market.days(Dataset.SHARES, DAY, DAY) == [DAY]
    assert await store.market.days(Dataset.NAV, BEFORE, DAY) == []


async def test_a_source_is_settled_with_its_final_table_of_the_day(store: Database) -> None:
    await store.market.add([shares(1e8)])
    assert await store.market.settled("etf_shares.szse", DAY)
    assert not await store.market.settled("etf_shares.sse", DAY)
    assert not await store.market.settled("etf_shares.szse", BEFORE)


async def test_a_source_is_not_settled_with_a_provisional_table(store: Database) -> None:
    await store.market.add([shares(1e8, provisional=True)])
    assert not await store.market.settled("etf_shares.szse", DAY)
    await store.market.add([shares(1e8, MORNING)])
    assert await store.market.settled("etf_shares.szse", DAY)


async def test_sources_that_gave_a_table_are_told_once_each(store: Database) -> None:
    await store.market.add([shares(1e8), shares(1e8, day=BEFORE), shares(1e8, source="another")])
    assert await store.market.sources() == {"etf_shares.szse", "another"}


async def test_the_newest_table_is_told_with_the_moment_it_became_known(store: Database) -> None:
    await store.market.add([shares(1e8, MORNING), shares(2e8, EVENING), shares(1e8, MORNING, day=BEFORE)])
    assert await store.market.newest(Dataset.SHARES, MORNING) == (DAY, MORNING)


async def test_the_newest_table_is_the_newest_that_was_known_at_the_moment(store: Database) -> None:
    await store.market.add([shares(1e8, MORNING), shares(1e8, EVENING, day=BEFORE)])
    assert await store.market.newest(Dataset.SHARES, EVENING) == (BEFORE, EVENING)
    assert await store.market.newest(Dataset.SHARES, MORNING) == (DAY, MORNING)


async def test_what_the_program_brings_is_read_and_no_source_gave_it(store: Database) -> None:
    await store.market.add([shares(1e8, source=PACKAGED_SOURCE)])
    panel = await store.market.panel(CALENDAR, DAY, MORNING, 5)
    assert panel.subjects[Axis.FUND] == ("159590",)
    assert await store.market.sources() == set()
    assert await store.market.newest(Dataset.SHARES, MORNING) is None


async def test_stocks_stand_beside_a_panel_where_weights_are_known(store: Database) -> None:
    held = weights("931247", BEFORE, {"600000": 1.0}, names={"600000": "浦发银行"}, known_at=moment(BEFORE))
    told = [
        stocks(DAY, {"600000": 0.1}),
        pool(DAY, {"600000": 1}),
        stocks(CALENDAR.window(DAY, 21)[0], {"600000": 0.1}),
    ]
    await store.market.add(told)
    panel = await store.market.panel(CALENDAR, DAY, MORNING)
    assert panel.beside == ()
    await store.market.add([held])
    panel = await store.market.panel(CALENDAR, DAY, MORNING)
    assert [(one.dataset, one.day) for one in panel.beside] == [
        (Dataset.CONSTITUENTS, BEFORE),
        (Dataset.LIMITS, DAY),
        (Dataset.STOCKS, DAY),
    ]
    assert panel.beside[0].table["name"].to_list() == ["浦发银行"]


async def test_weights_of_long_ago_and_those_of_later_are_not_read(store: Database) -> None:
    old = DAY - WEIGHTS_STALE - timedelta(days=60)
    await store.market.add(
        [
            weights("931247", old, {"600000": 1.0}, known_at=moment(old)),
            weights("931247", BEFORE, {"600000": 1.0}, known_at=moment(CALENDAR.after(DAY), "17:20")),
        ]
    )
    assert (await store.market.panel(CALENDAR, DAY, MORNING)).beside == ()

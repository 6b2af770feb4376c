"""One poll: who is asked, what is refused or waited for, and that it is the same however the answers come."""

import re
from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from bot.poll import PollReport
from bot.sources.base import Source, SourceChangedError, UnavailableError
from bot.store.database import Database
from bot.studies import Studies, StudyPlan
from signals.core.field import CLOSE, SHARES, Axis
from signals.core.snapshot import Dataset
from signals.margin import MarginRise
from signals.pullback import FirstPullback
from signals.streak import InflowStreak
from signals.study.evidence import Terms
from tests.bot.publishers import (
    DAYS,
    FUND,
    NEXT_DAY,
    OTHER,
    UNIT,
    Publisher,
    ask,
    ask_daily,
    past,
    publishers,
    with_flows,
    world_of,
)
from tests.bot.readers import FAR_AHEAD, alerts, letters, reader, told, words
from tests.builders import LAST_DAY, cell, market, moment

pytestmark = pytest.mark.anyio

TURNED = with_flows(*[-1] * 10, 1, 1, 1)
"""The third inflow in a row falls on the last day."""

NEWS = [("02-11", FUND, "new", 3)]


async def last_day(store: Database, *others: Source) -> PollReport:
    """A poll of the last day of `TURNED`, the others asked first."""
    await past(store, TURNED, LAST_DAY)
    return await ask(world_of(store, InflowStreak()), [*others, *publishers(TURNED).values()], LAST_DAY)


@pytest.mark.parametrize("failure", [UnavailableError("the line is dead"), SourceChangedError("columns", "no code")])
async def test_a_source_that_fails_does_not_stop_the_others(store: Database, failure: Exception) -> None:
    report = await last_day(store, Publisher(Dataset.INDEX, tables={LAST_DAY: failure}))
    assert report.collected.asked == ["index_daily.all", "etf_daily.sse", "etf_nav.sse", "etf_shares.sse"]
    assert report.collected.failures == report.collected.broken == {"index_daily.all": str(failure)}
    assert await told(store) == NEWS


async def test_a_table_that_is_not_published_is_waited_for_and_no_failure(store: Database) -> None:
    report = await last_day(store, Publisher(Dataset.INDEX))
    assert (report.collected.waiting, report.collected.broken) == (["index_daily.all"], {})
    assert await told(store) == NEWS


async def test_a_defect_in_a_source_does_not_stop_the_others(store: Database) -> None:
    report = await last_day(store, Publisher(Dataset.INDEX, tables={LAST_DAY: KeyError("收盘价")}))
    assert list(report.collected.broken) == ["index_daily.all"]
    assert await told(store) == NEWS


async def test_a_refused_table_is_kept_apart_and_named_once(store: Database) -> None:
    wrong = Publisher(Dataset.INDEX, tables={LAST_DAY: market(1).index("000300", 3.0).snapshots()[0].table})
    first, second = [await last_day(store, wrong) for _ in range(2)]
    (one,) = first.collected.taken.refused
    assert (one.gate, one.first_time) == ("unit", True)
    assert first.collected.broken == {"index_daily.all": f"unit: {one.detail}"}
    assert [again.first_time for again in second.collected.taken.refused] == [False]
    assert [(kept.day, kept.gate) for kept in await store.quarantine.refusals(None, None)] == [(LAST_DAY, "unit")]
    assert await store.market.days(Dataset.INDEX, LAST_DAY, LAST_DAY) == []
    assert await told(store) == NEWS


async def test_yesterdays_answer_is_refused_and_asked_for_again(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    late = publishers(TURNED)
    shares = late["etf_shares.sse"]
    shares.tables[LAST_DAY], shares.says = shares.tables[DAYS[-2]], DAYS[-2]
    report = await ask(world_of(store, InflowStreak()), late.values(), LAST_DAY)
    assert list(report.collected.broken) == ["etf_shares.sse"]
    assert (report.skipped, await told(store)) == (["inflow_streak"], [])
    await ask(world_of(store, InflowStreak()), publishers(TURNED).values(), LAST_DAY, "22:30")
    assert await told(store) == NEWS


async def test_a_settled_source_is_not_asked_again(store: Database) -> None:
    sources = publishers(TURNED)
    for clock in ("20:00", "22:00"):
        await ask(world_of(store), sources.values(), LAST_DAY, clock)
    assert {name: len(one.asked) for name, one in sources.items()} == dict.fromkeys(sources, 1)


async def test_a_source_that_never_settles_is_asked_again(store: Database) -> None:
    restless = Publisher(Dataset.SHARES, "SSE", publishers(TURNED)["etf_shares.sse"].tables, settles=False)
    for clock in ("20:00", "22:00"):
        await ask(world_of(store), [restless], LAST_DAY, clock)
    assert restless.asked == [LAST_DAY] * 2


async def test_a_provisional_table_is_asked_for_until_it_is_final(store: Database) -> None:
    shares = publishers(TURNED)["etf_shares.sse"]
    shares.provisional = {LAST_DAY}
    for clock in ("20:00", "22:00"):
        await ask(world_of(store), [shares], LAST_DAY, clock)
    shares.provisional = set()
    for clock in ("08:30", "08:55"):
        await ask(world_of(store), [shares], LAST_DAY, clock, on=NEXT_DAY)
    assert len(shares.asked) == 3


async def test_present_prices_are_not_asked_for_a_session_that_is_over(store: Database) -> None:
    spot = Publisher(Dataset.DAILY, "SSE", publishers(TURNED)["etf_daily.sse"].tables, past=False)
    report = await ask(world_of(store), [spot], LAST_DAY, "08:30", on=NEXT_DAY)
    assert (report.collected.asked, spot.asked) == ([], [])
    await ask(world_of(store), [spot], LAST_DAY, "22:00")
    assert spot.asked == [LAST_DAY]


async def test_the_day_ends_at_midnight_of_the_exchanges(store: Database) -> None:
    spot = Publisher(Dataset.DAILY, "SSE", publishers(TURNED)["etf_daily.sse"].tables, past=False)
    await ask(world_of(store), [spot], LAST_DAY, "23:59")
    assert len(spot.asked) == 1
    await ask(world_of(store), [spot], LAST_DAY, "00:00", on=LAST_DAY + timedelta(days=1))
    assert len(spot.asked) == 1


async def test_stale_detectors_are_skipped_and_reported(store: Database) -> None:
    await past(store, TURNED, LAST_DAY)
    world = world_of(store, InflowStreak(), FirstPullback(), MarginRise())
    daily = publishers(TURNED)["etf_daily.sse"]
    report = await ask(world, [daily], LAST_DAY, "16:20")
    assert report.skipped == ["inflow_streak", "margin_rise"]
    assert await told(store) == []
    report = await ask(world, publishers(TURNED).values(), LAST_DAY)
    assert report.skipped == ["margin_rise"]
    assert await told(store) == NEWS


async def test_a_fund_that_its_exchanges_table_leaves_out_is_not_judged_by_an_older_count(store: Database) -> None:
    world = TURNED.fund(OTHER, close=1.0, nav=1.0, shares=[*[2e8 + at * UNIT for at in range(13)], None])
    await ask_daily(store, world, [LAST_DAY], InflowStreak())
    assert await told(store) == NEWS


async def test_nothing_of_the_future_is_seen(store: Database) -> None:
    await store.market.add(TURNED.snapshots())
    early = await ask(world_of(store, InflowStreak()), [], LAST_DAY, "21:29")
    assert (early.skipped, await told(store)) == (["inflow_streak"], [])
    await ask(world_of(store, InflowStreak()), [], LAST_DAY, "21:30")
    assert await told(store) == NEWS


async def test_raw_truth_is_stored_with_the_moment_of_asking(store: Database) -> None:
    await ask(world_of(store), publishers(TURNED).values(), LAST_DAY, "22:07")
    assert await store.market.newest(Dataset.SHARES, FAR_AHEAD) == (LAST_DAY, moment(LAST_DAY, "22:07"))
    panel = await store.market.panel(world_of(store).calendar, LAST_DAY, moment(LAST_DAY, "22:07"))
    assert cell(panel.values(SHARES), panel, FUND) == 193 * UNIT
    assert cell(panel.values(CLOSE), panel, FUND) == 1.0
    assert panel.subjects[Axis.FUND] == (FUND,)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_the_order_of_rows_and_sources_says_nothing(store: Database, seed: int) -> None:
    world = TURNED
    for at, created in enumerate(([3, 1, 2], [1, 1, 1], [-1, 2, 2], [2, -2, 2])):
        funds = with_flows(*[-1] * 10, *created, code=f"51060{at}", start=300 + at)
        world = world.fund(f"51060{at}", close=1.0, nav=1.0, shares=list(_counts(funds, f"51060{at}")))
    await reader(store, "one", FUND, "510600", "510601")
    order = np.random.default_rng(seed)
    await past(store, world, LAST_DAY)
    sources = list(publishers(world).values())
    for one in sources:
        one.tables[LAST_DAY] = one.tables[LAST_DAY].sample(frac=1, random_state=seed)  # type: ignore[union-attr]
    shuffled = [sources[at] for at in order.permutation(len(sources))]
    await ask(world_of(store, InflowStreak()), shuffled, LAST_DAY)
    assert sorted(await told(store)) == [("02-11", code, "new", 3) for code in (FUND, "510600", "510601")]
    (letter,) = (await letters(store))["one"]
    assert words(letter).index("510600") < words(letter).index("510601")


def _counts(world: object, code: str) -> Sequence[float]:
    return world.figures[Dataset.SHARES, code]["shares"]  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("job", ["poll/evening", "poll/morning"])
async def test_a_poll_that_is_run_five_times_adds_nothing(store: Database, job: str) -> None:
    await reader(store, "one", FUND)
    for _ in range(5):
        await last_day(store)
    assert await told(store) == NEWS
    assert {chat: len(all_) for chat, all_ in (await letters(store)).items()} == {"one": 1}
    assert len(await store.runs.recent(10)) == 1
    assert len(await alerts(store)) == 1


@pytest.mark.parametrize("lines", [True, False])
async def test_what_followed_such_signals_stands_under_the_alert(store: Database, lines: bool) -> None:
    counts = [2e8 + at % 8 * UNIT * (at % 8 > 2) for at in range(116)]
    moved = market(120).fund(
        FUND, close=[1.0 + at % 5 / 100 for at in range(120)], nav=1.0, shares=[*counts, 2e8, 3e8, 4e8, 5e8]
    )
    await store.market.add(moved.snapshots())
    await reader(store, "li", FUND)
    plan = StudyPlan(lines=lines, terms=Terms(least_count=10, resamples=100))
    polled = world_of(store, InflowStreak(), studies=Studies(plan))
    await ask(polled, [], LAST_DAY)
    (letter,) = (await letters(store))["li"]
    said = words(letter).splitlines()
    assert said[2].startswith("连续第3日获净流入")
    assert said[3:] == ([said[3]] if lines else [])
    assert not lines or re.fullmatch(r"同类信号过去出现\d\d次，5日后上涨.*个百分点（2024-\d\d-\d\d以来）", said[3])

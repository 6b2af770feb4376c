import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from bot.intake import Intake, Taken
from bot.store.database import Database, StoreError
from bot.store.quarantine import Acceptance, Refusal
from signals.core.field import SHARES
from signals.core.snapshot import Dataset, Snapshot
from tests.builders import CALENDAR, LAST_DAY, moment, snapshot

pytestmark = pytest.mark.anyio

DAY = LAST_DAY
BEFORE = CALENDAR.before(DAY)
EVENING, MORNING = moment(DAY, "21:30"), moment(CALENDAR.after(DAY), "08:50")
NOW = moment(CALENDAR.after(DAY), "10:00")
CODES = [f"15{number:04d}" for number in range(150)]


def counts(rows: int = 150, known_at: datetime = EVENING, *, day: date = DAY, each: float = 1e8) -> Snapshot:
    """A table of so many share counts of SZSE."""
    told = {code: {"shares": each} for code in CODES[:rows]}
    return snapshot(Dataset.SHARES, day, told, scope="SZSE", known_at=known_at)


CUT = counts(50)


async def take(store: Database, *tables: Snapshot, asked: date | None = None) -> Taken:
    return await Intake(store.market).take(tables, asked)


async def keep_out(store: Database, one: Snapshot, gate: str = "row_count", detail: str = "50 rows") -> int:
    """Put a table into quarantine and give its number there."""
    assert await store.quarantine.refuse(one, gate, detail)
    return max(kept.id for kept in await store.quarantine.refusals(None, None))


async def let_in(store: Database, number: int, note: str = "") -> Acceptance:
    return await store.quarantine.accept(number, "cli:anna", note, NOW)


async def counted(store: Database, asof: datetime = NOW, day: date = DAY) -> list[float]:
    """The share counts of a session as known at a moment; empty where no table was let in."""
    panel = await store.market.panel(CALENDAR, day, asof, 1)
    figures: list[float] = panel.values(SHARES)[-1].tolist()
    return figures


async def test_a_table_is_refused_for_the_first_time_only_once(store: Database) -> None:
    assert [await store.quarantine.refuse(CUT, "unit", "in 万份") for _ in range(5)] == [True, *[False] * 4]


async def test_another_table_is_refused_for_the_first_time_too(store: Database) -> None:
    await store.quarantine.refuse(CUT, "row_count", "")
    assert await store.quarantine.refuse(counts(51), "row_count", "")


async def test_refusals_say_what_and_why(store: Database) -> None:
    number = await keep_out(store, CUT, "unit", "in 万份")
    assert await store.quarantine.refusals(None, None) == [
        Refusal(
            id=number,
            dataset=Dataset.SHARES,
            source="etf_shares.szse",
            scope="SZSE",
            day=DAY,
            gate="unit",
            detail="in 万份",
            rows=50,
            provisional=False,
            fetched_at=EVENING,
            accepted_at=None,
        )
    ]


async def test_refusals_are_chosen_by_session(store: Database) -> None:
    days = [DAY - timedelta(days=number) for number in (2, 1, 0)]
    for day in days:
        await store.quarantine.refuse(counts(1, day=day), "unit", "")
    assert [one.day for one in await store.quarantine.refusals(days[1], None)] == days[1:]
    assert [one.day for one in await store.quarantine.refusals(None, days[1])] == days[:2]
    assert [one.day for one in await store.quarantine.refusals(days[1], days[1])] == days[1:2]


async def test_a_refused_table_is_found_whole(store: Database) -> None:
    number = await keep_out(store, CUT)
    refusal, found = await store.quarantine.find(number)
    assert [refusal] == await store.quarantine.refusals(None, None)
    assert_frame_equal(found.table, CUT.table)


async def test_a_refused_table_may_pass_when_it_is_read_again(store: Database) -> None:
    number = await keep_out(store, CUT)
    assert await store.market.add([counts(50, MORNING)]) == 1
    assert not (await store.quarantine.accepted(CUT))
    assert [one.id for one in await store.quarantine.refusals(None, None)] == [number]


async def test_a_table_that_is_let_in_is_computed_from(store: Database) -> None:
    number = await keep_out(store, CUT)
    stamp = await store.market.stamp(NOW)
    accepted = await let_in(store, number)
    assert (accepted.refusal.id, accepted.new, accepted.newer_at) == (number, True, None)
    assert await counted(store) == [1e8] * 50
    assert await store.market.stamp(NOW) != stamp
    assert await store.market.settled("etf_shares.szse", DAY)


async def test_a_table_that_is_let_in_is_known_since_it_was_read(store: Database) -> None:
    await let_in(store, await keep_out(store, CUT))
    assert await counted(store, EVENING) == [1e8] * 50
    assert await counted(store, EVENING - timedelta(seconds=1)) == []


async def test_a_provisional_table_is_let_in_as_provisional(store: Database) -> None:
    await let_in(store, await keep_out(store, replace(CUT, provisional=True)))
    panel = await store.market.panel(CALENDAR, DAY, NOW, 1)
    assert panel.estimated(SHARES).all()
    assert not await store.market.settled("etf_shares.szse", DAY)


async def test_what_was_let_in_is_kept_out_no_more_and_stays_on_record(store: Database) -> None:
    number, other = await keep_out(store, CUT), await keep_out(store, counts(51))
    await let_in(store, number)
    assert [one.id for one in await store.quarantine.refusals(None, None)] == [other]
    refusal, _ = await store.quarantine.find(number)
    assert refusal.accepted_at == NOW


async def test_letting_in_is_written_down_with_who_and_why(store: Database) -> None:
    number = await keep_out(store, CUT)
    await let_in(store, number, "called the exchange")
    (entry,) = await store.audit.recent(5)
    assert (entry.at, entry.who) == (NOW, "cli:anna")
    assert entry.what == f"quarantine {number}: etf_shares etf_shares.szse SZSE {DAY}"
    assert (entry.before, entry.after) == ("refused by row_count: 50 rows", "accepted: called the exchange")


async def test_a_table_is_let_in_once(store: Database) -> None:
    number = await keep_out(store, CUT)
    await let_in(store, number)
    with pytest.raises(StoreError, match=f"table {number} was let in before, at 2025-02-12 10:00"):
        await let_in(store, number)
    assert len(await store.audit.recent(5)) == 1
    assert await store.market.stamp(NOW) == "1"


async def test_eight_operators_let_a_table_in_once(store: Database) -> None:
    number = await keep_out(store, CUT)
    ended = await asyncio.gather(*(let_in(store, number) for _ in range(8)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in ended) == ["Acceptance", *["StoreError"] * 7]
    assert len(await store.audit.recent(9)) == 1
    assert await store.market.stamp(NOW) == "1"


async def test_a_number_that_no_table_has_is_named(store: Database) -> None:
    for ask in (store.quarantine.find(7), let_in(store, 7)):
        with pytest.raises(StoreError, match="there is no refused table 7"):
            await ask
    assert await store.audit.recent(5) == []


async def test_what_a_source_has_said_before_is_let_in_without_being_repeated(store: Database) -> None:
    number = await keep_out(store, CUT)
    await store.market.add([CUT])
    assert not (await let_in(store, number)).new
    assert await store.market.stamp(NOW) == "1"
    assert await store.quarantine.refusals(None, None) == []


async def test_a_newer_table_of_the_session_goes_before_the_one_that_is_let_in(store: Database) -> None:
    number = await keep_out(store, CUT)
    await store.market.add([counts(140, MORNING, each=2e8)])
    accepted = await let_in(store, number)
    assert (accepted.new, accepted.newer_at) == (True, MORNING)
    assert await counted(store) == [2e8] * 140


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda table: table.iloc[:0], "rows: the table is empty"),
        (lambda table: table.rename(columns={"shares": "count"}), "columns: there is no column shares"),
        (lambda table: table.rename(index={CODES[0]: "600519"}), "codes: .*600519"),
    ],
    ids=["empty", "another column", "another code"],
)
async def test_a_table_that_nothing_can_be_computed_from_is_never_let_in(
    store: Database, change: Callable[[pd.DataFrame], pd.DataFrame], why: str
) -> None:
    number = await keep_out(store, replace(CUT, table=change(CUT.table)), gate="day")
    with pytest.raises(StoreError, match=f"table {number} cannot be let in, nothing can be computed from it: {why}"):
        await let_in(store, number)
    assert len(await store.quarantine.refusals(None, None)) == 1
    assert (await store.market.stamp(NOW), await store.audit.recent(5)) == ("0", [])


async def test_a_table_that_was_let_in_is_taken_silently_when_it_is_read_again(store: Database) -> None:
    refused = await take(store, counts(day=BEFORE), CUT)
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    again = replace(CUT, fetched_at=MORNING, known_at=MORNING)
    for _ in range(3):
        taken = await take(store, counts(day=BEFORE), again)
        assert (taken.tables, taken.new, taken.refused) == (2, 0, [])
    assert [one.first_time for one in refused.refused] == [True]
    assert await store.quarantine.refusals(None, None) == []


async def test_a_unit_that_was_let_in_is_taken_silently_and_another_of_the_next_session_is_not(store: Database) -> None:
    small = counts(each=1e4)
    await take(store, small)
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    assert (await take(store, small)).refused == []
    (other,) = (await take(store, counts(each=1e4, day=CALENDAR.after(DAY)))).refused
    assert (other.gate, other.first_time) == ("unit", True)


async def test_a_revision_of_a_table_that_was_let_in_is_judged_anew(store: Database) -> None:
    await take(store, counts(each=1e4))
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    (revised,) = (await take(store, counts(known_at=MORNING, each=2e4))).refused
    assert (revised.gate, revised.first_time) == ("unit", True)


async def test_the_final_word_of_a_provisional_table_that_was_let_in_is_taken(store: Database) -> None:
    small = counts(each=1e4)
    await take(store, replace(small, provisional=True))
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    taken = await take(store, replace(small, known_at=MORNING))
    assert (taken.new, taken.refused) == (1, [])
    assert await store.market.settled("etf_shares.szse", DAY)


async def test_a_table_that_was_let_in_is_a_measure_for_the_next(store: Database) -> None:
    await take(store, counts(day=BEFORE), CUT)
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    after = counts(50, day=CALENDAR.after(DAY))
    assert (await take(store, counts(day=BEFORE), CUT, after)).refused == []


async def test_a_table_that_was_let_in_is_no_answer_about_another_session(store: Database) -> None:
    await take(store, CUT, asked=CALENDAR.after(DAY))
    await let_in(store, (await store.quarantine.refusals(None, None))[0].id)
    (again,) = (await take(store, CUT, asked=CALENDAR.after(DAY))).refused
    assert (again.gate, again.first_time) == ("day", False)
    assert await store.quarantine.refusals(None, None) == []


async def test_what_was_let_in_of_one_source_is_not_let_in_of_another(store: Database) -> None:
    await let_in(store, await keep_out(store, CUT))
    assert await store.quarantine.accepted(CUT)
    assert not await store.quarantine.accepted(replace(CUT, source="another"))


async def test_what_is_kept_out_is_counted_by_dataset_until_it_is_let_in(store: Database) -> None:
    number = await keep_out(store, CUT)
    await keep_out(store, snapshot(Dataset.NAV, DAY, {"159001": {"nav": 1.0}}))
    counts = await store.quarantine.counts()
    assert {name: count for name, count in counts.items() if count} == {Dataset.SHARES: 1, Dataset.NAV: 1}
    await let_in(store, number)
    assert await store.quarantine.counts() == {one: int(one is Dataset.NAV) for one in Dataset}

from datetime import timedelta

import pytest

from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.runs import Run
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

LATER = NOW + timedelta(hours=1)


async def test_a_finished_slot_is_done(store: Database) -> None:
    await store.runs.finish("close", NOW, LATER, "3 alerts")
    assert await store.runs.done("close", NOW)


async def test_another_slot_or_job_is_not_done(store: Database) -> None:
    await store.runs.finish("close", NOW, LATER, "3 alerts")
    assert not await store.runs.done("close", LATER)
    assert not await store.runs.done("shares", NOW)


async def test_finishing_five_times_leaves_one_run(store: Database) -> None:
    for _ in range(5):
        await store.runs.finish("close", NOW, LATER, "3 alerts")
    assert await store.runs.recent(10) == [Run(job="close", slot=NOW, finished_at=LATER, report="3 alerts")]


async def test_the_last_run_is_that_of_the_newest_slot(store: Database) -> None:
    await store.runs.finish("close", LATER, LATER, "new")
    await store.runs.finish("close", NOW, LATER + timedelta(hours=1), "caught up")
    last = await store.runs.last("close")
    assert last is not None
    assert last.report == "new"


async def test_a_job_that_never_ran_has_no_last_run(store: Database) -> None:
    assert await store.runs.last("close") is None


async def test_recent_runs_come_newest_first_and_no_more_than_asked(store: Database) -> None:
    for hours in (2, 0, 1):
        await store.runs.finish("close", NOW + timedelta(hours=hours), LATER + timedelta(hours=hours), str(hours))
    assert [run.report for run in await store.runs.recent(2)] == ["2", "1"]


async def test_a_slot_that_is_skipped_counts_as_done_with_the_reason(store: Database) -> None:
    deed = Deed("telegram:3", NOW)
    assert await store.runs.skip("poll/close", NOW, "half a day", deed)
    assert await store.runs.done("poll/close", NOW)
    assert [one.report for one in await store.runs.between(NOW, NOW)] == ["skipped: half a day"]
    assert not await store.runs.skip("poll/close", NOW, "again", deed)
    (entry,) = await store.audit.recent(5)
    assert (entry.who, entry.after) == ("telegram:3", "skipped: half a day")

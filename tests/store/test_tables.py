from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy.exc import StatementError

from bot.store.database import Database
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio


async def test_a_moment_comes_back_as_the_same_instant_in_utc(store: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    await store.runs.finish("close", NOW.astimezone(shanghai), NOW, "")
    run = await store.runs.last("close")
    assert run is not None
    assert (run.slot, run.slot.tzinfo) == (NOW, UTC)


async def test_a_moment_without_a_zone_is_refused(store: Database) -> None:
    with pytest.raises(StatementError, match="without a time zone"):
        await store.runs.finish("close", datetime(2025, 2, 11, 16, 20), NOW, "")  # noqa: DTZ001


async def test_moments_of_different_zones_are_compared_as_instants(store: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    await store.runs.finish("early", NOW, NOW.astimezone(shanghai) - timedelta(minutes=1), "")
    await store.runs.finish("late", NOW, NOW, "")
    assert [run.job for run in await store.runs.recent(2)] == ["late", "early"]

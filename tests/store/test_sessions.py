from datetime import date, timedelta

import pytest

from bot.store.database import Database
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

COMING = [date(2027, 1, 4), date(2027, 1, 5), date(2027, 1, 6)]


async def test_sessions_come_back_in_order_after_a_day(store: Database) -> None:
    await store.sessions.add(reversed(COMING), NOW)
    assert await store.sessions.after(date(2026, 12, 31)) == COMING
    assert await store.sessions.after(COMING[0]) == COMING[1:]
    assert await store.sessions.after(COMING[-1]) == []


async def test_a_session_that_is_told_again_stands_there_once(store: Database) -> None:
    await store.sessions.add(COMING[:2], NOW)
    await store.sessions.add(COMING, NOW + timedelta(days=1))
    assert await store.sessions.after(date(2026, 12, 31)) == COMING


async def test_nothing_told_is_nothing_stored(store: Database) -> None:
    await store.sessions.add([], NOW)
    assert await store.sessions.after(date(2000, 1, 1)) == []

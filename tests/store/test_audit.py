from datetime import timedelta

import pytest

from bot.blotting import HIDDEN, KNOWN
from bot.store.audit import AuditEntry
from bot.store.database import Database
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio


async def test_an_entry_comes_back_whole(store: Database) -> None:
    await store.audit.write("admin:42", "watchlist 宽基", '["510300"]', '["510300", "510500"]', NOW)
    (entry,) = await store.audit.recent(5)
    assert entry == AuditEntry(
        id=entry.id,
        at=NOW,
        who="admin:42",
        what="watchlist 宽基",
        before='["510300"]',
        after='["510300", "510500"]',
    )


async def test_a_secret_that_somebody_typed_is_not_kept(store: Database) -> None:
    KNOWN.learn(["123456:AAF-of-the-bot"])
    try:
        await store.audit.write("admin:42", "ban 123456:AAF-of-the-bot", "", "since 123456:AAF-of-the-bot", NOW)
    finally:
        KNOWN.forget()
    (entry,) = await store.audit.recent(5)
    assert (entry.what, entry.after) == (f"ban {HIDDEN}", f"since {HIDDEN}")


async def test_the_newest_entries_come_first_and_no_more_than_asked(store: Database) -> None:
    for number in range(4):
        await store.audit.write("admin", str(number), "", "", NOW - timedelta(hours=number))
    assert [entry.what for entry in await store.audit.recent(3)] == ["3", "2", "1"]

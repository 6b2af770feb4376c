"""A database becomes another one: SQLite, PostgreSQL, either way, with everything that is in it."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.store.database import Database, StoreError
from bot.store.tables import METADATA
from signals.core.snapshot import Dataset
from tests.builders import snapshot
from tests.store.samples import DAY, NOW, alert, letters, subscribers, subscription, to_all

pytestmark = pytest.mark.anyio


@pytest.fixture
def goal(url: str, tmp_path: Path) -> str:
    """An empty database that is not the one of `store`."""
    return url if url.startswith("postgresql") else f"sqlite:///{tmp_path / 'goal.db'}"


async def everything(store: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    found = {}
    async with store._connections.read() as connection:
        for table in METADATA.sorted_tables:
            rows = await connection.execute(select(table).order_by(*table.primary_key.columns))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found


async def lived_in(store: Database) -> list[int]:
    """Something of most kinds; returns the readers."""
    readers = await subscribers(store, 30)
    await store.market.add([snapshot(Dataset.SHARES, DAY, {"510300": {"shares": 2e9}})])
    await store.outbox.record("close", [alert(), alert(kind="inflow_streak")], NOW, to_all(readers), ("close", NOW))
    [told, *_] = await store.alerts.of_subject(alert().signal.subject, 5)
    await store.outbox.record("later", [alert(follows=told.id)], NOW, to_all(readers[:3], "later"), None)
    await store.outbox.enqueue(letters(readers[:5], "digest"))
    [claimed, *_] = await store.outbox.claim(NOW, 3, 60)
    await store.outbox.marks.sent(claimed.id, NOW, "77")
    await store.chat.add("local", "me", {"blocks": []}, NOW)
    await store.audit.write("cli", "test", "before", "after", NOW)
    return readers


async def test_all_rows_are_there_and_life_goes_on(store: Database, goal: str) -> None:
    readers, heard = await lived_in(store), list[tuple[str, float]]()
    before, there = await everything(store), Database(goal)
    await there.open()
    counts = await store.move_to(there, lambda table, done: heard.append((table, done)))
    assert await everything(there) == before
    assert {name: count for name, count in counts.items() if count} == {
        name: len(rows) for name, rows in before.items() if rows
    }
    assert len([name for name, rows in before.items() if rows]) >= 8
    assert heard[-1][1] == pytest.approx(1.0)
    assert await there.outbox.enqueue(letters(readers, "after")) == len(readers)
    newcomer = await there.subscriptions.save(subscription("newcomer"), NOW)
    assert newcomer.id > max(readers)
    again = await there.outbox.record("close", [alert(), alert(kind="inflow_streak")], NOW, to_all(readers), None)
    assert again == 0, "what was told there is told here"
    await there.close()


async def test_two_memories_do_not_become_one(store: Database, goal: str) -> None:
    await lived_in(store)
    there = Database(goal)
    await there.open()
    await there.subscriptions.save(subscription("here already"), NOW)
    with pytest.raises(StoreError, match="not empty: it has rows in subscriptions"):
        await store.move_to(there, lambda *_: None)
    assert len((await everything(there))["subscriptions"]) == 1
    await there.close()


async def test_a_move_that_breaks_off_leaves_nothing_behind(store: Database, goal: str) -> None:
    await lived_in(store)
    there = Database(goal)
    await there.open()

    def break_off(table: str, _: float) -> None:
        if table == "deliveries":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await store.move_to(there, break_off)
    assert not any(rows for rows in (await everything(there)).values())
    await there.close()

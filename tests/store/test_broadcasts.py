"""Broadcasts in the store: on their way once, or taken back."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy.exc import IntegrityError

from bot.deliveries import Priority, State
from bot.store.audit import Deed
from bot.store.broadcasts import Broadcast, BroadcastSettledError, BroadcastState
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from tests.store.samples import MESSAGE, NOW, subscribers

pytestmark = pytest.mark.anyio

DEED = Deed("telegram:3", NOW)


def deliveries(one: Broadcast, readers: list[int]) -> list[NewDelivery]:
    return [
        NewDelivery(batch=one.batch, subscription_id=reader, message=MESSAGE, due_at=NOW, priority=Priority.BROADCAST)
        for reader in readers
    ]


async def test_a_draft_is_sent_once_whoever_asks_at_the_same_time(store: Database) -> None:
    readers = await subscribers(store, 3)
    one = await store.broadcasts.draft("停机通知", "", "", DEED)
    assert one.state is BroadcastState.DRAFT
    said = await asyncio.gather(
        *(store.broadcasts.send(one.id, deliveries(one, readers), DEED) for _ in range(4)), return_exceptions=True
    )
    assert [each for each in said if isinstance(each, int)] == [3]
    assert sum(isinstance(each, BroadcastSettledError) for each in said) == 3
    assert (await store.broadcasts.progress(one))[State.PENDING] == 3
    (entry,) = await store.audit.recent(5)
    assert (entry.what, entry.after) == (f"broadcast {one.id}", "sent to 3")


async def test_what_is_pending_is_spared_and_what_is_out_stays(store: Database) -> None:
    readers = await subscribers(store, 3)
    one = await store.broadcasts.draft("x", "telegram", "宽基", DEED)
    await store.broadcasts.send(one.id, deliveries(one, readers), DEED)
    (first,) = await store.outbox.claim(NOW, 1, 60)
    await store.outbox.marks.sent(first.id, NOW)
    assert await store.broadcasts.cancel(one.id, DEED) == 2
    assert await store.outbox.claim(NOW, 10, 60) == []
    progress = await store.broadcasts.progress(one)
    assert (progress[State.SENT], progress[State.DEAD], progress[State.PENDING]) == (1, 2, 0)
    with pytest.raises(BroadcastSettledError):
        await store.broadcasts.cancel(one.id, DEED)
    found = await store.broadcasts.find(one.id)
    assert found is not None
    assert (found.state, found.channel, found.watchlist) == (BroadcastState.CANCELLED, "telegram", "宽基")


async def test_a_cancelled_draft_is_never_sent(store: Database) -> None:
    readers = await subscribers(store, 1)
    one = await store.broadcasts.draft("x", "", "", DEED)
    assert await store.broadcasts.cancel(one.id, DEED) == 0
    with pytest.raises(BroadcastSettledError):
        await store.broadcasts.send(one.id, deliveries(one, readers), DEED)
    assert await store.outbox.claim(NOW, 10, 60) == []


async def test_what_is_not_there_is_neither_sent_nor_found(store: Database) -> None:
    with pytest.raises(BroadcastSettledError):
        await store.broadcasts.send(9, [], DEED)
    assert await store.broadcasts.find(9) is None
    assert await store.broadcasts.recent(5) == []


async def test_a_broadcast_that_fails_on_its_way_into_the_queue_stays_a_draft(store: Database) -> None:
    readers = await subscribers(store, 2)
    one = await store.broadcasts.draft("x", "", "", DEED)
    broken = [replace(each, batch=None) for each in deliveries(one, readers)]  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        await store.broadcasts.send(one.id, broken, DEED)
    assert await store.outbox.claim(NOW, 10, 60) == []
    assert await store.audit.recent(5) == []
    assert await store.broadcasts.send(one.id, deliveries(one, readers), DEED) == 2

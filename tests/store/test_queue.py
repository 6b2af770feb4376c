"""The outbox as an operator sees it: what stands where, and since when the oldest has been due."""

from datetime import timedelta

import pytest

from bot.batches import Sort
from bot.deliveries import Gate, Outcome, State
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.queue import COUNTED, Heap
from tests.store.samples import MESSAGE, NOW, subscription

pytestmark = pytest.mark.anyio


async def leave(store: Database, chat: str, batch: str, *, channel: str = "telegram", **more: object) -> int:
    """A message for a chat; returns the subscription's number."""
    who = await store.subscriptions.save(subscription(channel=channel, chat=chat), NOW)
    parts = {"due_at": NOW, **more}
    letter = NewDelivery(batch=batch, subscription_id=who.id, message=MESSAGE, **parts)  # type: ignore[arg-type]
    assert await store.outbox.enqueue([letter]) == 1
    return who.id


async def test_what_waits_is_sent_or_was_given_up_is_counted_by_channel_and_sort(store: Database) -> None:
    assert await store.queue.heaps() == {}
    for number in range(3):
        await leave(store, str(number), "digest/evening/2025-02-11")
    await leave(store, "0", "poll/close/x")
    await leave(store, "robot", "broadcast/1", channel="wecom")
    await leave(store, "me", "health/poll/x", channel="web")
    dead, sent = await store.outbox.claim(NOW, 2, 60, channels={"telegram"})
    await store.outbox.failed(dead, Outcome(state=State.DEAD, error="no"), NOW)
    await store.outbox.marks.sent(sent.id, NOW)
    await store.outbox.claim(NOW, 1, 60, channels={"wecom"})
    found = {heap: count for heap, count in (await store.queue.heaps()).items() if count}
    assert found.pop(Heap("wecom", Sort.BROADCAST, State.SENDING)) == 1
    assert found.pop(Heap("web", Sort.NOTICE, State.PENDING)) == 1
    assert sum(count for heap, count in found.items() if heap.state is State.PENDING) == 2
    assert sum(count for heap, count in found.items() if heap.state is State.DEAD) == 1
    assert {heap.channel for heap in found} == {"telegram"}


async def test_a_kind_that_has_one_state_shows_the_others_at_nought(store: Database) -> None:
    await leave(store, "me", "digest/evening/x")
    assert await store.queue.heaps() == {
        Heap("telegram", Sort.DIGEST, one): int(one is State.PENDING) for one in COUNTED
    }


async def test_the_oldest_that_is_due_tells_how_long_a_channel_is_late(store: Database) -> None:
    assert await store.queue.oldest_due(NOW) == {}
    await leave(store, "1", "digest/x", due_at=NOW - timedelta(minutes=5))
    await leave(store, "2", "digest/x", due_at=NOW - timedelta(minutes=9))
    await leave(store, "3", "digest/x", due_at=NOW + timedelta(minutes=1))
    await leave(store, "robot", "digest/x", channel="wecom", due_at=NOW)
    oldest = {"telegram": NOW - timedelta(minutes=9), "wecom": NOW}
    assert await store.queue.oldest_due(NOW) == oldest
    await store.outbox.claim(NOW, 9, 60)
    assert await store.queue.oldest_due(NOW) == oldest, "what is being sent is not there yet"


async def test_what_waits_for_its_reader_is_not_late(store: Database) -> None:
    hour_ago = NOW - timedelta(hours=1)
    await leave(store, "asleep", "poll/x", due_at=hour_ago, gate=Gate.QUIET)
    paused = await leave(store, "gone", "poll/x", due_at=hour_ago)
    await store.subscriptions.pause(paused, "blocked", NOW)
    assert await store.queue.oldest_due(NOW) == {}
    await leave(store, "awake", "poll/x", due_at=hour_ago, gate=Gate.PASSED)
    assert await store.queue.oldest_due(NOW) == {"telegram": hour_ago}

"""What is stored while messages are sent: together, in any case, and only by whoever has the message in hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import NOBODY_KNOWS, Outcome, Priority, State
from bot.store import connections
from bot.store.database import Database
from bot.store.errors import AwayError
from bot.store.tables import DELIVERIES
from tests.store.samples import NOW, letters, subscribers

pytestmark = pytest.mark.anyio

LEASE = 60.0
ENDED = NOW + timedelta(seconds=LEASE)


async def rows(store: Database) -> list[tuple[str, bool, int, int, str, str]]:
    """State, on its way, parts sent, repeats, ids and reason of every delivery."""
    named = ("state", "on_its_way", "parts_sent", "repeats", "remote_ids", "error")
    query = select(*(DELIVERIES.c[one] for one in named)).order_by(DELIVERIES.c.id)
    async with store._connections.read() as connection:
        return [tuple(row) for row in (await connection.execute(query)).all()]


async def test_a_message_goes_out_part_by_part_and_is_sent(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    assert await rows(store) == [("sending", False, 0, 0, "", "")]
    assert await store.outbox.marks.begin(one.id, one.attempts)
    assert await rows(store) == [("sending", True, 0, 0, "", "")]
    await store.outbox.marks.taken(one.id, 1, "7")
    assert await rows(store) == [("sending", False, 1, 0, "7\n", "")]
    assert await store.outbox.marks.begin(one.id, one.attempts)
    await store.outbox.marks.sent(one.id, NOW, "8")
    assert await rows(store) == [("sent", False, 2, 0, "7\n8\n", "")]


async def test_what_had_not_begun_when_the_lease_ended_goes_out_as_if_nothing_had_happened(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    await store.outbox.claim(NOW, 1, LEASE)
    [again] = await store.outbox.claim(ENDED, 1, LEASE)
    assert (again.attempts, again.repeats) == (2, 0)


async def test_what_was_on_its_way_when_the_lease_ended_goes_out_once_more_and_no_oftener(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    await store.outbox.marks.begin(one.id, one.attempts)
    [again] = await store.outbox.claim(ENDED, 1, LEASE)
    assert again.repeats == 1
    await store.outbox.marks.begin(again.id, again.attempts)
    assert await store.outbox.claim(ENDED + timedelta(seconds=LEASE), 1, LEASE) == []
    assert await rows(store) == [("dead", False, 0, 1, "", NOBODY_KNOWS)]


async def test_a_digest_that_was_on_its_way_is_given_up(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1), priority=Priority.DIGEST))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    await store.outbox.marks.begin(one.id, one.attempts)
    assert await store.outbox.claim(ENDED, 1, LEASE) == []
    assert await rows(store) == [("dead", False, 0, 0, "", NOBODY_KNOWS)]


async def test_nobody_begins_what_is_in_other_hands(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [mine] = await store.outbox.claim(NOW, 1, LEASE)
    [theirs] = await store.outbox.claim(ENDED, 1, LEASE)
    assert not await store.outbox.marks.begin(mine.id, mine.attempts)
    await store.outbox.put_back(mine)
    await store.outbox.failed(mine, Outcome(state=State.DEAD), ENDED)
    assert await rows(store) == [("sending", False, 0, 0, "", "")]
    assert await store.outbox.marks.begin(theirs.id, theirs.attempts)


async def test_what_is_put_back_is_as_it_was(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    await store.outbox.marks.begin(one.id, one.attempts)
    await store.outbox.put_back(one)
    [again] = await store.outbox.claim(NOW, 1, LEASE)
    assert (again.attempts, again.repeats) == (1, 0)


async def test_marks_that_come_together_are_one_transaction(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 100)))
    claimed = await store.outbox.claim(NOW, 100, LEASE)
    written = await _counted(store, monkeypatch)
    begun = await asyncio.gather(*(store.outbox.marks.begin(one.id, one.attempts) for one in claimed))
    assert all(begun)
    assert sum(written) == 1
    await asyncio.gather(*(store.outbox.marks.sent(one.id, NOW, "1") for one in claimed))
    assert {row[:2] for row in await rows(store)} == {("sent", False)}
    assert sum(written) == 2


async def test_what_was_sent_is_marked_when_the_database_is_back_and_nothing_begins_before(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(connections, "LONGEST_WAIT_SECONDS", 0.001)
    await store.outbox.enqueue(letters(await subscribers(store, 2)))
    one, two = await store.outbox.claim(NOW, 2, LEASE)
    written = await _counted(store, monkeypatch, failing=5)
    sent = asyncio.create_task(store.outbox.marks.sent(one.id, NOW, "1"))
    begun = asyncio.create_task(store.outbox.marks.begin(two.id, two.attempts))
    assert await begun
    await sent
    assert len(written) == 6
    assert [row[:2] for row in await rows(store)] == [("sent", False), ("sending", True)]


async def test_a_mark_outlives_whoever_made_it(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    marking = asyncio.create_task(store.outbox.marks.sent(one.id, NOW, "1"))
    await asyncio.sleep(0)
    marking.cancel()
    assert await asyncio.gather(marking, return_exceptions=True)
    await store.outbox.marks.sent(one.id, NOW)
    assert await rows(store) == [("sent", False, 1, 0, "1\n", "")]


async def test_a_part_counts_once_where_the_answer_of_the_database_is_lost(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "FIRST_WAIT_SECONDS", 0.001)
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    await store.outbox.marks.begin(one.id, one.attempts)
    write, lost = store._connections.write, [False]

    @asynccontextmanager
    async def losing() -> AsyncIterator[AsyncConnection]:
        async with write() as connection:
            yield connection
        if not lost[0]:
            lost[0] = True
            raise AwayError("connection closed")

    monkeypatch.setattr(store._connections, "write", losing)
    await store.outbox.marks.taken(one.id, 1, "7")
    assert await rows(store) == [("sending", False, 1, 0, "7\n", "")]


async def test_parts_after_one_that_was_repeated_may_be_repeated_too(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    [one] = await store.outbox.claim(NOW, 1, LEASE)
    await store.outbox.marks.begin(one.id, one.attempts)
    [again] = await store.outbox.claim(ENDED, 1, LEASE)
    await store.outbox.marks.begin(again.id, again.attempts)
    await store.outbox.marks.taken(again.id, 1, "7")
    await store.outbox.marks.begin(again.id, again.attempts)
    [third] = await store.outbox.claim(ENDED + timedelta(seconds=LEASE), 1, LEASE)
    assert (third.parts_sent, third.repeats) == (1, 1)


async def _counted(store: Database, monkeypatch: pytest.MonkeyPatch, failing: int = 0) -> list[bool]:
    """Whether each transaction from now on is begun; the first few find the database locked."""
    write, seen = store._connections.write, list[bool]()

    @asynccontextmanager
    async def counted() -> AsyncIterator[AsyncConnection]:
        if len(seen) < failing:
            seen.append(False)
            raise AwayError("database is locked")
        async with write() as connection:
            seen.append(True)
            yield connection

    monkeypatch.setattr(store._connections, "write", counted)
    return seen

"""Pictures of messages: each content once, brought back whole, forgotten when nobody wants it any more."""

import json
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from bot.messages.model import Heading, Message, Picture, line, muted, paragraph, to_json
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.sweeps import Keeping
from bot.store.tables import DELIVERIES, PICTURES
from tests.store.samples import NOW, subscribers

pytestmark = pytest.mark.anyio

LIGHT, DARK = b"\x89PNG light" + bytes(range(256)), b"\x89PNG dark"
SHOWN = Message(blocks=(Heading("日报", 1), Picture(LIGHT, "资金流向", DARK), paragraph("正文")))
LATER = NOW + timedelta(days=8)
WORDS = replace(SHOWN, blocks=(Heading("日报", 1), paragraph(line(muted("资金流向"))), paragraph("正文")))
"""What is left of it without its picture."""


def letters(everybody: list[int], message: Message = SHOWN, batch: str = "digest") -> list[NewDelivery]:
    return [NewDelivery(batch=batch, subscription_id=one, message=message, due_at=NOW) for one in everybody]


async def contents(store: Database) -> list[bytes]:
    async with store._connections.read() as connection:
        return sorted((await connection.execute(select(PICTURES.c.png))).scalars())


async def tidied(store: Database, now: datetime) -> int:
    """How many pictures are let go then."""
    return (await store.tidying.tidy(Keeping(pictures_days=7), now, ()))["pictures"]


async def lose_all(store: Database) -> None:
    async with store._connections.write() as connection:
        await connection.execute(PICTURES.delete())


async def test_a_digest_to_many_holds_one_picture(store: Database) -> None:
    everybody = await subscribers(store, 40)
    assert await store.outbox.enqueue(letters(everybody)) == 40
    assert await contents(store) == sorted([LIGHT, DARK])
    async with store._connections.read() as connection:
        stored = (await connection.execute(select(DELIVERIES.c.message))).scalars().all()
    assert max(len(json.dumps(one)) for one in stored) < 500


async def test_a_claimed_message_has_its_pictures_and_shares_their_bytes(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 3)))
    claimed = await store.outbox.claim(NOW, 10, 60)
    assert [one.message for one in claimed] == [SHOWN] * 3
    pngs = [block.png for one in claimed for block in one.message.blocks if isinstance(block, Picture)]
    assert all(one is pngs[0] for one in pngs)


async def test_a_picture_for_light_pages_alone_has_no_dark_one(store: Database) -> None:
    message = Message(blocks=(Picture(LIGHT, "图"),))
    await store.outbox.enqueue(letters(await subscribers(store, 1), message))
    assert [one.message for one in await store.outbox.claim(NOW, 10, 60)] == [message]
    assert await contents(store) == [LIGHT]


async def test_a_lost_picture_reads_as_its_words(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    number = await store.chat.add("main", "bot", to_json(SHOWN), NOW)
    await lose_all(store)
    assert [one.message for one in await store.outbox.claim(NOW, 10, 60)] == [WORDS]
    (entry,) = await store.chat.since(["main"], number - 1, 1)
    assert entry.body == to_json(WORDS)


async def test_messages_that_hold_their_pictures_themselves_still_read(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    async with store._connections.write() as connection:
        await connection.execute(update(DELIVERIES).values(message=to_json(SHOWN)))
        await connection.execute(PICTURES.delete())
    assert [one.message for one in await store.outbox.claim(NOW, 10, 60)] == [SHOWN]


async def test_the_transcript_puts_pictures_aside_and_brings_them_back(store: Database) -> None:
    for _ in range(3):
        await store.chat.add("main", "bot", to_json(SHOWN), NOW)
    assert [one.body for one in await store.chat.since(["main"], 0, 5)] == [to_json(SHOWN)] * 3
    assert [one.body for one in await store.chat.before("main", 99, 1)] == [to_json(SHOWN)]
    assert await contents(store) == sorted([LIGHT, DARK])


async def test_pictures_that_nobody_shows_are_let_go(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    (claimed,) = await store.outbox.claim(NOW, 10, 60)
    await store.outbox.marks.sent(claimed.id, NOW)
    assert await tidied(store, NOW + timedelta(days=7)) == 0
    assert await tidied(store, LATER) == 2
    assert await contents(store) == []


async def test_a_transcript_keeps_what_it_shows(store: Database) -> None:
    await store.chat.add("main", "bot", to_json(SHOWN), NOW)
    await store.chat.add("main", "bot", to_json(Message(blocks=(paragraph("无图"),))), LATER)
    assert await tidied(store, LATER) == 0
    keeping = Keeping(pictures_days=7, transcript_days=30)
    counts = await store.tidying.tidy(keeping, NOW + timedelta(days=31), ())
    assert {name: count for name, count in counts.items() if count} == {"transcript": 1, "pictures": 2}


async def test_a_picture_that_is_used_again_stays(store: Database) -> None:
    mine = await subscribers(store, 1)
    await store.outbox.enqueue(letters(mine))
    again = Message(blocks=(Picture(LIGHT, "又一张"),))
    await store.outbox.enqueue([replace(one, due_at=LATER) for one in letters(mine, again, "again")])
    while claimed := await store.outbox.claim(LATER, 10, 60):
        await store.outbox.marks.sent(claimed[0].id, LATER)
    assert await tidied(store, LATER) == 1
    assert await contents(store) == [LIGHT]


async def test_what_a_waiting_message_holds_is_never_let_go(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1)))
    assert await tidied(store, LATER) == 0
    (claimed,) = await store.outbox.claim(NOW, 10, 60)
    assert await tidied(store, LATER) == 0, "while it is being sent"
    await store.outbox.marks.sent(claimed.id, NOW)
    assert await tidied(store, LATER) == 2


async def test_a_picture_is_written_once_a_day_at_most(store: Database) -> None:
    async def used_at() -> object:
        async with store._connections.read() as connection:
            return (await connection.execute(select(func.max(PICTURES.c.last_used_at)))).scalar_one()

    body = to_json(Message(blocks=(Picture(LIGHT, "图"),)))
    await store.chat.add("main", "bot", body, NOW)
    first = await used_at()
    await store.chat.add("main", "bot", body, NOW + timedelta(hours=2))
    assert await used_at() == first
    await store.chat.add("main", "bot", body, NOW + timedelta(days=2))
    assert await used_at() != first


async def test_messages_without_pictures_store_none(store: Database) -> None:
    await store.outbox.enqueue(letters(await subscribers(store, 1), Message(blocks=(paragraph("无图"),))))
    assert await contents(store) == []
    assert [len(one.message.blocks) for one in await store.outbox.claim(NOW, 1, 60)] == [1]

import pytest

from bot.store.chat import ChatEntry
from bot.store.database import Database
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio


async def said(store: Database, chat: str, count: int) -> list[int]:
    return [await store.chat.add(chat, "me", {"text": f"/etf {number}"}, NOW) for number in range(count)]


async def test_an_entry_comes_back_whole(store: Database) -> None:
    body = {"blocks": [{"heading": "信创50ETF", "level": 1}], "buttons": [], "silent": False}
    number = await store.chat.add("main", "bot", body, NOW)
    assert await store.chat.since("main", 0, 5) == [ChatEntry(id=number, chat="main", author="bot", body=body, at=NOW)]


async def test_since_gives_the_first_entries_after_an_id(store: Database) -> None:
    ids = await said(store, "main", 5)
    assert [entry.id for entry in await store.chat.since("main", ids[1], 2)] == ids[2:4]


async def test_before_gives_the_last_entries_before_an_id_oldest_first(store: Database) -> None:
    ids = await said(store, "main", 5)
    assert [entry.id for entry in await store.chat.before("main", ids[3], 2)] == ids[1:3]


async def test_chats_do_not_see_each_other(store: Database) -> None:
    ids = await said(store, "main", 2)
    await said(store, "other", 3)
    assert [entry.id for entry in await store.chat.since("main", 0, 10)] == ids
    assert await store.chat.last_id("main") == ids[-1]


async def test_a_chat_in_which_nothing_was_said_ends_at_zero(store: Database) -> None:
    assert await store.chat.last_id("main") == 0
    assert await store.chat.since("main", 0, 10) == []

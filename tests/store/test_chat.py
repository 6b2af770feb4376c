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
    assert await store.chat.since(["main"], 0, 5) == [
        ChatEntry(id=number, chat="main", author="bot", body=body, at=NOW)
    ]


async def test_since_gives_the_first_entries_after_an_id(store: Database) -> None:
    ids = await said(store, "main", 5)
    assert [entry.id for entry in await store.chat.since(["main"], ids[1], 2)] == ids[2:4]


async def test_before_gives_the_last_entries_before_an_id_oldest_first(store: Database) -> None:
    ids = await said(store, "main", 5)
    assert [entry.id for entry in await store.chat.before("main", ids[3], 2)] == ids[1:3]


async def test_chats_do_not_see_each_other(store: Database) -> None:
    ids = await said(store, "main", 2)
    await said(store, "other", 3)
    assert [entry.id for entry in await store.chat.since(["main"], 0, 10)] == ids
    assert await store.chat.last_id(["main"]) == ids[-1]


async def test_a_chat_in_which_nothing_was_said_ends_at_zero(store: Database) -> None:
    assert await store.chat.last_id(["main"]) == 0
    assert await store.chat.since(["main"], 0, 10) == []


async def test_an_entry_of_the_bots_gets_a_newer_body_where_it_stands(store: Database) -> None:
    number = await store.chat.add("main", "bot", {"text": "old"}, NOW)
    await store.chat.add("main", "me", {"text": "next"}, NOW)
    assert await store.chat.replace("main", number, {"text": "new"}, NOW)
    assert [one.body["text"] for one in await store.chat.before("main", 99, 9)] == ["new", "next"]
    found = await store.chat.find(["main"], number)
    assert found is not None
    assert (found.body, found.edits) == ({"text": "new"}, 0)


async def test_a_reader_who_was_away_hears_of_the_newest_state(store: Database) -> None:
    number = await store.chat.add("main", "bot", {"text": "old"}, NOW)
    for text in ("new", "newest"):
        await store.chat.replace("main", number, {"text": text}, NOW)
    one, other = await store.chat.since(["main"], number, 9)
    assert (one.edits, one.author, one.body) == (number, "bot", {"text": "newest"})
    assert number < one.id < other.id == await store.chat.last_id(["main"])


@pytest.mark.parametrize(("chat", "author"), [("other", "bot"), ("main", "me")])
async def test_nothing_else_is_replaced(store: Database, chat: str, author: str) -> None:
    number = await store.chat.add(chat, author, {"text": "old"}, NOW)
    assert not await store.chat.replace("main", number, {"text": "new"}, NOW)
    assert not await store.chat.replace("main", 99, {"text": "new"}, NOW)
    assert [one.body for one in await store.chat.since([chat], 0, 9)] == [{"text": "old"}]


async def test_an_entry_is_found_in_its_own_chat_only(store: Database) -> None:
    number = await store.chat.add("main", "bot", {"text": "x"}, NOW)
    await store.chat.replace("main", number, {"text": "y"}, NOW)
    assert await store.chat.find(["other"], number) is None
    assert await store.chat.find(["main"], number + 1) is None  # that of the change


async def test_unread_is_what_the_bot_said_after_an_id(store: Database) -> None:
    first = await store.chat.add("main", "bot", {}, NOW)
    await store.chat.add("main", "me", {}, NOW)
    await store.chat.add("main", "bot", {}, NOW)
    await store.chat.add("other", "bot", {}, NOW)
    await store.chat.replace("main", first, {"text": "y"}, NOW)
    assert await store.chat.unread("main", 0) == 2
    assert await store.chat.unread("main", first) == 1
    assert await store.chat.unread("main", 99) == 0


async def test_several_chats_are_followed_at_once(store: Database) -> None:
    for chat in ("main", "other", "third"):
        await store.chat.add(chat, "bot", {}, NOW)
    assert [one.chat for one in await store.chat.since(["main", "third"], 0, 9)] == ["main", "third"]

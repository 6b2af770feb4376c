"""Subscribers as administrators see them."""

import pytest

from bot.deliveries import State
from bot.store.audit import Deed
from bot.store.database import Database
from bot.store.readers import ReaderCount
from tests.store.samples import NOW, letters, subscription

pytestmark = pytest.mark.anyio

DEED = Deed("telegram:3", NOW)


async def _three(store: Database) -> list[int]:
    some = [
        subscription("100", title="软件群 Alpha", watchlists=frozenset({"宽基"})),
        subscription("200", title="50%_off", watchlists=frozenset({"宽基", "海外"})),
        subscription("300", channel="web", active=False, watchlists=frozenset({"海外"})),
    ]
    return [(await store.subscriptions.save(one, NOW)).id for one in some]


async def test_they_are_counted_by_channel_and_by_list(store: Database) -> None:
    assert await store.readers.counts() == []
    await _three(store)
    assert await store.readers.counts() == [ReaderCount("telegram", 2, 0), ReaderCount("web", 0, 1)]
    assert await store.readers.followers() == {"宽基": 2, "海外": 1}


@pytest.mark.parametrize(
    ("word", "chats"), [("", ["100", "200", "300"]), ("alpha", ["100"]), ("%_", ["200"]), ("00", ["100", "200", "300"])]
)
async def test_they_are_found_by_title_or_chat(store: Database, word: str, chats: list[str]) -> None:
    await _three(store)
    assert [one.chat for one in await store.readers.search(word, 10)] == chats
    assert [one.chat for one in await store.readers.search(word, 1, 1)] == chats[1:2]


async def test_the_last_deliveries_are_told_without_their_words(store: Database) -> None:
    first, *_ = await _three(store)
    for batch in ("one", "two"):
        await store.outbox.enqueue(letters([first], batch))
    found = await store.readers.sendings(first, 5)
    assert [(one.batch, one.state) for one in found] == [("two", State.PENDING), ("one", State.PENDING)]
    assert not hasattr(found[0], "message")


async def test_pausing_and_resuming_by_hand_are_audited_once_each(store: Database) -> None:
    first, *_ = await _three(store)
    assert await store.readers.pause(first, "asked for it", DEED)
    assert not await store.readers.pause(first, "asked for it", DEED)
    paused = await store.subscriptions.get(first)
    assert paused is not None
    assert (paused.active, paused.paused_reason) == (False, "asked for it")
    assert await store.readers.resume(first, DEED)
    assert not await store.readers.resume(first, DEED)
    assert [(one.before, one.after) for one in await store.audit.recent(9)] == [
        ("paused", "active"),
        ("active", "paused: asked for it"),
    ]

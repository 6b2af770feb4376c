import asyncio
from dataclasses import replace

import pytest

from bot.store.database import Database, StoreError
from signals.core.detector import Topic
from tests.store.samples import EVERY_SETTING, NOW, subscription

pytestmark = pytest.mark.anyio


async def test_every_setting_comes_back(store: Database) -> None:
    saved = await store.subscriptions.save(EVERY_SETTING, NOW)
    assert saved == replace(EVERY_SETTING, id=saved.id)
    assert await store.subscriptions.find("telegram", "-100123", "7") == saved
    assert await store.subscriptions.get(saved.id) == saved


async def test_every_setting_can_be_changed(store: Database) -> None:
    first = await store.subscriptions.save(subscription(), NOW)
    changed = replace(EVERY_SETTING, id=first.id)
    assert await store.subscriptions.save(changed, NOW) == changed
    assert await store.subscriptions.get(first.id) == changed
    assert await store.subscriptions.find("telegram", first.chat) is None


async def test_no_digest_is_remembered_as_none(store: Database) -> None:
    saved = await store.subscriptions.save(subscription(evening_digest=None), NOW)
    assert saved.evening_digest is None


async def test_a_thread_is_another_address_than_its_chat(store: Database) -> None:
    chat = await store.subscriptions.save(subscription(), NOW)
    thread = await store.subscriptions.save(subscription(thread="7"), NOW)
    assert chat.id != thread.id
    assert await store.subscriptions.find("telegram", "42") == chat


async def test_an_unknown_address_or_id_is_not_found(store: Database) -> None:
    await store.subscriptions.save(subscription(), NOW)
    assert await store.subscriptions.find("web", "42") is None
    assert await store.subscriptions.get(99) is None


async def test_a_new_one_at_a_known_address_takes_its_place(store: Database) -> None:
    first = await store.subscriptions.save(subscription(), NOW)
    again = await store.subscriptions.save(subscription(zone="UTC"), NOW)
    assert again == replace(first, zone="UTC")
    assert len(await store.subscriptions.active()) == 1


async def test_eight_first_words_of_one_chat_make_one_subscription(store: Database) -> None:
    saved = await asyncio.gather(*(store.subscriptions.save(subscription(), NOW) for _ in range(8)))
    assert len({one.id for one in saved}) == 1


async def test_saving_one_that_does_not_exist_is_refused(store: Database) -> None:
    with pytest.raises(StoreError, match="no subscription 99"):
        await store.subscriptions.save(subscription(id=99), NOW)


async def test_taking_the_address_of_another_is_refused(store: Database) -> None:
    first = await store.subscriptions.save(subscription("1"), NOW)
    await store.subscriptions.save(subscription("2"), NOW)
    with pytest.raises(StoreError, match="telegram 2"):
        await store.subscriptions.save(replace(first, chat="2"), NOW)
    assert await store.subscriptions.get(first.id) == first


async def test_pausing_keeps_every_setting(store: Database) -> None:
    saved = await store.subscriptions.save(replace(EVERY_SETTING, active=True, paused_reason=""), NOW)
    await store.subscriptions.pause(saved.id, "blocked by the user", NOW)
    paused = replace(saved, active=False, paused_reason="blocked by the user")
    assert await store.subscriptions.get(saved.id) == paused
    assert await store.subscriptions.active() == []


async def test_resuming_takes_up_where_it_was(store: Database) -> None:
    saved = await store.subscriptions.save(subscription(), NOW)
    await store.subscriptions.pause(saved.id, "blocked by the user", NOW)
    await store.subscriptions.resume(saved.id, NOW)
    assert await store.subscriptions.active() == [saved]


async def test_pausing_one_leaves_the_others_alone(store: Database) -> None:
    one, other = [await store.subscriptions.save(subscription(chat), NOW) for chat in "12"]
    await store.subscriptions.pause(one.id, "gone", NOW)
    assert await store.subscriptions.active() == [other]


async def test_a_topic_is_wanted_where_an_active_chat_has_chosen_it(store: Database) -> None:
    await store.subscriptions.save(subscription(), NOW)
    assert not await store.subscriptions.any_wants(Topic.INTRADAY)
    chosen = await store.subscriptions.save(subscription(thread="7", topics=frozenset({Topic.INTRADAY})), NOW)
    assert await store.subscriptions.any_wants(Topic.INTRADAY)
    await store.subscriptions.pause(chosen.id, "gone", NOW)
    assert not await store.subscriptions.any_wants(Topic.INTRADAY)


async def test_a_chat_that_is_gone_is_paused_with_all_its_threads(store: Database) -> None:
    for thread in ("", "7"):
        await store.subscriptions.save(subscription("-55", thread=thread), NOW)
    off = await store.subscriptions.save(subscription("-55", thread="9", active=False), NOW)
    other = await store.subscriptions.save(subscription("42"), NOW)
    assert await store.subscriptions.pause_chat("telegram", "-55", "kicked", NOW) == 2
    assert await store.subscriptions.active() == [other]
    assert await store.subscriptions.get(off.id) == off
    assert await store.subscriptions.pause_chat("telegram", "-55", "left", NOW) == 0
    found = await store.subscriptions.find("telegram", "-55", "7")
    assert (found and found.paused_reason) == "kicked"


async def test_a_chat_that_moved_is_followed_with_all_its_threads(store: Database) -> None:
    first = await store.subscriptions.save(subscription("-55", paused_reason="kicked", active=False), NOW)
    second = await store.subscriptions.save(subscription("-55", thread="7"), NOW)
    off = await store.subscriptions.save(subscription("-55", thread="9", active=False), NOW)
    assert await store.subscriptions.move_chat("telegram", "-55", "-1001", NOW) == 3
    assert [await store.subscriptions.get(one.id) for one in (first, second, off)] == [
        replace(first, chat="-1001", active=True, paused_reason=""),
        replace(second, chat="-1001"),
        replace(off, chat="-1001"),
    ]
    assert await store.subscriptions.move_chat("telegram", "-55", "-1001", NOW) == 0


async def test_a_chat_that_moved_to_where_another_lives_is_paused(store: Database) -> None:
    old = await store.subscriptions.save(subscription("-55"), NOW)
    new = await store.subscriptions.save(subscription("-1001"), NOW)
    assert await store.subscriptions.move_chat("telegram", "-55", "-1001", NOW) == 0
    assert await store.subscriptions.active() == [new]
    paused = await store.subscriptions.get(old.id)
    assert paused is not None
    assert "-1001" in paused.paused_reason

"""Bans, who set up which chat, whose words are about which, and set-ups that wait."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.deliveries import Address
from bot.store.audit import Deed
from bot.store.bans import Ban
from bot.store.database import Database
from bot.subscriptions import Subscription
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
BY = Deed("telegram:9", NOW)
LI, GROUP = "1", Subscription(id=0, channel="telegram", chat="-100")


async def test_a_ban_holds_until_it_is_lifted(store: Database) -> None:
    await store.bans.add("telegram:1", "floods", BY)
    await store.bans.add("telegram:2", "", replace(BY, now=NOW + HOUR))
    assert await store.bans.any_of(["telegram:9", "telegram:1"])
    assert not await store.bans.any_of(["telegram:9"])
    assert not await store.bans.any_of([])
    assert await store.bans.remove("telegram:2", BY)
    assert not await store.bans.remove("telegram:2", BY)
    assert await store.bans.all() == [Ban(who="telegram:1", reason="floods", at=NOW)]


async def test_a_second_ban_has_the_new_reason_and_the_first_moment(store: Database) -> None:
    await store.bans.add("telegram:1", "floods", BY)
    await store.bans.add("telegram:1", "spam", replace(BY, now=NOW + HOUR))
    assert await store.bans.all() == [Ban(who="telegram:1", reason="spam", at=NOW)]


async def test_bans_are_written_down_with_who_made_and_who_lifted_them(store: Database) -> None:
    await store.bans.add("telegram:1", "floods", BY)
    await store.bans.add("telegram:1", "floods", BY)
    await store.bans.remove("telegram:1", replace(BY, who="cli:me"))
    lifted, made = await store.audit.recent(9)
    assert (made.who, made.what, made.before, made.after) == ("telegram:9", "ban telegram:1", "", "banned: floods")
    assert (lifted.who, lifted.before, lifted.after) == ("cli:me", "banned: floods", "")


async def test_words_are_about_the_chat_chosen_last_for_as_long_as_it_was_chosen(store: Database) -> None:
    one, two = [
        await store.subscriptions.save(Subscription(id=0, channel="telegram", chat=chat), NOW) for chat in ("-1", "-2")
    ]
    await store.managing.begin("telegram", LI, one.id, NOW + HOUR)
    await store.managing.begin("telegram", LI, two.id, NOW + HOUR)
    assert await store.managing.now("telegram", LI, NOW) == two.id
    assert await store.managing.now("telegram", "2", NOW) is None
    assert await store.managing.now("web", LI, NOW) is None
    assert await store.managing.now("telegram", LI, NOW + HOUR) is None
    await store.managing.end("telegram", LI)
    assert await store.managing.now("telegram", LI, NOW) is None


async def test_a_chat_is_begun_once(store: Database) -> None:
    group = await store.subscriptions.save(GROUP, NOW)
    for person in (LI, "2"):
        await store.managing.began("telegram", person, group.id)
    assert await store.managing.begun("telegram", LI) == [group.id]
    assert await store.managing.begun("telegram", "2") == []


async def test_a_set_up_waits_for_its_own_chat_and_is_taken_once(store: Database) -> None:
    here = Address(LI)
    old = await store.imports.keep("telegram", here, {"a": 1}, NOW)
    number = await store.imports.keep("telegram", here, {"b": 2}, NOW)
    assert await store.imports.take("telegram", here, old) is None
    assert await store.imports.take("telegram", Address("2"), number) is None
    assert await store.imports.take("web", here, number) is None
    assert await store.imports.take("telegram", here, number) == {"b": 2}
    assert await store.imports.take("telegram", here, number) is None

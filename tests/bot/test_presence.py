"""A chat that is gone is paused with its settings, one that moved is followed, a group is greeted."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.base import ChatKind, Incoming
from bot.deliveries import Address
from bot.messages.model import Message
from bot.presence import Presences
from bot.store.database import Database
from bot.subscriptions import Language, Subscription
from tests.commands.said import words

pytestmark = pytest.mark.anyio

NOW = datetime(2025, 2, 11, 10, 21, tzinfo=UTC)
GROUP = "-1001234"


def over(store: Database, language: Language = Language.ZH) -> Presences:
    return Presences(subscriptions=store.subscriptions, now=lambda: NOW, language=language)


async def reader(store: Database, **how: object) -> Subscription:
    mine = Subscription(id=0, channel="telegram", chat=GROUP, watched=frozenset({"560850"}))
    return await store.subscriptions.save(replace(mine, **how), NOW)  # type: ignore[arg-type]


async def greeted(presences: Presences, language: str = "zh-hans") -> Message:
    at = Incoming(
        channel="telegram", address=Address(GROUP), text="", language=language, kind=ChatKind.GROUP, title="ETF"
    )
    return await presences.joined(at)


@pytest.mark.parametrize(
    ("tag", "said"),
    [("zh-hans", "群管理员操作"), ("en-GB", "administrators"), ("fr", "群管理员操作"), ("", "administrators")],
)
async def test_a_group_is_told_how_to_begin(store: Database, tag: str, said: str) -> None:
    hello = await greeted(over(store, Language.EN), tag)
    assert said in words(hello)
    assert "/start" in words(hello)
    assert [[one.command for one in row] for row in hello.buttons] == [["/start"]]
    assert await store.subscriptions.find("telegram", GROUP) is None


async def test_a_group_that_was_here_before_is_told_how_to_go_on_and_does_not_by_itself(store: Database) -> None:
    mine, presences = await reader(store, language=Language.EN), over(store)
    await presences.gone("telegram", GROUP, "telegram: kicked")
    paused = await store.subscriptions.get(mine.id)
    assert paused == replace(mine, active=False, paused_reason="telegram: kicked")
    assert "bring the alerts back" in words(await greeted(presences))
    assert await store.subscriptions.get(mine.id) == paused


async def test_a_group_that_has_its_alerts_is_not_asked_to_begin(store: Database) -> None:
    await reader(store)
    assert "设置照旧" in words(await greeted(over(store)))


async def test_who_unsubscribed_before_is_a_newcomer(store: Database) -> None:
    await reader(store, active=False)
    assert "看看我能做什么" in words(await greeted(over(store)))


async def test_a_group_that_moved_keeps_its_settings_though_it_was_told_of_twice(store: Database) -> None:
    mine, presences = await reader(store, chat="-55"), over(store)
    await presences.gone("telegram", "-55", "telegram: left")
    for _ in range(2):
        await presences.moved("telegram", "-55", GROUP)
    assert await store.subscriptions.get(mine.id) == replace(mine, chat=GROUP)


async def test_another_channels_chat_of_the_same_name_is_left(store: Database) -> None:
    mine, presences = await reader(store, channel="web"), over(store)
    await presences.gone("telegram", GROUP, "telegram: kicked")
    await presences.moved("telegram", GROUP, "-1009")
    assert await store.subscriptions.get(mine.id) == mine

"""Chats while the database cannot be had: answered kindly, without a line in the log for each of them."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.deliveries import Address
from bot.presence import Presences
from bot.store import connections
from bot.subscriptions import Language
from bot.suggesting import Suggester
from tests.commands.demo import talking
from tests.commands.running import running
from tests.commands.said import words
from tests.store.disks import locked_by_another

pytestmark = pytest.mark.anyio

KINDLY = "暂时无法读取和保存数据"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "_PRAGMAS", ("busy_timeout=50", *connections._PRAGMAS[1:]))


async def test_who_changes_something_is_asked_to_come_back_and_others_are_answered(database: Path) -> None:
    async with talking(database) as chat:
        with capture_logs() as said, locked_by_another(database):
            assert KINDLY in words(await chat.say("订阅"))
            assert KINDLY in words(await chat.say("关注 560850"))
            assert "信创50ETF" in words(await chat.say("560850")), "what is there can be read"
        assert "560850" in words(await chat.say("关注 560850"))
    assert [one["event"] for one in said if one["log_level"] != "debug"] == ["the database cannot be used"]


async def test_an_administrator_hears_it_in_his_language(database: Path) -> None:
    async with running(database) as owner:
        with locked_by_another(database):
            assert "try again in a few minutes" in await owner.hears("/admin maintenance on")
        assert await owner.store.changes.overrides() == {}


async def test_whoever_asks_on_and_on_is_not_told_each_time(database: Path) -> None:
    async with talking(database, abuse={"burst": 3, "per_minute": 1.0}) as chat:
        with locked_by_another(database):
            answers = [await chat.try_saying("订阅") for _ in range(8)]
    told = [one is not None for one in answers]
    assert told[0]
    assert not told[-1]


async def test_comings_and_goings_are_no_defects(database: Path) -> None:
    group = Incoming(
        channel="telegram", address=Address("-7"), text="", language="zh", speaker=Speaker("7"), kind=ChatKind.GROUP
    )
    async with talking(database) as chat:
        presences = Presences(subscriptions=chat.store.subscriptions, now=chat.desk.now, language=Language.ZH)
        await chat.say("订阅")
        mine = chat.address.chat
        with locked_by_another(database):
            await presences.gone("telegram", mine, "kicked")
            await presences.moved("telegram", mine, "-8")
        subscription = await chat.store.subscriptions.find("telegram", mine)
        assert subscription is not None
        assert subscription.active
        await chat.store.close()
        chat.store._connections = connections.Connections(chat.store._url.set(database="/nowhere/etf.db"))
        broken = Presences(
            subscriptions=type(chat.store.subscriptions)(chat.store._connections),
            now=chat.desk.now,
            language=Language.ZH,
        )
        assert KINDLY in words(await broken.joined(group))
        with capture_logs() as said:
            suggest = Suggester(desk=chat.desk, registry=chat.answer.registry)
            chat.desk.world.store.subscriptions._connections = chat.store._connections
            assert await suggest(group) == []
        assert [one for one in said if one["log_level"] == "error"] == []

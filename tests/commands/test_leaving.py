"""Be forgotten: asked first, then nothing of the chat is kept."""

from dataclasses import replace

import pytest

from bot.channels.base import ChatKind
from bot.messages.model import Look
from tests.commands.demo import Chat
from tests.commands.said import commands, said, words
from tests.store.test_forgetting import held

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("line", ["忘记我", "forget me", "/forget"])
async def test_it_is_asked_first(chat: Chat, line: str) -> None:
    await chat.say("关注 560850")
    before = await chat.subscription()
    answer = await chat.say(line)
    assert said(answer)[0] == "要删除这个聊天的全部数据吗？"
    assert "1只自选基金、0条规则" in words(answer)
    assert answer.buttons[0][0].look is Look.DANGER
    assert commands(answer) == ["/forget sure", "/export", "/settings"]
    assert await chat.subscription() == before


async def test_then_nothing_is_kept(chat: Chat) -> None:
    person = chat.other("556677889900")
    await person.say("关注 560850")
    trial = await person.say("/rule 换手率 > 20% on all")
    await person.say(commands(trial)[0])
    await person.say("导入 159590 510300")
    assert (await held(chat.store, "556677889900")).keys() >= {"subscriptions", "audit", "imports", "rule_drafts"}
    assert words(await person.say("忘记我 确定")).startswith("已全部删除")
    assert await held(chat.store, "556677889900") == {}
    assert await person.subscription() is None
    assert said(await person.say("/start"))[0] == "ETF资金信号"


async def test_in_english(chat: Chat) -> None:
    reader = chat.other("2", language="en")
    assert said(await reader.say("forget me"))[0] == "Delete everything about this chat?"
    gone = await reader.say("/forget sure")
    assert (gone.afresh, "Everything is deleted" in words(gone)) == (True, True)


async def test_a_member_cannot_have_a_group_forgotten(chat: Chat) -> None:
    group = replace(chat.other("-100"), kind=ChatKind.GROUP)
    await group.say("订阅")
    assert "管理员" in words(await replace(group, sets_up=False).say("/forget sure"))
    assert await group.subscription() is not None

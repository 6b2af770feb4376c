"""Mute and unmute: funds, indices and kinds, for a while or for good."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages.model import Message
from bot.preferences import Mute
from tests.commands.demo import MORNING, Chat
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


@pytest.fixture
async def mine(chat: Chat) -> Chat:
    await chat.say("订阅")
    return chat


@pytest.mark.parametrize(
    ("words_said", "what", "days"),
    [
        ("560850 1d", "560850", 1),
        ("560850 7天", "560850", 7),
        ("信创50ETF 2周", "560850", 14),
        ("3天 560850", "560850", 3),
        ("560850", "560850", 7),
        ("inflow_streak 1d", "inflow_streak", 1),
        ("连续净流入 永久", "inflow_streak", None),
        ("Inflow streak forever", "inflow_streak", None),
        ("溢价异动 7d", "premium_spike", 7),
        ("沪深300 1d", "000300", 1),
        ("000300 1d", "000300", 1),
    ],
)
async def test_a_fund_an_index_or_a_kind_is_silent_for_a_while(
    mine: Chat, words_said: str, what: str, days: int | None
) -> None:
    answer = await mine.say(f"/mute {words_said}")
    until = None if days is None else MORNING + timedelta(days=days)
    assert (await mine.subscription()).mutes == (Mute(what, until),)
    assert said(answer)[0].startswith("已静音")
    assert commands(answer)[0] == f"/unmute {what}"


async def test_a_second_word_replaces_the_first_and_what_is_over_goes(mine: Chat) -> None:
    await mine.say("静音560850 1天")
    mine.hour.at += timedelta(hours=1)
    await mine.say("静音 510300 7天")
    await mine.say("静音 560850 永久")
    assert {one.what for one in (await mine.subscription()).mutes} == {"510300", "560850"}
    mine.hour.at += timedelta(days=8)
    await mine.say("静音 159915")
    assert {one.what for one in (await mine.subscription()).mutes} == {"560850", "159915"}


async def test_the_list_says_until_when_and_offers_to_end_it(mine: Chat) -> None:
    assert said(await mine.say("静音"))[0] == "没有静音任何基金或信号。"
    await mine.say("/mute 560850 1d")
    await mine.say("/mute inflow_streak forever")
    listed = await mine.say("静音")
    assert said(listed)[:3] == ["静音中", "信创50ETF：到 2025-02-13 09:20", "连续净流入：直到你取消"]
    assert commands(listed) == ["/unmute 560850", "/unmute inflow_streak", "/unmute all", "/settings"]
    left = await mine.say("/unmute 560850")
    assert said(left)[:3] == ["已恢复信创50ETF的提醒。", "静音中", "连续净流入：直到你取消"]
    assert left.in_place
    assert said(await mine.say("/unmute 560850")) == ["信创50ETF没有静音。"]
    assert said(await mine.say("取消静音 连续净流入")) == ["已恢复连续净流入的提醒。"]
    await mine.say("/mute 560850 1d")
    await mine.say("取消静音 全部")
    assert (await mine.subscription()).mutes == ()


async def test_hours_are_told_in_the_readers_zone_and_language(mine: Chat) -> None:
    english = mine.other("en", language="en")
    await english.say("/subscribe")
    await english.store.subscriptions.save(replace(await english.subscription(), zone="Europe/London"), MORNING)
    assert said(await english.say("/mute 560850 1d"))[0] == "信创50ETF is muted until 2025-02-13 01:20."


@pytest.mark.parametrize(
    "wrong", ["nothing_at_all 1d", "#12 7d", "560850 0d", "560850 9999d", "1d", "999999 1d", "* 1d"]
)
async def test_what_cannot_be_muted_changes_nothing(mine: Chat, wrong: str) -> None:
    before = await mine.subscription()
    answer = await mine.say(f"/mute {wrong}")
    assert not said(answer)[0].startswith("已静音")
    assert await mine.subscription() == before


async def test_a_chat_that_never_subscribed_has_nothing_to_mute(chat: Chat) -> None:
    assert "还没有订阅" in words(await chat.say("/mute 560850 1d"))
    assert await chat.subscription() is None


async def test_a_fund_that_is_gone_can_still_be_heard_of_again(mine: Chat) -> None:
    await mine.store.subscriptions.save(replace(await mine.subscription(), mutes=(Mute("599999"),)), MORNING)
    assert "599999：直到你取消" in said(await mine.say("静音"))
    assert said(await mine.say("/unmute 599999")) == ["已恢复599999的提醒。"]


async def test_there_is_an_end_to_mutes_and_each_change_leaves_a_trail(mine: Chat) -> None:
    many = tuple(Mute(f"kind_{number}") for number in range(100))
    await mine.store.subscriptions.save(replace(await mine.subscription(), mutes=many), MORNING)
    assert "最多同时静音100项" in words(await mine.say("/mute 560850"))
    await mine.say("/unmute all")
    await mine.say("/mute 560850 1d")
    trail = [one for one in await mine.store.audit.recent(50) if one.who == f"telegram:{mine.address.chat}"]
    assert any("mutes=" in one.after and "560850" in one.after for one in trail)

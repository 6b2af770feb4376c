"""Quiet hours and the daily limit, as people say them."""

from datetime import time

import pytest

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.holding import verdict
from bot.messages.model import Message
from bot.preferences import QuietHours
from tests.commands.demo import Chat
from tests.commands.said import said, words
from tests.commands.told import seen, tell

pytestmark = pytest.mark.anyio


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


@pytest.fixture
async def mine(chat: Chat) -> Chat:
    await chat.say("订阅")
    return chat


@pytest.mark.parametrize(
    "text",
    [
        "/quiet 22:30-07:00",
        "/quiet 22:30–07:00",
        "安静 22：30～7：00",
        "安静 22:30到7点",
        "/quiet 22:30 7:00",
        "免打扰 22.30 — 7",
        "安静时段22:30至7:00",
    ],
)
async def test_quiet_hours_are_understood_however_they_are_written(mine: Chat, text: str) -> None:
    answer = await mine.say(text)
    assert (await mine.subscription()).quiet == QuietHours(time(22, 30), time(7))
    assert "每天 22:30–07:00（Asia/Shanghai）不发提醒，结束时合并成一条送达，一条不漏。" in said(answer)
    assert answer.in_place


@pytest.mark.parametrize(
    "wrong", ["25:00-07:00", "22:30", "22:60-7:00", "夜里", "22:30-22:30", "-1-5", "22:30-07:00-08:00"]
)
async def test_what_is_no_span_changes_nothing(mine: Chat, wrong: str) -> None:
    before = await mine.subscription()
    await mine.say(f"/quiet {wrong}")
    assert await mine.subscription() == before


async def test_the_menu_offers_nights_and_a_way_out(mine: Chat) -> None:
    menu = await mine.say("安静")
    assert said(menu)[:2] == ["安静时段", "没有设安静时段，提醒随到随发。"]
    assert commands(menu) == ["/quiet 22:00-08:00", "/quiet 23:00-07:00", "/quiet 00:00-08:00", "/settings"]
    chosen = await mine.say("/quiet 23:00-07:00")
    assert commands(chosen)[-3:] == ["/quiet urgent on", "/quiet off", "/settings"]
    passing = await mine.say("/quiet urgent on")
    assert "盘中溢价提醒：安静时段里照发。" in said(passing)
    assert (await mine.subscription()).urgent_passes
    await mine.say("安静 溢价 关")
    assert not (await mine.subscription()).urgent_passes
    assert "没看懂" in words(await mine.say("/quiet urgent maybe"))
    await mine.say("安静 关")
    assert (await mine.subscription()).quiet is None


@pytest.mark.parametrize(("text", "limit"), [("/cap 5", 5), ("每日上限5", 5), ("每日上限 10条", 10), ("/cap off", 0)])
async def test_a_daily_limit_is_set_and_lifted(mine: Chat, text: str, limit: int) -> None:
    answer = await mine.say(text)
    assert (await mine.subscription()).daily_cap == limit
    wanted = (
        f"每天最多{limit}条提醒，多出的合并成一条，次日08:00送达，一条不漏。"
        if limit
        else "没有设上限，提醒有几条发几条。"
    )
    assert wanted in said(answer)


@pytest.mark.parametrize("wrong", ["0", "-1", "101", "many", "1.5", "９９９", "99999999999999999999"])
async def test_what_is_no_limit_changes_nothing(mine: Chat, wrong: str) -> None:
    before = await mine.subscription()
    assert "没看懂" in words(await mine.say(f"/cap {wrong}"))
    assert await mine.subscription() == before


async def test_the_rest_comes_at_the_end_of_the_night(mine: Chat) -> None:
    await mine.say("/quiet 23:00-06:30")
    assert "次日06:30送达" in words(await mine.say("/cap 3"))


async def test_nothing_is_set_for_a_chat_that_never_subscribed(chat: Chat) -> None:
    for text in ("/quiet 22:00-08:00", "/cap 3"):
        assert "还没有订阅" in words(await chat.say(text))
    assert await chat.subscription() is None
    assert said(await chat.say("/quiet"))[0] == "安静时段"


async def test_both_speak_english(mine: Chat) -> None:
    english = mine.other("en", language="en")
    await english.say("/subscribe")
    assert "No alerts from 22:00 to 08:00 every day (Asia/Shanghai)" in words(await english.say("/quiet 22:00-08:00"))
    assert "At most 3 alerts a day; the rest arrives in one message at 08:00" in words(await english.say("/cap 3"))


async def test_in_a_group_only_its_administrators_set_hours(mine: Chat) -> None:
    async def nobody() -> bool:
        return False

    for text in ("/quiet 22:00-08:00", "/cap 3", "/quiet urgent on"):
        answer = await mine.answer(
            Incoming(
                channel="telegram",
                address=mine.address,
                text=text,
                speaker=Speaker("8"),
                kind=ChatKind.GROUP,
                may_set_up=nobody,
            )
        )
        assert "只有群管理员能改" in words(answer)
    assert (await mine.subscription()).quiet is None


async def test_it_is_said_how_many_wait(mine: Chat) -> None:
    await mine.say("/quiet 18:00-23:00")
    (signal,) = await seen(mine, "inflow_streak", "560850")
    with pytest.raises(ValueError, match="not enough values"):
        await tell(mine, signal)
    kept = await mine.subscription()
    mine.hour.at = mine.hour.at.replace(day=11, hour=18, minute=30)
    await mine.store.outbox.held.judge(
        mine.hour.at, {"telegram"}, lambda one, held, told: verdict(one, held, told, mine.hour.at)
    )
    assert await mine.store.outbox.held.waiting(kept.id) != (0, None)
    assert "现在有1条在等，最早 02-11 23:00 送达。" in said(await mine.say("/quiet"))

"""Telegram's listening side against a real server: menus, answers, and what ends it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.base import Incoming, MenuEntry
from bot.channels.telegram import TelegramChannel
from bot.messages.model import Message, plain
from tests.channels.messages import HARD
from tests.channels.talking import MENU, Echo, heard_before, served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import broken, flooded, garbage, refused, reset

pytestmark = pytest.mark.anyio

LI, WANG, GROUP = 7001, 7002, -1001234


async def test_menus_are_set_in_both_languages(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")
    assert api.menus["default", ""] == [
        {"command": "etf", "description": "Show a fund"},
        {"command": "help", "description": "Help"},
    ]
    assert api.menus["default", "zh"][0] == {"command": "etf", "description": "看一只基金"}


async def test_menus_that_are_right_are_not_set_again(api: BotApi, telegram: TelegramChannel) -> None:
    for _ in range(2):
        async with served(telegram, Echo()):
            await api.ask(LI, "/help")
    assert len(api.called("setMyCommands")) == 8


async def test_a_changed_menu_is_set_anew(api: BotApi, telegram: TelegramChannel) -> None:
    for menu in (MENU, (MenuEntry(name="etf", help_zh="看一只基金", help_en="Look at a fund"),)):
        async with served(telegram, Echo(), menu):
            await api.ask(LI, "/help")
    assert len(api.called("setMyCommands")) == 16
    assert api.menus["default", ""] == [{"command": "etf", "description": "Look at a fund"}]


async def test_without_its_menu_the_bot_still_answers(api: BotApi, telegram: TelegramChannel) -> None:
    api.fail("getMyCommands", broken(), garbage(b"?"))
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")


class Long(Echo):
    async def __call__(self, incoming: Incoming) -> Message:
        return replace(HARD["many lines"], buttons=(await super().__call__(incoming)).buttons)


async def test_a_long_answer_comes_in_order(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Long()):
        parts = await api.ask(LI, "/help", answers=4)
    lines = "\n".join(part.text for part in parts).split("\n")
    assert [line for line in lines if line.startswith("第")] == [f"第{number}行，换手率31.51%" for number in range(900)]
    assert [bool(part.buttons) for part in parts] == [False, False, False, True]


async def test_an_answer_waits_once_as_the_server_says(api: BotApi, telegram: TelegramChannel) -> None:
    api.fail("sendMessage", flooded(1))
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")
    assert len(api.called("sendMessage")) == 2


async def test_an_answer_does_not_wait_twice_nor_long(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.fail("sendMessage", flooded(1), flooded(1), flooded(3_600), chat=LI)
        api.say(LI, "/etf 1")
        api.say(LI, "/etf 2")
        await api.ask(WANG, "/help")
        await api.ask(LI, "/etf 3")
    assert [seen.text for seen in api.sent(LI)] == ["听到：/etf 3"]
    assert echo.texts[-1] == "/etf 3"


async def test_an_answer_whose_markup_is_refused_comes_as_plain_text(api: BotApi, telegram: TelegramChannel) -> None:
    api.fail("sendMessage", refused(400, "Bad Request: can't parse entities: Unsupported start tag"))
    async with served(telegram, Echo()):
        [answer] = await api.ask(LI, "<b> & co")
    assert (answer.text, answer.html, answer.labels) == ("听到：<b> & co", False, ["详情", "帮助"])


async def test_an_answer_follows_a_group_that_moved(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Echo()):
        api.move(-55, to=GROUP)
        api.say(-55, "/etf 1", by=LI)
        [answer] = await api.answers(GROUP)
    assert answer.text == "听到：/etf 1"


async def test_one_chat_is_answered_in_order_while_others_are_not_held_up(
    api: BotApi, telegram: TelegramChannel
) -> None:
    gate, order = asyncio.Event(), []

    async def answer(incoming: Incoming) -> Message:
        if incoming.text == "slow":
            await gate.wait()
        order.append(incoming.text)
        return plain(incoming.text)

    async with served(telegram, answer):
        api.say(LI, "slow")
        api.say(LI, "quick")
        await api.ask(WANG, "other")
        assert order == ["other"]
        gate.set()
        await api.answers(LI, 2)
    assert [seen.text for seen in api.sent(LI)] == ["slow", "quick"]


async def test_only_so_many_chats_are_answered_at_once(
    api: BotApi, telegram: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_listener.AT_ONCE", 2)
    gate, busy = asyncio.Event(), 0

    async def answer(incoming: Incoming) -> Message:
        nonlocal busy
        busy += 1
        await gate.wait()
        busy -= 1
        return plain("done")

    async with served(telegram, answer):
        for chat in range(1, 6):
            api.say(chat, "/help")
        await api.until(lambda: api.called("getUpdates") and api.called("getUpdates")[-1].get("offset") == "6")
        assert busy == 2
        gate.set()
        for chat in range(1, 6):
            await api.answers(chat)


async def test_a_defect_in_an_answer_is_logged_and_the_next_is_given(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    async def answer(incoming: Incoming) -> Message:
        if incoming.text == "bad":
            raise ZeroDivisionError
        return plain(incoming.text)

    async with served(telegram, answer):
        api.say(LI, "bad")
        await api.ask(LI, "good")
    assert "ZeroDivisionError" in capsys.readouterr().out


async def test_a_broken_line_is_told_once_and_once_when_it_is_back(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    api.fail("getUpdates", reset(), garbage(b"", 503))
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")
        await api.ask(LI, "/help")
    log = capsys.readouterr().out
    assert (log.count("is not heard"), log.count("is heard again")) == (1, 1)


async def test_a_server_that_is_down_at_start_is_waited_for(api: BotApi, telegram: TelegramChannel) -> None:
    api.fail("getMe", broken(502))
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")


async def test_a_second_listener_ends_the_first_and_stays(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = Echo(), Echo()
    newer = TelegramChannel(api.token, base_url=api.base_url)
    async with served(telegram, first) as older:
        await api.ask(LI, "/etf 1")
        async with served(newer, second):
            await asyncio.wait_for(older, 5)
            assert await heard_before(api, second, LI) == []
    assert first.texts == ["/etf 1"]
    assert capsys.readouterr().out.count("another process listens") == 1
    await newer.aclose()


async def test_a_token_that_is_refused_ends_listening_with_a_word(
    api: BotApi, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = TelegramChannel("770001:wrong", base_url=api.base_url)
    await asyncio.wait_for(wrong.serve(Echo(), MENU), 5)
    assert capsys.readouterr().out.count("refuses the bot's token") == 1
    await wrong.aclose()


async def test_a_token_that_is_revoked_ends_listening_too(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    async with served(telegram, Echo()) as serving:
        await api.ask(LI, "/help")
        api.fail("getUpdates", refused(401, "Unauthorized"))
        api.say(LI, "/help")
        await asyncio.wait_for(serving, 5)
    assert capsys.readouterr().out.count("refuses the bot's token") == 1


async def left_over(before: set["asyncio.Task[Any]"]) -> list[str]:
    await asyncio.sleep(0)  # cancelled tasks end at the next turn of the loop
    return [repr(task) for task in asyncio.all_tasks() - before if "web_protocol" not in repr(task)]


async def test_a_cancelled_listener_leaves_nothing_behind(api: BotApi, telegram: TelegramChannel) -> None:
    before = asyncio.all_tasks()
    async with served(telegram, Echo()) as serving:
        await api.ask(LI, "/help")
    assert serving.cancelled()
    assert await left_over(before) == []


async def test_a_listener_cancelled_at_once_leaves_nothing_behind(api: BotApi, telegram: TelegramChannel) -> None:
    before = asyncio.all_tasks()
    for turns in range(12):
        async with served(telegram, Echo()) as serving:
            for _ in range(turns):
                await asyncio.sleep(0)
        assert serving.cancelled()
    assert await left_over(before) == []


async def test_an_answer_being_worked_on_is_finished_first(api: BotApi, telegram: TelegramChannel) -> None:
    begun = asyncio.Event()

    async def answer(incoming: Incoming) -> Message:
        begun.set()
        await asyncio.sleep(0.05)
        return plain("done")

    async with served(telegram, answer):
        api.say(LI, "/help")
        await begun.wait()
    assert [seen.text for seen in api.sent(LI)] == ["done"]


async def test_an_answer_that_never_ends_is_given_up(
    api: BotApi, telegram: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_listener.GRACE_SECONDS", 0.05)
    before, begun = asyncio.all_tasks(), asyncio.Event()

    async def answer(incoming: Incoming) -> Message:
        begun.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with served(telegram, answer) as serving:
        api.say(LI, "/etf 1")
        api.say(LI, "/etf 2")
        await begun.wait()
    assert serving.cancelled()
    assert await left_over(before) == []
    assert api.sent(LI) == []


async def test_what_was_answered_is_not_answered_again_after_a_restart(api: BotApi, telegram: TelegramChannel) -> None:
    first, second = Echo(), Echo()
    async with served(telegram, first):
        await api.ask(LI, "/etf 1")
    async with served(telegram, second):
        assert await heard_before(api, second, LI) == []


async def test_a_link_that_says_start_is_known_once_the_server_has_told_the_bots_name(
    api: BotApi, telegram: TelegramChannel
) -> None:
    assert telegram.invitation("rule_1_a") == ""
    async with served(telegram, Echo()):
        await api.ask(LI, "/help")
        assert telegram.invitation("rule_1_a") == "https://t.me/etf_flow_bot?start=rule_1_a"

"""Stop, come back, watch, unwatch, list: what a chat is, and that it is remembered."""

from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from bot.deliveries import Address
from bot.messages.model import Message
from bot.subscriptions import USUAL_TOPICS, Language, Subscription
from signals.core.detector import Topic
from tests.commands.demo import Chat, talking
from tests.commands.said import said, words

pytestmark = pytest.mark.anyio


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


async def test_a_newcomer_is_greeted_and_not_subscribed(chat: Chat) -> None:
    answer = await chat.say("/start")
    assert said(answer)[0] == "ETF资金信号"
    assert "演示数据" in words(answer)
    assert {"/subscribe", "/start topics"} <= {*commands(answer)}
    assert await chat.subscription() is None


async def test_subscribing_starts_with_the_settings_of_newcomers(chat: Chat) -> None:
    answer = await chat.say("订阅")
    assert said(answer)[0] == "订阅好了"
    assert "17:45" in words(answer)
    assert "宽基" in words(answer)
    assert commands(answer) == ["/digest", "/list", "/settings", "/help"]
    stored = await chat.subscription()
    assert stored == Subscription(
        id=stored.id,
        channel="telegram",
        chat=chat.address.chat,
        language=Language.ZH,
        watchlists=frozenset({"宽基"}),
        evening_digest=time(17, 45),
    )


async def test_an_english_newcomer_reads_the_english_name_of_his_list(chat: Chat) -> None:
    english = chat.other("2", language="en-GB")
    text = words(await english.say("subscribe"))
    assert "Broad market" in text
    assert "宽基" not in text
    assert (await english.subscription()).language is Language.EN


async def test_subscribing_twice_changes_nothing(chat: Chat) -> None:
    await chat.say("订阅")
    before = await chat.subscription()
    assert said(await chat.say("/subscribe")) == ["你已经订阅了。"]
    assert await chat.subscription() == before


async def test_stopping_keeps_everything(chat: Chat) -> None:
    await chat.say("关注 560850")
    before = await chat.subscription()
    answer = await chat.say("退订")
    assert commands(answer) == ["/subscribe"]
    assert await chat.subscription() == replace(before, active=False)
    assert "设置" in words(answer)


async def test_stopping_what_never_began_is_said(chat: Chat) -> None:
    assert said(await chat.say("退订")) == ["你还没有订阅。"]
    assert await chat.subscription() is None


async def test_subscribing_again_brings_everything_back(chat: Chat) -> None:
    await chat.say("关注 560850")
    before = await chat.subscription()
    await chat.say("退订")
    assert said(await chat.say("订阅"))[0] == "已开始推送，用的是你之前的设置"
    assert await chat.subscription() == before


async def test_a_chat_that_was_paused_comes_back_with_start(chat: Chat) -> None:
    await chat.say("关注 560850")
    before = await chat.subscription()
    await chat.store.subscriptions.pause(before.id, "blocked by the user", chat.hour.now())
    assert not (await chat.subscription()).active
    answer = await chat.say("/start")
    assert "欢迎回来，推送已恢复，设置都在。" in said(answer)
    assert "/subscribe" not in commands(answer)
    assert await chat.subscription() == before


async def test_a_chat_that_stopped_is_not_made_to_listen_by_start(chat: Chat) -> None:
    await chat.say("订阅")
    await chat.say("退订")
    answer = await chat.say("/start")
    assert not (await chat.subscription()).active
    assert commands(answer)[-1] == "/subscribe"
    assert "欢迎回来" not in words(answer)


async def test_who_stops_while_paused_stays_stopped(chat: Chat) -> None:
    await chat.say("订阅")
    await chat.store.subscriptions.pause((await chat.subscription()).id, "blocked", chat.hour.now())
    await chat.say("退订")
    await chat.say("/start")
    assert not (await chat.subscription()).active


async def test_watching_adds_a_fund_and_names_it(chat: Chat) -> None:
    answer = await chat.say("关注 560850")
    assert said(answer)[:2] == ["已关注", "信创50ETF 560850"]
    assert commands(answer) == ["/etf 560850"]
    assert (await chat.subscription()).watched == {"560850"}


async def test_watching_tells_a_newcomer_that_he_is_subscribed_now(chat: Chat) -> None:
    assert "订阅" in words(await chat.say("关注 560850"))
    assert "订阅" not in words(await chat.say("关注 159590"))


@pytest.mark.parametrize(
    "text",
    ["关注 560850 159590", "关注 560850,159590", "关注 560850，159590", "关注560850、159590", "/watch 560850; 159590"],
)
async def test_several_funds_are_watched_at_once(chat: Chat, text: str) -> None:
    answer = await chat.say(text)
    assert said(answer)[:3] == ["已关注", "信创50ETF 560850", "软件50ETF 159590"]
    assert (await chat.subscription()).watched == {"560850", "159590"}


async def test_watching_by_name(chat: Chat) -> None:
    assert "信创50ETF 560850" in said(await chat.say("关注 信创50"))


async def test_watching_an_exact_name_that_others_begin_with(chat: Chat) -> None:
    assert "沪深300ETF 510300" in said(await chat.say("关注 沪深300ETF"))
    assert (await chat.subscription()).watched == {"510300"}


async def test_watching_twice_is_watching_once(chat: Chat) -> None:
    await chat.say("关注 560850")
    await chat.say("关注 560850 信创50ETF")
    assert (await chat.subscription()).watched == {"560850"}


async def test_one_wrong_word_watches_nothing_and_is_named(chat: Chat) -> None:
    assert "“999999”" in words(await chat.say("关注 560850 999999"))
    assert await chat.subscription() is None


@pytest.mark.parametrize(
    ("text", "example"), [("关注", "关注 560850"), ("取消关注", "取消关注 560850"), ("查询", "查询 560850")]
)
async def test_a_word_without_a_fund_gets_an_example(chat: Chat, text: str, example: str) -> None:
    assert example in words(await chat.say(text))


async def test_unwatching_removes_a_fund(chat: Chat) -> None:
    await chat.say("关注 560850 159590")
    assert words(await chat.say("取消关注 560850")) == "已取消关注\n信创50ETF 560850"
    assert (await chat.subscription()).watched == {"159590"}


async def test_unwatching_by_name_and_by_the_short_word(chat: Chat) -> None:
    await chat.say("关注 560850 159590")
    assert "560850" in words(await chat.say("取关信创50"))
    assert (await chat.subscription()).watched == {"159590"}


async def test_unwatching_what_is_not_watched_is_said_and_changes_nothing(chat: Chat) -> None:
    assert words(await chat.say("取消关注 560850")) == "没有关注 560850"
    await chat.say("关注 159590")
    assert words(await chat.say("取消关注 560850 159590")) == "没有关注 560850"
    assert (await chat.subscription()).watched == {"159590"}


async def test_a_fund_that_is_gone_can_be_unwatched(chat: Chat) -> None:
    await chat.say("关注 159590")
    stored = await chat.subscription()
    await chat.store.subscriptions.save(replace(stored, watched=frozenset({"599999", "159590"})), chat.hour.now())
    assert words(await chat.say("取消关注 599999")) == "已取消关注\n599999"
    assert (await chat.subscription()).watched == {"159590"}


async def test_the_list_shows_own_funds_and_lists_by_name(chat: Chat) -> None:
    assert words(await chat.say("列表")) == "你还没有订阅，发送“订阅”开始。"
    await chat.say("关注 560850 159590")
    lines = said(await chat.say("我的"))
    assert lines[:4] == ["我的关注", "自选（2只）", "软件50ETF 159590", "信创50ETF 560850"]
    assert lines[4] == "清单“宽基”（14只）"
    assert "沪深300ETF、" in lines[5]


async def test_the_list_of_a_stopped_chat_says_so(chat: Chat) -> None:
    await chat.say("订阅")
    assert "推送已停止" not in words(await chat.say("列表"))
    await chat.say("退订")
    assert said(await chat.say("列表"))[-1] == "推送已停止，发送“订阅”恢复。"


async def test_the_list_is_in_the_language_of_the_chat(chat: Chat) -> None:
    english = chat.other("2", language="en")
    await english.say("watch 560850")
    assert said(await english.say("list"))[:2] == ["What I watch", "My own (1)"]
    assert "List “Broad market” (14)" in said(await english.say("/list"))


async def test_no_more_than_the_limit_can_be_watched(database: Path) -> None:
    async with talking(database, **{"subscribers.max_watched": 2}) as chat:
        await chat.say("关注 560850 159590")
        assert words(await chat.say("关注 510300")) == "最多关注2只基金。"
        assert (await chat.subscription()).watched == {"560850", "159590"}
        assert said(await chat.say("关注 560850"))[0] == "已关注"


async def test_everything_is_remembered_when_the_service_starts_again(database: Path) -> None:
    async with talking(database) as chat:
        await chat.say("关注 560850")
        before = await chat.subscription()
    async with talking(database) as chat:
        assert await chat.subscription() == before
        assert "信创50ETF 560850" in said(await chat.say("列表"))


async def test_chats_threads_and_channels_do_not_know_of_each_other(chat: Chat) -> None:
    await chat.say("关注 560850")
    mine = chat.address
    others = [chat.other("2"), replace(chat, channel="web"), replace(chat, address=Address(mine.chat, thread="7"))]
    for other in others:
        assert await other.subscription() is None
        await other.say("关注 159590")
        assert (await other.subscription()).watched == {"159590"}
    assert (await chat.subscription()).watched == {"560850"}


async def test_every_change_leaves_a_trail_and_nothing_else_does(chat: Chat) -> None:
    for text in ("关注 560850", "列表", "560850", "退订", "/start", "取消关注 999999"):
        await chat.say(text)
    stopped, watched = [one for one in await chat.store.audit.recent(99) if one.who.endswith(f":{chat.address.chat}")]
    assert (watched.who, watched.what) == (f"telegram:{chat.address.chat}", "subscription")
    assert "watched=560850" in watched.after
    assert (stopped.before, stopped.after) == ("active=True", "active=False")
    assert stopped.at == chat.hour.now()


async def test_prices_within_the_session_are_told_to_who_asks_for_them(chat: Chat) -> None:
    answer = await chat.say("盘中")
    assert said(answer)[0] == "盘中提醒已关闭"
    assert commands(answer) == ["/intraday on"]
    assert said(await chat.say("/intraday on"))[0] == "盘中提醒已开启"
    stored = await chat.subscription()
    assert Topic.INTRADAY in stored.topics
    assert stored.active
    assert commands(await chat.say("盘中")) == ["/intraday off"]


async def test_and_to_nobody_who_has_turned_them_off(chat: Chat) -> None:
    await chat.say("盘中 开")
    assert said(await chat.say("盘中 关")) == ["盘中提醒已关闭"]
    assert (await chat.subscription()).topics == USUAL_TOPICS


async def test_a_switch_is_on_or_off(chat: Chat) -> None:
    assert said(await chat.say("盘中 也许")) == ["没看懂“也许”，请发“开”或“关”。"]
    assert await chat.subscription() is None

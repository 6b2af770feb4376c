"""`/study`: every signal by every name, with a picture, and kind to those who mistype."""

import pytest

from bot.messages.catalogue import catalogue
from bot.messages.model import Message, Picture, Table
from bot.subscriptions import Language
from signals import load_detectors
from tests.commands.demo import Chat, talking
from tests.commands.said import words

pytestmark = pytest.mark.anyio

DETECTORS = load_detectors()
ZH = catalogue(Language.ZH)


def pictures(message: Message) -> list[Picture]:
    return [one for one in message.blocks if isinstance(one, Picture)]


@pytest.mark.parametrize("said", ["/study inflow_streak", "研究 连续净流入", "研究连续净流入", "study Inflow Streak"])
async def test_a_signal_is_found_by_each_of_its_names(chat: Chat, said: str) -> None:
    answer = await chat.say(said)
    text = words(answer)
    assert text.startswith("研究：连续净流入 〔演示数据〕")
    assert "权益类ETF · 2023-" in text
    assert "同类信号过去出现" in text
    assert "历史统计，不代表未来" in text
    (picture,) = pictures(answer)
    assert picture.size[0] == 1080
    assert len([one for one in answer.blocks if isinstance(one, Table)]) == 2


async def test_everything_is_said_in_the_readers_language(chat: Chat) -> None:
    text = words(await chat.other("en", language="en").say("study inflow_streak"))
    assert text.startswith("Study: Inflow streak")
    assert "Such signals so far:" in text
    assert "Equity ETFs" in text


async def test_a_class_may_be_named(chat: Chat) -> None:
    assert "跨境ETF" in words(await chat.say("研究 连续净流入 跨境"))
    assert "跨境ETF" in words(await chat.say("/study inflow_streak cross_border"))
    assert "Bond ETFs" in words(await chat.other("en", language="en").say("study inflow_streak bond"))


async def test_a_signal_of_the_market_is_measured_by_its_index(chat: Chat) -> None:
    text = words(await chat.say("研究 margin_rise"))
    assert "中证全指" in text or "沪深300" in text
    assert "超额" not in text


async def test_without_a_name_all_signals_are_listed(chat: Chat) -> None:
    text = words(await chat.say("研究"))
    assert all(one.title.zh in text and name in text for name, one in DETECTORS.items())
    assert ZH.text("study-list-hint") in text


async def test_a_piece_of_one_name_is_enough(chat: Chat) -> None:
    assert words(await chat.say("研究 首次回")).startswith("研究：连涨后首次回调")


async def test_a_mistyped_name_brings_the_nearest(chat: Chat) -> None:
    text = words(await chat.say("研究 连续净流"))
    assert "连续净流入" in text
    assert "连续净流出" in text
    assert "“连续净流”" in text
    assert "Inflow streak" in words(await chat.other("en", language="en").say("study inflow_streek"))


async def test_a_name_that_is_near_nothing_is_named(chat: Chat) -> None:
    assert words(await chat.say("研究 龙虎榜")) == ZH.text("signals-unknown", word="龙虎榜")


async def test_the_description_of_a_signal_has_the_line_and_a_way_to_the_whole(chat: Chat) -> None:
    answer = await chat.say("信号 inflow_streak")
    assert "同类信号过去出现" in words(answer)
    assert answer.buttons[0][0].command == "/study inflow_streak"


async def test_the_line_can_be_switched_off(database: object) -> None:
    async with talking(database, **{"study.enabled": "false"}) as chat:  # type: ignore[arg-type]
        assert "同类信号" not in words(await chat.say("信号 inflow_streak"))
        assert "同类信号" in words(await chat.say("研究 inflow_streak"))

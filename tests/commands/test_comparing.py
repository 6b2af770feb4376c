"""Funds side by side, rankings within a list, an index or a class, and the market on one card."""

import re

import pytest

from bot.messages.model import Message, Style, Table
from bot.subscriptions import Language
from tests.commands.demo import EVENING, Chat
from tests.commands.said import commands, headings, said, section, undated, words

pytestmark = pytest.mark.anyio


def table(message: Message) -> Table:
    (found,) = [block for block in message.blocks if isinstance(block, Table)]
    return found


def row(message: Message, label: str) -> list[str]:
    """The cells of the row whose name begins so."""
    (found,) = [one for one in table(message).rows if one[0].text.startswith(label)]
    return [cell.text for cell in found[1:]]


async def test_two_funds_stand_side_by_side_with_dates_and_ranks(chat: Chat) -> None:
    answer = await chat.say("对比 560850 159590")
    assert table(answer).header == ("", "信创50ETF 560850", "软件50ETF 159590")
    assert row(answer, "跟踪指数") == ["中证信创", "中证全指软件"]
    assert row(answer, "涨跌幅（02-11）") == ["−1.31%", "−1.52%"]
    assert row(answer, "换手率（02-11）") == ["30.83% 同类1/3", "40.74% 同类1/3"]
    for label in ("净流入", "近5日净流入", "近20日净流入", "收盘溢价率", "规模", "年初至今份额增长率"):
        assert all(re.search(r"\d", cell) for cell in row(answer, label))
    assert row(answer, "连续净流入") == ["2日", "7日"]
    assert commands(answer) == ["/etf 560850", "/etf 159590"]


async def test_falls_and_rises_are_coloured(chat: Chat) -> None:
    rows = {one[0].text: one for one in table(await chat.say("对比 560850 159590")).rows}
    assert [cell.style for cell in rows["涨跌幅（02-11）"][1:]] == [Style.DOWN, Style.DOWN]
    assert [cell.style for cell in rows["净流入（02-11）"][1:]] == [Style.UP, Style.UP]


async def test_figures_of_another_day_or_estimates_bear_their_own_date(chat: Chat) -> None:
    chat.hour.at = EVENING
    answer = await chat.say("对比 560850 159590")
    assert row(answer, "净流入（02-10）")
    assert row(answer, "涨跌幅（02-11）")
    cross_border = await chat.say("对比 159632 510300")
    assert any("（02-10，暂估）" in cell for cell in row(cross_border, "净流入"))


@pytest.mark.parametrize("words_", ["", "560850", "560850 159590 510300 515230"])
async def test_two_or_three_are_compared(chat: Chat, words_: str) -> None:
    assert words(await chat.say(f"对比 {words_}")) == "对比两到三只基金，例如：对比 560850 159590"


async def test_a_fund_is_not_compared_with_itself(chat: Chat) -> None:
    assert "同一只基金" in words(await chat.say("对比 560850 信创50ETF"))


async def test_three_by_name_in_english(chat: Chat) -> None:
    answer = await chat.other("2", language="en").say("compare xc50etf vs 159590 and 515230")
    assert len(table(answer).header) == 4
    assert row(answer, "AUM (02-11)")[2].endswith("#1 of 3")


@pytest.mark.parametrize(
    ("line", "title", "first"),
    [
        ("排行 净流入 宽基", "宽基排行：净流入（02-11）", "510300"),
        ("排行 宽基", "宽基排行：净流入（02-11）", "510300"),
        ("rank flow in broad-market", "宽基排行：净流入（02-11）", "510300"),
        ("排行 规模 债券", "债券排行：规模（02-11）", "511090"),
        ("排行 规模 债券ETF", "债券ETF排行：规模（02-11）", "511090"),
        ("rank size in bond", "债券ETF排行：规模（02-11）", "511090"),
        ("排行 换手 中证信创", "中证信创排行：换手率（02-11）", "560850"),
        ("排行 换手 931247", "中证信创排行：换手率（02-11）", "560850"),
        ("排行 在 信创 换手", "中证信创排行：换手率（02-11）", "560850"),
    ],
)
async def test_a_ranking_is_of_a_list_a_class_or_an_index(chat: Chat, line: str, title: str, first: str) -> None:
    answer = await chat.say(line)
    assert headings(answer) == [f"{title} 〔演示数据〕"]
    assert table(answer).rows[0][2].text == first
    again = await chat.say(commands(answer)[0])
    assert headings(again)[0].split("：")[0] == title.split("：", maxsplit=1)[0]


async def test_a_piece_of_several_indices_is_left_to_choose_from(chat: Chat) -> None:
    answer = await chat.say("排行 换手 中证")
    assert re.match(r"“中证”匹配\d+个指数", words(answer))
    assert all(re.fullmatch(r"/rank 换手 \S+", one) for one in commands(answer))
    assert "排行：换手率" in words(await chat.say(commands(answer)[0]))


async def test_what_is_neither_is_named(chat: Chat) -> None:
    assert "“天气”" in words(await chat.say("排行 天气"))
    assert "“天气”" in words(await chat.say("排行 净流入 天气"))


async def test_the_market_on_one_card(chat: Chat) -> None:
    answer = await chat.say("市场")
    assert headings(answer) == ["市场 〔演示数据〕", "指数与涨跌", "资金流向", "领先基金", "沪深两市融资融券"]
    up, down, flat = map(int, re.findall(r"(\d+)只", section(answer, "指数与涨跌")[0]))
    assert up + down + flat > 20
    assert any("净流入居前的股票指数" in one for one in section(answer, "资金流向"))
    assert [one.split("：")[0] for one in section(answer, "领先基金")] == ["净流入居前", "溢价居前", "换手居前"]
    assert any("连续5日增加" in one for one in said(answer))


@pytest.mark.parametrize("language", Language)
async def test_every_figure_of_the_market_bears_its_date(chat: Chat, language: Language) -> None:
    reader = chat.other("2", language=language)
    answer = await reader.say("market")
    assert undated(answer, language) == []
    assert all(re.search(r"\d\d-\d\d", one) for one in said(answer) if re.search(r"\d%", one))


async def test_the_market_before_anything_is_known(chat: Chat) -> None:
    chat.hour.at = chat.hour.at.replace(year=2019, month=1, day=2)
    assert said(await chat.say("市场"))[0].startswith("市场")
    assert words(await chat.say("排行")) == "还没有可排行的数据。"

"""主题: which indices hold the most of a theme, on the demo market of the reference day."""

import pytest

from bot.messages.model import Message
from tests.commands.demo import EVENING, Chat
from tests.commands.said import said

pytestmark = pytest.mark.anyio

ALL = "AI算力、DeepSeek、半导体、人形机器人、锂电池、低空经济"


def commands(message: Message) -> list[str]:
    return [button.command for row in message.buttons for button in row]


@pytest.mark.parametrize(
    "asked", ["主题 DeepSeek", "主题deepseek", "/theme deepseek", "theme ＤｅｅｐＳｅｅｋ", "主题 Deep Seek"]
)
async def test_a_theme_is_ranked_over_the_indices(chat: Chat, asked: str) -> None:
    chat.hour.at = EVENING
    lines = said(await chat.say(asked))
    assert lines[0] == "DeepSeek含量排行（01-27） 〔演示数据〕"
    assert lines[1:4] == [
        "# 指数 含量 规模最大的基金",
        "1 中证信创 48.1% 信创50ETF 560850",
        "2 科创50 24.1% 科创50ETF 588000",
    ]
    assert lines[-2] == "中证信创所含：海光信息 8.9%、中科曙光 8.0%、科大讯飞 6.5%、金山办公 6.2%、浪潮信息 5.0%"
    assert lines[-1] == "含量 = 主题名单（19只股票）在指数中的权重之和；已知权重的指数6个，有基金跟踪的指数共11个"


async def test_it_is_told_in_english(chat: Chat) -> None:
    english = chat.other("2", language="en")
    lines = said(await english.say("theme semiconductors"))
    assert lines[0] == "Exposure to Semiconductors (01-27) [demo data 演示数据]"
    assert lines[2].startswith("1 STAR 50 ")


async def test_without_a_word_the_themes_are_listed_with_who_leads_them(chat: Chat) -> None:
    answer = await chat.say("主题")
    assert "DeepSeek  中证信创 48.1%（01-27）" in said(answer)
    assert "低空经济" in said(answer)
    assert commands(answer)[:2] == ["/theme AI算力", "/theme DeepSeek"]
    assert said(await chat.say(commands(answer)[0]))[0].startswith("AI算力含量排行")


async def test_a_piece_of_a_name_is_enough_where_only_one_theme_has_it(chat: Chat) -> None:
    assert said(await chat.say("主题 机器人"))[0].startswith("人形机器人含量排行")


@pytest.mark.parametrize(
    ("word", "some"), [("DeepSeak", "DeepSeek"), ("半导休", "半导体"), ("Lithum batteries", "锂电池")]
)
async def test_a_misspelt_theme_is_answered_with_what_is_spelt_alike(chat: Chat, word: str, some: str) -> None:
    assert said(await chat.say(f"主题 {word}")) == [f"没有叫“{word}”的主题，是不是要找：{some}"]


@pytest.mark.parametrize("word", ["白酒", "zzz", "！"])
async def test_an_unknown_theme_is_answered_with_all_there_are(chat: Chat, word: str) -> None:
    (line,) = said(await chat.say(f"主题 {word}"))
    assert line.endswith(f"可选：{ALL}")


async def test_a_piece_that_several_have_is_asked_back(chat: Chat) -> None:
    (line,) = said(await chat.say("主题 e"))
    assert line.startswith("没有叫“e”的主题，是不是要找：")
    assert "DeepSeek" in line


async def test_a_theme_that_no_index_holds_is_said_so(chat: Chat) -> None:
    assert said(await chat.say("主题 低空经济")) == ["已知权重的指数都不含低空经济主题的股票。"]


async def test_before_weights_are_out_none_is_claimed(chat: Chat) -> None:
    chat.hour.at = EVENING.replace(year=2024, month=12)
    assert said(await chat.say("主题 DeepSeek")) == ["还没有任何指数的成分股权重，暂时算不出DeepSeek含量。"]
    assert "DeepSeek" in said(await chat.say("主题"))

"""Funds by code, name, pieces of either, pinyin and nearly right names; what fits several is offered as buttons."""

import pytest

from bot.commands.spelling import spelt, spelt_funds
from tests.commands.demo import Chat
from tests.commands.said import commands, said, words

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("word", "fund"),
    [
        ("560850", "560850"),
        ("信创ETF", "562570"),
        ("信创etf", "562570"),
        ("xcetf", "562570"),
        ("XCETF", "562570"),
        ("xc50etf", "560850"),
        ("xinchuang50", "560850"),
        ("xinchuangetf", "562570"),
        ("rj50", "159590"),
        ("56085", "560850"),
        ("软50ETF", "159590"),
    ],
)
async def test_a_word_means_one_fund(chat: Chat, word: str, fund: str) -> None:
    await chat.say(f"关注 {word}")
    assert (await chat.subscription()).watched == {fund}


@pytest.mark.parametrize("word", ["软件", "ruanjian", "rj", "RuanJian"])
async def test_a_word_of_several_funds_offers_each(chat: Chat, word: str) -> None:
    answer = await chat.say(f"关注 {word}")
    assert f"“{word}”可能是" in words(answer)
    assert commands(answer) == ["/watch 159590", "/watch 159899", "/watch 515230"]
    assert await chat.subscription() is None
    await chat.say(commands(answer)[2])
    assert (await chat.subscription()).watched == {"515230"}


async def test_the_other_words_of_a_command_are_kept(chat: Chat) -> None:
    assert commands(await chat.say("关注 560850 软件"))[0] == "/watch 560850 159590"
    assert commands(await chat.say("对比 软件 560850"))[0] == "/compare 159590 560850"
    assert commands(await chat.say("软件"))[0] == "/etf 159590"


async def test_a_choice_that_no_button_could_hold_is_the_fund_alone(chat: Chat) -> None:
    assert commands(await chat.say("关注 " + "560850 " * 9 + "软件"))[0] == "/watch 159590"


@pytest.mark.parametrize("word", ["hello", "你好", "vv", "599999", "x", "<b>软件</b>x", "qwertyuiop"])
async def test_what_means_no_fund_is_answered_with_a_way_on(chat: Chat, word: str) -> None:
    answer = await chat.say(word)
    assert f"没有找到“{word}”" in words(answer)
    assert commands(answer) == ["/lists", "/rank", "/market", "/help"]


async def test_in_english(chat: Chat) -> None:
    answer = await chat.other("2", language="en").say("watch rj")
    assert "“rj” may be" in words(answer)
    assert said(await chat.other("2", language="en").say("watch xcetf"))[1] == "信创ETF 562570"


def test_names_are_spelt_by_sound_and_by_first_letters() -> None:
    assert (spelt("信创50ETF").sounds, spelt("信创50ETF").initials) == ("xinchuang50etf", "xc50etf")
    assert spelt("银行 ＥＴＦ").plain == "银行etf"


async def test_names_are_spelt_once_for_a_set_of_funds(chat: Chat) -> None:
    panel = await chat.desk.panels.latest(chat.hour.at, chat.hour.at.date())
    assert panel.derive(spelt_funds) is panel.derive(spelt_funds)
    before = spelt.cache_info().misses
    spelt_funds(panel)
    assert spelt.cache_info().misses == before

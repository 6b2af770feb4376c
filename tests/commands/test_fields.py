"""`/fields`: every quantity with unit, meaning and the time at which it is out."""

import pytest

from bot.messages.model import Paragraph
from signals.core.vocabulary import fields
from tests.commands.demo import Chat
from tests.commands.said import headings, words

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(("said", "language"), [("/fields", "en"), ("字段", "zh-hans"), ("指标", "zh-hans")])
async def test_every_quantity_is_listed_folded(chat: Chat, said: str, language: str) -> None:
    answer = await chat.other("x", language=language).say(said)
    text = words(answer)
    assert [one.name for one in fields() if f" {one.name}" not in text] == []
    assert any(isinstance(block, Paragraph) and block.folded for block in answer.blocks)


async def test_they_stand_by_what_they_are_about_and_when_they_are_out(chat: Chat) -> None:
    titles = headings(await chat.say("字段"))
    assert titles[1:] == [
        "基金 · 盘中更新",
        "基金 · 收盘后更新",
        "基金 · 晚间更新",
        "基金 · 次日开盘前更新",
        "指数 · 收盘后更新",
        "市场 · 次日开盘前更新",
    ]


async def test_a_word_picks_those_whose_names_hold_it(chat: Chat) -> None:
    answer = await chat.say("字段 换手")
    assert "换手率 turnover（%）" in words(answer)
    assert "premium" not in words(answer)
    assert not any(isinstance(block, Paragraph) and block.folded for block in answer.blocks)


async def test_a_word_that_is_in_no_name_is_named(chat: Chat) -> None:
    assert "“龙虎榜”" in words(await chat.say("字段 龙虎榜"))

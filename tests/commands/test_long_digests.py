"""Notes for readers of many funds: folded, counted, cut to the channel, and nothing lost."""

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_markup import LIMIT, units
from bot.messages.digest import DigestLimits, Edition
from bot.messages.model import Paragraph
from bot.subscriptions import Language
from tests.bot.test_digest_text import TWO, each_edition, each_language, everyone, note, panel_of
from tests.commands.said import funds_in, headings, paragraph_of, said, section
from tests.fakes.bot_api import TOKEN
from tests.fakes.bot_api_html import read_html


def test_six_funds_are_told_in_full_and_seven_are_folded() -> None:
    quiet = [code for code in sorted(everyone()) if len(paragraph_of(note(funds=frozenset({code})), code)) > 1]
    few, many = note(funds=frozenset(quiet[:6])), note(funds=frozenset([*quiet[:7], "510360", "511010", "159001"]))
    assert not [block for block in few.blocks if isinstance(block, Paragraph) and block.folded]
    folded = [block for block in many.blocks if isinstance(block, Paragraph) and block.folded]
    assert len(folded) == 1
    assert "其余关注" in said(many)
    assert all(not one.indent for one in folded[0].lines)


def test_everything_watched_is_there_up_to_the_limit_and_the_rest_is_counted() -> None:
    whole = note(funds=everyone())
    assert set(funds_in(section(whole, "我的关注"))) == set(everyone())
    short = note(funds=everyone(), limits=DigestLimits(max_funds=10))
    assert len(funds_in(section(short, "我的关注"))) == 10
    assert [one for one in said(short) if f"另有{len(everyone()) - 10}只" in one]


@each_language
@each_edition
def test_telegram_takes_it_with_every_line_whole(language: Language, edition: Edition) -> None:
    message = note(language, everyone(), edition)
    parts = TelegramChannel(TOKEN).render(message)
    assert len(parts) > 1
    assert all(0 < units(part.markup) <= LIMIT for part in parts)
    shown = [each.removeprefix("· ") for part in parts for each in read_html(part.markup).text.split("\n") if each]
    assert shown == [one for one in said(message) if one]


def test_up_to_three_of_my_funds_can_be_pressed() -> None:
    message = note(funds=frozenset([*TWO, "510300", "588000"]))
    (row,) = message.buttons
    order = funds_in(section(message, "我的关注"))[:3]
    assert [button.command for button in row] == [f"/etf {code}" for code in order]
    assert [button.label for button in row] == [panel_of(Edition.EVENING).profiles[code].name for code in order]


@pytest.mark.parametrize("most", [0, 3])
def test_as_many_notable_funds_as_are_wanted(most: int) -> None:
    message = note(limits=DigestLimits(notable_funds=most))
    assert len(funds_in(section(message, "全市场看点"))) == most
    assert ("全市场看点" in headings(message)) == (most > 0)


def test_no_fund_has_two_cards() -> None:
    for funds in (TWO, everyone()):
        codes = funds_in(said(note(funds=funds)))
        assert len(codes) == len(set(codes))

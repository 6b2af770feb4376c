"""What every channel must do with every message, whatever it can show."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from rich.console import Console

from bot.channels.base import Channel, Part
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_markup import LIMIT, units
from bot.channels.web import WebChannel
from bot.channels.web_bubbles import bare_text
from bot.channels.wecom import WecomChannel
from bot.channels.wecom_markup import LIMIT_BYTES, bare, size_bytes
from bot.messages.model import Message, from_json
from tests.channels.messages import EVERYTHING, HARD, visible, words
from tests.fakes.bot_api import TOKEN
from tests.fakes.bot_api_html import read_html
from tests.web.memory import MemoryTranscript

ANSI = re.compile(r"\x1b\[[0-9;]*m")
RULES = re.compile(r"[─━]+")


@dataclass(frozen=True)
class Case:
    """A channel, how long a part of it may be, and what a reader sees of marked-up text."""

    channel: Channel
    size: Callable[[str], int]
    limit: int | None
    read: Callable[[str], str]
    signs: bool = False
    """Bare words too stand in signs that read alike."""

    def shown(self, part: Part) -> str:
        return part.markup if part.plain and not self.signs else self.read(part.markup)


def console() -> Case:
    channel = ConsoleChannel(Console(width=80, force_terminal=True, color_system="standard"))
    return Case(channel, len, None, lambda markup: ANSI.sub("", markup))


def telegram() -> Case:
    return Case(TelegramChannel(TOKEN), units, LIMIT, lambda markup: read_html(markup).text)


def web() -> Case:
    channel = WebChannel(MemoryTranscript(), lambda: datetime(2025, 2, 11, tzinfo=UTC))
    return Case(channel, len, None, lambda markup: bare_text(from_json(json.loads(markup))))


def wecom() -> Case:
    def read(markup: str) -> str:
        return bare(markup).replace("\u200b", "").translate(str.maketrans("＜＞＊｀［］", "<>*`[]"))

    return Case(WecomChannel({"研究群": "693a91f6"}), size_bytes, LIMIT_BYTES, read, signs=True)


@pytest.fixture(params=[console, telegram, web, wecom], ids=lambda make: make.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    made: Case = request.param()
    return made


@pytest.fixture(params=HARD)
def message(request: pytest.FixtureRequest) -> Message:
    return HARD[request.param]


def test_it_has_a_name(case: Case) -> None:
    assert re.fullmatch(r"[a-z]+", case.channel.kind)


@pytest.mark.parametrize("plain", [False, True])
def test_there_is_always_a_part_and_none_is_blank(case: Case, message: Message, plain: bool) -> None:
    parts = case.channel.render(message, plain=plain)
    assert parts
    assert all(case.shown(part).strip() for part in parts)


@pytest.mark.parametrize("plain", [False, True])
def test_no_part_is_longer_than_the_channel_takes(case: Case, message: Message, plain: bool) -> None:
    if case.limit is not None:
        assert all(case.size(part.markup) <= case.limit for part in case.channel.render(message, plain=plain))


@pytest.mark.parametrize("plain", [False, True])
def test_every_word_is_there_and_in_its_place(case: Case, message: Message, plain: bool) -> None:
    shown = "".join(case.shown(part) for part in case.channel.render(message, plain=plain))
    assert visible(RULES.sub("", shown)) == (words(message) or "…")


def test_plain_text_is_cut_where_marked_text_is(case: Case, message: Message) -> None:
    marked, bare = case.channel.render(message), case.channel.render(message, plain=True)
    assert [case.shown(part) for part in bare] == [case.shown(part) for part in marked]
    assert [part.plain for part in [*marked, *bare]] == [False] * len(marked) + [True] * len(bare)


def test_buttons_stand_under_the_last_part_only(case: Case, message: Message) -> None:
    *above, last = case.channel.render(replace(message, buttons=EVERYTHING.buttons))
    assert last.buttons == EVERYTHING.buttons
    assert not any(part.buttons for part in above)


@pytest.mark.parametrize("silent", [False, True])
def test_only_a_silent_message_begins_silently(case: Case, message: Message, silent: bool) -> None:
    assert case.channel.render(replace(message, silent=silent))[0].silent is silent


def test_the_same_message_looks_the_same_again(case: Case, message: Message) -> None:
    assert case.channel.render(message) == case.channel.render(message)


@pytest.mark.parametrize("plain", [False, True])
def test_nothing_in_a_text_paints_or_moves_the_cursor(case: Case, plain: bool) -> None:
    [part] = case.channel.render(HARD["controls"], plain=plain)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", case.shown(part))

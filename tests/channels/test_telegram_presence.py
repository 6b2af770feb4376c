"""Telegram tells who comes and goes, what a group is called after it has moved, and offers funds while one types."""

from typing import Any

import pytest

from bot.channels.base import ChatKind, Incoming, Speaker, Suggestion
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address
from bot.messages.model import Button, Message, paragraph, plain
from tests.channels.talking import Echo, heard_before, served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_faults import refused

pytestmark = pytest.mark.anyio

LI, GROUP, CHANNEL = 7001, -1001234, -1009


class Book:
    """Writes down who comes and goes."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.asked: list[Incoming] = []
        self.found: list[Suggestion] = []

    async def joined(self, at: Incoming) -> Message:
        self.told.append(("joined", at))
        return plain("大家好")

    async def gone(self, channel: str, chat: str, reason: str) -> None:
        self.told.append(("gone", channel, chat, reason))

    async def moved(self, channel: str, chat: str, to: str) -> None:
        self.told.append(("moved", channel, chat, to))

    async def suggest(self, asked: Incoming) -> list[Suggestion]:
        self.asked.append(asked)
        return self.found


@pytest.fixture
def book(telegram: TelegramChannel) -> Book:
    made = Book()
    telegram.introduce(made, made.suggest)
    return made


@pytest.mark.parametrize(("chat", "after"), [(LI, "kicked"), (GROUP, "left"), (GROUP, "kicked"), (CHANNEL, "left")])
async def test_a_chat_that_turns_the_bot_away_is_told(
    api: BotApi, telegram: TelegramChannel, book: Book, chat: int, after: str
) -> None:
    api.open(CHANNEL, kind="channel")
    async with served(telegram, Echo()):
        api.stand(chat, "member", after)
        await api.ask(LI, "/help")
    assert book.told == [("gone", "telegram", str(chat), f"telegram: {after}")]


@pytest.mark.parametrize("after", ["member", "administrator"])
async def test_a_group_that_brings_the_bot_in_is_greeted(
    api: BotApi, telegram: TelegramChannel, book: Book, after: str
) -> None:
    async with served(telegram, Echo()):
        api.open(GROUP)
        api.stand(GROUP, "left", after, by=LI, language="en")
        [hello] = await api.answers(GROUP)
    assert hello.text == "大家好"
    came = Incoming(
        channel="telegram",
        address=Address(str(GROUP)),
        text="",
        language="en",
        speaker=Speaker(str(LI), "Li"),
        kind=ChatKind.GROUP,
        title="ETF",
    )
    assert book.told == [("joined", came)]


@pytest.mark.parametrize(
    ("chat", "change"),
    [
        (LI, ("kicked", "member")),
        (CHANNEL, ("left", "administrator")),
        (GROUP, ("member", "administrator")),
        (GROUP, ("left", "kicked")),
    ],
)
async def test_who_takes_the_bot_back_in_private_or_in_a_channel_hears_nothing(
    api: BotApi, telegram: TelegramChannel, book: Book, chat: int, change: tuple[str, str]
) -> None:
    api.open(CHANNEL, kind="channel")
    echo = Echo()
    async with served(telegram, echo):
        api.stand(chat, *change)
        assert await heard_before(api, echo, LI) == []
    assert book.told == []


async def test_a_group_that_moves_tells_so_from_both_its_ids(
    api: BotApi, telegram: TelegramChannel, book: Book
) -> None:
    async with served(telegram, Echo()):
        api.move(-55, GROUP, told=True)
        await api.until(lambda: len(book.told) == 2)
    assert book.told == [("moved", "telegram", "-55", str(GROUP))] * 2


async def test_nobody_to_tell_is_nobody_told(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.stand(GROUP, "left", "member")
        api.stand(GROUP, "member", "left")
        api.move(-55, GROUP, told=True)
        assert await api.suggestions(LI, "560850") == []
        assert await heard_before(api, echo, LI) == []


def suggestion(code: str, about: str = "收盘 1.430") -> Suggestion:
    card = Message(blocks=(paragraph(f"信创 & {code}"),), buttons=((Button("关注", f"/watch {code}"),),))
    return Suggestion(id=code, title=f"信创50ETF {code}", about=about, message=card)


async def test_what_fits_is_offered_as_cards_without_buttons(
    api: BotApi, telegram: TelegramChannel, book: Book
) -> None:
    book.found = [suggestion("560850"), suggestion("159590", "")]
    async with served(telegram, Echo()):
        first, second = await api.suggestions(LI, " 信创 ", language="en")
    assert (first["id"], first["type"], first["title"]) == ("560850", "article", "信创50ETF 560850")
    assert (first["description"], first["text"], second["text"]) == ("收盘 1.430", "信创 & 560850", "信创 & 159590")
    assert not any("reply_markup" in one for one in (first, second))
    assert [(one.text, one.language, one.address, one.speaker) for one in book.asked] == [
        (" 信创 ", "en", Address(str(LI)), Speaker(str(LI), "Li"))
    ]
    [answer] = api.suggested.values()
    assert (answer["is_personal"], answer["cache_time"]) == (True, 30)


async def test_no_more_is_offered_than_the_server_takes(api: BotApi, telegram: TelegramChannel, book: Book) -> None:
    book.found = [suggestion(str(number)) for number in range(60)]
    async with served(telegram, Echo()):
        assert len(await api.suggestions(LI, "ETF")) == 50


async def test_who_has_typed_on_is_not_waited_for(api: BotApi, telegram: TelegramChannel, book: Book) -> None:
    book.found = [suggestion("560850")]
    api.fail("answerInlineQuery", refused(400, "Bad Request: query is too old and response timeout expired"))
    async with served(telegram, Echo()):
        api.inquire(LI, "56")
        assert len(await api.suggestions(LI, "560850")) == 1


async def test_persons_who_type_do_not_wait_for_each_other(api: BotApi, telegram: TelegramChannel) -> None:
    import asyncio

    gate, book = asyncio.Event(), Book()

    async def suggest(asked: Incoming) -> list[Suggestion]:
        if asked.text == "slow":
            await gate.wait()
        return []

    telegram.introduce(book, suggest)
    async with served(telegram, Echo()):
        api.inquire(LI, "slow")
        assert await api.suggestions(LI + 1, "quick") == []
        gate.set()

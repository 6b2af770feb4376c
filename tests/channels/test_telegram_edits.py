"""Answers that take the place of the message under which a button was pressed."""

import pytest

from bot.channels.base import Incoming, Part
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address
from bot.messages.model import Button, Document, Message, Picture, paragraph, plain
from tests.channels.messages import PNG
from tests.channels.talking import served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import Sent
from tests.fakes.bot_api_faults import Fault, refused

pytestmark = pytest.mark.anyio

LI = 7001
SWITCH = ((Button("换", "/switch"),),)


class Menu:
    """Answers a word with a menu, and its button with `after` in its place."""

    def __init__(self, after: Message, *, picture: bool = False) -> None:
        self._after = after
        self._picture = picture

    async def __call__(self, incoming: Incoming) -> Message:
        if incoming.text == "/switch":
            return self._after
        return Message(blocks=(Picture(PNG, "菜单") if self._picture else paragraph("菜单"),), buttons=SWITCH)


def after(*blocks: object, buttons: tuple[tuple[Button, ...], ...] = SWITCH) -> Message:
    return Message(blocks=blocks or (paragraph("换好了"),), buttons=buttons, in_place=True)  # type: ignore[arg-type]


async def pressed(api: BotApi, telegram: TelegramChannel, menu: Menu, *, edit: str, fault: Fault | None = None) -> Sent:
    """Press the button, wait until something was edited, and return the menu as it stood before."""
    async with served(telegram, menu):
        [card] = await api.ask(LI, "/menu")
        if fault:
            api.fail(edit, fault)
        api.tap(card, "换")
        await api.until(lambda: api.called(edit) and api.acknowledged)
    return card


async def test_a_menu_changes_where_it_stands(api: BotApi, telegram: TelegramChannel) -> None:
    card = await pressed(api, telegram, Menu(after()), edit="editMessageText")
    [seen] = api.sent(LI)
    assert (seen.id, seen.text, seen.labels, seen.preview) == (card.id, "换好了", ["换"], False)


async def test_a_menu_without_buttons_loses_those_it_had(api: BotApi, telegram: TelegramChannel) -> None:
    await pressed(api, telegram, Menu(after(buttons=())), edit="editMessageText")
    assert [(seen.text, seen.labels) for seen in api.sent(LI)] == [("换好了", [])]


async def test_a_menu_that_is_as_it_should_be_is_left(api: BotApi, telegram: TelegramChannel) -> None:
    await pressed(api, telegram, Menu(after(paragraph("菜单"))), edit="editMessageText")
    assert [seen.text for seen in api.sent(LI)] == ["菜单"]
    assert len(api.called("sendMessage")) == 1


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message can't be edited",
        "Bad Request: message to edit not found",
        "Bad Request: MESSAGE_ID_INVALID",
    ],
)
async def test_what_can_be_edited_no_more_is_followed_by_a_new_message(
    api: BotApi, telegram: TelegramChannel, description: str
) -> None:
    async with served(telegram, Menu(after())):
        [card] = await api.ask(LI, "/menu")
        api.fail("editMessageText", refused(400, description))
        [new] = await api.press(card, "换")
    assert (new.text, new.labels) == ("换好了", ["换"])
    assert [seen.text for seen in api.sent(LI)] == ["菜单", "换好了"]


async def test_refused_markup_takes_the_place_as_plain_text(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Menu(after(paragraph("a & b")))):
        [card] = await api.ask(LI, "/menu")
        api.fail("editMessageText", refused(400, "Bad Request: can't parse entities: Unsupported start tag"))
        api.tap(card, "换")
        await api.until(lambda: api.sent(LI)[0].text == "a & b")
    assert [(seen.text, seen.html) for seen in api.sent(LI)] == [("a & b", False)]


async def test_a_text_takes_the_place_of_the_words_under_a_picture(api: BotApi, telegram: TelegramChannel) -> None:
    card = await pressed(api, telegram, Menu(after(), picture=True), edit="editMessageCaption")
    [seen] = api.sent(LI)
    assert (seen.id, seen.text, seen.media, seen.file_id, seen.labels) == (
        card.id,
        "换好了",
        "photo",
        card.file_id,
        ["换"],
    )


async def test_a_text_too_long_for_a_picture_comes_below_it(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Menu(after(paragraph("涨" * 1_100)), picture=True)):
        [card] = await api.ask(LI, "/menu")
        [new] = await api.press(card, "换")
    assert (new.media, len(new.text)) == ("", 1_100)


@pytest.mark.parametrize("picture", [False, True])
async def test_a_picture_takes_the_place_of_anything(api: BotApi, telegram: TelegramChannel, picture: bool) -> None:
    shown = after(paragraph("看图"), Picture(PNG + b" ", "新的"))
    await pressed(api, telegram, Menu(shown, picture=picture), edit="editMessageMedia")
    [seen] = api.sent(LI)
    assert (seen.text, seen.media, seen.labels) == ("看图\n\n新的", "photo", ["换"])
    assert api.files.known(seen.file_id).upload.data == PNG + b" "


@pytest.mark.parametrize(
    "blocks",
    [
        (Document("a.txt", b"a"),),
        (Picture(PNG, "一"), Picture(PNG, "二")),
        (paragraph("很长" * 3_000),),
    ],
)
async def test_what_is_no_single_text_or_picture_comes_below(
    api: BotApi, telegram: TelegramChannel, blocks: tuple[object, ...]
) -> None:
    async with served(telegram, Menu(after(*blocks, buttons=()))):
        [card] = await api.ask(LI, "/menu")
        await api.press(card, "换")
    assert api.sent(LI)[0] == card


async def test_an_answer_to_typed_words_is_a_message_of_its_own(api: BotApi, telegram: TelegramChannel) -> None:
    async with served(telegram, Menu(after())):
        await api.ask(LI, "/menu")
        await api.ask(LI, "/switch")
    assert [seen.text for seen in api.sent(LI)] == ["菜单", "换好了"]


async def test_an_edit_names_the_message_that_it_changed(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    first = await telegram.send(Address(str(LI)), Part(markup="a"))
    assert await telegram.send(Address(str(LI)), Part(markup="b", replaces=first)) == first
    assert await telegram.send(Address(str(LI)), Part(markup="b", replaces=first)) == first


async def test_a_message_of_before_is_changed_and_one_that_is_gone_stays_away(
    api: BotApi, telegram: TelegramChannel
) -> None:
    api.open(LI)
    told, marked = (telegram.render(plain(text))[0] for text in ("told", "told [corrected below]"))
    number = await telegram.send(Address(str(LI)), told)
    await telegram.amend(Address(str(LI)), number, marked)
    await telegram.amend(Address(str(LI)), number, marked)
    await telegram.amend(Address(str(LI)), "999", marked)
    assert [one.text for one in api.sent(LI)] == ["told [corrected below]"]

"""Who speaks on Telegram, who manages a chat, and the files that people send."""

from typing import Any

import pytest

from bot.channels.base import ChatKind, Incoming, Speaker
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_documents import BYTES_MAX
from bot.messages.model import Document, Message, plain
from tests.channels.talking import Echo, heard_before, served
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import person
from tests.fakes.bot_api_faults import broken, refused

pytestmark = pytest.mark.anyio

LI, WANG, GROUP, OTHER = 7001, 7002, -1001234, -1005678


class Doorkeeper(Echo):
    """Says whether the speaker manages the chat."""

    async def __call__(self, incoming: Incoming) -> Message:
        await super().__call__(incoming)
        return plain("yes" if await incoming.may_set_up() else "no")


async def asked(api: BotApi, text: str = "/help", *, by: int) -> str:
    [answer] = await api.ask(GROUP, text, by=by)
    return answer.text


async def test_a_speaker_is_known_by_his_number_and_a_chat_by_its_kind(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        await api.ask(LI, "/help")
        await api.ask(GROUP, "/help", by=WANG)
    assert [(one.speaker, one.kind, one.title, one.pressed) for one in echo.heard] == [
        (Speaker(str(LI), "Li"), ChatKind.PRIVATE, "Li", ""),
        (Speaker(str(WANG), "Li"), ChatKind.GROUP, "ETF", ""),
    ]


async def test_owner_and_administrators_of_a_group_manage_it_and_members_do_not(
    api: BotApi, telegram: TelegramChannel
) -> None:
    api.open(GROUP).members = {1: "creator", 2: "administrator", 3: "restricted"}
    async with served(telegram, Doorkeeper()):
        assert [await asked(api, by=one) for one in (1, 2, 4)] == ["yes", "yes", "no"]
    api.open(GROUP).members.pop(3)


async def test_a_standing_is_asked_for_once_a_while(
    api: BotApi, telegram: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.open(GROUP).members = {LI: "administrator"}
    async with served(telegram, Doorkeeper()):
        await asked(api, by=LI)
        api.open(GROUP).members = {}
        assert await asked(api, by=LI) == "yes"
        assert len(api.called("getChatMember")) == 1
    monkeypatch.setattr("bot.channels.telegram_people.KNOWN_SECONDS", 0.0)
    async with served(telegram, Doorkeeper()):
        await asked(api, by=LI)
        api.open(GROUP).members = {LI: "administrator"}
        assert await asked(api, by=LI) == "yes"


async def test_who_presses_a_button_is_asked_about_not_who_wrote_above_it(
    api: BotApi, telegram: TelegramChannel
) -> None:
    class Shown(Doorkeeper):
        async def __call__(self, incoming: Incoming) -> Message:
            shown, answer = await Echo()(incoming), await super().__call__(incoming)
            return Message(blocks=answer.blocks, buttons=shown.buttons)

    api.open(GROUP).members = {LI: "administrator"}
    async with served(telegram, Shown()):
        [card] = await api.ask(GROUP, "/help", by=LI)
        [pressed] = await api.press(card, "帮助", by=WANG)
    assert (card.text, pressed.text) == ("yes", "no")


async def test_a_server_that_does_not_say_is_no_yes_and_is_asked_again(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(GROUP).members = {LI: "administrator"}
    api.fail("getChatMember", broken())
    async with served(telegram, Doorkeeper()):
        assert [await asked(api, by=LI) for _ in range(2)] == ["no", "yes"]


async def test_an_administrator_who_hides_his_name_manages_and_another_chats_voice_does_not(
    api: BotApi, telegram: TelegramChannel
) -> None:
    keeper, room = Doorkeeper(), api.open(GROUP)
    other = {"id": OTHER, "type": "channel", "title": "News"}
    async with served(telegram, keeper):
        for number, voice in ((1087968824, room.as_json), (136817688, other)):
            heard = room.heard("/help", person(number) | {"is_bot": True}, None, None)
            room.taken = len(room.sent)
            api.updates.push({"message": heard | {"sender_chat": voice}})
            await api.answers(GROUP)
    assert [one.text for one in api.sent(GROUP)] == ["yes", "no"]
    assert [one.speaker for one in keeper.heard] == [Speaker("", "ETF"), Speaker("", "News")]
    assert api.called("getChatMember") == []


async def test_only_so_many_standings_are_remembered(
    api: BotApi, telegram: TelegramChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.channels.telegram_people.KNOWN_MAX", 2)
    async with served(telegram, Doorkeeper()):
        for by in (1, 2, 3, 3, 1):
            await asked(api, by=by)
    assert [call["user_id"] for call in api.called("getChatMember")] == ["1", "2", "3", "1"]


@pytest.mark.parametrize("caption", ["", "/import", "看看"])
async def test_a_file_is_handed_in_with_its_words(api: BotApi, telegram: TelegramChannel, caption: str) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.open(LI)
        api.hand(LI, "rules.json", b'{"a": 1}', caption=caption)
        await api.answers(LI)
    assert [(one.text, one.document) for one in echo.heard] == [(caption, Document("rules.json", b'{"a": 1}'))]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\x\\设置.json", "设置.json"),
        ("a\x00\u202eb", "ab"),
        ("", "file"),
        ("/", "file"),
    ],
)
async def test_a_files_name_has_no_folders_and_nothing_hidden(
    api: BotApi, telegram: TelegramChannel, name: str, shown: str
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.open(LI)
        api.hand(LI, name, b"x")
        await api.answers(LI)
    assert [one.document and one.document.name for one in echo.heard] == [shown]


async def test_in_a_group_a_file_is_read_as_an_answer_to_the_bot_only(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        [card] = await api.ask(GROUP, "/etf 1", by=LI)
        api.hand(GROUP, "a.txt", b"a", caption="/etf 2", by=LI)
        api.hand(GROUP, "b.txt", b"b", by=LI, answering=card)
        await api.answers(GROUP)
        assert await heard_before(api, echo, GROUP) == ["/etf 1", ""]
    assert echo.heard[1].document == Document("b.txt", b"b")
    assert len(api.called("getFile")) == 1


@pytest.mark.parametrize(
    ("how", "language", "said"),
    [
        ({"data": b"x" * (BYTES_MAX + 1)}, "en", "too large: 256 KB at most"),
        ({"data": b"x", "size": BYTES_MAX + 1}, "zh", "256 KB"),
        ({"data": b"x" * (BYTES_MAX + 1), "size": 3}, "zh", "太大"),
    ],
)
async def test_a_file_that_is_too_large_is_answered_and_not_handed_in(
    api: BotApi, telegram: TelegramChannel, how: dict[str, Any], language: str, said: str
) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.open(LI)
        api.hand(LI, "a.bin", **how, language=language)
        [answer] = await api.answers(LI)
    assert said in answer.text
    assert echo.heard == []


async def test_the_largest_file_is_read(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    async with served(telegram, echo):
        api.open(LI)
        api.hand(LI, "a.bin", b"x" * BYTES_MAX)
        await api.answers(LI)
    assert [len(one.document.data) for one in echo.heard if one.document] == [BYTES_MAX]


async def test_a_file_that_cannot_be_fetched_is_asked_for_again(api: BotApi, telegram: TelegramChannel) -> None:
    echo = Echo()
    api.fail("getFile", refused(400, "Bad Request: file is temporarily unavailable"))
    async with served(telegram, echo):
        api.open(LI)
        api.hand(LI, "a.txt", b"a")
        [answer] = await api.answers(LI)
    assert "再发一次" in answer.text
    assert echo.heard == []

"""Files, albums and pictures that go up once; buttons that are coloured or copy."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.channels.base import Part
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_uploads import MemoryUploads
from bot.deliveries import Address, SendFailedError
from bot.messages.model import Block, Button, Document, Heading, Look, Message, Picture, paragraph
from tests.channels.messages import PNG
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import Sent
from tests.fakes.bot_api_faults import refused

pytestmark = pytest.mark.anyio

LI, WANG = 7001, 7002
BUTTONS = ((Button("详情", "/etf 560850"),),)


def png(number: int) -> bytes:
    return PNG + number.to_bytes(2)


def pictures(count: int) -> tuple[Picture, ...]:
    return tuple(Picture(png(number), f"图{number}") for number in range(count))


async def shown(api: BotApi, telegram: TelegramChannel, message: Message, chat: int = LI) -> list[Sent]:
    api.open(chat)
    before = len(api.sent(chat))
    for part in telegram.render(message):
        await telegram.send(Address(str(chat)), part)
    return api.sent(chat)[before:]


def uploads(api: BotApi) -> list[int]:
    """How many files came with each call that sends a picture."""
    return [len(call.files) for call in api.calls if call.method in {"sendphoto", "sendmediagroup", "editmessagemedia"}]


async def test_a_file_has_the_words_before_it_under_it(api: BotApi, telegram: TelegramChannel) -> None:
    file = Document("设置.json", b'{"a": 1}', "全部设置")
    message = Message(blocks=(Heading("备份", 1), file), buttons=BUTTONS)
    [seen] = await shown(api, telegram, message)
    assert (seen.media, seen.text, seen.labels) == ("document", "备份\n\n全部设置", ["详情"])
    kept = api.files.known(seen.file_id).upload
    assert (kept.name, kept.data) == ("设置.json", b'{"a": 1}')


async def test_a_files_name_cannot_say_more_than_a_name(api: BotApi, telegram: TelegramChannel) -> None:
    file = Document('a"; name="chat_id\r\nX: y.txt', b"a")
    [seen] = await shown(api, telegram, Message(blocks=(file,)))
    assert api.files.known(seen.file_id).upload.name == "a__ name=_chat_id__X: y.txt"


async def test_files_come_one_by_one_and_say_their_names(api: BotApi, telegram: TelegramChannel) -> None:
    seen = await shown(api, telegram, Message(blocks=(Document("a.txt", b"a"), Document("b.txt", b"b"))))
    assert [(one.media, one.text) for one in seen] == [("document", "a.txt"), ("document", "b.txt")]


async def test_pictures_side_by_side_are_an_album_with_words_under_it(api: BotApi, telegram: TelegramChannel) -> None:
    message = Message(blocks=(paragraph("今天"), *pictures(3), paragraph("风险")), buttons=BUTTONS)
    first, second, third, text = await shown(api, telegram, message)
    assert (first.text, second.text, third.text) == ("今天\n\n图0\n图1\n图2", "", "")
    assert [api.files.known(one.file_id).upload.data for one in (first, second, third)] == [png(0), png(1), png(2)]
    assert (text.text, text.labels, text.silent) == ("风险", ["详情"], True)
    assert len(api.called("sendMediaGroup")) == 1


async def test_buttons_hang_on_the_last_picture_alone(api: BotApi, telegram: TelegramChannel) -> None:
    seen = await shown(api, telegram, Message(blocks=pictures(3), buttons=BUTTONS))
    assert [(one.text, one.labels) for one in seen] == [("图0\n图1", []), ("", []), ("图2", ["详情"])]
    both = await shown(api, telegram, Message(blocks=pictures(2), buttons=BUTTONS), WANG)
    assert [(one.text, one.labels) for one in both] == [("图0", []), ("图1", ["详情"])]
    assert len(api.called("sendMediaGroup")) == 1


@pytest.mark.parametrize(("count", "groups"), [(2, [2]), (10, [10]), (11, [10, 1]), (21, [10, 10, 1])])
async def test_albums_have_two_to_ten_pictures(
    api: BotApi, telegram: TelegramChannel, count: int, groups: list[int]
) -> None:
    seen = await shown(api, telegram, Message(blocks=pictures(count)))
    assert len(seen) == count
    assert uploads(api) == groups


async def test_pictures_with_words_between_them_are_no_album(api: BotApi, telegram: TelegramChannel) -> None:
    one, two = pictures(2)
    seen = await shown(api, telegram, Message(blocks=(one, paragraph("然后"), two)))
    assert [each.text for each in seen] == ["图0", "然后\n\n图1"]


async def test_the_words_of_ten_pictures_fit(api: BotApi, telegram: TelegramChannel) -> None:
    many = tuple(Picture(png(number), "净流入" * 60) for number in range(10))
    seen = await shown(api, telegram, Message(blocks=(paragraph("很长" * 400), *many)))
    assert [len(one.text) for one in seen] == [800, 909, *[0] * 9]


async def test_a_picture_goes_up_once(api: BotApi, telegram: TelegramChannel) -> None:
    [first, second] = [await shown(api, telegram, Message(blocks=pictures(1)), chat) for chat in (LI, WANG)]
    assert uploads(api) == [1, 0]
    assert first[0].file_id == second[0].file_id


async def test_an_album_uploads_what_is_new_in_it(api: BotApi, telegram: TelegramChannel) -> None:
    await shown(api, telegram, Message(blocks=pictures(1)))
    seen = await shown(api, telegram, Message(blocks=pictures(3)), WANG)
    await shown(api, telegram, Message(blocks=pictures(3)))
    assert uploads(api) == [1, 2, 0]
    assert [api.files.known(one.file_id).upload.data for one in seen] == [png(0), png(1), png(2)]


async def test_a_forgotten_id_is_forgotten_here_too_and_the_file_goes_up_anew(
    api: BotApi, telegram: TelegramChannel
) -> None:
    message = Message(blocks=(*pictures(2), paragraph("和"), Picture(png(7), "图7")))
    await shown(api, telegram, message)
    api.files.forget()
    again = await shown(api, telegram, message, WANG)
    await shown(api, telegram, message, WANG)
    assert uploads(api) == [2, 1, 0, 2, 0, 1, 0, 0]
    assert len(again) == 3


async def test_another_refusal_does_not_forget_a_picture(api: BotApi, telegram: TelegramChannel) -> None:
    await shown(api, telegram, Message(blocks=pictures(1)))
    api.fail("sendPhoto", refused(400, "Bad Request: chat not found"))
    with pytest.raises(SendFailedError, match="Chat not found"):
        await shown(api, telegram, Message(blocks=pictures(1)))
    await shown(api, telegram, Message(blocks=pictures(1)))
    assert uploads(api) == [1, 0, 0]


async def test_two_bots_do_not_share_their_ids(api: BotApi, telegram: TelegramChannel) -> None:
    memory = MemoryUploads()
    now = datetime.now().astimezone()
    await memory.keep("770001", "d", "file-1", now)
    assert [await memory.find(bot, "d", now) for bot in ("770001", "770002")] == ["file-1", ""]


async def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.channels.telegram_uploads.REMEMBERED_MAX", 2)
    memory, now = MemoryUploads(), datetime.now().astimezone()
    for digest in "abc":
        await memory.keep("1", digest, digest, now)
    assert [await memory.find("1", digest, now) for digest in "abc"] == ["", "b", "c"]


class Broken:
    """A memory whose disk is full."""

    async def find(self, bot: str, digest: str, now: datetime) -> str:
        raise OSError

    async def keep(self, bot: str, digest: str, file_id: str, now: datetime) -> None:
        raise OSError

    async def forget(self, bot: str, digest: str) -> None:
        raise OSError


@pytest.fixture
async def forgetful(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(api.token, base_url=api.base_url, uploads=Broken())
    yield channel
    await channel.aclose()


async def test_a_memory_that_fails_costs_an_upload_and_no_message(
    api: BotApi, forgetful: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        await shown(api, forgetful, Message(blocks=pictures(1)))
    assert uploads(api) == [1, 1]
    assert capsys.readouterr().out.count("[error    ] defect") == 4


class Stale(Broken):
    """Remembers only what the server has forgotten, and cannot let go of it."""

    async def find(self, bot: str, digest: str, now: datetime) -> str:
        return "file-0"


async def test_an_id_that_cannot_be_forgotten_costs_an_upload_too(api: BotApi) -> None:
    channel = TelegramChannel(api.token, base_url=api.base_url, uploads=Stale())
    assert len(await shown(api, channel, Message(blocks=pictures(1)))) == 1
    await channel.aclose()


async def test_buttons_are_coloured_by_what_they_do(api: BotApi, telegram: TelegramChannel) -> None:
    row = (Button("好", "/a", Look.GOOD), Button("删", "/b", Look.DANGER), Button("看", "/c"))
    [seen] = await shown(api, telegram, Message(blocks=(paragraph("a"),), buttons=(row,)))
    assert [button.get("style") for button in seen.buttons[0]] == ["success", "danger", None]


async def test_a_button_that_copies_holds_the_words_to_copy(api: BotApi, telegram: TelegramChannel) -> None:
    row = (Button("复制", "560850", copies=True), Button("长", "好" * 256, copies=True))
    [seen] = await shown(api, telegram, Message(blocks=(paragraph("a"),), buttons=(row,)))
    assert [button["copy_text"]["text"] for button in seen.buttons[0]] == ["560850", "好" * 256]
    assert not any("callback_data" in button for button in seen.buttons[0])


async def test_what_is_too_long_to_copy_is_left_out(
    api: BotApi, telegram: TelegramChannel, capsys: pytest.CaptureFixture[str]
) -> None:
    row = (Button("长", "x" * 257, copies=True), Button("空", "", copies=True), Button("帮助", "/help"))
    [seen] = await shown(api, telegram, Message(blocks=(paragraph("a"),), buttons=(row,)))
    assert seen.labels == ["帮助"]
    assert capsys.readouterr().out.count("button left out") == 2


@pytest.mark.parametrize("part", [Part(markup="<b>a", album=(png(1), png(2))), Part(markup="<b>a", picture=png(1))])
async def test_markup_under_pictures_that_is_refused_is_our_defect(
    api: BotApi, telegram: TelegramChannel, part: Part
) -> None:
    api.open(LI)
    with pytest.raises(SendFailedError) as raised:
        await telegram.send(Address(str(LI)), part)
    assert raised.value.markup


@pytest.mark.parametrize(
    "call",
    [
        ("sendPhoto", pictures(1), ["图0"]),
        ("sendDocument", (Document("a.txt", b"a", "全部设置"),), ["全部设置"]),
        ("sendMediaGroup", (*pictures(2), paragraph("完")), ["图0\n图1", "完"]),
    ],
)
@pytest.mark.parametrize(
    "why", ["not enough rights to send photos to the chat", "CHAT_SEND_MEDIA_FORBIDDEN", "CHAT_SEND_DOCS_FORBIDDEN"]
)
async def test_a_chat_that_takes_no_files_gets_the_words(
    api: BotApi, telegram: TelegramChannel, call: tuple[str, tuple[Block, ...], list[str]], why: str
) -> None:
    method, blocks, said = call
    api.fail(method, refused(400, f"Bad Request: {why}"))
    seen = await shown(api, telegram, Message(blocks=blocks, buttons=BUTTONS if len(said) == 1 else ()))
    assert [(one.text, one.media) for one in seen] == [(text, "") for text in said]
    assert [one.labels for one in seen] == ([["详情"]] if len(said) == 1 else [[], []])

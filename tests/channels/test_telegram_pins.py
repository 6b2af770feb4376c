"""Pinned messages, and messages with real tables."""

from dataclasses import replace

import pytest

from bot.channels.base import Part
from bot.channels.telegram import TelegramChannel
from bot.channels.telegram_rich import rich_html
from bot.deliveries import Address, SendFailedError
from bot.messages.model import Button, Heading, Line, Message, Picture, Span, Table, line, paragraph, strong
from tests.channels.messages import EVERYTHING, PNG
from tests.fakes.bot_api import BotApi
from tests.fakes.bot_api_chats import Sent
from tests.fakes.bot_api_faults import Fault, broken, refused

pytestmark = pytest.mark.anyio

LI, GROUP = 7001, -1001234
DIGEST = Message(blocks=(paragraph("日报"),), pinned=True)
TABLE = Table(("代码", "换手率"), ((Span("560850"), Span("<31%>")),))
RICH = Message(
    blocks=(Heading("排行", 1), paragraph(line("一 & 二", indent=1), strong("三").text), Heading("表"), TABLE),
    buttons=((Button("详情", "/etf 560850"),),),
    rich=True,
)


async def sent(telegram: TelegramChannel, message: Message, chat: int = LI, thread: str = "") -> list[str]:
    return [await telegram.send(Address(str(chat), thread), part) for part in telegram.render(message)]


async def test_the_newest_digest_stands_pinned_in_place_of_the_one_before(
    api: BotApi, telegram: TelegramChannel
) -> None:
    room = api.open(LI)
    for _ in range(3):
        [newest] = await sent(telegram, DIGEST)
        await sent(telegram, Message(blocks=(paragraph("提醒"),)))
    assert room.pinned == {int(newest): True}


async def test_what_somebody_else_pinned_stays(api: BotApi, telegram: TelegramChannel) -> None:
    room, other = api.open(GROUP), api.me | {"id": 55}
    [theirs] = await sent(telegram, Message(blocks=(paragraph("群规"),)), GROUP)
    room.pinned[int(theirs)] = False
    me, api.me = api.me, other
    [first] = await sent(telegram, DIGEST, GROUP)
    api.me = me
    assert set(room.pinned) == {int(theirs), int(first)}


async def test_what_is_pinned_in_another_topic_stays(api: BotApi, telegram: TelegramChannel) -> None:
    room = api.open(GROUP, topics=(7, 9))
    [first] = await sent(telegram, DIGEST, GROUP, "7")
    [second] = await sent(telegram, DIGEST, GROUP, "9")
    [third] = await sent(telegram, DIGEST, GROUP, "9")
    assert set(room.pinned) == {int(first), int(third)}
    assert second != third


async def test_only_the_first_part_of_a_long_digest_is_pinned(api: BotApi, telegram: TelegramChannel) -> None:
    room = api.open(LI)
    first, *others = await sent(telegram, Message(blocks=(paragraph("很长" * 4_000),), pinned=True))
    assert (room.pinned, len(others)) == ({int(first): True}, 1)


@pytest.mark.parametrize("method", ["getChat", "pinChatMessage"])
@pytest.mark.parametrize(
    "fault", [broken(), refused(400, "Bad Request: not enough rights to manage pinned messages in the chat")]
)
async def test_a_message_that_cannot_be_pinned_is_sent_all_the_same(
    api: BotApi, telegram: TelegramChannel, method: str, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    room = api.open(LI)
    api.fail(method, fault)
    [only] = await sent(telegram, DIGEST)
    assert ([str(one.id) for one in api.sent(LI)], room.pinned) == ([only], {})
    assert "not pinned" in capsys.readouterr().out


async def test_what_was_unpinned_meanwhile_is_no_trouble(api: BotApi, telegram: TelegramChannel) -> None:
    room = api.open(LI)
    await sent(telegram, DIGEST)
    api.fail("unpinChatMessage", refused(400, "Bad Request: message to unpin not found"))
    [second] = await sent(telegram, DIGEST)
    assert int(second) in room.pinned


def plain_texts(api: BotApi) -> list[tuple[str, bool]]:
    return [(one.text.splitlines()[0], one.rich) for one in api.sent(LI)]


async def test_tables_are_tables_for_who_wants_them(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    await sent(telegram, RICH)
    [seen] = api.sent(LI)
    assert seen.source == (
        "<h2>排行</h2><p>　一 &amp; 二</p><p>三</p><h4>表</h4>"
        "<table><tr><th>代码</th><th>换手率</th></tr><tr><td>560850</td><td>&lt;31%&gt;</td></tr></table>"
    )
    assert (seen.rich, seen.labels, seen.silent) == (True, ["详情"], False)


async def test_a_picture_at_the_head_goes_ahead_of_the_tables(api: BotApi, telegram: TelegramChannel) -> None:
    room = api.open(LI)
    headed = replace(RICH, blocks=(Picture(PNG, "图"), *RICH.blocks), pinned=True)
    [first, _] = await sent(telegram, headed)
    picture, tables = api.sent(LI)
    assert (picture.media, picture.text, picture.rich, picture.labels) == ("photo", "图", False, [])
    assert (tables.rich, tables.labels, tables.silent) == (True, ["详情"], True)
    assert set(room.pinned) == {int(first)}
    api.fail("sendRichMessage", refused(404, "Not Found"))
    await sent(telegram, headed)
    assert [(one.media, one.rich, one.labels) for one in api.sent(LI)[2:]] == [
        ("photo", False, []),
        ("", False, ["详情"]),
    ]


@pytest.mark.parametrize(
    "message",
    [
        Message(blocks=RICH.blocks),
        Message(blocks=(paragraph("a"),), rich=True),
        Message(blocks=(TABLE, Picture(PNG, "图")), rich=True),
        Message(blocks=(Table((), ((Span("a"),) * 21,)),), rich=True),
        Message(blocks=(TABLE, paragraph("很长" * 4_000)), rich=True),
    ],
)
async def test_everything_else_comes_as_before(api: BotApi, telegram: TelegramChannel, message: Message) -> None:
    api.open(LI)
    await sent(telegram, message)
    assert not any(one.rich for one in api.sent(LI))
    assert api.called("sendRichMessage") == []


def test_a_table_without_a_head_has_none() -> None:
    bare = Table(("", ""), ((Span("a"), Span("b")),))
    assert rich_html(Message(blocks=(bare,))) == "<table><tr><td>a</td><td>b</td></tr></table>"
    assert rich_html(Message(blocks=(TABLE, paragraph(*(Line((Span("长" * 90),)) for _ in range(400)))))) == ""


@pytest.mark.parametrize("fault", [refused(404, "Not Found"), refused(400, "Bad Request: RICH_MESSAGE_NOT_SUPPORTED")])
async def test_a_server_without_tables_is_asked_once(
    api: BotApi, telegram: TelegramChannel, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    api.open(LI)
    api.fail("sendRichMessage", fault)
    for _ in range(2):
        await sent(telegram, RICH)
    assert [(one.rich, one.labels) for one in api.sent(LI)] == [(False, ["详情"])] * 2
    assert len(api.called("sendRichMessage")) == 1
    assert capsys.readouterr().out.count("no rich messages") == 1


async def test_plain_text_has_no_tables(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    [part] = telegram.render(RICH)
    await telegram.send(Address(str(LI)), replace(part, markup="a & b", plain=True))
    assert [(one.text, one.rich, one.html) for one in api.sent(LI)] == [("a & b", False, False)]


async def test_a_chat_that_is_gone_says_nothing_about_tables(api: BotApi, telegram: TelegramChannel) -> None:
    with pytest.raises(SendFailedError, match="Chat not found"):
        await sent(telegram, RICH)
    api.open(LI)
    await sent(telegram, RICH)
    assert [one.rich for one in api.sent(LI)] == [True]


async def test_a_rich_message_can_be_a_reply_in_a_topic(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(GROUP, topics=(7,))
    [first] = await sent(telegram, RICH, GROUP, "7")
    [part] = telegram.render(RICH)
    await telegram.send(Address(str(GROUP), "7"), Part(markup=part.markup, rich=part.rich, answers=first, silent=True))
    second: Sent = api.sent(GROUP)[1]
    assert (second.rich, second.thread, second.answers, second.silent) == (True, 7, int(first), True)


async def test_markup_of_everything_is_known_to_rich_messages(api: BotApi, telegram: TelegramChannel) -> None:
    api.open(LI)
    await sent(telegram, Message(blocks=EVERYTHING.blocks, rich=True))
    assert [one.rich for one in api.sent(LI)] == [True]

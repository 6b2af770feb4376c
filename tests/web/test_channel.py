import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.channels.base import Channel, Chat, Incoming, Speaker
from bot.channels.web import NobodyListensError, Said, WebChannel
from bot.channels.web_bubbles import PART_CHARS_MAX
from bot.channels.web_rooms import OWN_ROOMS
from bot.deliveries import Address
from bot.messages.model import (
    Button,
    Heading,
    Message,
    Paragraph,
    Picture,
    Span,
    Table,
    from_json,
    line,
    paragraph,
    plain,
    to_json,
)
from tests.web.digest import evening_digest
from tests.web.memory import MemoryTranscript
from tests.web.served import MENU, Service

NOW = datetime(2025, 2, 11, 10, 21, tzinfo=UTC)
ME = Address("me")


def said(text: str, language: str = "") -> Said:
    return Said(room=OWN_ROOMS[0], text=text, person="me", name="我", language=language)


@pytest.fixture
def transcript() -> MemoryTranscript:
    return MemoryTranscript()


@pytest.fixture
def channel(transcript: MemoryTranscript) -> WebChannel:
    return WebChannel(transcript, lambda: NOW)


def text_of(message: Message) -> str:
    pieces = []
    for block in message.blocks:
        match block:
            case Heading():
                pieces.append(block.text)
            case Paragraph():
                pieces += [one.text for one in block.lines]
            case Table():
                pieces += [cell.text for row in block.rows for cell in row]
            case Picture():
                pieces.append(block.alt)
    return "".join(pieces)


def test_is_a_channel_that_people_talk_back_on(channel: WebChannel) -> None:
    typed: Channel = channel
    assert typed.kind == "web"
    assert isinstance(channel, Chat)


def test_a_digest_is_one_part_that_says_everything(channel: WebChannel) -> None:
    (part,) = channel.render(evening_digest())
    assert from_json(json.loads(part.markup)) == evening_digest()
    assert part.buttons == evening_digest().buttons


def test_a_message_without_blocks_is_still_one_part(channel: WebChannel) -> None:
    assert len(channel.render(Message(blocks=()))) == 1


def test_a_message_is_silent_if_it_was_meant_so(channel: WebChannel) -> None:
    assert channel.render(replace(plain("x"), silent=True))[0].silent
    assert not channel.render(plain("x"))[0].silent


@pytest.mark.parametrize(
    "block",
    [
        paragraph(*[f"第{number}行，" * 20 for number in range(500)]),
        paragraph(line("长" * (3 * PART_CHARS_MAX))),
        Table(("代码", "名称"), tuple((Span(f"{number}"), Span("名" * 100)) for number in range(500))),
    ],
    ids=["many lines", "one endless line", "many rows"],
)
def test_an_endless_message_is_split_and_nothing_is_lost(channel: WebChannel, block: Paragraph | Table) -> None:
    message = Message(blocks=(Heading("清单", 1), block), buttons=((Button("更多", "/more"),),))
    parts = channel.render(message)
    shown = [from_json(json.loads(part.markup)) for part in parts]
    assert len(parts) > 1
    assert all(len(text_of(one)) <= PART_CHARS_MAX for one in shown)
    assert "".join(text_of(one) for one in shown) == text_of(message)
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]


def test_a_message_that_just_fits_is_not_split(channel: WebChannel) -> None:
    assert len(channel.render(Message(blocks=(paragraph("长" * (PART_CHARS_MAX - 1)),)))) == 1


def test_a_table_cell_without_end_is_cut(channel: WebChannel) -> None:
    (part,) = channel.render(Message(blocks=(Table(("甲", "乙"), ((Span("长" * PART_CHARS_MAX), Span("尾")),)),)))
    assert len(part.markup) < PART_CHARS_MAX
    assert "尾" in part.markup


def test_what_nobody_could_show_or_store_is_replaced(channel: WebChannel) -> None:
    (part,) = channel.render(Message(blocks=(Heading("一\ud800二\0三", 1), paragraph("甲\x1b[31m乙"))))
    assert text_of(from_json(json.loads(part.markup))) == "一\ufffd二 三甲 [31m乙"


def test_a_message_that_says_nothing_shows_that(channel: WebChannel) -> None:
    (part,) = channel.render(Message(blocks=(paragraph(" ", "\u200b"),)))
    assert text_of(from_json(json.loads(part.markup))) == "…"


def test_a_split_table_keeps_its_header_on_every_part(channel: WebChannel) -> None:
    table = Table(("代码",), tuple((Span("x" * 200),) for _ in range(300)))
    for part in channel.render(Message(blocks=(table,))):
        (block,) = from_json(json.loads(part.markup)).blocks
        assert isinstance(block, Table)
        assert block.header == ("代码",)


def test_plain_parts_are_bare_text(channel: WebChannel) -> None:
    (part,) = channel.render(evening_digest(), plain=True)
    assert part.plain
    assert part.markup.splitlines()[0] == "ETF资金日报 2025-02-11（周二）〔演示数据〕"
    assert "  收盘溢价率0.56%（IOPV），高居同类第一（共3只）" in part.markup
    assert "510300" in part.markup


@pytest.mark.anyio
@pytest.mark.parametrize("bare", [False, True])
async def test_what_is_sent_stands_in_the_transcript(
    channel: WebChannel, transcript: MemoryTranscript, bare: bool
) -> None:
    message = Message(blocks=plain("甲\n乙").blocks, buttons=((Button("查", "/etf 560850"),),))
    remote_id = await channel.send(ME, channel.render(message, plain=bare)[0])
    (entry,) = transcript.entries
    assert remote_id == str(entry.id)
    assert (entry.chat, entry.author, entry.at) == ("me", "bot", NOW)
    assert entry.body == to_json(message)


@pytest.mark.anyio
async def test_what_a_person_says_is_kept_answered_and_the_answer_kept(
    channel: WebChannel, transcript: MemoryTranscript
) -> None:
    service = Service()
    serving = asyncio.create_task(channel.serve(service.answer, MENU))
    await asyncio.sleep(0)
    await channel.say(said("关注 560850", "zh-CN"))
    serving.cancel()
    assert service.heard == [
        Incoming(channel="web", address=ME, text="关注 560850", language="zh-CN", speaker=Speaker("me", "我"))
    ]
    assert [(one.author, one.body) for one in transcript.entries] == [
        ("me", to_json(plain("关注 560850"))),
        ("bot", to_json(plain("收到：关注 560850"))),
    ]
    assert channel.menu == MENU


@pytest.mark.anyio
async def test_nothing_is_kept_while_nobody_listens(channel: WebChannel, transcript: MemoryTranscript) -> None:
    with pytest.raises(NobodyListensError):
        await channel.say(said("有人吗"))
    assert transcript.entries == []


@pytest.mark.anyio
async def test_nobody_listens_any_more_after_the_service_has_ended(channel: WebChannel) -> None:
    serving = asyncio.create_task(channel.serve(Service().answer, MENU))
    await asyncio.sleep(0)
    serving.cancel()
    await asyncio.wait([serving])
    with pytest.raises(NobodyListensError):
        await channel.say(said("有人吗"))


@pytest.mark.anyio
async def test_news_come_as_soon_as_they_are_sent(channel: WebChannel) -> None:
    waiting = asyncio.create_task(channel.news(["me"], 0, 10, wait_seconds=60))
    await asyncio.sleep(0)
    await channel.send(ME, channel.render(plain("快讯"))[0])
    async with asyncio.timeout(5):
        (entry,) = await waiting
    assert entry.body == to_json(plain("快讯"))


@pytest.mark.anyio
async def test_no_news_come_of_another_chat(channel: WebChannel) -> None:
    await channel.send(Address("you"), channel.render(plain("给别人"))[0])
    assert await channel.news(["me"], 0, 10, wait_seconds=0) == []


@pytest.mark.anyio
async def test_entries_of_another_process_come_when_the_wait_is_over(
    channel: WebChannel, transcript: MemoryTranscript
) -> None:
    waiting = asyncio.create_task(channel.news(["me"], 0, 10, wait_seconds=0.05))
    await asyncio.sleep(0)
    await transcript.add("me", "bot", to_json(plain("来自别处")), NOW)
    assert len(await waiting) == 1


@pytest.mark.anyio
async def test_a_reader_who_leaves_is_forgotten(channel: WebChannel) -> None:
    waiting = asyncio.create_task(channel.news(["me"], 0, 10, wait_seconds=60))
    await asyncio.sleep(0)
    assert len(channel._bells) == 1
    waiting.cancel()
    await asyncio.wait([waiting])
    assert not channel._bells


class LateTranscript(MemoryTranscript):
    """Takes its time over the first entry, so that a later one could overtake it."""

    def __init__(self) -> None:
        super().__init__()
        self._seconds = [0.02]

    async def add(self, chat: str, author: str, body: dict[str, object], now: datetime) -> int:
        await asyncio.sleep(self._seconds.pop() if self._seconds else 0)
        return await super().add(chat, author, body, now)


@pytest.mark.anyio
async def test_entries_do_not_overtake_each_other() -> None:
    transcript = LateTranscript()
    channel = WebChannel(transcript, lambda: NOW)
    await asyncio.gather(*(channel.send(ME, channel.render(plain(f"{number}"))[0]) for number in range(3)))
    assert [one.body for one in transcript.entries] == [to_json(plain(f"{number}")) for number in range(3)]

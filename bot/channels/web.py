"""The local chat page as a channel: what is said goes into a transcript, and open pages follow it."""

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import Any, ClassVar, Protocol, cast

from bot.channels.base import Answer, Incoming, MenuEntry, Part
from bot.channels.legible import NOTHING, legible, visible
from bot.deliveries import Address
from bot.limiter import Limiter, Quotas
from bot.messages.model import (
    Block,
    Document,
    Heading,
    Line,
    Message,
    Paragraph,
    Picture,
    Span,
    Table,
    paragraph,
    plain,
    to_json,
)
from bot.messages.split import split_line

LOCAL_CHAT = "me"
"""The one person at the page."""

PART_CHARS_MAX = 20_000
"""Characters of text in one bubble; only a defect or a very long list reaches it."""


class Author(StrEnum):
    """Who said an entry of the transcript."""

    BOT = "bot"
    ME = "me"


class Entry(Protocol):
    """One thing said; ids grow within a chat, `body` is what `to_json` made of a message."""

    @property
    def id(self) -> int:
        """Names the entry."""
        ...

    @property
    def author(self) -> str:
        """An `Author`."""
        ...

    @property
    def body(self) -> dict[str, Any]:
        """The message."""
        ...

    @property
    def at(self) -> datetime:
        """When it was said; aware."""
        ...


class Transcript(Protocol):
    """What was said in each chat, kept over restarts."""

    async def add(self, chat: str, author: str, body: dict[str, Any], now: datetime) -> int:
        """Keep one thing said; returns its id."""
        ...

    async def since(self, chat: str, after_id: int, limit: int) -> Sequence[Entry]:
        """The first `limit` entries after an id, oldest first."""
        ...

    async def before(self, chat: str, before_id: int, limit: int) -> Sequence[Entry]:
        """The last `limit` entries before an id, oldest first."""
        ...

    async def last_id(self, chat: str) -> int:
        """The id of the newest entry; 0 in an empty chat."""
        ...


class NobodyListensError(Exception):
    """Something was said before the service was ready to answer; it is not kept."""


class WebChannel:
    """Keeps both sides of a chat in a transcript and wakes the pages that wait for news."""

    kind: ClassVar[str] = "web"

    def __init__(self, transcript: Transcript, now: Callable[[], datetime]) -> None:
        self._transcript = transcript
        self._now = now
        self._answer: Answer | None = None
        self._adding = asyncio.Lock()
        self.limiter = Limiter(Quotas())
        self._bells: set[asyncio.Event] = set()
        self.menu: tuple[MenuEntry, ...] = ()

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        """The blocks as JSON, in one part unless there is more text than a bubble should hold."""
        bubbles = [replace(message, blocks=blocks, buttons=()) for blocks in _split(message.blocks)]
        bubbles[-1] = replace(bubbles[-1], buttons=message.buttons)
        return [
            Part(
                markup=_bare_text(one) if plain else json.dumps(to_json(one), ensure_ascii=False),
                buttons=one.buttons,
                silent=one.silent,
                plain=plain,
            )
            for one in bubbles
        ]

    async def send(self, address: Address, part: Part) -> str:
        """Put a part into the transcript; returns its id there."""
        return str(await self._add(address.chat, Author.BOT, _body(part)))

    async def serve(self, answer: Answer, menu: tuple[MenuEntry, ...]) -> None:
        """Answer what is said on the page, until cancelled."""
        self._answer, self.menu = answer, menu
        try:
            await asyncio.Event().wait()
        finally:
            self._answer = None

    async def say(self, chat: str, text: str, language: str = "") -> None:
        """A person's words: kept, answered, and the answer kept; raises `NobodyListensError`."""
        if self._answer is None:
            raise NobodyListensError
        await self._add(chat, Author.ME, to_json(plain(text)))
        address = Address(chat)
        said = Incoming(channel=self.kind, address=address, text=text, language=language)
        answer = await self._answer(said)
        for part in self.render(answer) if answer is not None else ():
            await self.send(address, part)

    async def news(self, chat: str, after_id: int, limit: int, wait_seconds: float) -> Sequence[Entry]:
        """Up to `limit` entries after an id; waits for the first one, and returns none when the time is over.

        What another process adds to the transcript is seen when the time is over.
        """
        bell = asyncio.Event()
        # Before the look: an entry that comes between the look and the wait must ring.
        self._bells.add(bell)
        try:
            if entries := await self._transcript.since(chat, after_id, limit):
                return entries
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await bell.wait()
            return await self._transcript.since(chat, after_id, limit)
        finally:
            self._bells.discard(bell)

    def wake(self) -> None:
        """Let everybody who waits for news look again."""
        for bell in self._bells:
            bell.set()

    async def _add(self, chat: str, author: Author, body: dict[str, Any]) -> int:
        # One at a time: if a later id could be seen before an earlier one, the earlier would never be shown.
        async with self._adding:
            entry_id = await self._transcript.add(chat, author, body, self._now())
        self.wake()
        return entry_id


def _body(part: Part) -> dict[str, Any]:
    if not part.plain:
        return cast("dict[str, Any]", json.loads(part.markup))
    return to_json(replace(plain(part.markup), buttons=part.buttons, silent=part.silent))


def _bare_text(message: Message) -> str:
    return "\n".join("  " * one.indent + one.text for block in message.blocks for one in _lines(block))


def _lines(block: Block) -> Iterable[Line]:
    match block:
        case Heading():
            return [Line((Span(block.text),))]
        case Paragraph():
            return block.lines
        case Table():
            rows = (block.header, *([cell.text for cell in row] for row in block.rows))
            return [Line((Span("  ".join(row)),)) for row in rows]
        case Picture():
            return [Line((Span(block.alt),))]
        case Document():
            return [Line((Span(f"{block.name} {block.about}".strip()),))]


def _split(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Blocks in bubbles of at most `PART_CHARS_MAX` characters; at least one bubble."""
    bubbles: list[list[tuple[int, Block]]] = [[]]
    used = 0
    for number, block in enumerate(blocks):
        for unit in _units(block):
            size = _size(unit)
            if used and used + size > PART_CHARS_MAX:
                bubbles.append([])
                used = 0
            bubbles[-1].append((number, unit))
            used += size
    seen = [bubble for bubble in bubbles if any(visible(one.text) for _, unit in bubble for one in _lines(unit))]
    return [
        tuple(_joined([unit for _, unit in units]) for _, units in groupby(bubble, key=lambda one: one[0]))
        for bubble in seen or [[(0, paragraph(NOTHING))]]
    ]


def _units(block: Block) -> Iterator[Block]:
    """A block as legible blocks of one line or one row each, none of them longer than a bubble."""
    match block:
        case Heading():
            yield replace(block, text=legible(block.text)[:PART_CHARS_MAX])
        case Paragraph():
            for whole in block.lines:
                clean = Line(_legible(whole.spans), whole.indent)
                for piece in split_line(clean, PART_CHARS_MAX, _length):
                    yield replace(block, lines=(piece,))
        case Table():
            share = PART_CHARS_MAX // max(1, len(block.header), *map(len, block.rows))
            header = tuple(legible(name)[:share] for name in block.header)
            for row in block.rows:
                yield Table(header, (_legible(row, share),))
        case Picture():
            yield replace(block, alt=legible(block.alt)[:PART_CHARS_MAX])
        case Document():
            yield replace(block, name=legible(block.name), about=legible(block.about)[:PART_CHARS_MAX])


def _legible(spans: Iterable[Span], most: int | None = None) -> tuple[Span, ...]:
    return tuple(Span(legible(span.text)[:most], span.style) for span in spans)


def _joined(units: list[Block]) -> Block:
    """The units of one block, put together again."""
    first = units[0]
    match first:
        case Heading() | Picture() | Document():
            return first
        case Paragraph():
            return replace(
                first, lines=tuple(one for unit in units if isinstance(unit, Paragraph) for one in unit.lines)
            )
        case Table():
            return replace(first, rows=tuple(row for unit in units if isinstance(unit, Table) for row in unit.rows))


def _size(unit: Block) -> int:
    return sum(map(_length, _lines(unit))) + 1


def _length(one: Line) -> int:
    return len(one.text)

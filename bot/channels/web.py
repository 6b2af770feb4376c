"""The local chat page as a channel: what is said goes into a transcript, and open pages follow it."""

import asyncio
import json
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, cast

from bot.channels.base import Answer, Incoming, MenuEntry, Part, Speaker
from bot.channels.web_bubbles import bare_text, bubbles
from bot.channels.web_rooms import Room
from bot.channels.web_transcript import BOT, Entry, Transcript
from bot.deliveries import Address
from bot.limiter import Limiter, Quotas
from bot.messages.model import Document, Message, from_json, plain, to_json


class NobodyListensError(Exception):
    """Something was said before the service was ready to answer; it is not kept."""


class NotOfferedError(Exception):
    """A button was pressed that does not stand under that message (any more); nothing is kept or done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says on the page, or the button that he presses there."""

    room: Room
    text: str
    person: str
    name: str = ""
    """What the person is called."""
    title: str = ""
    """What the room is called where it is not a person's own."""
    language: str = ""
    document: Document | None = None
    pressed: int = 0
    """The entry under which the button stands; 0 = it was typed."""

    def body(self) -> dict[str, Any]:
        """How it stands in the transcript."""
        words = plain(self.text).blocks if self.text else ()
        return to_json(Message(blocks=(*words, self.document) if self.document else words))


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
        cut = [replace(message, blocks=blocks, buttons=()) for blocks in bubbles(message.blocks)]
        cut[-1] = replace(cut[-1], buttons=message.buttons)
        return [
            Part(
                markup=bare_text(one) if plain else json.dumps(to_json(one), ensure_ascii=False),
                buttons=one.buttons,
                silent=one.silent,
                plain=plain,
            )
            for one in cut
        ]

    async def send(self, address: Address, part: Part) -> str:
        """Put a part into the transcript, in the place of the one that it replaces; returns its id there."""
        body = _body(part)
        if part.replaces.isdecimal() and await self._edit(address.chat, int(part.replaces), body):
            return part.replaces
        return str(await self._add(address.chat, BOT, body))

    async def amend(self, address: Address, remote_id: str, part: Part) -> None:
        """Give an entry of the transcript another body."""
        if remote_id.isdecimal():
            await self._edit(address.chat, int(remote_id), _body(part))

    async def serve(self, answer: Answer, menu: tuple[MenuEntry, ...]) -> None:
        """Answer what is said on the page, until cancelled."""
        self._answer, self.menu = answer, menu
        try:
            await asyncio.Event().wait()
        finally:
            self._answer = None

    async def say(self, said: Said) -> None:
        """A person's words: kept, answered, and the answer kept; raises `NobodyListensError`.

        A button that is pressed is not kept when its answer takes the place of the message above it. Raises
        `NotOfferedError` for one that does not stand there.
        """
        if self._answer is None:
            raise NobodyListensError
        label = await self._label(said) if said.pressed else ""
        if not said.pressed:
            await self._add(said.room.id, said.person, said.body())
        message = await self._answer(self._incoming(said))
        if message is None:
            return
        first, *others = self.render(message)
        if said.pressed and message.in_place:
            first = replace(first, replaces=str(said.pressed))
        elif said.pressed:
            await self._add(said.room.id, said.person, to_json(plain(label)))
        for part in (first, *others):
            await self.send(Address(said.room.id), part)

    async def _label(self, said: Said) -> str:
        """What the pressed button says."""
        entry = await self._transcript.find({said.room.id}, said.pressed)
        rows = from_json(entry.body).buttons if entry is not None and entry.author == BOT else ()
        for one in (button for row in rows for button in row):
            if one.command == said.text and not one.copies:
                return one.label
        raise NotOfferedError

    def _incoming(self, said: Said) -> Incoming:
        async def may_set_up() -> bool:
            return said.room.may_set_up(said.person)

        return Incoming(
            channel=self.kind,
            address=Address(said.room.id),
            text=said.text,
            language=said.language,
            speaker=Speaker(said.person, said.name),
            kind=said.room.kind,
            title=said.title,
            document=said.document,
            pressed=str(said.pressed or ""),
            may_set_up=may_set_up,
        )

    async def news(self, chats: Collection[str], after_id: int, limit: int, wait_seconds: float) -> Sequence[Entry]:
        """Up to `limit` entries and changes after an id; waits for the first one, and returns none when the time is over.

        What another process adds to the transcript is seen when the time is over.
        """
        bell = asyncio.Event()
        # Before the look: an entry that comes between the look and the wait must ring.
        self._bells.add(bell)
        try:
            if entries := await self._transcript.since(chats, after_id, limit):
                return entries
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_seconds):
                    await bell.wait()
            return await self._transcript.since(chats, after_id, limit)
        finally:
            self._bells.discard(bell)

    def wake(self) -> None:
        """Let everybody who waits for news look again."""
        for bell in self._bells:
            bell.set()

    async def _add(self, chat: str, author: str, body: dict[str, Any]) -> int:
        # One at a time: if a later id could be seen before an earlier one, the earlier would never be shown.
        async with self._adding:
            entry_id = await self._transcript.add(chat, author, body, self._now())
        self.wake()
        return entry_id

    async def _edit(self, chat: str, entry_id: int, body: dict[str, Any]) -> bool:
        async with self._adding:
            there = await self._transcript.replace(chat, entry_id, body, self._now())
        self.wake()
        return there


def _body(part: Part) -> dict[str, Any]:
    if not part.plain:
        return cast("dict[str, Any]", json.loads(part.markup))
    return to_json(replace(plain(part.markup), buttons=part.buttons, silent=part.silent))

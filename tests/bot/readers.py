"""Subscribers, what they are sent, and what was told at all."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from bot.channels.base import Part
from bot.deliveries import Address
from bot.limiter import Limiter, Quotas
from bot.messages.model import Heading, Message, Paragraph, Span, Style
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.subscriptions import Subscription
from tests.builders import CALENDAR, moment

LONG_AGO, FAR_AHEAD = moment(CALENDAR.first), moment(CALENDAR.last)


async def reader(store: Database, chat: str, *funds: str, **wishes: object) -> Subscription:
    """A subscriber who watches these funds and wants no digests unless `wishes` say so."""
    defaults = {"channel": "test", "watched": frozenset(funds), "evening_digest": None}
    defaults |= {"morning_digest": False, "weekly_digest": False}
    wanted = Subscription(**{"id": 0, "chat": chat, **defaults, **wishes})  # type: ignore[arg-type]
    return await store.subscriptions.save(wanted, LONG_AGO)


async def letters(store: Database) -> dict[str, list[Message]]:
    """Everything that waits in the outbox, by chat; it is taken out of it."""
    found: dict[str, list[Message]] = {}
    while claimed := await store.outbox.claim(FAR_AHEAD, 10_000, 60):
        for one in claimed:
            found.setdefault(one.address.chat, []).append(one.message)
            await store.outbox.marks.sent(one.id, FAR_AHEAD)
    return found


async def alerts(store: Database) -> list[RecordedAlert]:
    """Every alert that was ever recorded."""
    return await store.alerts.between(LONG_AGO, FAR_AHEAD)


async def told(store: Database) -> list[tuple[str, str, str, int]]:
    """Day, fund, reason and rung of every alert."""
    found = (one.alert for one in await alerts(store))
    return [(f"{one.signal.day:%m-%d}", one.signal.subject.code, str(one.reason), one.signal.rung) for one in found]


def spans(message: Message) -> list[Span]:
    """Every styled piece of a message's paragraphs."""
    paragraphs = (block for block in message.blocks if isinstance(block, Paragraph))
    return [span for block in paragraphs for one in block.lines for span in one.spans]


def words(message: Message) -> str:
    """What a message says, one line a line."""
    lines = [
        text
        for block in message.blocks
        for text in ([block.text] if isinstance(block, Heading) else [one.text for one in block.lines])  # type: ignore[union-attr]
    ]
    return "\n".join(lines)


def codes(message: Message) -> set[str]:
    """The funds that a message names."""
    return {span.text for span in spans(message) if span.style is Style.CODE}


@dataclass
class Recorder:
    """A channel that sends a part per line of a message, keeps what was sent, and fails as it is told to."""

    kind: ClassVar[str] = "test"

    failures: dict[int, Exception] = field(default_factory=dict)
    """What the n-th call of `send` raises; numbers begin with 1."""
    gone: dict[str, Exception] = field(default_factory=dict)
    """What every call for a chat raises."""
    sent: list[tuple[Address, str]] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """What each part that was taken is a reply to."""
    arrivals: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """The words of every part that was taken, for whoever waits for the next."""
    calls: int = 0
    limiter: Limiter = field(default_factory=lambda: Limiter(Quotas()))

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup=text if plain else f"<{text}>", plain=plain) for text in words(message).splitlines()]

    async def send(self, address: Address, part: Part) -> str:
        self.calls += 1
        failure = self.failures.get(self.calls) or self.gone.get(address.chat)
        if failure is not None:
            raise failure
        self.sent.append((address, part.markup))
        self.answers.append(part.answers)
        self.arrivals.put_nowait(part.markup)
        return str(self.calls)

    @property
    def markups(self) -> Sequence[str]:
        """The words of every part that was taken, in order."""
        return [markup for _, markup in self.sent]

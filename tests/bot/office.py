"""An outbox with its drain over one recording channel, and a clock that is moved by hand."""

from dataclasses import dataclass, field
from datetime import timedelta

from bot.deliveries import FIRST_WAIT, Priority
from bot.messages.catalogue import catalogue
from bot.messages.model import plain
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Language
from tests.bot.readers import Recorder, reader
from tests.bot.serving import Hand
from tests.builders import LAST_DAY, moment

NOW = moment(LAST_DAY, "18:21")

SOON = FIRST_WAIT * 1.25
"""The longest first wait."""

REPEATED = catalogue(Language.ZH).text("may-be-repeated")


@dataclass
class Office:
    """Whoever leaves messages for chats and lets them be sent."""

    store: Database
    channel: Recorder = field(default_factory=Recorder)
    clock: Hand = field(default_factory=lambda: Hand(NOW))
    lines: int = 0

    @property
    def drain(self) -> Drain:
        return Drain(self.store.outbox, {"test": self.channel}, self.clock.now, Pace())

    async def leave(self, chat: str, text: str, *, channel: str = "test", priority: Priority = Priority.ALERT) -> int:
        """Leave a message (one part a line) for a chat; returns the subscription."""
        known = await self.store.subscriptions.find(channel, chat)
        subscription = known or await reader(self.store, chat, channel=channel)
        self.lines += 1
        letter = NewDelivery(
            batch=f"batch {self.lines}",
            subscription_id=subscription.id,
            message=plain(text),
            due_at=NOW,
            priority=priority,
        )
        assert await self.store.outbox.enqueue([letter]) == 1
        return subscription.id

    async def work(self, after: timedelta = timedelta()) -> list[str]:
        """Let time pass, drain until nothing is due, and say what was sent in all."""
        self.clock.at += after
        while await self.drain.once():
            pass
        return [
            f"{address.chat}{'/' if address.thread else ''}{address.thread}: {one}"
            for address, one in self.channel.sent
        ]

    async def states(self) -> dict[str, int]:
        return {str(state): many for state, many in (await self.store.outbox.counts()).items() if many}

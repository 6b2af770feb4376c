"""What is produced for the chats: so many alerts and one delivery of each, in the product's own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.alerts import Alert
from bot.deliveries import Priority
from bot.messages.model import Message, plain
from bot.store.alerts import RecordedAlert
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.rule_hits import RecordedRules
from signals.core.field import Axis
from signals.core.signal import Subject
from tests.store.samples import alert

LONG_LINES = 60
"""Of a message that takes two parts."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """What one run of the producer records: an alert for each chat, or a digest."""

    number: int
    chats: int
    long: bool = False
    digests: bool = False

    @property
    def batch(self) -> str:
        """The name of its deliveries."""
        return f"round {self.number}"

    @property
    def head(self) -> str:
        """How every line of it begins."""
        return f"第{self.number}轮"

    def words(self, chat: int) -> str:
        """What a chat is told."""
        first = f"{self.head} 第{chat}号"
        return "\n".join([first, *(f"{first} 第{line}行{'。' * 80}" for line in range(LONG_LINES * self.long))])

    def message(self, chat: int) -> Message:
        """The same as a message."""
        return plain(self.words(chat))


async def produce(database: Database, one: Round, now: datetime) -> int:
    """Record a round as a poll does; returns how many deliveries were new."""
    known = {int(each.chat): each.id for each in await database.subscriptions.active()}
    if one.digests:
        return await database.outbox.enqueue(
            [
                NewDelivery(
                    batch=one.batch,
                    subscription_id=known[chat],
                    message=one.message(chat),
                    due_at=now,
                    priority=Priority.DIGEST,
                )
                for chat in range(1, one.chats + 1)
            ]
        )

    def deliveries(recorded: Sequence[RecordedAlert], _: RecordedRules) -> list[NewDelivery]:
        return [
            NewDelivery(
                batch=one.batch,
                subscription_id=known[chat_of(each.alert)],
                message=one.message(chat_of(each.alert)),
                alert_ids=(each.id,),
                due_at=now,
            )
            for each in recorded
        ]

    found = [_alert(one.number, chat) for chat in range(1, one.chats + 1)]
    return await database.outbox.record(one.batch, found, now, deliveries, ("poll/evening", now))


def chat_of(one: Alert) -> int:
    """Whom an alert is for."""
    return int(one.signal.subject.code) % 100_000


def _alert(number: int, chat: int) -> Alert:
    return alert(subject=Subject(Axis.FUND, f"{500_000 + chat}"), rung=number)

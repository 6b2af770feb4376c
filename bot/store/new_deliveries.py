"""Messages that are left for subscribers: each once for each of them and each batch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Gate, Priority, State
from bot.messages.letters import Letter
from bot.messages.letters_json import letter_to_json
from bot.messages.model import Message, to_json
from bot.messages.shelf import Shelf
from bot.store.connections import insert
from bot.store.pictures import keep
from bot.store.tables import DELIVERIES, DELIVERY_ALERTS, SUBSCRIPTIONS

Key: TypeAlias = tuple[str, int]
"""Batch and subscription."""


@dataclass(frozen=True, kw_only=True)
class NewDelivery:
    """A message for one subscriber; unique on (batch, subscription)."""

    batch: str
    subscription_id: int
    message: Message
    alert_ids: tuple[int, ...] = ()
    rule_news: str = ""
    """Names what it tells of the subscriber's rules; empty = nothing."""
    due_at: datetime
    priority: Priority = Priority.ALERT
    gate: Gate | None = None
    """Where an alert stands before quiet hours and a daily limit; None = it is no alert."""
    letter: Letter | None = None
    """What it is merged from when it is held."""

    @property
    def key(self) -> Key:
        """What it is unique on."""
        return self.batch, self.subscription_id

    @property
    def news(self) -> str:
        """What no other message tells; empty for one that no poll caused."""
        return str(self.alert_ids[0]) if self.alert_ids else self.rule_news


async def add_deliveries(connection: AsyncConnection, deliveries: Sequence[NewDelivery]) -> set[Key]:
    """Store messages and their ties to alerts; returns which were added, the others were there already."""
    # Who has asked to be forgotten since the messages were written gets none.
    asked = {one.subscription_id for one in deliveries}
    here = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.id.in_(asked))
    there = {*(await connection.execute(here)).scalars()} if asked else set()
    by_key = {one.key: one for one in deliveries if one.subscription_id in there}
    if not by_key:
        return set()
    key, shelf = (DELIVERIES.c.batch, DELIVERIES.c.subscription_id), Shelf()
    # Many readers get the very same message: it is put into plain data once.
    distinct = {id(one.message): one.message for one in by_key.values()}
    plain = {number: to_json(message, shelf) for number, message in distinct.items()}
    rows = [_row(one, plain[id(one.message)]) for one in by_key.values()]
    await keep(connection, shelf, max(one.due_at for one in deliveries))
    new = insert(connection, DELIVERIES).on_conflict_do_nothing(index_elements=key)
    added = await connection.execute(new.returning(DELIVERIES.c.id, *key), rows)
    ids = {(row.batch, row.subscription_id): row.id for row in added}
    ties = [{"delivery_id": ids[key], "alert_id": alert} for key in ids for alert in by_key[key].alert_ids]
    if ties:
        await connection.execute(insert(connection, DELIVERY_ALERTS), ties)
    return set(ids)


def _row(one: NewDelivery, message: dict[str, Any]) -> dict[str, Any]:
    return {
        "batch": one.batch,
        "subscription_id": one.subscription_id,
        "message": message,
        "priority": one.priority,
        "due_at": one.due_at,
        "state": State.PENDING,
        "attempts": 0,
        "on_its_way": False,
        "repeats": 0,
        "parts_sent": 0,
        "remote_ids": "",
        "plain": False,
        "error": "",
        "gate": one.gate,
        "letter": one.letter and letter_to_json(one.letter),
    }

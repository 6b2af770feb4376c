"""Subscribers as administrators see them: how many, who, and what was sent to whom lately, without its words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select, update

from bot.deliveries import State
from bot.store.audit import Deed, audited
from bot.store.connections import Connections
from bot.store.subscriptions import pause
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS


@dataclass(frozen=True, slots=True)
class ReaderCount:
    """How many subscribers of a channel listen, and how many do not."""

    channel: str
    active: int
    paused: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One subscriber in a line."""

    id: int
    channel: str
    chat: str
    thread: str
    title: str
    active: bool
    paused_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A delivery without its words."""

    batch: str
    state: State
    due_at: datetime
    ended_at: datetime | None
    error: str


class ReaderStore:
    """Questions about subscribers, and their being paused by hand."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def counts(self) -> list[ReaderCount]:
        """By channel."""
        c = SUBSCRIPTIONS.c
        query = select(c.channel, c.active, func.count()).group_by(c.channel, c.active)
        async with self._connections.read() as connection:
            found = {(channel, active): count for channel, active, count in (await connection.execute(query)).all()}
        channels = sorted({channel for channel, _ in found})
        return [ReaderCount(one, found.get((one, True), 0), found.get((one, False), 0)) for one in channels]

    async def followers(self) -> dict[str, int]:
        """How many active subscribers follow each list."""
        query = select(SUBSCRIPTIONS.c.watchlists).where(SUBSCRIPTIONS.c.active)
        many: dict[str, int] = {}
        async with self._connections.read() as connection:
            for names in (await connection.execute(query)).scalars():
                for name in names:
                    many[name] = many.get(name, 0) + 1
        return many

    async def search(self, word: str, limit: int, offset: int = 0) -> list[Reader]:
        """Those whose title or chat holds a word, whatever its case; an empty one finds all, oldest first."""
        c = SUBSCRIPTIONS.c
        query = select(*(c[name] for name in Reader.__dataclass_fields__)).order_by(c.id).limit(limit).offset(offset)
        if word:
            query = query.where(or_(*_holding(word, (c.title, c.chat))))
        async with self._connections.read() as connection:
            return [Reader(**row) for row in (await connection.execute(query)).mappings()]

    async def sendings(self, subscription_id: int, limit: int) -> list[Sending]:
        """The newest deliveries of a subscriber, newest first."""
        c = DELIVERIES.c
        query = select(c.batch, c.state, c.due_at, c.ended_at, c.error).where(c.subscription_id == subscription_id)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query.order_by(c.id.desc()).limit(limit))).mappings().all()
        return [Sending(**{**row, "state": State(row["state"])}) for row in rows]

    async def pause(self, subscription_id: int, reason: str, deed: Deed) -> bool:
        """Stop a subscriber's deliveries; False when they were stopped before."""
        async with audited(self._connections, deed) as trail:
            c = SUBSCRIPTIONS.c
            there = select(c.id).where(c.id == subscription_id, c.active)
            if (await trail.connection.execute(there)).first() is None:
                return False
            await pause(trail.connection, subscription_id, reason, deed.now)
            trail.what, trail.before, trail.after = f"subscriber {subscription_id}", "active", f"paused: {reason}"
        return True

    async def resume(self, subscription_id: int, deed: Deed) -> bool:
        """Let deliveries go on; False when they did anyway."""
        async with audited(self._connections, deed) as trail:
            c = SUBSCRIPTIONS.c
            values = {"active": True, "paused_reason": "", "held_until": None, "updated_at": deed.now}
            going = update(SUBSCRIPTIONS).where(c.id == subscription_id, ~c.active).values(values)
            if (await trail.connection.execute(going)).rowcount != 1:
                return False
            trail.what, trail.before, trail.after = f"subscriber {subscription_id}", "paused", "active"
        return True


def _holding(word: str, columns: Iterable[ColumnElement[str]]) -> list[ColumnElement[bool]]:
    return [one.icontains(word, autoescape=True) for one in columns]

"""Who sends beside whom: each process says every few seconds that it is there, and all share what a channel allows."""

import secrets
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from sqlalchemy import ColumnElement, DateTime, cast, delete, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.connections import Connections, insert
from bot.store.errors import AwayError
from bot.store.tables import CREW, SUBSCRIPTIONS

GONE_AFTER = timedelta(seconds=10)
"""A process that has said nothing for so long sends nothing any more."""


@dataclass(frozen=True, slots=True)
class Place:
    """What is a process's own among those that send."""

    number: int = 0
    """Its place among those that drain the queue; chats are dealt out by it."""
    drains: int = 1
    """How many drain the queue."""
    speaks: int = 1
    """How many say anything to chats, answers included: each has an equal part of what is allowed in all."""

    def is_mine(self) -> ColumnElement[bool]:
        """Whether a subscription's chat is this process's: one process keeps the pace of a chat."""
        if self.drains == 1:
            return literal(value=True)
        return func.abs(func.hashtext(SUBSCRIPTIONS.c.chat)) % self.drains == self.number


ALONE = Place()


class CrewStore:
    """The processes that send over one PostgreSQL database; on SQLite there is one.

    The database's clock counts: those of the processes may differ.
    """

    def __init__(self, connections: Connections, *, shared: bool) -> None:
        self._connections = connections
        self._shared = shared
        self._name = secrets.token_hex(8)

    async def here(self, *, drains: bool) -> Place:
        """Say that this process is there, and learn its place among the others."""
        if not self._shared:
            return ALONE
        return await self._connections.insist(partial(self._here, drains=drains))

    async def _here(self, *, drains: bool) -> Place:
        async with self._connections.write() as connection:
            now = cast(func.now(), DateTime(timezone=True))
            seen = insert(connection, CREW).values(name=self._name, drains=drains, seen_at=now)
            await connection.execute(
                seen.on_conflict_do_update(index_elements=[CREW.c.name], set_={"seen_at": now, "drains": drains})
            )
            await connection.execute(delete(CREW).where(CREW.c.seen_at < now - GONE_AFTER))
            return await self._place(connection)

    async def leave(self) -> None:
        """Say that this process sends nothing any more."""
        if self._shared:
            with suppress(AwayError):
                async with self._connections.write() as connection:
                    await connection.execute(delete(CREW).where(CREW.c.name == self._name))

    async def _place(self, connection: AsyncConnection) -> Place:
        query = select(CREW.c.name, CREW.c.drains).order_by(CREW.c.name)
        rows = (await connection.execute(query)).all()
        drain = [row.name for row in rows if row.drains]
        number = drain.index(self._name) if self._name in drain else 0
        return Place(number, max(1, len(drain)), len(rows))

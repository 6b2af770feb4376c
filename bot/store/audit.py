"""Who changed what: the administrators' own trail."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.connections import Connections, insert
from bot.store.tables import AUDIT


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One change."""

    id: int
    at: datetime
    who: str
    what: str
    before: str
    after: str


class AuditLog:
    """Appended, never changed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def write(self, who: str, what: str, before: str, after: str, now: datetime) -> None:
        """Add an entry."""
        async with self._connections.write() as connection:
            await add_entry(connection, at=now, who=who, what=what, before=before, after=after)

    async def recent(self, limit: int) -> list[AuditEntry]:
        """The newest entries, newest first."""
        query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        async with self._connections.read() as connection:
            return [AuditEntry(**row) for row in (await connection.execute(query)).mappings()]


async def add_entry(connection: AsyncConnection, *, at: datetime, who: str, what: str, before: str, after: str) -> None:
    """Add an entry within the transaction that makes the change."""
    entry = insert(connection, AUDIT).values(at=at, who=who, what=what, before=before, after=after)
    await connection.execute(entry)

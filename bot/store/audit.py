"""Who changed what: the administrators' own trail."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.blotting import hide
from bot.store.connections import Connections, insert
from bot.store.tables import AUDIT

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One change."""

    id: int
    at: datetime
    who: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Who changes something, as ``channel:person``, and when."""

    who: str
    now: datetime


@dataclass(kw_only=True)
class Trail:
    """A transaction in which something is changed, and what its entry will say."""

    connection: AsyncConnection
    what: str = ""
    before: str = ""
    after: str = ""


class AuditLog:
    """Appended, never changed."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def write(self, who: str, what: str, before: str, after: str, now: datetime) -> None:
        """Add an entry."""
        async with self._connections.write() as connection:
            await add_entry(connection, at=now, who=who, what=what, before=before, after=after)
        log.debug("audited", who=who, what=what)

    async def recent(self, limit: int, before: int | None = None) -> list[AuditEntry]:
        """The newest entries, newest first; those before the entry of an id."""
        query = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(AUDIT.c.id < before)
        async with self._connections.read() as connection:
            return [AuditEntry(**row) for row in (await connection.execute(query)).mappings()]


@asynccontextmanager
async def audited(connections: Connections, deed: Deed) -> AsyncIterator[Trail]:
    """A transaction whose change and whose entry are stored together, or neither.

    What is changed inside says so in the trail; where nothing was changed there is no entry.
    """
    async with connections.write() as connection:
        trail = Trail(connection=connection)
        yield trail
        if trail.before != trail.after:
            await add_entry(
                connection, at=deed.now, who=deed.who, what=trail.what, before=trail.before, after=trail.after
            )
    if trail.before != trail.after:
        log.debug("audited", who=deed.who, what=trail.what)


async def add_entry(connection: AsyncConnection, *, at: datetime, who: str, what: str, before: str, after: str) -> None:
    """Add an entry within the transaction that makes the change."""
    said = {"who": hide(who), "what": hide(what), "before": hide(before), "after": hide(after)}
    entry = insert(connection, AUDIT).values(at=at, **said)
    await connection.execute(entry)

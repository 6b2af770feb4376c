"""Who polls and keeps the timetable: one process, by a lock that the database takes back when its holder is gone."""

import asyncio
from contextlib import suppress

import structlog
from asyncpg.exceptions import PostgresError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.connections import Connections

CHECK_SECONDS = 2.0
"""Between two looks of the leader whether its connection lives, and of the others whether the place is free."""

ANSWER_SECONDS = 3.0
"""A database that says nothing for so long may have given the lock to another."""

_LOCK = {"what": "etfbot leader"}

_UNANSWERED = (DBAPIError, PostgresError, OSError, TimeoutError)
"""A server that is about to stop or to start refuses in its own words, which the library does not translate."""

log = structlog.get_logger(__name__)


class Leadership:
    """Held by one process of a database at a time; on SQLite, which has one process only, always had for the asking.

    On PostgreSQL it is an advisory lock of a connection of its own: a process that is killed loses it at once, one
    that cannot reach the database must take it for lost.
    """

    def __init__(self, connections: Connections, *, shared: bool) -> None:
        self._connections = connections
        self._shared = shared
        self._connection: AsyncConnection | None = None
        self._alone = False
        self._asks_in_vain = False

    @property
    def held(self) -> bool:
        """Whether this process led when it last looked."""
        return self._connection is not None or self._alone

    @property
    def asks_in_vain(self) -> bool:
        """Whether the database did not say, when it was last asked, who leads."""
        return self._asks_in_vain

    async def take(self) -> None:
        """Wait until this process leads."""
        stands_by = False
        while not await self._taken():
            if not stands_by:
                stands_by = True
                log.info("another process leads; this one stands by")
            await asyncio.sleep(CHECK_SECONDS)
        log.info("this process leads")

    async def lost(self) -> None:
        """Wait until this process leads no more; for ever where nobody can take it."""
        if not self._shared:
            await asyncio.Event().wait()
        while True:
            if not await self._lives():
                break
            await asyncio.sleep(CHECK_SECONDS)
        log.warning("this process leads no more: its connection to the database is gone")
        await self.give_up()

    async def give_up(self) -> None:
        """Let another lead; may be called twice."""
        self._alone = False
        connection, self._connection = self._connection, None
        if connection is None:
            return
        with suppress(*_UNANSWERED):
            # Closed for good rather than returned to the pool, where it would keep the lock.
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.invalidate()
                await connection.close()

    async def _taken(self) -> bool:
        if not self._shared:
            self._alone = True
            return True
        connection = None
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                connection = await self._connections.alone()
                got = await connection.scalar(text("SELECT pg_try_advisory_lock(hashtext(:what))"), _LOCK)
        except _UNANSWERED as error:
            self._puzzled(type(error).__name__)
            got = None
        if got and connection is not None:
            self._connection, self._asks_in_vain = connection, False
            return True
        if got is not None:
            self._asks_in_vain = False
        if connection is not None:
            await connection.close()
        return False

    def _puzzled(self, why: str) -> None:
        """Say it once, however long it lasts."""
        if not self._asks_in_vain:
            log.warning("the database does not say who leads", why=why)
        self._asks_in_vain = True

    async def _lives(self) -> bool:
        if self._connection is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._connection.scalar(text("SELECT 1"))
        except _UNANSWERED:
            return False
        return True

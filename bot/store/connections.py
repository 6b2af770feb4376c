"""Transactions on either database: many readers, and on SQLite one writer at a time."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.errors import AwayError
from bot.store.trouble import Trouble
from bot.store.url import is_memory, is_sqlite

_PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")

_WRITES = "writes"

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
"""Between two tries at a database that takes nothing."""

T = TypeVar("T")

_ROOM_BYTES = 1 << 20
"""What there must be room for before a database that was full is written to again."""

_PROBE_SQLITE = "PRAGMA user_version = 1"
"""Writes a page, whatever stood there; nobody reads it."""

_PROBE_POSTGRESQL = (
    "CREATE TEMPORARY TABLE etfbot_room ON COMMIT DROP AS SELECT repeat('x', 1000) FROM generate_series(1, 1000)"
)


class Connections:
    """The pool of one database; connects when first asked.

    Where the database cannot be had `read` and `write` raise AwayError, and `trouble` knows until it is over.
    """

    def __init__(self, url: URL) -> None:
        self.trouble = Trouble()
        self.shared = not is_sqlite(url)
        """Other processes write to it."""
        self.behind = 0
        """How much is insisted upon that the database has not taken."""
        self._folder = None if self.shared or is_memory(url) else Path(url.database or "").absolute().parent
        self._engine = _engine(url)
        self._writers = self._engine.execution_options(**{_WRITES: True})
        # SQLite would make writers wait by asking again and again; a queue of our own is fair and asks once.
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if is_sqlite(url) else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database."""
        with self.trouble.watching(writing=False):
            async with self._engine.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block and rolls back on any exception in it."""
        times = self.trouble.times
        with self.trouble.watching(writing=True):
            async with self._turn:
                self.trouble.spare_the_wait(times)
                async with self._writers.begin() as connection:
                    yield connection

    async def recovered(self) -> bool:
        """Whether the database takes what it is given, as far as is known; where it did not it is tried now and then."""
        if self.trouble.ailment is None:
            return True
        if not self.trouble.take_look():
            return False
        try:
            await self._probe()
        except (AwayError, OSError):
            return False
        self.trouble.ends()
        return True

    async def _probe(self) -> None:
        """Write something that takes room; raises AwayError or OSError."""
        if self._folder is not None:
            await asyncio.to_thread(_require_room, self._folder)
        async with self.write() as connection:
            await connection.exec_driver_sql(_PROBE_POSTGRESQL if self.shared else _PROBE_SQLITE)

    async def insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns, tried again for as long as the database cannot be had.

        It must leave nothing behind where it raises AwayError.
        """
        waits = False
        try:
            while True:
                with suppress(AwayError):
                    return await work()
                self.behind += not waits
                waits = True
                await self._until_recovered()
        finally:
            self.behind -= waits

    async def _until_recovered(self) -> None:
        wait = FIRST_WAIT_SECONDS
        await asyncio.sleep(wait)
        while not await self.recovered():
            wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            await asyncio.sleep(wait)

    async def alone(self) -> AsyncConnection:
        """A connection for one owner, who closes it; every statement is a transaction of its own."""
        connection = await self._engine.connect()
        return await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def _require_room(folder: Path) -> None:
    """A commit that fits into the last free page would say nothing of the next."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(_ROOM_BYTES))
        file.flush()
        os.fsync(file.fileno())


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if _is_postgresql(connection) else sqlite.insert(table)


async def one_at_a_time(connection: AsyncConnection, what: str) -> None:
    """Let no other process do the same thing until this transaction ends."""
    if _is_postgresql(connection):
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"etfbot {what}"})


def _is_postgresql(connection: AsyncConnection) -> bool:
    return connection.dialect.name == "postgresql"


def _engine(url: URL) -> AsyncEngine:
    options: dict[str, Any] = {"hide_parameters": True, "json_serializer": _json}
    if is_memory(url):
        # Another connection would be another, empty database.
        options |= {"poolclass": AsyncAdaptedQueuePool, "pool_size": 1, "max_overflow": 0}
    elif not is_sqlite(url):
        options |= {"pool_pre_ping": True}
    engine = create_async_engine(url, **options)
    if is_sqlite(url):
        event.listen(engine.sync_engine, "connect", _prepare)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins no transaction of its own; `_begin` does
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A reader that turns writer inside its transaction is refused at once, busy timeout or not.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)

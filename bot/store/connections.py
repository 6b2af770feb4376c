"""Transactions on either database: many readers, and on SQLite one writer at a time."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar

import structlog
from sqlalchemy import URL, Connection, Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.url import is_memory, is_sqlite

_PRAGMAS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON")

_WRITES = "writes"

FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.2, 5.0
"""Between two tries at a database that takes nothing."""

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Connections:
    """The pool of one database; connects when first asked."""

    def __init__(self, url: URL) -> None:
        self._engine = _engine(url)
        self._away = False
        """Whether it has been said that the database takes nothing."""
        self._writers = self._engine.execution_options(**{_WRITES: True})
        # SQLite would make writers wait by asking again and again; a queue of our own is fair and asks once.
        self._turn: AbstractAsyncContextManager[Any] = asyncio.Lock() if is_sqlite(url) else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees one state of the database."""
        async with self._engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A transaction that commits at the end of the block and rolls back on any exception in it."""
        async with self._turn, self._writers.begin() as connection:
            yield connection

    async def insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` returns, tried again for as long as the database is locked, full or away.

        It must leave nothing behind where it raises. The log says once when the database goes and once when it is back.
        """
        wait = 0.0
        while True:
            try:
                done = await work()
            except (DBAPIError, OSError) as error:
                if not _passing(error):
                    raise
                self._note_absence(error)
                wait = min(wait * 2 or FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS)
                await asyncio.sleep(wait)
            else:
                if self._away:
                    self._away = False
                    log.info("the database is back")
                return done

    def _note_absence(self, error: DBAPIError | OSError) -> None:
        if not self._away:
            self._away = True
            reason = type(getattr(error, "orig", None) or error).__name__
            log.warning("the database takes nothing; nothing is sent until it does", why=reason)

    async def alone(self) -> AsyncConnection:
        """A connection for one owner, who closes it; every statement is a transaction of its own."""
        connection = await self._engine.connect()
        return await connection.execution_options(isolation_level="AUTOCOMMIT")

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def insert(connection: AsyncConnection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT."""
    return postgresql.insert(table) if _is_postgresql(connection) else sqlite.insert(table)


async def one_at_a_time(connection: AsyncConnection, what: str) -> None:
    """Let no other process do the same thing until this transaction ends."""
    if _is_postgresql(connection):
        await connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"etfbot {what}"})


def _passing(error: DBAPIError | OSError) -> bool:
    """Whether the database may take the same later."""
    return isinstance(error, (OperationalError, InterfaceError, OSError)) or error.connection_invalidated


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

"""What grows with time and is kept for so long: let go in small transactions, so that others get their turn."""

import asyncio
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import URL, ColumnElement, Select, Table, and_, delete, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages.model import picture_names
from bot.store.connections import Connections
from bot.store.errors import StoreError
from bot.store.sweeps import WAITING, Keeping, Sweep, sweeps
from bot.store.tables import CHAT, DELIVERIES, PICTURES
from bot.store.url import is_memory, is_sqlite

CHUNK = 500
"""Rows that one transaction lets go."""

PAUSE_SECONDS = 0.02
"""Between two of them."""

_COMPACT_PATIENCE_SECONDS = 60.0


class Tidying:
    """Keeps the database from growing for ever; what may go is told by `sweeps`, and pictures by who holds them."""

    def __init__(self, url: URL, connections: Connections) -> None:
        self._url = url
        self._connections = connections

    async def tidy(
        self, keeping: Keeping, now: datetime, ending: Collection[str], *, dry_run: bool = False
    ) -> dict[str, int]:
        """Let go what is older than `keeping` wants, and return how much of each kind that was; a dry run only counts.

        `ending` are the kinds of signals whose end is told: whoever was told of one that goes on is remembered.
        Stopping in the middle does no harm.
        """
        counts = {}
        for one in sweeps(keeping, now, ending):
            counts[one.name] = await (self._count(one) if dry_run else self._sweep(one))
        if keeping.pictures_days:
            before = now - timedelta(days=keeping.pictures_days)
            counts["pictures"] = await self._pictures(before, dry_run=dry_run)
        return counts

    async def compact(self) -> tuple[int, int]:
        """Give the room of what has gone back to the disk; the size of the file before and after, in bytes.

        Takes as much room beside it while it works, and nobody else writes meanwhile. Raises StoreError.
        """
        if not is_sqlite(self._url) or is_memory(self._url):
            raise StoreError("only a database file is compacted here; PostgreSQL does so by itself (autovacuum)")
        try:
            return await asyncio.to_thread(_compact, Path(self._url.database or ""))
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"the database was not compacted: {error}") from error

    async def _count(self, one: Sweep) -> int:
        async with self._connections.read() as connection:
            query = select(func.count()).select_from(one.table).where(one.gone)
            return int((await connection.execute(query)).scalar_one())

    async def _sweep(self, one: Sweep) -> int:
        gone, after = 0, ()
        while True:
            async with self._connections.write() as connection:
                rows = [tuple(row) for row in await connection.execute(_next(one, after))]
                await _delete(connection, one, [row[len(one.order) :] for row in rows])
            gone += len(rows)
            if len(rows) < CHUNK:
                return gone
            after = rows[-1][: len(one.order)]
            await asyncio.sleep(PAUSE_SECONDS)

    async def _pictures(self, before: datetime, *, dry_run: bool) -> int:
        """Pictures that were last put into a message before then, and are in none that waits or can be looked up."""
        old = PICTURES.c.last_used_at < before
        async with self._connections.read() as connection:
            names = {*(await connection.execute(select(PICTURES.c.name).where(old))).scalars()}
        if names:
            names -= await self._held_by(CHAT, CHAT.c.body)
            names -= await self._held_by(DELIVERIES, DELIVERIES.c.message, DELIVERIES.c.state.in_(WAITING))
        if dry_run:
            return len(names)
        gone, listed = 0, sorted(names)
        for start in range(0, len(listed), CHUNK):
            # One that was used again meanwhile is not old any more.
            mine = PICTURES.c.name.in_(listed[start : start + CHUNK])
            async with self._connections.write() as connection:
                gone += (await connection.execute(delete(PICTURES).where(mine, old))).rowcount
            await asyncio.sleep(PAUSE_SECONDS)
        return gone

    async def _held_by(self, table: Table, body: ColumnElement[Any], *conditions: ColumnElement[bool]) -> set[str]:
        """The pictures that the messages of a table hold, by name."""
        held, last = set[str](), 0
        while True:
            query = select(table.c.id, body).where(table.c.id > last, *conditions).order_by(table.c.id).limit(CHUNK)
            async with self._connections.read() as connection:
                rows = (await connection.execute(query)).all()
            for row in rows:
                held.update(picture_names(row[1]))
            if len(rows) < CHUNK:
                return held
            last = rows[-1][0]
            await asyncio.sleep(PAUSE_SECONDS)


def _next(one: Sweep, after: Sequence[Any]) -> Select[Any]:
    """Places and keys of the next rows that may go, behind those that were seen."""
    columns: list[ColumnElement[Any]] = [*one.order, *one.table.primary_key.columns]
    query: Select[Any] = select(*columns).where(one.gone).order_by(*one.order).limit(CHUNK)
    return query.where(_behind(one.order, after)) if after else query


def _behind(order: Sequence[ColumnElement[Any]], after: Sequence[Any]) -> ColumnElement[bool]:
    first, *others = order
    further: ColumnElement[bool] = first > after[0]
    return or_(further, and_(first == after[0], _behind(others, after[1:]))) if others else further


async def _delete(connection: AsyncConnection, one: Sweep, keys: Sequence[tuple[Any, ...]]) -> None:
    if not keys:
        return
    for tie in one.ties:
        await connection.execute(delete(tie.table).where(tie.in_([key[0] for key in keys])))
    columns = tuple(one.table.primary_key.columns)
    mine = columns[0].in_([key[0] for key in keys]) if len(columns) == 1 else tuple_(*columns).in_(keys)
    await connection.execute(delete(one.table).where(mine))


def _compact(file: Path) -> tuple[int, int]:
    before = _bytes_of(file)
    with closing(sqlite3.connect(file, isolation_level=None, timeout=_COMPACT_PATIENCE_SECONDS)) as connection:
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return before, _bytes_of(file)


def _bytes_of(file: Path) -> int:
    beside: Iterable[Path] = (file, file.with_name(f"{file.name}-wal"))
    return sum(one.stat().st_size for one in beside if one.exists())


def worth_saying(counts: Mapping[str, int]) -> dict[str, int]:
    """Without the kinds of which nothing has gone."""
    return {name: count for name, count in counts.items() if count}

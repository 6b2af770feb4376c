"""Everything of one database into another, of whatever kind: how a service grows from SQLite to PostgreSQL, or back."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from sqlalchemy import Integer, Select, Table, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.connections import Connections
from bot.store.errors import StoreError
from bot.store.tables import CREW, METADATA

_TOGETHER = 500
"""Rows in memory at once; one of market data may hold a table of all funds."""

_LEFT_BEHIND = frozenset({CREW.name})
"""Who sends now is no memory."""


async def move(source: Connections, target: Connections, told: Callable[[str, float], None]) -> dict[str, int]:
    """Copy all rows, in one transaction of the target: all of them or, on any exception, none.

    `told` hears the table and how much of all rows is done (0 … 1). Returns the rows of each table. Raises StoreError
    for a target that holds anything: two memories do not become one.
    """
    tables = [one for one in METADATA.sorted_tables if one.name not in _LEFT_BEHIND]
    async with source.read() as here, target.write() as there:
        for table in tables:
            if await there.scalar(select(func.count()).select_from(table)):
                raise StoreError(f"the database to move to is not empty: it has rows in {table.name}")
        counts = {one.name: await here.scalar(select(func.count()).select_from(one)) or 0 for one in tables}
        all_rows, done = max(1, sum(counts.values())), 0
        for table in tables:
            told(table.name, done / all_rows)
            async for rows in _rows_of(here, table):
                await there.execute(table.insert(), rows)
                done += len(rows)
                told(table.name, done / all_rows)
            await _count_on(there, table)
    return counts


async def _rows_of(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    """Some at a time, in the order of their keys: what a row refers to is there before it."""
    query: Select[Any] = select(table).order_by(*table.primary_key.columns)
    async with connection.stream(query) as found:
        async for some in found.mappings().partitions(_TOGETHER):
            yield [dict(row) for row in some]


async def _count_on(connection: AsyncConnection, table: Table) -> None:
    """Have PostgreSQL number new rows behind those that brought their numbers along; SQLite does so by itself."""
    if connection.dialect.name != "postgresql" or "id" not in table.c or not isinstance(table.c.id.type, Integer):
        return
    last = await connection.scalar(select(func.max(table.c.id)))
    if last is not None:
        sequence = {"name": table.name, "last": last}
        await connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), sequence)

"""Tables as rows of the database, and the one way by which a row gets among the accepted ones."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.connections import insert, one_at_a_time
from bot.store.payload import Unpacker, pack
from bot.store.tables import SNAPSHOTS
from signals.core.snapshot import Dataset, Snapshot

_Key: TypeAlias = tuple[str, str, str, date]
"""Dataset, source, scope and day."""


class _Word(NamedTuple):
    known_at: datetime
    content: tuple[str, bool]
    """Digest, and whether it was called provisional."""


def row_of(snapshot: Snapshot) -> dict[str, Any]:
    """The row of a table; takes its time."""
    payload = pack(snapshot.table)
    return {
        "dataset": snapshot.dataset.value,
        "source": snapshot.source,
        "scope": snapshot.scope,
        "day": snapshot.day,
        "fetched_at": snapshot.fetched_at,
        "known_at": snapshot.known_at,
        "provisional": snapshot.provisional,
        "rows": len(snapshot.table),
        "digest": payload.digest,
        "payload": payload.data,
    }


def snapshot_of(row: RowMapping, unpacker: Unpacker) -> Snapshot:
    """The table of a row; raises StoreError for one that cannot be read."""
    return Snapshot(
        dataset=Dataset(row["dataset"]),
        source=row["source"],
        scope=row["scope"],
        day=row["day"],
        fetched_at=row["fetched_at"],
        known_at=row["known_at"],
        provisional=row["provisional"],
        table=unpacker.unpack(row["payload"]),
    )


async def append(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> int:
    """Within a transaction, add the rows that say something new to the accepted ones and return how many did."""
    await one_at_a_time(connection, "market")
    new = _new(rows, await _stored(connection, rows))
    if new:
        await connection.execute(insert(connection, SNAPSHOTS), new)
    return len(new)


async def _stored(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> dict[_Key, list[_Word]]:
    c, days = SNAPSHOTS.c, [row["day"] for row in rows]
    query = select(c.dataset, c.source, c.scope, c.day, c.known_at, c.digest, c.provisional).where(
        c.dataset.in_({row["dataset"] for row in rows}),
        c.source.in_({row["source"] for row in rows}),
        c.day.between(min(days), max(days)),
    )
    told: dict[_Key, list[_Word]] = defaultdict(list)
    for row in (await connection.execute(query.order_by(c.known_at, c.id))).mappings():
        told[_key(row)].append(_word(row))
    return told


def _new(rows: Iterable[dict[str, Any]], told: dict[_Key, list[_Word]]) -> list[dict[str, Any]]:
    new = []
    for row in rows:
        before, word = told[_key(row)], _word(row)
        at = bisect_right(before, word.known_at, key=lambda one: one.known_at)
        if all(one.content != word.content for one in before[max(0, at - 1) : at + 1]):
            before.insert(at, word)
            new.append(row)
    return new


def _key(row: Mapping[Any, Any]) -> _Key:
    return row["dataset"], row["source"], row["scope"], row["day"]


def _word(row: Mapping[Any, Any]) -> _Word:
    return _Word(row["known_at"], (row["digest"], row["provisional"]))

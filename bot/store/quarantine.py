"""Tables that a gate refused: kept apart to be looked at, until an operator lets one in."""

import asyncio
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.sources.base import SourceChangedError
from bot.sources.gates import Baseline, check
from bot.store.audit import add_entry
from bot.store.connections import Connections, insert
from bot.store.errors import AwayError, StoreError
from bot.store.payload import Unpacker
from bot.store.snapshots import append, row_of, snapshot_of
from bot.store.tables import QUARANTINE, SNAPSHOTS
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset, Snapshot

UNREADABLE = frozenset({"rows", "columns", "codes"})
"""Gates that nobody can overrule: of what they refuse no figure can be computed, or no panel be laid."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A table that was not let in, and why."""

    id: int
    dataset: Dataset
    source: str
    scope: str
    day: date
    gate: str
    detail: str
    rows: int
    provisional: bool
    fetched_at: datetime
    accepted_at: datetime | None
    """When an operator let it in after all."""


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """What letting a table in came to."""

    refusal: Refusal
    new: bool
    """False when its source's very same word of the session was among the accepted tables already."""
    newer_at: datetime | None
    """When a newer table of the same data, scope and session became known, which goes before this one."""


class Quarantine:
    """Refused tables; one that was let in stays as a record and is refused no more."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def refuse(self, snapshot: Snapshot, gate: str, detail: str) -> bool:
        """Keep a table apart; False when this very table was refused before."""
        row = {**await asyncio.to_thread(row_of, snapshot), "gate": gate, "detail": detail}
        async with self._connections.write() as connection:
            new = insert(connection, QUARANTINE).values(row).on_conflict_do_nothing()
            return (await connection.execute(new)).rowcount == 1

    async def accepted(self, snapshot: Snapshot) -> bool:
        """Whether this very table was let in by an operator."""
        row = await asyncio.to_thread(row_of, snapshot)
        same = [QUARANTINE.c[name] == row[name] for name in ("dataset", "source", "scope", "day", "digest")]
        query = select(QUARANTINE.c.id).where(*same, QUARANTINE.c.accepted_at.is_not(None))
        async with self._connections.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def refusals(self, start: date | None, end: date | None) -> list[Refusal]:
        """What of the sessions from start to end, both included, is still kept out; None leaves a side open."""
        query = select(*_SHOWN).where(QUARANTINE.c.accepted_at.is_(None)).order_by(QUARANTINE.c.day, QUARANTINE.c.id)
        if start is not None:
            query = query.where(QUARANTINE.c.day >= start)
        if end is not None:
            query = query.where(QUARANTINE.c.day <= end)
        async with self._connections.read() as connection:
            return [_refusal(row) for row in (await connection.execute(query)).mappings()]

    async def counts(self) -> dict[Dataset, int]:
        """How many tables of each dataset are still kept out."""
        query = select(QUARANTINE.c.dataset, func.count()).where(QUARANTINE.c.accepted_at.is_(None))
        async with self._connections.read() as connection:
            rows = (await connection.execute(query.group_by(QUARANTINE.c.dataset))).all()
        found = {Dataset(name): count for name, count in rows}
        return {one: found.get(one, 0) for one in Dataset}

    async def find(self, number: int) -> tuple[Refusal, Snapshot]:
        """A refused table, let in or not; raises StoreError when none has this number."""
        row = await self._row(number)
        return _refusal(row), await asyncio.to_thread(snapshot_of, row, Unpacker())

    async def accept(self, number: int, who: str, note: str, now: datetime) -> Acceptance:
        """Let a refused table in, as of when it became known, and write down who did: all of it or nothing.

        From then on no gate keeps this very table out. Raises StoreError when none has this number, it was
        let in before, nothing can be computed from it, or somebody else keeps the database busy.
        """
        row = await self._row(number)
        await asyncio.to_thread(_require_readable, row)
        try:
            async with self._connections.write() as connection:
                await _claim(connection, number, now)
                new = await append(connection, [{name: row[name] for name in _TAKEN}])
                await add_entry(
                    connection,
                    at=now,
                    who=who,
                    what=f"quarantine {number}: {row['dataset']} {row['source']} {row['scope']} {row['day']}",
                    before=f"refused by {row['gate']}: {row['detail']}",
                    after=f"accepted: {note}" if note else "accepted",
                )
                newer_at = await _newer_at(connection, row)
        except AwayError as error:
            raise StoreError(f"table {number} was not let in, nothing has changed: {error.why}") from error
        return Acceptance(refusal=_refusal(row), new=bool(new), newer_at=newer_at)

    async def _row(self, number: int) -> RowMapping:
        async with self._connections.read() as connection:
            query = select(QUARANTINE).where(QUARANTINE.c.id == number)
            row = (await connection.execute(query)).mappings().first()
        if row is None:
            raise StoreError(f"there is no refused table {number}; etfbot quarantine list shows those there are")
        return row


_SHOWN = tuple(QUARANTINE.c[one.name] for one in fields(Refusal))

_TAKEN = tuple(one.name for one in SNAPSHOTS.c if not one.primary_key)


def _refusal(row: RowMapping) -> Refusal:
    told: dict[str, Any] = {one.name: row[one.name] for one in fields(Refusal)}
    return Refusal(**{**told, "dataset": Dataset(row["dataset"])})


def _require_readable(row: RowMapping) -> None:
    snapshot = snapshot_of(row, Unpacker())
    try:
        check(snapshot, snapshot.day, Baseline())
    except SourceChangedError as error:
        if error.gate in UNREADABLE:
            raise StoreError(f"table {row['id']} cannot be let in, nothing can be computed from it: {error}") from error


async def _claim(connection: AsyncConnection, number: int, now: datetime) -> None:
    mine = update(QUARANTINE).where(QUARANTINE.c.id == number, QUARANTINE.c.accepted_at.is_(None))
    if (await connection.execute(mine.values(accepted_at=now))).rowcount == 1:
        return
    at = (await connection.execute(select(QUARANTINE.c.accepted_at).where(QUARANTINE.c.id == number))).scalar_one()
    raise StoreError(f"table {number} was let in before, at {at.astimezone(MARKET_ZONE):%Y-%m-%d %H:%M}")


async def _newer_at(connection: AsyncConnection, row: RowMapping) -> datetime | None:
    same = [SNAPSHOTS.c[name] == row[name] for name in ("dataset", "scope", "day")]
    query = select(func.max(SNAPSHOTS.c.known_at)).where(*same, SNAPSHOTS.c.known_at > row["known_at"])
    newest: datetime | None = (await connection.execute(query)).scalar_one()
    return newest

"""What sources said, session by session: appended, laid out as a panel, and asked how much is there."""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.sources.gates import Baseline
from bot.store.connections import Connections, insert, one_at_a_time
from bot.store.payload import Unpacker, pack
from bot.store.tables import QUARANTINE, SNAPSHOTS
from signals.core.calendar import TradingCalendar
from signals.core.detector import WINDOW_SESSIONS
from signals.core.panel import Panel, lay_panel
from signals.core.profile import exchange_of
from signals.core.snapshot import Dataset, Snapshot

BASELINE_DAYS = 15
"""A good table older than a long holiday and a half no longer says how many rows to expect."""

PACKAGED_SOURCE = "index_map"
"""What the program itself brings is kept under this name: no publisher gave it, so it tells nothing of freshness."""

_BATCH = 200
"""Tables that one transaction adds: others want to write too."""


_Key: TypeAlias = tuple[str, str, str, date]
"""Dataset, source, scope and day."""


class _Word(NamedTuple):
    known_at: datetime
    content: tuple[str, bool]
    """Digest, and whether it was called provisional."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A table that was not let in, and why."""

    dataset: Dataset
    source: str
    scope: str
    day: date
    gate: str
    detail: str
    rows: int
    fetched_at: datetime


class MarketStore:
    """Accepted tables, which panels are laid from, and refused ones, which are only looked at."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, snapshots: Iterable[Snapshot]) -> int:
        """Append the tables that say something new and return how many did.

        A table is new unless its source said the very same of the session at the time it became known, or
        next after it. So reading or importing again changes nothing, a revision is appended, and so is one
        that takes a revision back.
        """
        waiting, added = iter(snapshots), 0
        while rows := await asyncio.to_thread(lambda: [_row(one) for one in islice(waiting, _BATCH)]):
            async with self._connections.write() as connection:
                await one_at_a_time(connection, "market")
                new = _new(rows, await _stored(connection, rows))
                if new:
                    await connection.execute(insert(connection, SNAPSHOTS), new)
            added += len(new)
        return added

    async def refuse(self, snapshot: Snapshot, gate: str, detail: str) -> bool:
        """Keep a table apart; False when this very table was refused before."""
        row = {**await asyncio.to_thread(_row, snapshot), "gate": gate, "detail": detail}
        async with self._connections.write() as connection:
            new = insert(connection, QUARANTINE).values(row).on_conflict_do_nothing()
            return (await connection.execute(new)).rowcount == 1

    async def refusals(self, start: date | None, end: date | None) -> list[Refusal]:
        """What was refused of the sessions from start to end, both included; None leaves a side open."""
        query = select(*(QUARANTINE.c[one.name] for one in fields(Refusal))).order_by(QUARANTINE.c.day, QUARANTINE.c.id)
        if start is not None:
            query = query.where(QUARANTINE.c.day >= start)
        if end is not None:
            query = query.where(QUARANTINE.c.day <= end)
        return [_refusal(row) for row in await self._fetch(query)]

    async def panel(
        self, calendar: TradingCalendar, day: date, asof: datetime, sessions: int = WINDOW_SESSIONS
    ) -> Panel:
        """The accepted tables of the last sessions up to `day`, and every profile, as known at `asof`.

        Raises CalendarEndedError when the calendar does not hold the day.
        """
        window = calendar.window(day, sessions)
        known, profile = SNAPSHOTS.c.known_at <= asof, SNAPSHOTS.c.dataset == Dataset.PROFILE
        newest = _newest(
            known, ~profile, SNAPSHOTS.c.day.between(window[0], window[-1]), by=("dataset", "source", "scope", "day")
        )
        profiles = select(SNAPSHOTS).where(known, profile, SNAPSHOTS.c.day <= window[-1]).order_by(SNAPSHOTS.c.id)
        rows = [*await self._fetch(newest), *await self._fetch(profiles)]
        return await asyncio.to_thread(_lay, rows, window, asof)

    async def stamp(self, asof: datetime) -> str:
        """Changes whenever something more is known at `asof`; the same stamp and day mean the same panel."""
        query = select(func.count().label("tables")).select_from(SNAPSHOTS).where(SNAPSHOTS.c.known_at <= asof)
        return str((await self._fetch(query))[0]["tables"])

    async def baseline(self, dataset: Dataset, scope: str, day: date) -> Baseline:
        """What the gates compare the next table of a dataset and scope with.

        The newest table of at most `BASELINE_DAYS` before the day, and the number of the scope's funds in
        the newest profiles up to the day.
        """
        recent = SNAPSHOTS.c.day.between(day - timedelta(days=BASELINE_DAYS), day)
        last = _newest(SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.scope == scope, recent, by=("dataset",))
        profiles = _newest(SNAPSHOTS.c.dataset == Dataset.PROFILE, SNAPSHOTS.c.day <= day, by=("source", "scope"))
        return await asyncio.to_thread(_baseline, await self._fetch(last), await self._fetch(profiles), scope)

    async def days(self, dataset: Dataset, start: date, end: date) -> list[date]:
        """The days from start to end, both included, of which there is a table."""
        query = select(SNAPSHOTS.c.day).distinct().order_by(SNAPSHOTS.c.day)
        rows = await self._fetch(query.where(SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.day.between(start, end)))
        return [row["day"] for row in rows]

    async def settled(self, source: str, day: date) -> bool:
        """Whether a source has given its final table of the day: there is no need to ask it again."""
        query = select(SNAPSHOTS.c.id).where(SNAPSHOTS.c.source == source, SNAPSHOTS.c.day == day)
        return bool(await self._fetch(query.where(~SNAPSHOTS.c.provisional).limit(1)))

    async def sources(self) -> set[str]:
        """Whoever has given a table, but for the program itself."""
        given = select(SNAPSHOTS.c.source).where(SNAPSHOTS.c.source != PACKAGED_SOURCE).distinct()
        return {row["source"] for row in await self._fetch(given)}

    async def newest(self, dataset: Dataset, asof: datetime) -> tuple[date, datetime] | None:
        """The newest day of which a source had a table at `asof`, and when the last of that day became known."""
        given = SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.source != PACKAGED_SOURCE
        query = select(SNAPSHOTS.c.day, SNAPSHOTS.c.known_at).where(*given, SNAPSHOTS.c.known_at <= asof)
        rows = await self._fetch(query.order_by(SNAPSHOTS.c.day.desc(), SNAPSHOTS.c.known_at.desc()).limit(1))
        return (rows[0]["day"], rows[0]["known_at"]) if rows else None

    async def _fetch(self, query: Select[Any]) -> Sequence[RowMapping]:
        async with self._connections.read() as connection:
            rows: Sequence[RowMapping] = (await connection.execute(query)).mappings().all()
        return rows


def _row(snapshot: Snapshot) -> dict[str, Any]:
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


def _newest(*conditions: ColumnElement[bool], by: Iterable[str]) -> Select[Any]:
    place = func.row_number().over(
        partition_by=[SNAPSHOTS.c[name] for name in by],
        order_by=[SNAPSHOTS.c.day.desc(), SNAPSHOTS.c.known_at.desc(), SNAPSHOTS.c.id.desc()],
    )
    ranked = select(SNAPSHOTS.c.id, place.label("place")).where(*conditions).subquery()
    query = select(SNAPSHOTS).join(ranked, ranked.c.id == SNAPSHOTS.c.id)
    return query.where(ranked.c.place == 1).order_by(SNAPSHOTS.c.id)


def _refusal(row: RowMapping) -> Refusal:
    return Refusal(**{**row, "dataset": Dataset(row["dataset"])})


def _lay(rows: Iterable[RowMapping], sessions: Sequence[date], asof: datetime) -> Panel:
    unpacker = Unpacker()
    return lay_panel((_snapshot(row, unpacker) for row in rows), sessions, asof)


def _snapshot(row: RowMapping, unpacker: Unpacker) -> Snapshot:
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


def _baseline(last: Sequence[RowMapping], profiles: Iterable[RowMapping], scope: str) -> Baseline:
    unpacker = Unpacker()
    # A table without names, such as a map of tracked indices, does not say which funds the market has.
    tables = (unpacker.unpack(row["payload"]) for row in profiles)
    funds = {code for table in tables if "name" in table.columns for code in table.index.tolist()}
    return Baseline(
        last_good=unpacker.unpack(last[0]["payload"]) if last else None,
        last_day=last[0]["day"] if last else None,
        known_funds=sum(scope in ("all", exchange_of(code)) for code in funds),
    )

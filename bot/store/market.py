"""What sources said, session by session: appended, laid out as a panel, and asked how much is there."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, delete, func, select

from bot.sources.gates import Baseline
from bot.store.connections import Connections
from bot.store.payload import Unpacker
from bot.store.quarantine import Quarantine
from bot.store.snapshots import append, row_of, snapshot_of
from bot.store.tables import SNAPSHOTS
from signals.core.calendar import TradingCalendar
from signals.core.constituents import BASKET_SESSIONS, WEIGHTS_STALE
from signals.core.detector import WINDOW_SESSIONS
from signals.core.laying import lay_panel
from signals.core.panel import Panel
from signals.core.profile import exchange_of
from signals.core.snapshot import Dataset, Snapshot

BASELINE_DAYS = 15
"""A good table older than a long holiday and a half no longer says how many rows to expect."""

PACKAGED_SOURCE = "index_map"
"""What the program itself brings is kept under this name: no publisher gave it, so it tells nothing of freshness."""

_APART = (Dataset.PROFILE, Dataset.SPOT)
"""Asked for in ways of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """That a source gave a table of a day: which one, and when it became known."""

    dataset: Dataset
    source: str
    scope: str
    known_at: datetime
    provisional: bool


_BATCH = 200
"""Tables that one transaction adds: others want to write too."""


class MarketStore:
    """Accepted tables, which panels are laid from; `quarantine` holds the refused ones."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.quarantine = Quarantine(connections)

    async def add(self, snapshots: Iterable[Snapshot]) -> int:
        """Append the tables that say something new and return how many did.

        A table is new unless its source said the very same of the session at the time it became known, or
        next after it. So reading or importing again changes nothing, a revision is appended, and so is one
        that takes a revision back.
        """
        waiting, added = iter(snapshots), 0
        while rows := await asyncio.to_thread(lambda: [row_of(one) for one in islice(waiting, _BATCH)]):
            async with self._connections.write() as connection:
                added += await append(connection, rows)
        return added

    async def panel(
        self,
        calendar: TradingCalendar,
        day: date,
        asof: datetime,
        sessions: int = WINDOW_SESSIONS,
        *,
        spot: bool = False,
    ) -> Panel:
        """The accepted tables of the last sessions up to `day`, and every profile, as known at `asof`.

        With `spot` also the newest prices within the session `day`. Stocks are read only where weights of some index
        are known, and of the last sessions alone.
        Raises CalendarEndedError when the calendar does not hold the day.
        """
        window = calendar.window(day, sessions)
        known, profile = SNAPSHOTS.c.known_at <= asof, SNAPSHOTS.c.dataset == Dataset.PROFILE
        figures = SNAPSHOTS.c.dataset.in_([one for one in Dataset if one.in_panel and one not in _APART])
        newest = _newest(
            known, figures, SNAPSHOTS.c.day.between(window[0], window[-1]), by=("dataset", "source", "scope", "day")
        )
        profiles = select(SNAPSHOTS).where(known, profile, SNAPSHOTS.c.day <= window[-1]).order_by(SNAPSHOTS.c.id)
        rows = [*await self._fetch(newest), *await self._fetch(profiles), *await self._of_stocks(window, known)]
        if spot:
            today = SNAPSHOTS.c.dataset == Dataset.SPOT, SNAPSHOTS.c.day == window[-1]
            rows += await self._fetch(_newest(known, *today, by=("scope",)))
        return await asyncio.to_thread(_lay, rows, window, asof)

    async def _of_stocks(self, window: Sequence[date], known: ColumnElement[bool]) -> list[RowMapping]:
        """Weights of indices that are not too old; and where there are any, how their stocks traded lately."""
        recent = window[-BASKET_SESSIONS:]
        held = SNAPSHOTS.c.dataset == Dataset.CONSTITUENTS, known
        day = SNAPSHOTS.c.day.between(recent[0] - WEIGHTS_STALE, recent[-1])
        weights = await self._fetch(select(SNAPSHOTS).where(*held, day).order_by(SNAPSHOTS.c.id))
        if not weights:
            return []
        traded = SNAPSHOTS.c.dataset.in_([Dataset.STOCKS, Dataset.LIMITS])
        days = SNAPSHOTS.c.day.between(recent[0], recent[-1])
        return [*weights, *await self._fetch(_newest(known, traded, days, by=("dataset", "source", "scope", "day")))]

    async def stamp(self, asof: datetime) -> str:
        """Changes whenever something more is known at `asof`; the same stamp and day mean the same panel."""
        known = SNAPSHOTS.c.known_at <= asof, SNAPSHOTS.c.dataset != Dataset.SPOT
        query = select(func.count().label("tables")).select_from(SNAPSHOTS).where(*known)
        return str((await self._fetch(query))[0]["tables"])

    async def told_of(self, day: date, asof: datetime) -> list[Told]:
        """Every table of a day that was known at `asof`, in the order in which they came; the program's own apart."""
        columns = SNAPSHOTS.c.dataset, SNAPSHOTS.c.source, SNAPSHOTS.c.scope, SNAPSHOTS.c.known_at
        query = select(*columns, SNAPSHOTS.c.provisional).where(SNAPSHOTS.c.day == day, SNAPSHOTS.c.known_at <= asof)
        rows = await self._fetch(query.order_by(SNAPSHOTS.c.known_at, SNAPSHOTS.c.id))
        return [Told(**{**row, "dataset": Dataset(row["dataset"])}) for row in rows if row["source"] != PACKAGED_SOURCE]

    async def baseline(self, dataset: Dataset, scope: str, day: date) -> Baseline:
        """What the gates compare the next table of a dataset and scope with.

        The newest table of at most `BASELINE_DAYS` before the day, and the number of the scope's funds in
        the newest profiles up to the day.
        """
        recent = SNAPSHOTS.c.day.between(day - timedelta(days=BASELINE_DAYS), day)
        last = _newest(SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.scope == scope, recent, by=("dataset",))
        profiles = _newest(SNAPSHOTS.c.dataset == Dataset.PROFILE, SNAPSHOTS.c.day <= day, by=("source", "scope"))
        return await asyncio.to_thread(_baseline, await self._fetch(last), await self._fetch(profiles), scope)

    async def days(self, dataset: Dataset, start: date, end: date, scope: str | None = None) -> list[date]:
        """The days from start to end, both included, of which there is a table, of this scope if one is given."""
        query = select(SNAPSHOTS.c.day).distinct().order_by(SNAPSHOTS.c.day)
        if scope is not None:
            query = query.where(SNAPSHOTS.c.scope == scope)
        rows = await self._fetch(query.where(SNAPSHOTS.c.dataset == dataset, SNAPSHOTS.c.day.between(start, end)))
        return [row["day"] for row in rows]

    async def settled(self, source: str, day: date) -> bool:
        """Whether a source has given its final table of the day: there is no need to ask it again."""
        query = select(SNAPSHOTS.c.id).where(SNAPSHOTS.c.source == source, SNAPSHOTS.c.day == day)
        return bool(await self._fetch(query.where(~SNAPSHOTS.c.provisional).limit(1)))

    async def forget_spot(self, before: date) -> int:
        """Drop the prices within the sessions before a day, and say how many tables went.

        There is a table for every minute, and what was told of them is kept with the alerts.
        """
        old = SNAPSHOTS.c.dataset == Dataset.SPOT, SNAPSHOTS.c.day < before
        async with self._connections.write() as connection:
            return (await connection.execute(delete(SNAPSHOTS).where(*old))).rowcount

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


def _newest(*conditions: ColumnElement[bool], by: Iterable[str]) -> Select[Any]:
    place = func.row_number().over(
        partition_by=[SNAPSHOTS.c[name] for name in by],
        order_by=[SNAPSHOTS.c.day.desc(), SNAPSHOTS.c.known_at.desc(), SNAPSHOTS.c.id.desc()],
    )
    ranked = select(SNAPSHOTS.c.id, place.label("place")).where(*conditions).subquery()
    query = select(SNAPSHOTS).join(ranked, ranked.c.id == SNAPSHOTS.c.id)
    return query.where(ranked.c.place == 1).order_by(SNAPSHOTS.c.id)


def _lay(rows: Iterable[RowMapping], sessions: Sequence[date], asof: datetime) -> Panel:
    unpacker = Unpacker()
    return lay_panel((snapshot_of(row, unpacker) for row in rows), sessions, asof)


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

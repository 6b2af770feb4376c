"""The door of the database: a table passes the gates or goes into quarantine with the gate's name."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.sources.base import SourceChangedError
from bot.sources.gates import Baseline, check
from bot.store.market import BASELINE_DAYS, MarketStore
from signals.core.snapshot import Dataset, Snapshot

BASELINE_AGE_MAX = timedelta(days=BASELINE_DAYS)

REVISED_SESSIONS = 8
"""How many tables back a revision may come in and still find the one before it."""

_BATCH = 200


@dataclass(frozen=True, kw_only=True)
class RefusedTable:
    """A table that no figure will be computed from, and which gate closed."""

    snapshot: Snapshot
    gate: str
    detail: str
    first_time: bool
    """This very table was not refused before: worth saying."""


@dataclass(kw_only=True)
class Taken:
    """What became of the tables that came in."""

    tables: int = 0
    new: int = 0
    refused: list[RefusedTable] = field(default_factory=list)

    def add(self, other: "Taken") -> None:
        """Count what came in besides."""
        self.tables += other.tables
        self.new += other.new
        self.refused += other.refused


class Intake:
    """Takes tables in, in the order of their sessions."""

    def __init__(self, market: MarketStore) -> None:
        self._market = market
        self._last: dict[tuple[Dataset, str], deque[Snapshot]] = {}
        self._stored: dict[tuple[Dataset, str], Baseline] = {}

    async def take(
        self, snapshots: Iterable[Snapshot], asked: date | None = None, done: Callable[[int], None] = lambda _: None
    ) -> Taken:
        """Check and store tables; repeating it changes nothing, and what an operator let in is good.

        `asked` is the session that a source was asked for (default: the one that each table is about);
        `done` hears how many tables have gone through.
        """
        report, good = Taken(), list[Snapshot]()
        for snapshot in snapshots:
            report.tables += 1
            try:
                check(snapshot, asked or snapshot.day, await self._baseline(snapshot))
            except SourceChangedError as error:
                if not await self._vouched_for(snapshot, asked):
                    report.refused.append(await self._refuse(snapshot, error))
                    continue
            key = (snapshot.dataset, snapshot.scope)
            self._last.setdefault(key, deque(maxlen=REVISED_SESSIONS)).append(snapshot)
            good.append(snapshot)
            if len(good) == _BATCH:
                report.new += await self._market.add(good)
                done(report.tables)
                good.clear()
        report.new += await self._market.add(good)
        done(report.tables)
        return report

    async def _vouched_for(self, snapshot: Snapshot, asked: date | None) -> bool:
        """Whether an operator let this very table in; as an answer about another session it is none all the same."""
        return asked in (None, snapshot.day) and await self._market.quarantine.accepted(snapshot)

    async def _refuse(self, snapshot: Snapshot, error: SourceChangedError) -> RefusedTable:
        first = await self._market.quarantine.refuse(snapshot, error.gate, error.detail)
        return RefusedTable(snapshot=snapshot, gate=error.gate, detail=error.detail, first_time=first)

    async def _baseline(self, snapshot: Snapshot) -> Baseline:
        """The newest good table of the publisher that is not of a later session; the store is asked once."""
        key = (snapshot.dataset, snapshot.scope)
        if key not in self._stored:
            self._stored[key] = await self._market.baseline(snapshot.dataset, snapshot.scope, snapshot.day)
        stored = self._stored[key]
        earlier = [one for one in self._last.get(key, ()) if one.day <= snapshot.day]
        last = max(earlier, key=lambda one: one.day, default=None)
        known = Baseline(last_good=last.table, last_day=last.day, known_funds=stored.known_funds) if last else stored
        age = snapshot.day - known.last_day if known.last_day else None
        return (
            known
            if age is not None and timedelta() <= age <= BASELINE_AGE_MAX
            else Baseline(known_funds=stored.known_funds)
        )

"""Which jobs are done: what the schedule looks at before it starts or catches up."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.audit import Deed, audited
from bot.store.connections import Connections, insert
from bot.store.tables import RUNS


@dataclass(frozen=True, kw_only=True)
class Run:
    """One finished job; `slot` is the moment for which it was due."""

    job: str
    slot: datetime
    finished_at: datetime
    report: str


class RunLedger:
    """One line per job and slot."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def done(self, job: str, slot: datetime) -> bool:
        """Whether the job was finished for this slot."""
        query = select(RUNS.c.job).where(RUNS.c.job == job, RUNS.c.slot == slot)
        async with self._connections.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def finish(self, job: str, slot: datetime, now: datetime, report: str) -> None:
        """Mark a slot as done; a second time replaces the report."""
        async with self._connections.write() as connection:
            new = insert(connection, RUNS).values(job=job, slot=slot, finished_at=now, report=report)
            again = new.on_conflict_do_update(
                index_elements=["job", "slot"], set_={"finished_at": now, "report": report}
            )
            await connection.execute(again)

    async def skip(self, job: str, slot: datetime, reason: str, deed: Deed) -> bool:
        """Mark a slot as done without its having run; False when it was done before."""
        async with audited(self._connections, deed) as trail:
            report = f"skipped: {reason}"
            new = insert(trail.connection, RUNS).values(job=job, slot=slot, finished_at=deed.now, report=report)
            if (await trail.connection.execute(new.on_conflict_do_nothing())).rowcount != 1:
                return False
            trail.what, trail.after = f"slot {job} {slot.isoformat()}", report
        return True

    async def between(self, start: datetime, end: datetime) -> list[Run]:
        """What was done of the slots from start to end, both included, by slot."""
        query = select(RUNS).where(RUNS.c.slot.between(start, end)).order_by(RUNS.c.slot, RUNS.c.job)
        async with self._connections.read() as connection:
            return [Run(**row) for row in (await connection.execute(query)).mappings()]

    async def last(self, job: str) -> Run | None:
        """The newest slot of a job that is done."""
        query = select(RUNS).where(RUNS.c.job == job).order_by(RUNS.c.slot.desc()).limit(1)
        async with self._connections.read() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else Run(**row)

    async def recent(self, limit: int) -> list[Run]:
        """The runs that finished last, newest first."""
        query = select(RUNS).order_by(RUNS.c.finished_at.desc(), RUNS.c.slot.desc(), RUNS.c.job).limit(limit)
        async with self._connections.read() as connection:
            return [Run(**row) for row in (await connection.execute(query)).mappings()]


async def mark_done(connection: AsyncConnection, job: str, slot: datetime, now: datetime) -> None:
    """Mark a slot as done inside a transaction; one that is marked already keeps its report."""
    new = insert(connection, RUNS).values(job=job, slot=slot, finished_at=now, report="")
    await connection.execute(new.on_conflict_do_nothing())

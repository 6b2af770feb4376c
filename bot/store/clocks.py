"""What the database holds of moments that have not come: left behind by a clock that was ahead and has been put right.

A message that was due "tomorrow", a lease that ends "tomorrow", a slot that was done before its time: nobody would look
at any of them until then.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import BindParameter, and_, case, delete, exists, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Gate, State
from bot.store.connections import Connections
from bot.store.tables import DELIVERIES, FETCHES, RUNS, SNAPSHOTS, SUBSCRIPTIONS, Moment
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset

AHEAD = timedelta(minutes=2)
"""The clocks of several machines may differ by so much without anything being wrong."""

_CLOSE = time(15)

_AFTER_CLOSE = (Dataset.DAILY, Dataset.INDEX)
"""No table of a session exists before it has closed, whatever a clock says."""

_HELD = (Gate.QUIET, Gate.CAP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Straightened:
    """How much of each was ahead of the time."""

    messages: int = 0
    """Due, held or leased too late; digests that were written for a session of which nothing was known."""
    slots: int = 0
    tables: int = 0
    behind: bool = False
    """The clock is behind what is stored: of the past nothing was changed."""


class ClockStore:
    """Brings back to the present what is ahead of it; where nothing is, changes nothing."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def straighten(self, now: datetime, *, lease_seconds: float, wait_max: timedelta) -> Straightened:
        """Bring everything back to `now`, in one transaction.

        1. Where a stored table is about a session that by `now` has not closed, it is `now` that is wrong: only 4 is done.
        2. Tables count as known since now. Slots to come are not done, but for those that an administrator skipped.
        3. A digest that was written before anything of its session was known goes out once more at its time.
        4. Messages: none is leased for longer than a lease, none that was refused waits longer than `wait_max`,
           none that was never tried waits at all; what quiet hours or a limit hold back is judged anew.
        """
        async with self._connections.write() as connection:
            behind = await _is_behind(connection, now)
            tables, slots, digests = (0, 0, 0) if behind else await _correct_past(connection, now)
            messages = digests + await _free_messages(connection, now, lease_seconds, wait_max)
        return Straightened(messages=messages, slots=slots, tables=tables, behind=behind)


async def _correct_past(connection: AsyncConnection, now: datetime) -> tuple[int, int, int]:
    early = RUNS.c.slot > now + AHEAD, RUNS.c.job.startswith("poll/"), ~RUNS.c.report.startswith("skipped:")
    digests = await _recall_digests(connection, now)
    tables = await _date_tables(connection, now)
    return tables, (await connection.execute(delete(RUNS).where(*early))).rowcount, digests


async def _free_messages(connection: AsyncConnection, now: datetime, lease_seconds: float, wait_max: timedelta) -> int:
    lease = timedelta(seconds=lease_seconds)
    leased = update(DELIVERIES).where(
        DELIVERIES.c.state == State.SENDING, DELIVERIES.c.lease_until > now + lease + AHEAD
    )
    ended = update(DELIVERIES).where(DELIVERIES.c.state == State.SENT, DELIVERIES.c.ended_at > now + AHEAD)
    held = DELIVERIES.c.gate.in_(_HELD)
    tried = and_(DELIVERIES.c.attempts > 0, or_(DELIVERIES.c.gate.is_(None), ~held))
    late = or_(
        and_(tried, DELIVERIES.c.due_at > now + wait_max + AHEAD),
        and_(or_(DELIVERIES.c.attempts == 0, held), DELIVERIES.c.due_at > now + AHEAD),
    )
    due = update(DELIVERIES).where(DELIVERIES.c.state == State.PENDING, late)
    waiting = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.held_until > now + wait_max + AHEAD)
    changed = [
        # When its lease ends it is due again at the moment that stands there.
        await connection.execute(leased.values(lease_until=now + lease, due_at=now)),
        await connection.execute(due.values(due_at=case((tried, _at(now + wait_max)), else_=_at(now)))),
        await connection.execute(ended.values(ended_at=now)),
        await connection.execute(waiting.values(held_until=now + wait_max)),
    ]
    return sum(one.rowcount for one in changed[:2])


async def _is_behind(connection: AsyncConnection, now: datetime) -> bool:
    here = now.astimezone(MARKET_ZONE)
    closed = here.date() if here.time() >= _CLOSE else here.date() - timedelta(days=1)
    proof = exists().where(
        SNAPSHOTS.c.dataset.in_(_AFTER_CLOSE), SNAPSHOTS.c.day > closed, SNAPSHOTS.c.fetched_at > now + AHEAD
    )
    return bool((await connection.execute(select(proof))).scalar_one())


async def _date_tables(connection: AsyncConnection, now: datetime) -> int:
    known = case((SNAPSHOTS.c.known_at > now, _at(now)), else_=SNAPSHOTS.c.known_at)
    ahead = update(SNAPSHOTS).where(SNAPSHOTS.c.fetched_at > now + AHEAD).values(fetched_at=now, known_at=known)
    await connection.execute(update(FETCHES).where(FETCHES.c.at > now + AHEAD).values(at=now))
    return (await connection.execute(ahead)).rowcount


async def _recall_digests(connection: AsyncConnection, now: datetime) -> int:
    """Those that wait are taken back; those that are out make room for the real one under their name."""
    ahead = DELIVERIES.c.batch.startswith("digest/"), DELIVERIES.c.due_at > now + AHEAD
    recalled = 0
    for batch in (await connection.execute(select(DELIVERIES.c.batch).where(*ahead).distinct())).scalars().all():
        day = date.fromisoformat(batch.split("/")[2])
        known = exists().where(SNAPSHOTS.c.dataset.in_(_AFTER_CLOSE), SNAPSHOTS.c.day == day)
        if (await connection.execute(select(known))).scalar_one():
            continue
        mine = DELIVERIES.c.batch == batch, DELIVERIES.c.due_at > now + AHEAD
        taken_back = delete(DELIVERIES).where(*mine, DELIVERIES.c.state == State.PENDING)
        aside = update(DELIVERIES).where(*mine).values(batch=f"{batch}/early/{now.isoformat()}")
        recalled += sum([(await connection.execute(one)).rowcount for one in (taken_back, aside)])
    return recalled


def _at(moment: datetime) -> BindParameter[datetime]:
    """A moment within an expression, which would not know its type."""
    return literal(moment, Moment)

"""Words to many readers at once: written, confirmed and on their way exactly once, or taken back."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import RowMapping, func, select, update

from bot.deliveries import State
from bot.store.admin_tables import BROADCASTS
from bot.store.audit import Deed, audited
from bot.store.connections import Connections, insert
from bot.store.new_deliveries import NewDelivery, add_deliveries
from bot.store.tables import DELIVERIES

CANCELLED = "cancelled"
"""Stands as the error of what was not sent because somebody took it back."""


class BroadcastState(StrEnum):
    """How far a broadcast has come."""

    DRAFT = "draft"
    SENT = "sent"
    """Its deliveries are in the queue or behind it."""
    CANCELLED = "cancelled"


class BroadcastSettledError(Exception):
    """There is no such broadcast, or it is beyond what was asked for."""


@dataclass(frozen=True, kw_only=True)
class Broadcast:
    """Words and whom they are for."""

    id: int
    who: str
    text: str
    channel: str
    """Readers of one channel only; empty = of all."""
    watchlist: str
    """Readers who follow one list only; empty = all."""
    state: BroadcastState
    created_at: datetime
    settled_at: datetime | None

    @property
    def batch(self) -> str:
        """The name of its deliveries in the outbox."""
        return f"broadcast/{self.id}"


class BroadcastStore:
    """Broadcasts by number."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def draft(self, text: str, channel: str, watchlist: str, deed: Deed) -> Broadcast:
        """Keep the words until somebody confirms them."""
        row = {"who": deed.who, "text": text, "channel": channel, "watchlist": watchlist, "created_at": deed.now}
        async with self._connections.write() as connection:
            new = insert(connection, BROADCASTS).values(**row, state=BroadcastState.DRAFT)
            return _broadcast((await connection.execute(new.returning(BROADCASTS))).mappings().one())

    async def find(self, number: int) -> Broadcast | None:
        """The broadcast of a number."""
        async with self._connections.read() as connection:
            query = select(BROADCASTS).where(BROADCASTS.c.id == number)
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _broadcast(row)

    async def recent(self, limit: int) -> list[Broadcast]:
        """The newest ones, newest first."""
        query = select(BROADCASTS).order_by(BROADCASTS.c.id.desc()).limit(limit)
        async with self._connections.read() as connection:
            return [_broadcast(row) for row in (await connection.execute(query)).mappings()]

    async def send(self, number: int, deliveries: Sequence[NewDelivery], deed: Deed) -> int:
        """Put a draft's deliveries into the queue, all of them or none, and say how many; a second time never.

        Raises BroadcastSettledError when it is no draft any more.
        """
        async with audited(self._connections, deed) as trail:
            mine = BROADCASTS.c.id == number, BROADCASTS.c.state == BroadcastState.DRAFT
            sending = update(BROADCASTS).where(*mine).values(state=BroadcastState.SENT, settled_at=deed.now)
            if (await trail.connection.execute(sending)).rowcount != 1:
                raise BroadcastSettledError
            added = len(await add_deliveries(trail.connection, deliveries))
            trail.what, trail.after = f"broadcast {number}", f"sent to {added}"
        return added

    async def cancel(self, number: int, deed: Deed) -> int:
        """Take a broadcast back and say how many readers are spared it; what is being sent or sent stays.

        Raises BroadcastSettledError when it is cancelled, out already, or was never there.
        """
        async with audited(self._connections, deed) as trail:
            mine = select(BROADCASTS.c.state).where(BROADCASTS.c.id == number).with_for_update()
            state = (await trail.connection.execute(mine)).scalar_one_or_none()
            if state not in {BroadcastState.DRAFT, BroadcastState.SENT}:
                raise BroadcastSettledError
            ending = update(BROADCASTS).where(BROADCASTS.c.id == number)
            await trail.connection.execute(ending.values(state=BroadcastState.CANCELLED, settled_at=deed.now))
            pending = DELIVERIES.c.batch == f"broadcast/{number}", DELIVERIES.c.state == State.PENDING
            given_up = {"state": State.DEAD, "ended_at": deed.now, "error": CANCELLED}
            spared = (await trail.connection.execute(update(DELIVERIES).where(*pending).values(given_up))).rowcount
            if state == BroadcastState.SENT and not spared:
                raise BroadcastSettledError
            trail.what, trail.after = f"broadcast {number}", f"cancelled for {spared}"
        return spared

    async def progress(self, one: Broadcast) -> dict[State, int]:
        """How many of its deliveries are in each state."""
        query = select(DELIVERIES.c.state, func.count()).where(DELIVERIES.c.batch == one.batch)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query.group_by(DELIVERIES.c.state))).all()
        found = Counter({State(state): count for state, count in rows})
        return {state: found[state] for state in State}


def _broadcast(row: RowMapping) -> Broadcast:
    told = {one.name: row[one.name] for one in fields(Broadcast)}
    return Broadcast(**{**told, "state": BroadcastState(row["state"])})

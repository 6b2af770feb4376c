"""The outbox as an operator sees it: how much stands where, and how long the oldest waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select

from bot.batches import PREFIXES, Sort
from bot.deliveries import Gate, State
from bot.store.connections import Connections
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS

COUNTED = (State.PENDING, State.SENDING, State.DEAD)
"""What was sent is the long past of the table: it is counted as it happens, not again at every look."""


@dataclass(frozen=True, slots=True)
class Heap:
    """Deliveries of one kind."""

    channel: str
    sort: Sort
    state: State


class QueueStore:
    """Read by whoever watches the service; changes nothing."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def heaps(self) -> Mapping[Heap, int]:
        """How many deliveries of each channel and sort wait, are being sent, or were given up."""
        begins = [(DELIVERIES.c.batch.startswith(prefix, autoescape=True), sort) for prefix, sort in PREFIXES.items()]
        sort = case(*begins, else_=Sort.OTHER)
        query = (
            select(SUBSCRIPTIONS.c.channel, sort.label("sort"), DELIVERIES.c.state, func.count().label("count"))
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
            .where(DELIVERIES.c.state.in_(COUNTED))
            .group_by(SUBSCRIPTIONS.c.channel, "sort", DELIVERIES.c.state)
        )
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        found = {Heap(row[0], Sort(row[1]), State(row[2])): int(row[3]) for row in rows}
        return {
            heap: found.get(heap, 0)
            for channel, sort in {(one.channel, one.sort) for one in found}
            for heap in (Heap(channel, sort, state) for state in COUNTED)
        }

    async def oldest_due(self, now: datetime) -> Mapping[str, datetime]:
        """Since when the oldest message of each channel has been due that nobody has sent; no entry = none is.

        Those of paused chats wait for their readers, not for us; neither do those that quiet hours or a limit keep back.
        """
        waiting = and_(
            DELIVERIES.c.state == State.PENDING, or_(DELIVERIES.c.gate.is_(None), DELIVERIES.c.gate == Gate.PASSED)
        )
        query = (
            select(SUBSCRIPTIONS.c.channel, func.min(DELIVERIES.c.due_at))
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
            .where(or_(waiting, DELIVERIES.c.state == State.SENDING), DELIVERIES.c.due_at <= now)
            .where(SUBSCRIPTIONS.c.active)
            .group_by(SUBSCRIPTIONS.c.channel)
        )
        async with self._connections.read() as connection:
            return {row[0]: row[1] for row in (await connection.execute(query)).all()}

"""Messages on their way: stored with what caused them, claimed by a worker, sent or given up."""

from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts import Alert
from bot.deliveries import Delivery, Outcome, State
from bot.rules import RuleNews
from bot.store.alerts import RecordedAlert, add_alerts
from bot.store.claims import claim
from bot.store.connections import Connections, one_at_a_time
from bot.store.crew import ALONE, Place
from bot.store.held import HeldStore
from bot.store.lately import Lately, lately
from bot.store.marks import Marks
from bot.store.new_deliveries import NewDelivery, add_deliveries
from bot.store.rule_hits import RecordedRules, add_hits, expire, withdraw
from bot.store.runs import mark_done
from bot.store.subscriptions import hold, move, pause
from bot.store.tables import DELIVERIES, DELIVERY_ALERTS, SUBSCRIPTIONS

T = TypeVar("T")

_CHUNK = 500
"""Deliveries that are added at once, and by one transaction of `enqueue`: others want to write too."""


OTHERS_SECONDS = 5.0
"""After a trouble that all processes had nobody takes anything for so long: each first marks what it has sent."""


class Outbox:
    """The queue between those who make messages and the one who sends them.

    A delivery is PENDING until a worker claims it, SENDING while his lease lasts, then SENT, DEAD or PENDING
    again. `marks` says when a part of it goes out and when the channel has it: what a worker who died had not begun
    is sent as if nothing had happened, and of the rest nobody knows whether it arrived.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self.held = HeldStore(connections)
        self.marks = Marks(connections)

    async def record(
        self,
        batch: str,
        alerts: Sequence[Alert],
        asof: datetime,
        deliveries: Callable[[Sequence[RecordedAlert], RecordedRules], Iterable[NewDelivery]],
        run: tuple[str, datetime] | None,
        *,
        rules: RuleNews | None = None,
    ) -> int:
        """Store what a poll found, in one transaction: all of it or, on any exception, nothing.

        1. The alerts that were not told before get their ids, and so do hits of rules; a repeated poll has none.
        2. `deliveries` makes the messages of those, some at a time; it is not called when there are none.
        3. The messages are stored and tied to their alerts. One that a batch of the same name already holds
           for the subscriber is stored under a name of its own: its news would be lost.
        4. The run (job, slot) is marked as done.

        Returns how many deliveries were added.
        """
        async with self._connections.write() as connection:
            await one_at_a_time(connection, "alerts")
            new = await add_alerts(connection, alerts, asof, batch)
            ruled = await _add_rules(connection, rules, asof) if rules is not None else RecordedRules()
            made, added = iter(deliveries(new, ruled) if new or ruled else ()), 0
            while some := list(islice(made, _CHUNK)):
                stored = await add_deliveries(connection, some)
                left = [one for one in some if one.news and one.key not in stored]
                again = [replace(one, batch=f"{one.batch}+{one.news}") for one in left]
                added += len(stored) + len(await add_deliveries(connection, again))
            if run is not None:
                await mark_done(connection, *run, asof)
        return added

    async def enqueue(self, deliveries: Sequence[NewDelivery]) -> int:
        """Add messages that no poll caused (digests, broadcasts) and return how many were new.

        One that exists already for its batch and subscriber is left as it is.
        """
        added = 0
        for start in range(0, len(deliveries), _CHUNK):
            chunk = deliveries[start : start + _CHUNK]
            async with self._connections.write() as connection:
                added += len(await add_deliveries(connection, chunk))
        return added

    async def claim(
        self,
        now: datetime,
        limit: int,
        lease_seconds: float,
        channels: Collection[str] | None = None,
        *,
        place: Place = ALONE,
        without: Collection[str] = (),
    ) -> list[Delivery]:
        """Take up to `limit` due messages (of these channels, for other chats of this `place`), while the lease lasts.

        The most urgent come first. No two callers get the same one, and never is more than the first of a
        subscription's in hand: its messages arrive in their order, and one that has many does not hold up the others.
        Messages of paused or held subscriptions stay where they are, and so do alerts that have not passed `held`.
        What an ended lease left behind is claimable again, if it was on its way once more only; it is DEAD if it must
        not come twice, or has been tried `ATTEMPTS_MAX` times. While the database cannot be had nothing is due, and
        neither until what became of messages is stored: by their leases alone they would seem to be in nobody's hands.
        """
        connections = self._connections
        if not await connections.recovered() or connections.behind:
            return []
        if connections.shared and connections.trouble.over_for_seconds < OTHERS_SECONDS:
            return []
        async with self._connections.write() as connection:
            return await claim(connection, now, limit, lease_seconds, channels, place=place, without=without)

    async def insist(self, work: Callable[[], Awaitable[T]]) -> T:
        """What `work` with this outbox returns, tried again for as long as the database takes nothing."""
        return await self._connections.insist(work)

    async def put_back(self, delivery: Delivery) -> None:
        """Return a claimed message that was not tried to the queue, as it was; one in other hands is left alone."""
        values = {
            "state": State.PENDING,
            "attempts": DELIVERIES.c.attempts - 1,
            "on_its_way": False,
            "lease_until": None,
        }
        mine = _in_hand(delivery.id, delivery.attempts)
        async with self._connections.write() as connection:
            await connection.execute(update(DELIVERIES).where(*mine).values(values))

    async def failed(self, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
        """Store what becomes of a claimed message and, with it, of its subscription.

        A chat that moved to where another subscription lives is paused and the message given up: that other
        subscription gets its own. A message in other hands, or in nobody's, is left alone.
        """
        async with self._connections.write() as connection:
            subscription_id = await _settle(connection, delivery, outcome, now)
            if subscription_id is None:
                return
            if outcome.hold_until is not None:
                await hold(connection, subscription_id, outcome.hold_until)
            if outcome.pause_subscription:
                await pause(connection, subscription_id, outcome.error, now)
            if outcome.move_to and not await move(connection, subscription_id, outcome.move_to, now):
                await pause(connection, subscription_id, outcome.error, now)
                given_up = {"state": State.DEAD, "ended_at": now}
                await connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == delivery.id).values(given_up))

    async def counts(self) -> dict[State, int]:
        """How many deliveries are in each state."""
        query = select(DELIVERIES.c.state, func.count()).group_by(DELIVERIES.c.state)
        async with self._connections.read() as connection:
            found = Counter({State(state): count for state, count in (await connection.execute(query)).all()})
        return {state: found[state] for state in State}

    async def lately(self, channel: str, since: datetime) -> list[Lately]:
        """What a channel's server may count since a moment."""
        async with self._connections.read() as connection:
            return await lately(connection, channel, since)

    async def next_due(self) -> datetime | None:
        """The earliest moment at which `claim` may find something; None when nothing is waiting."""
        waiting = select(func.min(DELIVERIES.c.due_at)).where(
            DELIVERIES.c.state == State.PENDING,
            exists().where(SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id, SUBSCRIPTIONS.c.active),
        )
        leased = select(func.min(DELIVERIES.c.lease_until)).where(DELIVERIES.c.state == State.SENDING)
        async with self._connections.read() as connection:
            moments = [(await connection.execute(query)).scalar_one() for query in (waiting, leased)]
        return min((moment for moment in moments if moment is not None), default=None)

    async def subscribers_of(self, batch: str) -> frozenset[int]:
        """The subscriptions that a batch has a message for, whatever became of it."""
        query = select(DELIVERIES.c.subscription_id).where(DELIVERIES.c.batch == batch)
        async with self._connections.read() as connection:
            return frozenset((await connection.execute(query)).scalars())

    async def reached(self, alert_id: int) -> frozenset[int]:
        """The subscriptions that were sent, or are about to be sent, this alert."""
        query = (
            select(DELIVERIES.c.subscription_id)
            .join(DELIVERY_ALERTS, DELIVERY_ALERTS.c.delivery_id == DELIVERIES.c.id)
            .where(DELIVERY_ALERTS.c.alert_id == alert_id, DELIVERIES.c.state != State.DEAD)
        )
        async with self._connections.read() as connection:
            return frozenset((await connection.execute(query)).scalars())


async def _add_rules(connection: AsyncConnection, news: RuleNews, asof: datetime) -> RecordedRules:
    return RecordedRules(
        hits=await add_hits(connection, news.hits),
        expired=await expire(connection, list(news.expired), asof),
        withdrawn=await withdraw(connection, [one.hit for one in news.withdrawn], asof),
    )


def _in_hand(delivery_id: int, attempts: int) -> tuple[ColumnElement[bool], ...]:
    """Whether it is still this attempt that has a message."""
    return DELIVERIES.c.id == delivery_id, DELIVERIES.c.attempts == attempts, DELIVERIES.c.state == State.SENDING


async def _settle(connection: AsyncConnection, delivery: Delivery, outcome: Outcome, now: datetime) -> int | None:
    values: dict[str, Any] = {
        "state": outcome.state,
        "on_its_way": False,
        "repeats": delivery.repeats + outcome.repeated,
        "plain": outcome.plain,
        "error": outcome.error,
        "lease_until": None,
        "ended_at": now if outcome.state is State.DEAD else None,
    }
    if outcome.due_at is not None:
        values["due_at"] = outcome.due_at
    settling = (
        update(DELIVERIES)
        .where(*_in_hand(delivery.id, delivery.attempts))
        .values(values)
        .returning(DELIVERIES.c.subscription_id)
    )
    found: int | None = (await connection.execute(settling)).scalar_one_or_none()
    return found

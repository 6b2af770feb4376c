"""Alerts on their way to readers with quiet hours or a daily limit: judged, kept back, merged, let go."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import RowMapping, Select, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Gate, State
from bot.messages.letters import Letter
from bot.messages.letters_json import letter_from_json, letter_to_json
from bot.messages.model import Message, to_json
from bot.store.connections import Connections, insert, one_at_a_time
from bot.store.subscriptions import subscription_of
from bot.store.tables import DELIVERIES, DELIVERY_ALERTS, SUBSCRIPTIONS
from bot.subscriptions import Subscription, day_begins

_CHUNK = 200
"""Subscriptions that one transaction judges for: others want to write too."""

_LONGEST_DAY = timedelta(hours=25)

_HELD = (Gate.QUIET, Gate.CAP)


@dataclass(frozen=True, kw_only=True)
class Held:
    """An alert message that has not gone out."""

    id: int
    gate: Gate
    due: bool
    """It has waited as long as it was to."""
    letter: Letter | None
    """None where it can only go out as it is."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What becomes of a reader's alert messages."""

    goes: tuple[int, ...] = ()
    """They go out now, each as it is, or as the one message below."""
    message: Message | None = None
    """What all that go are merged into; the first of them carries it, the others are no more."""
    letter: Letter | None = None
    """What the merged message is made of."""
    drops: tuple[int, ...] = ()
    """They tell of nothing that he still wants to hear of, and are no more."""
    waits: Mapping[int, tuple[Gate, datetime]] = field(default_factory=dict)
    """What is held, why and until when."""


Decide: TypeAlias = Callable[[Subscription, Sequence[Held], int], Verdict]
"""Of a reader, his messages that have not gone out (oldest first), and how many others went out on his day."""


class HeldStore:
    """The gate in front of `Outbox.claim`: nothing is lost or doubled, whenever the process dies."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def judge(self, now: datetime, channels: Collection[str], decide: Decide) -> int:
        """Let `decide` say what becomes of the alerts that are due, reader by reader; how many readers it was.

        A reader's messages are judged, merged and tied to their alerts in one transaction, by one process at a time.
        One whose sending has begun is left alone.
        """
        judged, last = 0, 0
        while ids := await self._readers(now, channels, last):
            async with self._connections.write() as connection:
                await one_at_a_time(connection, "gate")
                await _judge(connection, ids, now, decide)
            judged, last = judged + len(ids), ids[-1]
        return judged

    async def judge_again(self, subscription_id: int, now: datetime) -> None:
        """A reader has changed when he wants to be told: what he is kept from is looked at anew."""
        mine = DELIVERIES.c.subscription_id == subscription_id, DELIVERIES.c.state == State.PENDING
        async with self._connections.write() as connection:
            await connection.execute(update(DELIVERIES).where(*mine, DELIVERIES.c.gate.in_(_HELD)).values(due_at=now))

    async def waiting(self, subscription_id: int) -> tuple[int, datetime | None]:
        """How many messages a reader is kept from, and until when the first of them."""
        query = select(func.count(), func.min(DELIVERIES.c.due_at)).where(
            DELIVERIES.c.subscription_id == subscription_id,
            DELIVERIES.c.state == State.PENDING,
            DELIVERIES.c.gate.in_(_HELD),
        )
        async with self._connections.read() as connection:
            count, until = (await connection.execute(query)).one()
        return count, until

    async def _readers(self, now: datetime, channels: Collection[str], after: int) -> list[int]:
        query = (
            select(DELIVERIES.c.subscription_id)
            .distinct()
            .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
            .where(_judgeable(), DELIVERIES.c.due_at <= now, SUBSCRIPTIONS.c.id > after)
            .where(SUBSCRIPTIONS.c.active, SUBSCRIPTIONS.c.channel.in_(channels))
            .where(or_(SUBSCRIPTIONS.c.held_until.is_(None), SUBSCRIPTIONS.c.held_until <= now))
            .where(or_(DELIVERIES.c.gate != Gate.PASSED, SUBSCRIPTIONS.c.quiet_from.is_not(None)))
            .order_by(DELIVERIES.c.subscription_id)
            .limit(_CHUNK)
        )
        async with self._connections.read() as connection:
            return list((await connection.execute(query)).scalars())


def _judgeable() -> Any:
    """Not begun, and an alert; one that has passed only where it can be called back."""
    called_back = and_(DELIVERIES.c.gate == Gate.PASSED, DELIVERIES.c.letter.is_not(None))
    known = or_(DELIVERIES.c.gate.in_([one for one in Gate if one is not Gate.PASSED]), called_back)
    return and_(DELIVERIES.c.state == State.PENDING, DELIVERIES.c.parts_sent == 0, known)


async def _judge(connection: AsyncConnection, ids: Sequence[int], now: datetime, decide: Decide) -> None:
    query = (
        select(DELIVERIES)
        .where(DELIVERIES.c.subscription_id.in_(ids), _judgeable())
        .order_by(DELIVERIES.c.subscription_id, DELIVERIES.c.id)
        .with_for_update()
    )
    rows = defaultdict[int, list[RowMapping]](list)
    for row in (await connection.execute(query)).mappings():
        rows[row["subscription_id"]].append(row)
    readers = (await connection.execute(_subscriptions(ids))).mappings()
    told = await _told_today(connection, ids, now)
    as_they_are = list[int]()
    for reader in map(subscription_of, readers):
        if mine := rows[reader.id]:
            begun = day_begins(reader, now)
            before = sum(ended is None or ended >= begun for ended in told[reader.id])
            verdict = decide(reader, [_held(row, now) for row in mine], before)
            as_they_are += await _apply(connection, verdict, now)
    await _pass(connection, as_they_are, now)


async def _pass(connection: AsyncConnection, ids: Sequence[int], now: datetime) -> None:
    """Let messages go as they are; what is urgent is not called back by quiet hours."""
    for start in range(0, len(ids), _CHUNK):
        mine = DELIVERIES.c.id.in_(ids[start : start + _CHUNK])
        urgent = update(DELIVERIES).where(mine, DELIVERIES.c.gate == Gate.URGENT)
        await connection.execute(urgent.values(letter=None))
        await connection.execute(update(DELIVERIES).where(mine).values(gate=Gate.PASSED, due_at=now))


def _subscriptions(ids: Sequence[int]) -> Select[Any]:
    return select(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id.in_(ids)).order_by(SUBSCRIPTIONS.c.id)


async def _told_today(
    connection: AsyncConnection, ids: Sequence[int], now: datetime
) -> Mapping[int, list[datetime | None]]:
    """When each alert message of a day that may be the reader's went out; None = it is on its way."""
    sent = and_(DELIVERIES.c.state == State.SENT, DELIVERIES.c.ended_at >= now - _LONGEST_DAY)
    under_way = or_(DELIVERIES.c.state == State.SENDING, and_(DELIVERIES.c.state == State.PENDING, ~_judgeable()))
    query = select(DELIVERIES.c.subscription_id, DELIVERIES.c.ended_at).where(
        DELIVERIES.c.subscription_id.in_(ids), DELIVERIES.c.gate == Gate.PASSED, or_(sent, under_way)
    )
    found = defaultdict[int, list[datetime | None]](list)
    for row in await connection.execute(query):
        found[row.subscription_id].append(row.ended_at)
    return found


async def _apply(connection: AsyncConnection, verdict: Verdict, now: datetime) -> tuple[int, ...]:
    """Hold, merge and drop; returns what goes out as it is."""
    for number, (gate, until) in verdict.waits.items():
        holding = update(DELIVERIES).where(DELIVERIES.c.id == number)
        await connection.execute(holding.values(gate=gate, due_at=until))
    if verdict.drops:
        await connection.execute(delete(DELIVERY_ALERTS).where(DELIVERY_ALERTS.c.delivery_id.in_(verdict.drops)))
        await connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(verdict.drops)))
    if verdict.message is None:
        return verdict.goes
    first, *others = verdict.goes
    values = {
        "message": to_json(verdict.message),
        "letter": verdict.letter and letter_to_json(verdict.letter),
        "gate": Gate.PASSED,
        "due_at": now,
        "attempts": 0,
        # Where one of them may have arrived the merged one may, in part.
        "repeats": select(func.max(DELIVERIES.c.repeats)).where(DELIVERIES.c.id.in_(verdict.goes)).scalar_subquery(),
        "plain": False,
        "error": "",
    }
    await connection.execute(update(DELIVERIES).where(DELIVERIES.c.id == first).values(values))
    if others:
        await _move_ties(connection, others, first)
        await connection.execute(delete(DELIVERIES).where(DELIVERIES.c.id.in_(others)))
    return ()


async def _move_ties(connection: AsyncConnection, others: Sequence[int], to: int) -> None:
    """Whoever asks in which message an alert was told finds the merged one."""
    mine = select(DELIVERY_ALERTS.c.alert_id).distinct().where(DELIVERY_ALERTS.c.delivery_id.in_(others))
    alerts = list((await connection.execute(mine)).scalars())
    await connection.execute(delete(DELIVERY_ALERTS).where(DELIVERY_ALERTS.c.delivery_id.in_(others)))
    if alerts:
        ties = insert(connection, DELIVERY_ALERTS).on_conflict_do_nothing()
        await connection.execute(ties, [{"delivery_id": to, "alert_id": one} for one in alerts])


def _held(row: RowMapping, now: datetime) -> Held:
    letter = row["letter"] and letter_from_json(row["letter"])
    return Held(id=row["id"], gate=Gate(row["gate"]), due=row["due_at"] <= now, letter=letter)

"""Which messages are due, whose hands they are in, and what an ended lease left behind."""

import json
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, case, exists, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import (
    ATTEMPTS_MAX,
    NOBODY_KNOWS,
    REPEATS_MAX,
    Address,
    Delivery,
    Earlier,
    Gate,
    Priority,
    State,
)
from bot.messages.model import Message, from_json
from bot.store.answering import answered
from bot.store.crew import Place
from bot.store.pictures import fetched
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS

_REPEATABLE = [one for one in Priority if one.repeatable]


async def claim(
    connection: AsyncConnection,
    now: datetime,
    limit: int,
    lease_seconds: float,
    channels: Collection[str] | None,
    *,
    place: Place,
    without: Collection[str],
) -> list[Delivery]:
    """Take what is due, as `Outbox.claim` says."""
    await _end_leases(connection, now)
    rows = (await connection.execute(_due(now, channels, without).where(place.is_mine()).limit(limit))).all()
    if not rows:
        return []
    ids = [row.id for row in rows]
    values = {
        "state": State.SENDING,
        "attempts": DELIVERIES.c.attempts + 1,
        "lease_until": now + timedelta(seconds=lease_seconds),
    }
    await connection.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(values))
    answers = await answered(connection, ids)
    pictures = await fetched(connection, (row.message for row in rows))

    # Many readers get the very same message: it is one object in their deliveries.
    @lru_cache
    def read(written: str) -> Message:
        return from_json(json.loads(written), pictures)

    return [_claimed(row, read(json.dumps(row.message)), answers.get(row.id)) for row in rows]


async def _end_leases(connection: AsyncConnection, now: datetime) -> None:
    """Judge what a worker has left in his hands: whoever died did not say whether it had gone out."""
    ended = and_(DELIVERIES.c.state == State.SENDING, DELIVERIES.c.lease_until <= now)
    # Other workers end leases too: rows that one of them has in hand are passed over, not waited for.
    mine = select(DELIVERIES.c.id).where(ended).with_for_update(skip_locked=True)
    ids = list((await connection.execute(mine)).scalars())
    if not ids:
        return
    out = DELIVERIES.c.on_its_way
    again = and_(DELIVERIES.c.priority.in_(_REPEATABLE), DELIVERIES.c.repeats < REPEATS_MAX)
    unknown = and_(out, ~again)
    tried = DELIVERIES.c.attempts >= ATTEMPTS_MAX
    given_up = or_(unknown, tried)
    await connection.execute(
        update(DELIVERIES)
        .where(DELIVERIES.c.id.in_(ids))
        .values(
            state=case((given_up, State.DEAD), else_=State.PENDING),
            ended_at=case((given_up, now)),
            error=case((unknown, NOBODY_KNOWS), (tried, "no attempt came to an end"), else_=DELIVERIES.c.error),
            repeats=case((and_(out, again), DELIVERIES.c.repeats + 1), else_=DELIVERIES.c.repeats),
            on_its_way=False,
            lease_until=None,
        )
    )


def _due(now: datetime, channels: Collection[str] | None, without: Collection[str]) -> Select[Any]:
    before = DELIVERIES.alias("before")
    earlier = and_(
        before.c.state == State.PENDING,
        before.c.due_at <= now,
        or_(before.c.gate.is_(None), before.c.gate == Gate.PASSED),
        tuple_(before.c.priority, before.c.id) < tuple_(DELIVERIES.c.priority, DELIVERIES.c.id),
    )
    first = ~exists().where(
        before.c.subscription_id == DELIVERIES.c.subscription_id, or_(before.c.state == State.SENDING, earlier)
    )
    query = (
        select(
            DELIVERIES,
            SUBSCRIPTIONS.c.channel,
            SUBSCRIPTIONS.c.chat,
            SUBSCRIPTIONS.c.thread,
            SUBSCRIPTIONS.c.language,
        )
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
        .where(DELIVERIES.c.state == State.PENDING, DELIVERIES.c.due_at <= now, SUBSCRIPTIONS.c.active)
        .where(or_(SUBSCRIPTIONS.c.held_until.is_(None), SUBSCRIPTIONS.c.held_until <= now))
        .where(or_(DELIVERIES.c.gate.is_(None), DELIVERIES.c.gate == Gate.PASSED), first)
        .order_by(DELIVERIES.c.priority, DELIVERIES.c.id)
        .with_for_update(of=DELIVERIES, skip_locked=True)
    )
    if without:
        query = query.where(SUBSCRIPTIONS.c.chat.not_in(without))
    return query if channels is None else query.where(SUBSCRIPTIONS.c.channel.in_(channels))


def _claimed(row: Row[Any], message: Message, answers: Earlier | None) -> Delivery:
    return Delivery(
        id=row.id,
        batch=row.batch,
        subscription_id=row.subscription_id,
        channel=row.channel,
        address=Address(row.chat, row.thread),
        message=message,
        attempts=row.attempts + 1,
        parts_sent=row.parts_sent,
        priority=Priority(row.priority),
        plain=row.plain,
        repeats=row.repeats,
        answers=answers,
        language=row.language,
        due_at=row.due_at,
    )

"""What a channel's server may have taken a short while ago: it counts on, whoever has died since."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import NOBODY_KNOWS, State
from bot.messages.model import Message, from_json, picture_names
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS

_SOME_PICTURE = b"?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """A message that was sent, in part or in whole, or may have been."""

    chat: str
    at: datetime | None
    """When it came to its end; None = it has not, and may have gone out just now."""
    message: Message
    """Other pictures stand for its own: they are counted and not shown."""
    plain: bool
    parts: int
    """So many of its parts are with the server."""
    one_more: bool
    """A further part, or one of them for a second time, may be."""


async def lately(connection: AsyncConnection, channel: str, since: datetime) -> list[Lately]:
    """Everything of a channel that ended since, or was begun and waits."""
    one_more = or_(DELIVERIES.c.on_its_way, DELIVERIES.c.repeats > 0, DELIVERIES.c.error.startswith(NOBODY_KNOWS))
    ended = and_(DELIVERIES.c.state.in_([State.SENT, State.DEAD]), DELIVERIES.c.ended_at >= since)
    waits = DELIVERIES.c.state.in_([State.PENDING, State.SENDING])
    query = (
        select(
            SUBSCRIPTIONS.c.chat,
            DELIVERIES.c.ended_at,
            DELIVERIES.c.message,
            DELIVERIES.c.plain,
            DELIVERIES.c.parts_sent,
            case((one_more, True), else_=False).label("one_more"),
        )
        .join(SUBSCRIPTIONS, SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id)
        .where(SUBSCRIPTIONS.c.channel == channel, or_(ended, waits), or_(DELIVERIES.c.parts_sent > 0, one_more))
    )
    return [
        Lately(
            chat=row.chat,
            at=row.ended_at,
            message=from_json(row.message, dict.fromkeys(picture_names(row.message), _SOME_PICTURE)),
            plain=row.plain,
            parts=row.parts_sent,
            one_more=row.one_more,
        )
        for row in (await connection.execute(query)).all()
    ]

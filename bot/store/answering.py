"""Which message a correction or an end answers: the one in which its reader was told what it takes back."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.alerts import Reason
from bot.deliveries import Earlier
from bot.messages.model import from_json
from bot.store.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS


async def answered(connection: AsyncConnection, delivery_ids: Collection[int]) -> dict[int, Earlier]:
    """The newest message that each of these deliveries answers; those that answer none are left out.

    Of a message that was split it is the first part: there its alerts begin.
    """
    mine, earlier = DELIVERIES.alias(), DELIVERIES.alias()
    held, told = DELIVERY_ALERTS.alias(), DELIVERY_ALERTS.alias()
    query = (
        select(mine.c.id, earlier.c.remote_ids, earlier.c.message, ALERTS.c.reason)
        .join(held, held.c.delivery_id == mine.c.id)
        .join(ALERTS, ALERTS.c.id == held.c.alert_id)
        .join(told, told.c.alert_id == ALERTS.c.follows)
        .join(earlier, earlier.c.id == told.c.delivery_id)
        .where(mine.c.id.in_(delivery_ids), earlier.c.subscription_id == mine.c.subscription_id)
        .where(earlier.c.remote_ids != "")
        .order_by(earlier.c.id)
    )
    found: dict[int, Earlier] = {}
    for row in (await connection.execute(query)).all():
        first, *others = row.remote_ids.splitlines()
        corrected = row.reason == Reason.CORRECTED and not others
        found[row.id] = Earlier(first, from_json(row.message) if corrected else None)
    return found

"""Which message a correction or an end answers: the one in which its reader was told what it takes back."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.tables import ALERTS, DELIVERIES, DELIVERY_ALERTS


async def answered(connection: AsyncConnection, delivery_ids: Collection[int]) -> dict[int, str]:
    """The channel's id of the newest message that each of these deliveries answers; those that answer none are left out.

    Of a message that was split it is the first part: there its alerts begin.
    """
    mine, earlier = DELIVERIES.alias(), DELIVERIES.alias()
    held, told = DELIVERY_ALERTS.alias(), DELIVERY_ALERTS.alias()
    query = (
        select(mine.c.id, earlier.c.remote_ids)
        .join(held, held.c.delivery_id == mine.c.id)
        .join(ALERTS, ALERTS.c.id == held.c.alert_id)
        .join(told, told.c.alert_id == ALERTS.c.follows)
        .join(earlier, earlier.c.id == told.c.delivery_id)
        .where(mine.c.id.in_(delivery_ids), earlier.c.subscription_id == mine.c.subscription_id)
        .where(earlier.c.remote_ids != "")
        .order_by(earlier.c.id)
    )
    rows = (await connection.execute(query)).all()
    return {row.id: row.remote_ids.splitlines()[0] for row in rows}

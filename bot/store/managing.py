"""Chats that are set up from outside: who began them, and whose private words are about which."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.store.connections import Connections, insert
from bot.store.tables import BEGINNINGS, MANAGING


class Managing:
    """By channel and person."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def begin(self, channel: str, person: str, subscription_id: int, until: datetime) -> None:
        """From now on a person's private words are about this chat; before, they may have been about another."""
        values = {"subscription_id": subscription_id, "until": until}
        async with self._connections.write() as connection:
            new = insert(connection, MANAGING).values(channel=channel, person=person, **values)
            await connection.execute(new.on_conflict_do_update(index_elements=["channel", "person"], set_=values))

    async def now(self, channel: str, person: str, now: datetime) -> int | None:
        """The subscription that a person's private words are about; None = his own."""
        mine = MANAGING.c.channel == channel, MANAGING.c.person == person
        query = select(MANAGING.c.subscription_id).where(*mine, MANAGING.c.until > now)
        async with self._connections.read() as connection:
            found: int | None = (await connection.execute(query)).scalar_one_or_none()
        return found

    async def end(self, channel: str, person: str) -> None:
        """His words are about his own chat again."""
        mine = MANAGING.c.channel == channel, MANAGING.c.person == person
        async with self._connections.write() as connection:
            await connection.execute(delete(MANAGING).where(*mine))

    async def began(self, channel: str, person: str, subscription_id: int) -> None:
        """A person has subscribed a chat that several people read."""
        async with self._connections.write() as connection:
            new = insert(connection, BEGINNINGS).values(subscription_id=subscription_id, channel=channel, person=person)
            await connection.execute(new.on_conflict_do_nothing())

    async def begun(self, channel: str, person: str) -> list[int]:
        """The subscriptions of such chats."""
        mine = BEGINNINGS.c.channel == channel, BEGINNINGS.c.person == person
        query = select(BEGINNINGS.c.subscription_id).where(*mine).order_by(BEGINNINGS.c.subscription_id)
        async with self._connections.read() as connection:
            return [*(await connection.execute(query)).scalars()]

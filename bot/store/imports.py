"""Set-ups that were shown and wait for a yes: the newest of each chat."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from bot.deliveries import Address
from bot.store.connections import Connections, insert
from bot.store.tables import IMPORTS

_NUMBERS = 1 << 48


class ImportStore:
    """Bodies are JSON; whoever wrote one reads it."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def keep(self, channel: str, address: Address, body: dict[str, Any], now: datetime) -> int:
        """Keep a set-up in place of the chat's former one; returns its number."""
        here = {"channel": channel, "chat": address.chat, "thread": address.thread}
        async with self._connections.write() as connection:
            await connection.execute(delete(IMPORTS).filter_by(**here))
            # Not counted up: an old button must not meet what came later.
            number = secrets.randbelow(_NUMBERS)
            await connection.execute(insert(connection, IMPORTS).values(**here, id=number, body=body, created_at=now))
        return number

    async def take(self, channel: str, address: Address, number: int) -> dict[str, Any] | None:
        """The set-up of this number, once; None where it is another chat's or gone."""
        here = {"channel": channel, "chat": address.chat, "thread": address.thread, "id": number}
        async with self._connections.write() as connection:
            body: dict[str, Any] | None = (
                await connection.execute(select(IMPORTS.c.body).filter_by(**here))
            ).scalar_one_or_none()
            await connection.execute(delete(IMPORTS).filter_by(**here))
        return body

"""Pictures of messages, each content once: deliveries and the transcript hold their names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Text, cast, delete, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import State
from bot.messages.model import picture_names
from bot.messages.shelf import Shelf
from bot.store.connections import Connections, insert
from bot.store.tables import DELIVERIES, PICTURES

PICTURES_KEPT = timedelta(days=90)
"""After its last use; what is older in a transcript reads as its words."""

_TOUCHED_EVERY = timedelta(days=1)
"""A digest to thousands need not write one row thousands of times."""

_WAITING = (State.PENDING, State.SENDING)


class PictureStore:
    """Contents by SHA-256; they come and go with the messages that hold them."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def forget(self, before: datetime) -> int:
        """Drop what was last used before then and no waiting message holds, and return how much that was.

        A transcript keeps its younger pictures: to enter it is to be used.
        """
        held = cast(DELIVERIES.c.message, Text).contains(PICTURES.c.name)
        waits = exists().where(DELIVERIES.c.state.in_(_WAITING), held)
        async with self._connections.write() as connection:
            gone = delete(PICTURES).where(PICTURES.c.last_used_at < before, ~waits)
            return (await connection.execute(gone)).rowcount


async def keep(connection: AsyncConnection, shelf: Shelf, now: datetime) -> None:
    """Within the transaction that stores their messages, store pictures that are new and mark all as used."""
    # In one order everywhere: two transactions that want the same rows must not wait for each other.
    rows = [{"name": name, "png": png, "last_used_at": now} for name, png in sorted(shelf.contents.items())]
    if not rows:
        return
    new = insert(connection, PICTURES)
    again = new.on_conflict_do_update(
        index_elements=[PICTURES.c.name],
        set_={"last_used_at": now},
        where=PICTURES.c.last_used_at < now - _TOUCHED_EVERY,
    )
    await connection.execute(again, rows)


async def fetched(connection: AsyncConnection, bodies: Iterable[dict[str, Any]]) -> dict[str, bytes]:
    """The pictures that messages hold by name; those that are lost are not among them."""
    names = set[str]().union(*map(picture_names, bodies))
    if not names:
        return {}
    query = select(PICTURES.c.name, PICTURES.c.png).where(PICTURES.c.name.in_(names))
    return {row.name: row.png for row in await connection.execute(query)}

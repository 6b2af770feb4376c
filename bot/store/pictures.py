"""Pictures of messages, each content once: deliveries and the transcript hold their names."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.messages.model import picture_names
from bot.messages.shelf import Shelf
from bot.store.connections import insert
from bot.store.tables import PICTURES

_TOUCHED_EVERY = timedelta(days=1)
"""A digest to thousands need not write one row thousands of times."""


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

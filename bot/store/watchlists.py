"""Named lists of funds that subscribers follow; seeded once, then the database's own."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from bot.store.connections import Connections, insert
from bot.store.tables import WATCHLISTS


@dataclass(frozen=True)
class Watchlist:
    """A list of fund codes in the order in which it is shown; `position` orders the lists."""

    name: str
    title_zh: str
    title_en: str
    codes: tuple[str, ...]
    position: int


class WatchlistStore:
    """The lists by name."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def seed(self, lists: Sequence[Watchlist], now: datetime) -> int:
        """Add the lists that do not exist yet; returns how many. An existing one keeps what it has."""
        async with self._connections.write() as connection:
            added = [
                (await connection.execute(new.on_conflict_do_nothing())).rowcount
                for new in (insert(connection, WATCHLISTS).values(_row(one, now)) for one in lists)
            ]
        return sum(added)

    async def save(self, watchlist: Watchlist, now: datetime) -> None:
        """Store a list, new or changed."""
        row = _row(watchlist, now)
        async with self._connections.write() as connection:
            new = insert(connection, WATCHLISTS).values(row)
            await connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))

    async def all(self) -> list[Watchlist]:
        """Every list, in the order of their positions."""
        query = select(WATCHLISTS).order_by(WATCHLISTS.c.position, WATCHLISTS.c.name)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        return [Watchlist(row.name, row.title_zh, row.title_en, tuple(row.codes), row.position) for row in rows]

    async def codes(self) -> dict[str, frozenset[str]]:
        """The funds of each list by its name."""
        return {one.name: frozenset(one.codes) for one in await self.all()}


def _row(one: Watchlist, now: datetime) -> dict[str, Any]:
    return {**asdict(one), "codes": list(one.codes), "updated_at": now}

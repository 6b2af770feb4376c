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
    hidden: bool = False
    """Not offered to subscribers; whoever follows it goes on to."""


class WatchlistStore:
    """The lists by name."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def seed(self, lists: Sequence[Watchlist], now: datetime) -> int:
        """Add the lists that were never there; returns how many. A known one keeps what it has, or stays removed."""
        async with self._connections.write() as connection:
            added = [
                (await connection.execute(new.on_conflict_do_nothing())).rowcount
                for new in (insert(connection, WATCHLISTS).values(row_of(one, now)) for one in lists)
            ]
        return sum(added)

    async def save(self, watchlist: Watchlist, now: datetime) -> None:
        """Store a list, new or changed."""
        row = row_of(watchlist, now)
        async with self._connections.write() as connection:
            new = insert(connection, WATCHLISTS).values(row)
            await connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=row))

    async def all(self) -> list[Watchlist]:
        """Every list, hidden or not, in the order of their positions."""
        query = select(WATCHLISTS).where(~WATCHLISTS.c.removed).order_by(WATCHLISTS.c.position, WATCHLISTS.c.name)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Watchlist(row.name, row.title_zh, row.title_en, tuple(row.codes), row.position, row.hidden) for row in rows
        ]

    async def offered(self) -> list[Watchlist]:
        """The lists that a subscriber may choose from."""
        return [one for one in await self.all() if not one.hidden]

    async def codes(self) -> dict[str, frozenset[str]]:
        """The funds of each list by its name."""
        return {one.name: frozenset(one.codes) for one in await self.all()}


def row_of(one: Watchlist, now: datetime) -> dict[str, Any]:
    """A list as its row."""
    return {**asdict(one), "codes": list(one.codes), "removed": False, "updated_at": now}

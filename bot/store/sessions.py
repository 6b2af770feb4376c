"""Trading sessions that an exchange has published after those that came with the program."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select

from bot.store.connections import Connections, insert
from bot.store.tables import SESSIONS


class SessionStore:
    """Appended once a year; the composition root puts them behind the packaged and the operator's own."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, days: Iterable[date], now: datetime) -> None:
        """Remember sessions; one that is known already keeps its moment."""
        rows = [{"day": day, "known_at": now} for day in days]
        if rows:
            async with self._connections.write() as connection:
                await connection.execute(insert(connection, SESSIONS).on_conflict_do_nothing(), rows)

    async def after(self, last: date) -> list[date]:
        """The sessions after a day, ascending."""
        query = select(SESSIONS.c.day).where(SESSIONS.c.day > last).order_by(SESSIONS.c.day)
        async with self._connections.read() as connection:
            return list((await connection.execute(query)).scalars())

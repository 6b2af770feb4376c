"""Every question to a publisher and what came of it: requests a day, who served what, and how publishers fare."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import RowMapping, func, select

from bot.sources.upstreams import Outcome
from bot.store.connections import Connections, insert
from bot.store.tables import FETCHES


@dataclass(frozen=True, kw_only=True)
class Fetch:
    """One reading of a source, retries included."""

    at: datetime
    datum: str
    source: str
    host: str
    day: date
    """The session that was asked for."""
    outcome: Outcome
    requests: int
    """That the publisher saw."""
    seconds: float
    rows: int
    detail: str


class FetchLedger:
    """Appended by polls, read by `/status` and at the start of the service."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, fetch: Fetch) -> None:
        """Remember a reading."""
        async with self._connections.write() as connection:
            await connection.execute(insert(connection, FETCHES).values(**asdict(fetch)))

    async def since(self, start: datetime, until: datetime) -> list[Fetch]:
        """The readings from `start` to `until`, both included, oldest first."""
        c = FETCHES.c
        query = select(FETCHES).where(c.at.between(start, until)).order_by(c.at, c.id)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [_fetch(row) for row in rows]

    async def requests_by_host(self, start: datetime, until: datetime) -> dict[str, int]:
        """How many requests each publisher has seen from `start` to `until`, both included."""
        c = FETCHES.c
        query = select(c.host, func.sum(c.requests)).where(c.at.between(start, until)).group_by(c.host)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).all()
        return {host: int(requests) for host, requests in rows}

    async def asked(self, until: datetime) -> set[str]:
        """The data that a source was ever asked for, whatever came of it."""
        query = select(FETCHES.c.datum).where(FETCHES.c.at <= until).distinct()
        async with self._connections.read() as connection:
            return {row.datum for row in await connection.execute(query)}

    async def served(self, until: datetime) -> dict[str, Fetch]:
        """The last reading that gave each datum a good table, by the datum's name."""
        c = FETCHES.c
        newest = select(func.max(c.id)).where(c.outcome == Outcome.TABLE, c.at <= until).group_by(c.datum)
        query = select(FETCHES).where(c.id.in_(newest)).order_by(c.datum)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {row["datum"]: _fetch(row) for row in rows}


def _fetch(row: RowMapping) -> Fetch:
    told = {one.name: row[one.name] for one in fields(Fetch)}
    return Fetch(**{**told, "outcome": Outcome(row["outcome"])})

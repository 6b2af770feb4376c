"""Who is not answered any more: people and chats, as ``channel:id``."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from bot.store.audit import Deed, Trail, audited
from bot.store.connections import Connections, insert
from bot.store.tables import BANS


@dataclass(frozen=True, kw_only=True)
class Ban:
    """One of them, why, and since when."""

    who: str
    reason: str
    at: datetime


class Bans:
    """Looked at for every line that comes in."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, who: str, reason: str, deed: Deed) -> None:
        """Ban somebody; who is banned already keeps his first moment and gets the new reason."""
        async with audited(self._connections, deed) as trail:
            trail.what, trail.before = f"ban {who}", await _told(trail, who)
            new = insert(trail.connection, BANS).values(who=who, reason=reason, at=deed.now)
            await trail.connection.execute(new.on_conflict_do_update(index_elements=["who"], set_={"reason": reason}))
            trail.after = await _told(trail, who)

    async def remove(self, who: str, deed: Deed) -> bool:
        """Lift a ban; False where there is none."""
        async with audited(self._connections, deed) as trail:
            trail.what, trail.before = f"ban {who}", await _told(trail, who)
            return (await trail.connection.execute(delete(BANS).where(BANS.c.who == who))).rowcount == 1

    async def all(self) -> list[Ban]:
        """Every ban, oldest first."""
        async with self._connections.read() as connection:
            rows = (await connection.execute(select(BANS).order_by(BANS.c.at, BANS.c.who))).mappings()
            return [Ban(**row) for row in rows]

    async def any_of(self, who: Iterable[str]) -> bool:
        """Whether one of these is banned."""
        query = select(BANS.c.who).where(BANS.c.who.in_([*who])).limit(1)
        async with self._connections.read() as connection:
            return (await connection.execute(query)).first() is not None


async def _told(trail: Trail, who: str) -> str:
    """A ban in the words of the audit log; empty where there is none."""
    reason = (await trail.connection.execute(select(BANS.c.reason).where(BANS.c.who == who))).scalar()
    return "" if reason is None else f"banned: {reason}"

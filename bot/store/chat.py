"""The transcript of the local chat page, so that a reload shows what was said."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from bot.messages.model import brought_back, put_aside
from bot.messages.shelf import Shelf
from bot.store.connections import Connections, insert
from bot.store.pictures import fetched, keep
from bot.store.tables import CHAT


@dataclass(frozen=True, kw_only=True)
class ChatEntry:
    """One thing said in a chat; the author is ``bot`` or ``me``."""

    id: int
    chat: str
    author: str
    body: dict[str, Any]
    at: datetime


class ChatLog:
    """Entries of each chat by rising id."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def add(self, chat: str, author: str, body: dict[str, Any], now: datetime) -> int:
        """Append an entry (the body is JSON, its pictures are put aside) and return its id."""
        shelf = Shelf()
        kept = put_aside(body, shelf)
        async with self._connections.write() as connection:
            await keep(connection, shelf, now)
            new = insert(connection, CHAT).values(chat=chat, author=author, body=kept, at=now)
            return int((await connection.execute(new.returning(CHAT.c.id))).scalar_one())

    async def since(self, chat: str, after_id: int, limit: int) -> list[ChatEntry]:
        """The first entries after an id, oldest first."""
        return await self._entries(CHAT.c.chat == chat, CHAT.c.id > after_id, order=CHAT.c.id, limit=limit)

    async def before(self, chat: str, before_id: int, limit: int) -> list[ChatEntry]:
        """The last entries before an id, oldest first."""
        newest = await self._entries(CHAT.c.chat == chat, CHAT.c.id < before_id, order=CHAT.c.id.desc(), limit=limit)
        return newest[::-1]

    async def last_id(self, chat: str) -> int:
        """The id of the newest entry; 0 when nothing was said."""
        query = select(func.coalesce(func.max(CHAT.c.id), 0)).where(CHAT.c.chat == chat)
        async with self._connections.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _entries(
        self, *conditions: ColumnElement[bool], order: ColumnElement[Any], limit: int
    ) -> list[ChatEntry]:
        query = select(CHAT).where(*conditions).order_by(order).limit(limit)
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            pictures = await fetched(connection, (row["body"] for row in rows))
        return [ChatEntry(**{**row, "body": brought_back(row["body"], pictures)}) for row in rows]

"""The transcript of the local chat page."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, update

from bot.messages.model import brought_back, put_aside
from bot.messages.shelf import Shelf
from bot.store.connections import Connections, insert
from bot.store.pictures import fetched, keep
from bot.store.tables import CHAT

BOT = "bot"
_EDIT = "edit"
"""Author of a row that says of another one that its body is a new one: so a reader who was away hears of it too."""


@dataclass(frozen=True, kw_only=True)
class ChatEntry:
    """One thing said in a chat; the author is ``bot`` or the person's id."""

    id: int
    chat: str
    author: str
    body: dict[str, Any]
    at: datetime
    edits: int = 0
    """The entry whose newest state this is; 0 = it was said just then."""


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

    async def replace(self, chat: str, entry_id: int, body: dict[str, Any], now: datetime) -> bool:
        """Give an entry of the bot's another body; false where the chat has no such entry."""
        shelf = Shelf()
        kept = put_aside(body, shelf)
        async with self._connections.write() as connection:
            await keep(connection, shelf, now)
            mine = (CHAT.c.chat == chat) & (CHAT.c.id == entry_id) & (CHAT.c.author == BOT)
            changed = await connection.execute(update(CHAT).where(mine).values(body=kept))
            if not changed.rowcount:
                return False
            told = {"chat": chat, "author": _EDIT, "body": {"of": entry_id}, "at": now}
            await connection.execute(insert(connection, CHAT).values(**told))
            return True

    async def since(self, chats: Collection[str], after_id: int, limit: int) -> list[ChatEntry]:
        """The first that was said or edited in some chats after an id, oldest first."""
        while True:
            query = select(CHAT).where(CHAT.c.chat.in_(chats), CHAT.c.id > after_id).order_by(CHAT.c.id).limit(limit)
            found = await self._entries(query)
            edited = {one.body["of"] for one in found if one.author == _EDIT}
            now = (
                {one.id: one for one in await self._entries(select(CHAT).where(CHAT.c.id.in_(edited)))}
                if edited
                else {}
            )
            # What was edited may be too old to be kept, its edit not yet.
            known = [one for one in found if one.author != _EDIT or one.body["of"] in now]
            if known or len(found) < limit:
                return [_edit(one, now[one.body["of"]]) if one.author == _EDIT else one for one in known]
            after_id = found[-1].id

    async def before(self, chat: str, before_id: int, limit: int) -> list[ChatEntry]:
        """The last entries before an id, oldest first."""
        there = (CHAT.c.chat == chat) & (CHAT.c.id < before_id) & (CHAT.c.author != _EDIT)
        return (await self._entries(select(CHAT).where(there).order_by(CHAT.c.id.desc()).limit(limit)))[::-1]

    async def find(self, chats: Collection[str], entry_id: int) -> ChatEntry | None:
        """An entry of one of these chats."""
        there = CHAT.c.chat.in_(chats) & (CHAT.c.id == entry_id) & (CHAT.c.author != _EDIT)
        return next(iter(await self._entries(select(CHAT).where(there))), None)

    async def last_id(self, chats: Collection[str]) -> int:
        """The id of what was said or edited last; 0 when nothing was."""
        return await self._number(select(func.coalesce(func.max(CHAT.c.id), 0)).where(CHAT.c.chat.in_(chats)))

    async def unread(self, chat: str, after_id: int) -> int:
        """How many entries of the bot's there are after an id."""
        there = (CHAT.c.chat == chat) & (CHAT.c.id > after_id) & (CHAT.c.author == BOT)
        return await self._number(select(func.count()).select_from(CHAT).where(there))

    async def _number(self, query: Select[int]) -> int:
        async with self._connections.read() as connection:
            return int((await connection.execute(query)).scalar_one())

    async def _entries(self, query: Select[Any]) -> list[ChatEntry]:
        async with self._connections.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            pictures = await fetched(connection, (row["body"] for row in rows))
        return [ChatEntry(**{**row, "body": brought_back(row["body"], pictures)}) for row in rows]


def _edit(told: ChatEntry, now: ChatEntry) -> ChatEntry:
    return ChatEntry(id=told.id, chat=now.chat, author=now.author, body=now.body, at=now.at, edits=now.id)

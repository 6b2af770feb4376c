"""A transcript that lives as long as the test."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Said:
    id: int
    chat: str
    author: str
    body: dict[str, Any]
    at: datetime
    edits: int = 0


@dataclass
class MemoryTranscript:
    """Entries in the order of their ids; `changes` are the ids at which an entry got a newer body."""

    entries: list[Said] = field(default_factory=list)
    changes: dict[int, int] = field(default_factory=dict)

    async def add(self, chat: str, author: str, body: dict[str, Any], now: datetime) -> int:
        said = Said(id=self._next(), chat=chat, author=author, body=body, at=now)
        self.entries.append(said)
        return said.id

    async def replace(self, chat: str, entry_id: int, body: dict[str, Any], now: datetime) -> bool:
        found = [one for one in self.entries if (one.id, one.chat, one.author) == (entry_id, chat, "bot")]
        for one in found:
            self.entries[self.entries.index(one)] = replace(one, body=body)
            self.changes[self._next()] = entry_id
        return bool(found)

    async def since(self, chats: Collection[str], after_id: int, limit: int) -> list[Said]:
        there = {one.id: one for one in self.entries if one.chat in chats}
        changed = [replace(there[of], id=at, edits=of) for at, of in self.changes.items() if of in there]
        everything = sorted((*there.values(), *changed), key=lambda one: one.id)
        return [one for one in everything if one.id > after_id][:limit]

    async def before(self, chat: str, before_id: int, limit: int) -> list[Said]:
        return [one for one in self.entries if one.chat == chat and one.id < before_id][-limit:]

    async def find(self, chats: Collection[str], entry_id: int) -> Said | None:
        return next((one for one in self.entries if one.chat in chats and one.id == entry_id), None)

    async def last_id(self, chats: Collection[str]) -> int:
        return max((one.id for one in await self.since(chats, 0, len(self.entries) + len(self.changes))), default=0)

    async def unread(self, chat: str, after_id: int) -> int:
        return len([one for one in self.entries if (one.chat, one.author) == (chat, "bot") and one.id > after_id])

    def _next(self) -> int:
        return max((*self.changes, *(one.id for one in self.entries)), default=0) + 1

"""A transcript that lives as long as the test."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Said:
    id: int
    chat: str
    author: str
    body: dict[str, Any]
    at: datetime


class MemoryTranscript:
    def __init__(self) -> None:
        self.entries: list[Said] = []

    async def add(self, chat: str, author: str, body: dict[str, Any], now: datetime) -> int:
        said = Said(id=len(self.entries) + 1, chat=chat, author=author, body=body, at=now)
        self.entries.append(said)
        return said.id

    async def since(self, chat: str, after_id: int, limit: int) -> list[Said]:
        return [one for one in self._of(chat) if one.id > after_id][:limit]

    async def before(self, chat: str, before_id: int, limit: int) -> list[Said]:
        return [one for one in self._of(chat) if one.id < before_id][-limit:]

    async def last_id(self, chat: str) -> int:
        return max((one.id for one in self._of(chat)), default=0)

    def _of(self, chat: str) -> list[Said]:
        return [one for one in self.entries if one.chat == chat]

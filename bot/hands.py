"""Messages that are being sent side by side: how many, and when some of them are done."""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine
from contextlib import suppress
from typing import Any


class Hands:
    """Those of one channel."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._by_chat = Counter[str]()
        self._enough = asyncio.Event()
        self._awaited = -1

    @property
    def full(self) -> int:
        """How many there are."""
        return self._by_chat.total()

    def busy(self, waiting: Collection[str]) -> int:
        """How many there are for chats that need not wait."""
        return sum(count for chat, count in self._by_chat.items() if chat not in waiting)

    def take(self, chat: str, sending: Coroutine[Any, Any, None]) -> None:
        """Begin with one."""
        self._by_chat[chat] += 1
        self._group.create_task(sending).add_done_callback(lambda _: self._drop(chat))

    async def freed(self, number: int, seconds: float) -> None:
        """Wait until so many of them are done, at most so long."""
        self._awaited = self.full - number
        self._enough.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._enough.wait(), seconds)

    def _drop(self, chat: str) -> None:
        self._by_chat[chat] -= 1
        if not self._by_chat[chat]:
            del self._by_chat[chat]
        if self.full <= self._awaited:
            self._enough.set()

"""What is being sent side by side, and when enough of it is done that more may be claimed."""

import asyncio
from collections import Counter
from collections.abc import Collection, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any


class Hands:
    """The messages of one channel that are being sent side by side."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._enough = asyncio.Event()
        self._awaited = -1
        self._chats: Counter[str] = Counter()
        self.full = 0
        """How many there are."""

    def take(self, sending: Coroutine[Any, Any, None], chat: str) -> None:
        """Begin one more."""
        self.full += 1
        self._chats[chat] += 1
        self._group.create_task(sending).add_done_callback(partial(self._drop, chat))

    def busy(self, waiting: Collection[str]) -> int:
        """How many there are without those for chats that wait."""
        return self.full - sum(self._chats[chat] for chat in waiting)

    async def freed(self, number: int, seconds: float) -> None:
        """Wait until so many of them are done, at most so long."""
        self._awaited = self.full - number
        self._enough.clear()
        # Not `wait_for`: in Python 3.11 it swallows a cancellation that comes as the waiting ends.
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._enough.wait()

    def _drop(self, chat: str, _: asyncio.Task[None]) -> None:
        self.full -= 1
        self._chats[chat] -= 1
        if not self._chats[chat]:
            del self._chats[chat]
        if self.full <= self._awaited:
            self._enough.set()

"""Who is answered when: chats side by side, the lines of one chat one after the other."""

import asyncio
from collections.abc import Awaitable, Coroutine
from contextlib import nullcontext
from weakref import WeakValueDictionary

from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.tracing import of_update


class Turns(BaseUpdateProcessor):
    """Works on at most `at_once` updates, and on one per chat: who adds a fund and asks for his list sees it."""

    def __init__(self, at_once: int) -> None:
        super().__init__(at_once)
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._running: set[asyncio.Task[object]] = set()
        self._closed = False

    async def do_process_update(self, update: object, coroutine: Awaitable[object]) -> None:
        """Wait for the chat's turn, then work on the update."""
        task = asyncio.current_task()
        if self._closed or task is None or not isinstance(coroutine, Coroutine):
            _drop(coroutine)
            return
        self._running.add(task)
        try:
            async with self._turn(update):
                with of_update(update.update_id) if isinstance(update, Update) else nullcontext():
                    await coroutine
        finally:
            self._running.discard(task)
            coroutine.close()  # one that was cancelled before its turn would complain of never having run

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to free."""

    async def close(self, grace_seconds: float) -> None:
        """Take on nothing more, let what runs finish for a while, then cancel it."""
        self._closed = True
        if not self._running:
            return
        _, late = await asyncio.wait(self._running, timeout=grace_seconds)
        for task in late:
            task.cancel()

    def _turn(self, update: object) -> asyncio.Lock:
        # Who types behind the bot's name does so in no chat that is told.
        chat = (update.effective_chat or update.effective_user) if isinstance(update, Update) else None
        return self._chats.setdefault(chat.id if chat else 0, asyncio.Lock())


def _drop(coroutine: Awaitable[object]) -> None:
    if isinstance(coroutine, Coroutine):
        coroutine.close()

"""Updates waiting for the bot, and the one poller that may fetch them."""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.fakes.bot_api_faults import RefusedError

NOT_BY_DEFAULT = {"chat_member", "message_reaction", "message_reaction_count"}

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"


@dataclass(frozen=True)
class _Waiting:
    id: int
    update: dict[str, Any]
    always: bool

    def wanted(self, kinds: Collection[str]) -> bool:
        kind = next(iter(self.update))
        return self.always or (kind in kinds if kinds else kind not in NOT_BY_DEFAULT)


class Updates:
    """A queue that keeps what is not confirmed; a newer poller throws an older one out."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._waiting: list[_Waiting] = []
        self._poller: object = None
        self._news = asyncio.Event()
        self._over = False

    @property
    def polled(self) -> bool:
        """Somebody has asked for updates."""
        return self._poller is not None

    def push(self, update: dict[str, Any], *, always: bool = False) -> None:
        """Add an update; `always` = even if its kind was not asked for."""
        self._waiting.append(_Waiting(next(self._ids), update, always))
        self._ring()

    def close(self) -> None:
        """Send every poller away with nothing."""
        self._over = True
        self._ring()

    async def poll(
        self, *, offset: int = 0, wait_seconds: int = 0, limit: int = 100, kinds: Collection[str] = ()
    ) -> list[dict[str, Any]]:
        """What `offset` does not confirm, as soon as there is any; raises RefusedError when another poller comes."""
        me = self._poller = object()
        self._ring()
        self._waiting = [one for one in self._waiting if one.id >= offset and one.wanted(kinds)]
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_seconds):
                while not (found := [one for one in self._waiting if one.wanted(kinds)]) and self._poller is me:
                    if self._over:
                        break
                    await self._news.wait()
        if self._poller is not me:
            raise RefusedError(409, CONFLICT)
        return [{"update_id": one.id} | one.update for one in found[:limit]]

    def _ring(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

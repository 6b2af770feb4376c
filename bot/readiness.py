"""Whether this process can do its work now: what a container's keeper or a load balancer asks."""

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.exc import DBAPIError

from bot.leading import Role
from bot.store.database import Database, StoreError
from bot.store.errors import AwayError

ANSWER_SECONDS = 2.0
"""A database that takes longer to say that it is there is not."""

KEPT_SECONDS = 1.0
"""Anybody may ask, without a password: the database is asked no more often than this."""

STALLED_SECONDS = 120.0
"""A drain that has not looked for so long hangs; a look takes seconds even while a channel wants a pause."""


class Missing(StrEnum):
    """What keeps a process from its work; a drain is named with its channel behind it."""

    DATABASE = "database"
    SCHEMA = "schema"
    """It answers, but was not migrated to what this program reads."""
    LEADERSHIP = "leadership"
    """It neither leads nor waits for its turn to."""
    DRAIN = "drain"


LEADING, DRAINING = "leading", "draining"
"""What may be going on."""


async def noted(going_on: set[str], name: str, work: Coroutine[Any, Any, None]) -> None:
    """Do some work, and have its name among what is going on meanwhile."""
    going_on.add(name)
    try:
        await work
    finally:
        going_on.discard(name)


@dataclass(slots=True)
class _Seen:
    """The last look, and the one who looks."""

    missing: list[str] = field(default_factory=list)
    at: float = float("-inf")
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass(frozen=True, kw_only=True)
class Readiness:
    """Names what is missing, and nothing else: whoever asks is told no text, no address and no reader."""

    role: Role
    store: Database
    going_on: Collection[str]
    """`LEADING` while this process leads or waits for its turn to, `DRAINING` while it sends."""
    stalled: Callable[[float], Collection[str]]
    """The channels for which the drain has not looked for so many seconds."""
    clock: Callable[[], float] = time.monotonic
    _seen: _Seen = field(default_factory=_Seen, init=False, repr=False)

    async def __call__(self) -> list[str]:
        """What is missing now; empty = nothing."""
        async with self._seen.looking:
            if self.clock() - self._seen.at >= KEPT_SECONDS:
                self._seen.missing = [*await self._of_the_database(), *self._of_the_role()]
                self._seen.at = self.clock()
            return self._seen.missing

    async def _of_the_database(self) -> list[str]:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self.store.check()
        except (AwayError, DBAPIError, OSError, TimeoutError):
            return [Missing.DATABASE]
        except StoreError:
            return [Missing.SCHEMA]
        return []

    def _of_the_role(self) -> list[str]:
        missing = list[str]()
        if self.role.leads and (LEADING not in self.going_on or self.store.leadership.asks_in_vain):
            missing.append(Missing.LEADERSHIP)
        if self.role.sends:
            stalled = self.stalled(STALLED_SECONDS) if DRAINING in self.going_on else ["all"]
            missing += [f"{Missing.DRAIN}:{one}" for one in stalled]
        return missing

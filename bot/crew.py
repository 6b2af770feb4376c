"""This process among others that send: what it says of itself, and what is left to it of what a channel allows."""

import asyncio
from collections.abc import Callable, Iterable

import structlog

from bot.limiter import Limiter
from bot.store.crew import ALONE, CrewStore, Place

BEAT_SECONDS = 2.0
"""Between two words of a process that it is there."""

SETTLE_SECONDS = 3 * BEAT_SECONDS
"""So long a process that comes to others sends nothing: by then all of them have seen it and use less."""

log = structlog.get_logger(__name__)


class Crew:
    """Keeps the place of this process until it is cancelled, and the limiters of its channels within their part.

    A process that neither drains nor `speaks` now takes nothing from the others.
    """

    def __init__(
        self, store: CrewStore, limiters: Iterable[Limiter], *, drains: bool, speaks: Callable[[], bool] = lambda: True
    ) -> None:
        self._store = store
        self._limiters = tuple(limiters)
        self._drains = drains
        self._speaks = speaks
        self._settled = asyncio.Event()
        self.place = ALONE

    async def settled(self) -> Place:
        """Its place, once it may send."""
        await self._settled.wait()
        return self.place

    async def run(self) -> None:
        """Say again and again that this process is there."""
        try:
            await self._look()
            if self.place.speaks > 1:
                await asyncio.sleep(SETTLE_SECONDS)
                await self._look()
            self._settled.set()
            while True:
                await asyncio.sleep(BEAT_SECONDS)
                await self._look()
        finally:
            await self._store.leave()

    async def _look(self) -> None:
        if not self._drains and not self._speaks():
            await self._store.leave()
            return
        place = await self._store.here(drains=self._drains)
        if place != self.place:
            log.info("shares the sending", place=place.number + 1, drains=place.drains, speaks=place.speaks)
            self.place = place
            for one in self._limiters:
                one.share(place.speaks)

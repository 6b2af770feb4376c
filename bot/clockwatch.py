"""Notices when the machine's clock jumps (it was put right, or wrong, or the machine has slept), and puts right what hangs on it."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.deliveries import LONGEST_WAIT
from bot.metrics import Metrics
from bot.poll import World

log = structlog.get_logger(__name__)

JUMP_SECONDS = 30.0
"""A clock that is kept right moves by less between two looks."""

LOOK_SECONDS = 5.0

UNSEEN_WAIT_MAX = timedelta(days=1)
"""Where no jump was seen a channel may well have named so long a wait."""


@dataclass(kw_only=True)
class ClockWatch:
    """Compares the clock with one that cannot be set."""

    now: Callable[[], datetime]
    jumped: Callable[[timedelta], Awaitable[None]]
    """Hears by how much the clock is further (less than nothing: it was put back)."""
    steady: Callable[[], float] = time.monotonic
    _told: datetime = field(init=False)
    _passed: float = field(init=False)

    def __post_init__(self) -> None:
        self._told, self._passed = self.now(), self.steady()

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self.look()

    async def look(self) -> None:
        """Look once; a failure of whoever is told ends nothing."""
        now, passed = self.now(), self.steady()
        by = now - self._told - timedelta(seconds=passed - self._passed)
        self._told, self._passed = now, passed
        if abs(by.total_seconds()) < JUMP_SECONDS:
            return
        log.warning("the clock has jumped", seconds=round(by.total_seconds()))
        try:
            await self.jumped(by)
        except Exception:
            log.exception("not put right after the clock has jumped")


@dataclass(frozen=True, kw_only=True)
class Righting:
    """What is done for the whole service, by the process that leads, when its clock has jumped."""

    world: World
    now: Callable[[], datetime]
    lease_seconds: float
    metrics: Metrics
    wake: Callable[[], None]
    """Has the timetable look at once: it had reckoned by the old time when to look again."""
    looking: asyncio.Lock
    """Held while polls run: what one has begun by the old time it ends by that."""

    async def __call__(self, by: timedelta) -> None:
        """A jump by so much: a host that rests and a message that waits do so for no longer than they were to."""
        self.metrics.clock_jumped(by.total_seconds())
        self.wake()
        if by < timedelta():
            self.world.upstreams.put_back(-by)
            async with self.looking:
                await self.straighten(LONGEST_WAIT)

    async def straighten(self, wait_max: timedelta = UNSEEN_WAIT_MAX) -> None:
        """Bring back to the present what the database holds of moments that have not come."""
        done = await self.world.store.clocks.straighten(self.now(), lease_seconds=self.lease_seconds, wait_max=wait_max)
        if done.behind:
            log.error("the clock is behind: tables of a session are stored that by the clock has not closed")
        if done.messages or done.slots or done.tables:
            log.warning(
                "what was ahead of the clock is put right", messages=done.messages, slots=done.slots, tables=done.tables
            )

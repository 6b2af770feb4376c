"""The outbox of a worker whose database comes and goes: what he did is kept in memory until it can be stored."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import TypeAlias

import structlog
from sqlalchemy import select

from bot.deliveries import Delivery, Outcome
from bot.store.connections import Connections
from bot.store.errors import AwayError
from bot.store.held import Decide, HeldStore
from bot.store.outbox import Outbox
from bot.store.tables import DELIVERIES
from bot.store.trouble import PROBE_SECONDS

OTHERS_SECONDS = 5.0
"""After a trouble that all workers had nobody takes anything for so long: each first stores what he owes."""

_Mark: TypeAlias = Callable[[], Awaitable[None]]
"""Stores what became of a message."""

log = structlog.get_logger(__name__)


class SteadyOutbox(Outbox):
    """An outbox whose marks never fail and whose claims are empty while the database cannot be had.

    Without that a message that has gone out, and is not known to, would go out again. What is owed is stored in its
    order as soon as the database is back; until then nothing is claimed.
    """

    def __init__(self, connections: Connections) -> None:
        super().__init__(connections)
        self.held = _SteadyGate(connections)
        self._owed = deque[_Mark]()
        self._settling = asyncio.Lock()

    @property
    def owes(self) -> int:
        """How many marks the database has not taken yet."""
        return len(self._owed)

    async def claim(
        self, now: datetime, limit: int, lease_seconds: float, channels: Collection[str] | None = None
    ) -> list[Delivery]:
        """As `Outbox` says; nothing while the database cannot be had or is owed a mark."""
        if not await self._connections.recovered() or not await self.settle():
            return []
        if self._connections.shared and self._connections.trouble.over_for_seconds < OTHERS_SECONDS:
            return []
        with suppress(AwayError):
            return await super().claim(now, limit, lease_seconds, channels)
        return []

    async def part_sent(self, delivery_id: int, remote_id: str) -> None:
        """As `Outbox` says, now or later."""
        first = partial(super().part_sent, delivery_id, remote_id)
        await self._mark(first, partial(self._part_sent_again, delivery_id, remote_id, first))

    async def sent(self, delivery_id: int, now: datetime) -> None:
        """As `Outbox` says, now or later."""
        await self._mark(partial(super().sent, delivery_id, now))

    async def put_back(self, delivery_id: int) -> None:
        """As `Outbox` says, now or later."""
        await self._mark(partial(super().put_back, delivery_id))

    async def failed(self, delivery_id: int, outcome: Outcome, now: datetime) -> None:
        """As `Outbox` says, now or later."""
        await self._mark(partial(super().failed, delivery_id, outcome, now))

    async def sent_since(self, channel: str, since: datetime) -> list[tuple[str, datetime]]:
        """As `Outbox` says, as soon as the database can be asked."""
        while True:
            with suppress(AwayError):
                return await super().sent_since(channel, since)
            await asyncio.sleep(PROBE_SECONDS)

    async def settle(self) -> bool:
        """Store what is owed; whether nothing is left of it."""
        async with self._settling:
            while self._owed:
                try:
                    await self._owed[0]()
                except AwayError:
                    return False
                except Exception:
                    log.exception("defect while storing what became of a message")
                self._owed.popleft()
        return True

    async def settle_at_the_end(self) -> None:
        """The same for the last time; says what is lost."""
        if not await self.settle():
            log.error("what became of messages could not be stored; they may be sent again", marks=self.owes)
            self._owed.clear()

    async def _mark(self, first: _Mark, again: _Mark | None = None) -> None:
        """Store a mark behind those that are owed; `again` is for one of which it is not known whether it was stored."""
        if not self._owed and self._connections.trouble.ailment is None:
            with suppress(AwayError):
                return await first()
        self._owed.append(again or first)
        return None

    async def _part_sent_again(self, delivery_id: int, remote_id: str, mark: _Mark) -> None:
        """Unlike other marks this one counts: a commit that the server took without saying so must not count twice."""
        query = select(DELIVERIES.c.remote_ids).where(DELIVERIES.c.id == delivery_id)
        async with self._connections.read() as connection:
            known = (await connection.execute(query)).scalar_one_or_none() or ""
        if not remote_id or not known.endswith(f"{remote_id}\n"):
            await mark()


class _SteadyGate(HeldStore):
    """A gate that opens later where the database cannot be had."""

    async def judge(self, now: datetime, channels: Collection[str], decide: Decide) -> int:
        """As `HeldStore` says; nobody while the database cannot be had."""
        with suppress(AwayError):
            return await super().judge(now, channels, decide)
        return 0

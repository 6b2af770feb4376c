"""The one consumer of deliveries: claim what is due, send it part by part, keep what the channel answered."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.channels.base import Channel
from bot.deliveries import Delivery, SendFailedError, after_failure
from bot.store.outbox import Outbox

log = structlog.get_logger(__name__)


LEASE_USED = 0.75
"""Share of a lease after which nothing more is begun: what outlives its lease is sent twice."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How the queue is drained."""

    batch: int = 100
    lease_seconds: float = 60.0
    """A claimed delivery that is neither sent nor failed by then may be claimed again."""
    idle_seconds: float = 1.0


class Drain:
    """Sends what is due on the channels it has; one chat's deliveries stay in their order."""

    def __init__(
        self, outbox: Outbox, channels: Mapping[str, Channel], now: Callable[[], datetime], pace: Pace
    ) -> None:
        self._outbox = outbox
        self._channels = channels
        self._now = now
        self._pace = pace

    async def run(self) -> None:
        """Drain until cancelled."""
        while True:
            if not await self.once():
                await asyncio.sleep(self._pace.idle_seconds)

    async def once(self) -> int:
        """Try everything that is due, once; returns how many deliveries were tried."""
        now = self._now()
        claimed = await self._outbox.claim(
            now, self._pace.batch, self._pace.lease_seconds, channels=frozenset(self._channels)
        )
        until = now + timedelta(seconds=self._pace.lease_seconds * LEASE_USED)
        by_channel: dict[str, list[Delivery]] = {}
        for delivery in claimed:
            by_channel.setdefault(delivery.channel, []).append(delivery)
        await asyncio.gather(*(self._send_all(mine, until) for mine in by_channel.values()))
        return len(claimed)

    async def _send_all(self, deliveries: Sequence[Delivery], until: datetime) -> None:
        """Send in order while the lease lasts; what is left falls back into the queue when it ends."""
        for delivery in deliveries:
            if self._now() >= until:
                log.warning("channel too slow for a batch", channel=delivery.channel)
                return
            await self._send(delivery)

    async def _send(self, delivery: Delivery) -> None:
        try:
            await self._send_parts(delivery)
        except SendFailedError as failure:
            await self._failed(delivery, failure)
        except Exception as defect:
            log.exception("defect while sending", id=delivery.id, channel=delivery.channel)
            await self._failed(delivery, SendFailedError(f"defect: {type(defect).__name__}"))
        else:
            await self._outbox.sent(delivery.id, self._now())

    async def _failed(self, delivery: Delivery, failure: SendFailedError) -> None:
        outcome = after_failure(delivery, failure, self._now())
        log.warning("delivery failed", id=delivery.id, channel=delivery.channel, state=outcome.state, why=outcome.error)
        await self._outbox.failed(delivery.id, outcome, self._now())

    async def _send_parts(self, delivery: Delivery) -> None:
        channel = self._channels[delivery.channel]
        parts = channel.render(delivery.message, plain=delivery.plain)
        for part in parts[delivery.parts_sent :]:
            remote_id = await channel.send(delivery.address, part)
            await self._outbox.part_sent(delivery.id, remote_id)

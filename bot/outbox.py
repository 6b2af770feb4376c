"""The one consumer of deliveries: claim what is due, send it part by part, keep what the channel answered."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.channels.base import Channel
from bot.deliveries import Delivery, SendFailedError, after_failure
from bot.holding import verdict
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
        self.pace = pace
        self._outbox = outbox
        self._channels = channels
        self._now = now

    async def run(self) -> None:
        """Drain until cancelled; channels do not wait for each other."""
        async with asyncio.TaskGroup() as group:
            for kind in self._channels:
                group.create_task(self._run(kind))

    async def once(self) -> int:
        """Try everything that is due, once; returns how many deliveries were tried."""
        return sum(await asyncio.gather(*(self._once(kind) for kind in self._channels)))

    async def _run(self, kind: str) -> None:
        while True:
            if not await self._once(kind):
                await asyncio.sleep(self.pace.idle_seconds)

    async def _once(self, kind: str) -> int:
        """Send a batch in order while its lease lasts; what is left falls back into the queue when it ends."""
        now = self._now()
        await self._outbox.held.judge(now, {kind}, partial(verdict, now=now))
        claimed = await self._outbox.claim(now, self.pace.batch, self.pace.lease_seconds, channels={kind})
        until = now + timedelta(seconds=self.pace.lease_seconds * LEASE_USED)
        waiting = deque(claimed)
        while waiting:
            if self._now() >= until:
                log.warning("channel too slow for a batch", channel=kind)
                break
            delivery = waiting.popleft()
            failure = await self._failure(delivery)
            if failure is not None:
                # What else is on its way to that chat must not overtake, nor find the same shut door.
                untried = [one for one in waiting if one.subscription_id == delivery.subscription_id]
                waiting = deque(one for one in waiting if one.subscription_id != delivery.subscription_id)
                await self._failed(delivery, failure, [one.id for one in untried])
        return len(claimed)

    async def _failure(self, delivery: Delivery) -> SendFailedError | None:
        """Send one delivery; None when the channel has all of it."""
        try:
            async with asyncio.timeout(self.pace.lease_seconds):
                await self._send_parts(delivery)
        except SendFailedError as failure:
            return failure
        except Exception as defect:
            log.exception("defect while sending", id=delivery.id, channel=delivery.channel)
            return SendFailedError(f"defect: {type(defect).__name__}")
        await self._outbox.sent(delivery.id, self._now())
        return None

    async def _failed(self, delivery: Delivery, failure: SendFailedError, untried: Sequence[int]) -> None:
        outcome = after_failure(delivery, failure, self._now())
        log.warning("delivery failed", id=delivery.id, channel=delivery.channel, state=outcome.state, why=outcome.error)
        await self._outbox.failed(delivery.id, outcome, self._now(), untried)

    async def _send_parts(self, delivery: Delivery) -> None:
        channel = self._channels[delivery.channel]
        parts = channel.render(delivery.message, plain=delivery.plain)
        # A correction stands as a reply under what it corrects; the parts after the first follow it anyway.
        parts[0] = replace(parts[0], answers=delivery.answers)
        for part in parts[delivery.parts_sent :]:
            remote_id = await channel.send(delivery.address, part)
            await self._outbox.part_sent(delivery.id, remote_id)

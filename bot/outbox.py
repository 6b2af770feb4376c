"""The one consumer of deliveries: claim what is due, send it part by part, keep what the channel answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog
from prometheus_client import CollectorRegistry

from bot.batches import sort_of
from bot.channels.base import Amending, Channel
from bot.deliveries import Delivery, SendFailedError, after_failure
from bot.holding import verdict
from bot.messages.corrected import as_corrected
from bot.sending_metrics import Refusal, SendingMetrics, refusal_of
from bot.store.outbox import Outbox
from bot.subscriptions import Language
from bot.tracing import of_delivery

log = structlog.get_logger(__name__)


LEASE_USED = 0.75
"""Share of a lease after which nothing more is begun: what outlives its lease is sent twice."""

ROOM = 0.25
"""Share of the hands that must be free before more is claimed: a claim costs as much for one message as for many."""


REMEMBERED_SECONDS = 60.0
"""The longest span in which a channel counts messages."""


class _LateError(Exception):
    """A message was so long in hand that its lease would not last for the sending, or the service stops."""


@dataclass(slots=True)
class _InHand:
    delivery: Delivery
    until: datetime
    """Nothing of it is begun after that."""
    seconds: float = 0.0
    """That the channel took so far, waits for its turn left out."""
    on_its_way: bool = False
    """A part of it is with the channel, which has not answered."""
    stopping: bool = False


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How the queue is drained."""

    batch: int = 100
    """Messages of one channel that are in hand at once."""
    lease_seconds: float = 60.0
    """A claimed delivery that is neither sent nor failed by then may be claimed again."""
    idle_seconds: float = 1.0
    grace_seconds: float = 10.0
    """What is on its way to a channel when the service stops may take so long to be answered."""


class Drain:
    """Sends what is due on the channels it has, unless it is `halted`.

    Chats are sent to side by side, one chat's messages one after the other.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        pace: Pace,
        halted: Callable[[], Awaitable[bool]] | None = None,
        *,
        metrics: SendingMetrics | None = None,
    ) -> None:
        self.pace = pace
        self._outbox = outbox
        self._channels = channels
        self._now = now
        self._halted = halted
        self._in_hand: set[int] = set()
        """Deliveries that are worked on here: a clock that jumps ahead ends their leases, and not the work."""
        self._metrics = metrics or SendingMetrics(CollectorRegistry())

    async def run(self) -> None:
        """Drain until cancelled; channels do not wait for each other."""
        self._metrics.expect(self._channels)
        async with asyncio.TaskGroup() as group:
            for kind in self._channels:
                group.create_task(self._run(kind))

    async def once(self) -> int:
        """Try the first message that is due to each chat; returns how many were tried."""
        claims = [await self._claim(kind, self.pace.batch) for kind in self._channels]
        await asyncio.gather(*(self._deliver(one) for claim in claims for one in claim))
        return sum(map(len, claims))

    async def _remember(self, kind: str) -> None:
        """Count what was sent just before this process began: the server does."""
        now = self._now()
        sent = await self._outbox.sent_since(kind, now - timedelta(seconds=REMEMBERED_SECONDS))
        self._channels[kind].limiter.remember((chat, (now - at).total_seconds()) for chat, at in sent)

    async def _run(self, kind: str) -> None:
        await self._remember(kind)
        sending: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                self._metrics.turned(kind)
                room = self.pace.batch - len(sending)
                claimed = await self._claim(kind, room) if room >= self.pace.batch * ROOM else []
                sending |= {group.create_task(self._deliver(one)) for one in claimed}
                if not sending:
                    await asyncio.sleep(self.pace.idle_seconds)
                elif not room or len(claimed) < room:
                    # What follows in a chat can be claimed as soon as what is before it has arrived.
                    await asyncio.wait(sending, timeout=self.pace.idle_seconds, return_when=asyncio.FIRST_COMPLETED)
                sending = {task for task in sending if not task.done()}

    async def _claim(self, kind: str, most: int) -> list[_InHand]:
        if self._halted is not None and await self._halted():
            return []
        now = self._now()
        await self._outbox.held.judge(now, {kind}, partial(verdict, now=now))
        until = now + timedelta(seconds=self.pace.lease_seconds * LEASE_USED)
        claimed = await self._outbox.claim(now, most, self.pace.lease_seconds, channels={kind})
        fresh = [one for one in claimed if one.id not in self._in_hand]
        self._in_hand |= {one.id for one in fresh}
        return [_InHand(one, until) for one in fresh]

    async def _deliver(self, in_hand: _InHand) -> None:
        """Send one delivery, unless the service stops first: what is on its way is waited for, all else is put back."""
        working = asyncio.create_task(self._send(in_hand))
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            in_hand.stopping = True
            if not in_hand.on_its_way and not working.done():
                working.cancel()
                await asyncio.wait({working})
                await self._outbox.put_back(in_hand.delivery.id)
            await asyncio.wait({working}, timeout=self.pace.grace_seconds)
            working.cancel()
            raise
        finally:
            self._in_hand.discard(in_hand.delivery.id)

    async def _send(self, in_hand: _InHand) -> None:
        """Send one delivery while its lease lasts, and keep what came of it."""
        with of_delivery(in_hand.delivery):
            await self._try(in_hand)

    async def _try(self, in_hand: _InHand) -> None:
        delivery = in_hand.delivery
        try:
            async with asyncio.timeout(self.pace.lease_seconds):
                await self._send_parts(in_hand)
        except _LateError:
            if not in_hand.stopping:
                log.warning("channel too slow for a batch", channel=delivery.channel)
            await self._outbox.put_back(delivery.id)
        except SendFailedError as failure:
            await self._failed(delivery, failure, refusal_of(failure))
        except Exception as defect:
            log.exception("defect while sending", id=delivery.id, channel=delivery.channel)
            await self._failed(delivery, SendFailedError(f"defect: {type(defect).__name__}"), Refusal.DEFECT)
        else:
            now = self._now()
            await self._outbox.sent(delivery.id, now)
            late = (now - delivery.due_at).total_seconds() if delivery.due_at is not None else 0.0
            self._metrics.sent(delivery.channel, late, in_hand.seconds, sort=sort_of(delivery.batch))
            log.debug("sent", id=delivery.id, channel=delivery.channel)
            await self._mark_earlier(delivery)

    async def _mark_earlier(self, delivery: Delivery) -> None:
        """Say in the message that was corrected that it was, where the channel can change it; the correction stands anyway."""
        channel, earlier = self._channels[delivery.channel], delivery.answers
        if earlier is None or earlier.corrected is None or not isinstance(channel, Amending):
            return
        parts = channel.render(as_corrected(earlier.corrected, Language(delivery.language)))
        if len(parts) > 1:
            return
        try:
            async with channel.limiter.turn(delivery.address.chat, delivery.priority):
                await channel.amend(delivery.address, earlier.remote_id, parts[0])
        except Exception:
            log.exception("defect while marking what was corrected", id=delivery.id, channel=delivery.channel)

    async def _failed(self, delivery: Delivery, failure: SendFailedError, kind: Refusal) -> None:
        self._metrics.refused(delivery.channel, kind)
        outcome = after_failure(delivery, failure, self._now())
        log.warning("delivery failed", id=delivery.id, channel=delivery.channel, state=outcome.state, why=outcome.error)
        await self._outbox.failed(delivery.id, outcome, self._now())

    async def _send_parts(self, in_hand: _InHand) -> None:
        delivery = in_hand.delivery
        channel = self._channels[delivery.channel]
        parts = channel.render(delivery.message, plain=delivery.plain)
        # A correction stands as a reply under what it corrects; the parts after the first follow it anyway.
        parts[0] = replace(parts[0], answers=delivery.answers.remote_id if delivery.answers else "")
        loop = asyncio.get_running_loop()
        for part in parts[delivery.parts_sent :]:
            asked = loop.time()
            async with channel.limiter.turn(delivery.address.chat, delivery.priority, part.messages):
                begun = loop.time()
                self._metrics.waited(delivery.channel, begun - asked)
                if in_hand.stopping or self._now() >= in_hand.until:
                    raise _LateError
                in_hand.on_its_way = True
                remote_id = await channel.send(delivery.address, part)
                in_hand.seconds += loop.time() - begun
            await self._outbox.part_sent(delivery.id, remote_id)
            in_hand.on_its_way = False

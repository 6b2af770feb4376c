"""The one consumer of deliveries: claim what is due, send it part by part, keep what the channel answered."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import structlog
from prometheus_client import CollectorRegistry

from bot.batches import sort_of
from bot.breaker import Breaker
from bot.channels.base import Amending, Channel, Part, Probing
from bot.crew import Crew
from bot.deliveries import Delivery, SendFailedError, after_failure
from bot.hands import Hands
from bot.holding import verdict
from bot.messages.corrected import as_corrected
from bot.rendering import Renderings
from bot.sending_metrics import Refusal, SendingMetrics, refusal_of
from bot.store.crew import ALONE
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


class _LostError(Exception):
    """A message is in other hands: its lease had ended."""


@dataclass(slots=True)
class _InHand:
    delivery: Delivery
    until: datetime
    """Nothing of it is begun after that."""
    on_its_way: bool = False
    """A part of it is with the channel, which has not answered."""
    stopping: bool = False
    seconds: float = 0.0
    """That the channel took so far, waits for its turn left out."""


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How the queue is drained."""

    batch: int = 200
    """Messages of one channel that are in hand at once."""
    at_once: int = 64
    """As many of them are with its server at once; as many may be there twice when the process is killed."""
    lease_seconds: float = 60.0
    """A claimed delivery that is neither sent nor failed by then may be claimed again."""
    idle_seconds: float = 1.0
    grace_seconds: float = 10.0
    """What is on its way to a channel when the service stops may take so long to be answered."""


class Drain:
    """Sends what is due on the channels it has, beside others of a `crew`, unless it is `halted`.

    Chats are sent to side by side, one chat's messages one after the other.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        now: Callable[[], datetime],
        pace: Pace,
        *,
        halted: Callable[[], Awaitable[bool]] | None = None,
        crew: Crew | None = None,
        metrics: SendingMetrics | None = None,
    ) -> None:
        self.pace = pace
        self._outbox = outbox
        self._channels = channels
        self._now = now
        self._halted = halted
        self._crew = crew
        self._metrics = metrics or SendingMetrics(CollectorRegistry())
        self._in_hand: set[int] = set()
        """Deliveries that are worked on here: a clock that jumps ahead ends their leases, and not the work."""
        self._breakers = {kind: Breaker(kind) for kind in channels}
        self._at_once = {kind: asyncio.Semaphore(pace.at_once) for kind in channels}
        self._renderings = {kind: Renderings(channel) for kind, channel in channels.items()}

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
        """Count what was sent just before this process began, or may have been: the server does."""
        now, channel = self._now(), self._channels[kind]
        told = await self._outbox.lately(kind, now - timedelta(seconds=REMEMBERED_SECONDS))
        channel.limiter.remember(
            (one.chat, (now - (one.at or now)).total_seconds(), self._renderings[kind].counted(one)) for one in told
        )

    async def _run(self, kind: str) -> None:
        await self._outbox.insist(lambda: self._remember(kind))
        async with asyncio.TaskGroup() as group:
            hands = Hands(group)
            while True:
                self._metrics.turned(kind)
                # What waits for its own chat needs no hand: else a few busy groups would hold up everybody.
                busy = hands.busy(self._channels[kind].limiter.full)
                room = await self._room(kind, busy)
                claimed = await self._outbox.insist(lambda: self._claim(kind, room)) if room else []  # noqa: B023
                for one in claimed:
                    hands.take(self._deliver(one), one.delivery.address.chat)
                if hands.full:
                    # What follows in a chat can be claimed as soon as what is before it has arrived.
                    await hands.freed(max(1, math.ceil(busy * ROOM)), self.pace.idle_seconds)
                else:
                    await asyncio.sleep(self.pace.idle_seconds)

    async def _room(self, kind: str, in_hand: int) -> int:
        """How many messages may be claimed now; none while the channel's server does not answer."""
        breaker, channel = self._breakers[kind], self._channels[kind]
        room = self.pace.batch - in_hand
        if not breaker.open:
            return room if room >= self.pace.batch * ROOM else 0
        if in_hand or breaker.rest_seconds(_monotonic()):
            return 0
        if not isinstance(channel, Probing):
            return 1
        try:
            await channel.probe()
        except SendFailedError:
            breaker.failed(_monotonic())
            return 0
        breaker.answered()
        return room

    async def _claim(self, kind: str, most: int) -> list[_InHand]:
        if self._halted is not None and await self._halted():
            return []
        now = self._now()
        await self._outbox.held.judge(now, {kind}, partial(verdict, now=now))
        until = now + timedelta(seconds=self.pace.lease_seconds * LEASE_USED)
        place = ALONE if self._crew is None else await self._crew.settled()
        full = self._channels[kind].limiter.full
        claimed = await self._outbox.claim(now, most, self.pace.lease_seconds, {kind}, place=place, without=full)
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
                await self._outbox.put_back(in_hand.delivery)
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
            async with asyncio.timeout(self.pace.lease_seconds * LEASE_USED) as patience:
                if delivery.repeats:
                    await self._reach(delivery.channel)
                await self._send_parts(in_hand, patience)
        except _LostError:
            log.warning("delivery in other hands", id=delivery.id, channel=delivery.channel)
        except (TimeoutError, _LateError):
            await self._late(in_hand)
        except SendFailedError as failure:
            await self._failed(in_hand.delivery, failure, refusal_of(failure))
        except Exception as defect:
            log.exception("defect while sending", id=delivery.id, channel=delivery.channel)
            reason = f"defect: {type(defect).__name__}"
            await self._failed(in_hand.delivery, SendFailedError(reason, unknown=in_hand.on_its_way), Refusal.DEFECT)
        else:
            self._breakers[delivery.channel].answered()
            late = (self._now() - delivery.due_at).total_seconds() if delivery.due_at is not None else 0.0
            self._metrics.sent(delivery.channel, late, in_hand.seconds, sort=sort_of(delivery.batch))
            log.debug("sent", id=delivery.id, channel=delivery.channel)
            await self._mark_earlier(delivery)

    async def _reach(self, kind: str) -> None:
        """Ask whether a channel's server is there, where it can be asked; raises SendFailedError where it is not.

        What may go out only once more is lost if it goes to a server that answers nothing.
        """
        channel = self._channels[kind]
        if isinstance(channel, Probing):
            try:
                await channel.probe()
            except SendFailedError as failure:
                # Whatever became of the question, the message has not gone out.
                raise SendFailedError(str(failure)) from None

    async def _late(self, in_hand: _InHand) -> None:
        delivery = in_hand.delivery
        if in_hand.on_its_way:
            failure = SendFailedError("no answer while the lease lasted", unknown=True)
            await self._failed(delivery, failure, refusal_of(failure))
            return
        if not in_hand.stopping:
            log.warning("channel too slow for a batch", channel=delivery.channel)
        await self._outbox.insist(lambda: self._outbox.put_back(delivery))

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
        breaker = self._breakers[delivery.channel]
        if failure.failure.of_the_line:
            breaker.failed(_monotonic())
        else:
            breaker.answered()
        now = self._now()
        outcome = after_failure(delivery, failure, now)
        log.warning("delivery failed", id=delivery.id, channel=delivery.channel, state=outcome.state, why=outcome.error)
        await self._outbox.insist(lambda: self._outbox.failed(delivery, outcome, now))

    async def _send_parts(self, in_hand: _InHand, patience: asyncio.Timeout) -> None:
        """Send what is left of a delivery; before each part goes out it is stored that it will."""
        delivery, marks = in_hand.delivery, self._outbox.marks
        note, parts = self._renderings[delivery.channel].of(delivery)
        begins_until = patience.when()
        if note is not None:
            await self._send_part(in_hand, note, patience)
        for number, part in enumerate(parts[delivery.parts_sent :], delivery.parts_sent + 1):
            patience.reschedule(begins_until)
            remote_id = await self._send_part(in_hand, part, patience)
            if number == len(parts):
                await marks.sent(delivery.id, self._now(), remote_id)
            else:
                await marks.taken(delivery.id, number, remote_id)
                in_hand.delivery = in_hand.delivery.with_part_taken()
            in_hand.on_its_way = False

    async def _send_part(self, in_hand: _InHand, part: Part, patience: asyncio.Timeout) -> str:
        """Send one part in its turn; what waited too long for that gives its turn to others."""
        delivery, asked = in_hand.delivery, _monotonic()
        channel = self._channels[delivery.channel]
        turn = channel.limiter.turn(delivery.address.chat, delivery.priority, part.messages)
        async with turn, self._at_once[delivery.channel]:
            self._metrics.waited(delivery.channel, _monotonic() - asked)
            if not await self._outbox.marks.begin(delivery.id, delivery.attempts):
                raise _LostError
            if in_hand.stopping or self._now() >= in_hand.until:
                raise _LateError
            in_hand.on_its_way = True
            patience.reschedule(_monotonic() + self._lease_left(in_hand))
            begun = _monotonic()
            remote_id = await channel.send(delivery.address, part)
            in_hand.seconds += _monotonic() - begun
            # What the channel has is marked, however long the database takes for it.
            patience.reschedule(None)
        return remote_id

    def _lease_left(self, in_hand: _InHand) -> float:
        """Seconds until somebody else may take a message."""
        return (in_hand.until - self._now()).total_seconds() + self.pace.lease_seconds * (1 - LEASE_USED)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()

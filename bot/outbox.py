"""The one consumer of deliveries: claim what is due, send it part by part, keep what the channel answered."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot.breaker import Breaker
from bot.channels.base import Amending, Channel, Part, Probing
from bot.deliveries import Delivery, SendFailedError, after_failure
from bot.holding import verdict
from bot.messages.corrected import as_corrected
from bot.messages.repeated import as_repeated, repeat_note
from bot.store.outbox import Outbox
from bot.subscriptions import Language

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
    ) -> None:
        self.pace = pace
        self._outbox = outbox
        self._channels = channels
        self._now = now
        self._halted = halted
        self._breakers = {kind: Breaker(kind) for kind in channels}

    async def run(self) -> None:
        """Drain until cancelled; channels do not wait for each other."""
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
        await self._outbox.insist(lambda: self._remember(kind))
        sending: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                room = await self._room(kind, len(sending))
                claimed = await self._outbox.insist(lambda: self._claim(kind, room)) if room else []  # noqa: B023
                sending |= {group.create_task(self._deliver(one)) for one in claimed}
                if not sending:
                    await asyncio.sleep(self.pace.idle_seconds)
                elif not room or len(claimed) < room:
                    # What follows in a chat can be claimed as soon as what is before it has arrived.
                    await asyncio.wait(sending, timeout=self.pace.idle_seconds, return_when=asyncio.FIRST_COMPLETED)
                sending = {task for task in sending if not task.done()}

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
        claimed = await self._outbox.claim(now, most, self.pace.lease_seconds, channels={kind})
        return [_InHand(one, until) for one in claimed]

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

    async def _send(self, in_hand: _InHand) -> None:
        """Send one delivery while its lease lasts, and keep what came of it."""
        delivery = in_hand.delivery
        try:
            async with asyncio.timeout(self.pace.lease_seconds) as patience:
                if delivery.repeats:
                    await self._reach(delivery.channel)
                await self._send_parts(in_hand, patience)
        except _LostError:
            log.warning("delivery in other hands", id=delivery.id, channel=delivery.channel)
        except (TimeoutError, _LateError):
            await self._late(in_hand)
        except SendFailedError as failure:
            await self._failed(in_hand.delivery, failure)
        except Exception as defect:
            log.exception("defect while sending", id=delivery.id, channel=delivery.channel)
            reason = f"defect: {type(defect).__name__}"
            await self._failed(in_hand.delivery, SendFailedError(reason, unknown=in_hand.on_its_way))
        else:
            self._breakers[delivery.channel].answered()
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
            await self._failed(delivery, SendFailedError("no answer while the lease lasted", unknown=True))
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

    async def _failed(self, delivery: Delivery, failure: SendFailedError) -> None:
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
        channel = self._channels[delivery.channel]
        note, parts = _written(channel, delivery)
        for number, part in enumerate(parts[delivery.parts_sent :], delivery.parts_sent + 1):
            async with channel.limiter.turn(delivery.address.chat, delivery.priority, part.messages):
                if not await marks.begin(delivery.id, delivery.attempts):
                    raise _LostError
                if in_hand.stopping or self._now() >= in_hand.until:
                    raise _LateError
                in_hand.on_its_way = True
                if note is not None:
                    await channel.send(delivery.address, note)
                    note = None
                remote_id = await channel.send(delivery.address, part)
                # What the channel has is marked, however long the database takes for it.
                patience.reschedule(None)
            if number == len(parts):
                await marks.sent(delivery.id, self._now(), remote_id)
            else:
                await marks.taken(delivery.id, number, remote_id)
                in_hand.delivery = in_hand.delivery.with_part_taken()
            in_hand.on_its_way = False


def _written(channel: Channel, delivery: Delivery) -> tuple[Part | None, list[Part]]:
    """The parts of a delivery; where the next may come for the second time it says so, or a word ahead of it does.

    A long message is cut as it was at first, for a part of it may be there: so its word stands by itself.
    """
    note, parts = None, channel.render(delivery.message, plain=delivery.plain)
    if delivery.repeats:
        language = Language(delivery.language)
        marked = channel.render(as_repeated(delivery.message, language), plain=delivery.plain)
        if len(marked) == len(parts) == 1:
            parts = marked
        else:
            [note] = channel.render(repeat_note(language), plain=delivery.plain)
    # A correction stands as a reply under what it corrects; the parts after the first follow it anyway.
    parts[0] = replace(parts[0], answers=delivery.answers.remote_id if delivery.answers else "")
    return note, parts


def _monotonic() -> float:
    return asyncio.get_running_loop().time()

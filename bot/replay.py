"""Past sessions polled as if it were then: the same poll, the same ledger, another moment."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from bot.digest import DigestRun, enqueue_digests
from bot.messages.digest import DigestLimits, Edition
from bot.outbox import Drain
from bot.poll import PollReport, Slot, World, poll
from bot.schedule import Clock, Timetable, due_slots
from signals.core.calendar import MARKET_ZONE


@dataclass(kw_only=True)
class ReplayClock:
    """The moment that the replay has come to; what sends messages reads it."""

    at: datetime
    then: Clock | None = None
    """Tells the time from when the replay is over."""

    def now(self) -> datetime:
        """That moment."""
        return self.then.now() if self.then else self.at


@dataclass(frozen=True, kw_only=True)
class DigestTimes:
    """When a replay sends its digests, Asia/Shanghai."""

    evening: time
    morning: time
    first: date
    """Earlier sessions have none."""


@dataclass(frozen=True, kw_only=True)
class Replay:
    """Goes through sessions slot by slot over what the database holds, without any source.

    A slot that the ledger has is not run again, and one that brings nothing new to light is passed over,
    so a replay that was killed goes on where it stopped and one that is repeated does nothing.
    """

    world: World
    timetable: Timetable
    clock: ReplayClock
    drain: Drain | None = None
    digests: DigestTimes | None = None
    limits: DigestLimits = field(default_factory=DigestLimits)

    def steps(self, start: date, end: date) -> list[Slot | DigestRun]:
        """What happens for the sessions from start to end, in order; mornings run into the session after."""
        calendar = self.world.calendar
        following = calendar.after(end) if end < calendar.last else end
        first, last = (datetime.combine(day, at, MARKET_ZONE) for day, at in ((start, time.min), (following, time.max)))
        slots = [slot for slot in due_slots(self.timetable, calendar, first, last) if start <= slot.day <= end]
        digests = [run for day in calendar.between(start, end) for run in self._digests_of(day)]
        return sorted([*slots, *digests], key=_moment)

    async def run(
        self, start: date, end: date, passed: Callable[[int], None] = lambda _: None
    ) -> AsyncIterator[PollReport]:
        """Take the steps and yield what each poll did; `passed` hears how many are behind us."""
        seen = ""
        for number, step in enumerate(self.steps(start, end), 1):
            self.clock.at = _moment(step)
            if isinstance(step, DigestRun):
                await enqueue_digests(self.world, self.limits, step)
            else:
                stamp = await self.world.store.market.stamp(step.due)
                if stamp != seen and not await self.world.store.runs.done(step.job, step.due):
                    yield await poll(self.world, (), step, step.due)
                seen = stamp
            await self._send()
            passed(number)
        if self.drain is not None:
            # What a killed replay had in hand is free again when its lease has ended.
            self.clock.at += timedelta(seconds=self.drain.pace.lease_seconds)
            await self._send()

    async def _send(self) -> None:
        while self.drain is not None and await self.drain.once():
            pass

    def _digests_of(self, day: date) -> list[DigestRun]:
        if self.digests is None or day < self.digests.first:
            return []
        runs = [
            DigestRun(edition=Edition.EVENING, day=day, now=datetime.combine(day, self.digests.evening, MARKET_ZONE))
        ]
        if day < self.world.calendar.last:
            morning = datetime.combine(self.world.calendar.after(day), self.digests.morning, MARKET_ZONE)
            runs.append(DigestRun(edition=Edition.MORNING, day=day, now=morning))
        return runs


def _moment(step: Slot | DigestRun) -> datetime:
    return step.due if isinstance(step, Slot) else step.now

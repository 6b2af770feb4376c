"""When: the timetable of sessions, what of it is due, and the only reader of the clock."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bot.intraday import Intraday
from bot.poll import Slot
from bot.sources.datum import Round
from bot.store.errors import AwayError
from bot.store.runs import RunLedger
from signals.core.calendar import MARKET_ZONE, CalendarEndedError, TradingCalendar

log = structlog.get_logger(__name__)


MONTHLY_SESSION = 3
"""By then the publishers of indices have put out the weights of the month's end."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present moment, aware."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)


class ClockFrom:
    """A clock that was set to a moment and runs on from there: the demo lives in February 2025."""

    def __init__(self, start: datetime) -> None:
        self._ahead = start - datetime.now(UTC)

    def now(self) -> datetime:
        """The moment it was set to, and the time since."""
        return datetime.now(UTC) + self._ahead


@dataclass(frozen=True, kw_only=True)
class Timetable:
    """Times of a session's polls, Asia/Shanghai; mornings belong to the session before."""

    close: time
    evening: tuple[time, ...]
    morning: tuple[time, ...]
    morning_digest: time
    morning_digest_latest: time
    weekly: time = time(17, 0)
    """On the first session of a week."""
    monthly: time = time(17, 20)
    """On the `MONTHLY_SESSION`th session of a month."""
    catch_up: timedelta
    """How far back a missed slot is still worth running."""


def due_slots(timetable: Timetable, calendar: TradingCalendar, after: datetime, until: datetime) -> list[Slot]:
    """The slots with after < due ≤ until, in their order; days without a session have none."""
    start = max(after.astimezone(MARKET_ZONE).date(), calendar.first)
    end = min(until.astimezone(MARKET_ZONE).date(), calendar.last)
    if start > end:
        return []
    days = calendar.between(start, end)
    slots = (slot for day in days for slot in _of_day(timetable, calendar, day))
    return sorted((slot for slot in slots if after < slot.due <= until), key=lambda slot: slot.due)


def _of_day(timetable: Timetable, calendar: TradingCalendar, day: date) -> Iterator[Slot]:
    """What is due on one session's day: the morning's slots ask for the session before."""
    yield _slot(Round.CLOSE, day, timetable.close, day)
    yield from (_slot(Round.EVENING, day, at, day) for at in timetable.evening)
    if day == calendar.first:
        return
    before = calendar.before(day)
    yield from (_slot(Round.MORNING, day, at, before) for at in timetable.morning)
    if before.isocalendar()[:2] != day.isocalendar()[:2]:
        yield _slot(Round.WEEKLY, day, timetable.weekly, day)
    if len(calendar.between(max(calendar.first, day.replace(day=1)), day)) == MONTHLY_SESSION:
        yield _slot(Round.MONTHLY, day, timetable.monthly, day)


def _slot(one: Round, on: date, at: time, day: date) -> Slot:
    return Slot(round=one, due=datetime.combine(on, at, MARKET_ZONE), day=day)


def closed_session(calendar: TradingCalendar, now: datetime, close: time) -> date | None:
    """The newest session that has closed; None outside the calendar."""
    here = now.astimezone(MARKET_ZONE)
    try:
        newest = calendar.at_or_before(here.date())
        return (
            newest if (newest, close) <= (here.date(), here.time()) or newest < here.date() else calendar.before(newest)
        )
    except CalendarEndedError:
        return None


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Runs what is due, once each: after a restart a missed slot is caught up, a holiday does nothing."""

    timetable: Timetable
    calendar: TradingCalendar
    runs: RunLedger
    clock: Clock
    poll: Callable[[Slot], Awaitable[None]]
    digests: Callable[[datetime], Awaitable[None]]
    intraday: Intraday = field(default_factory=Intraday)
    followed: Callable[[], Awaitable[bool]]
    """Whether anybody wants to hear of prices within the session."""
    asked: Callable[[], Awaitable[Sequence[Slot]]] = field(default_factory=lambda: _nothing)
    """Slots that an administrator wants run now, done or not."""
    answered: Callable[[Slot], Awaitable[None]] = field(default_factory=lambda: _forgotten)
    """Hears that such a slot was run, well or not."""
    halted: Callable[[], Awaitable[bool]] = field(default_factory=lambda: _never)
    """Whether polls and digests stand still; what is missed meanwhile is caught up."""
    upkeep: Callable[[datetime], Awaitable[None]] = field(default_factory=lambda: _idle)
    """Looks after the database."""
    observed: Callable[[str], AbstractContextManager[None]] = field(default_factory=lambda: _unseen)
    """Stands around each look of a job, by its name."""
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def scheduler(self) -> AsyncIOScheduler:
        """A scheduler that looks every minute what is due; no kind of job waits for another.

        The job store is memory: the ledger in the database, not the scheduler, knows what was done.
        """
        scheduler = AsyncIOScheduler(timezone=MARKET_ZONE)
        jobs = (("polls", self.run_due, "*"), ("digests", self.run_digests, "*"), ("upkeep", self.run_upkeep, "*/5"))
        for name, look, minute in jobs:
            scheduler.add_job(
                _until_stopped,
                CronTrigger(minute=minute, timezone=MARKET_ZONE),
                args=(look,),
                id=name,
                coalesce=True,
                misfire_grace_time=None,
            )
        scheduler.add_job(
            _until_stopped,
            IntervalTrigger(seconds=self.intraday.interval_seconds, timezone=MARKET_ZONE),
            args=(self.run_intraday,),
            id="intraday",
            coalesce=True,
            misfire_grace_time=self.intraday.interval_seconds,
        )
        return scheduler

    async def run_due(self) -> None:
        """Run the slots that are due and not done, oldest first; a second look waits for the first.

        Where the database cannot be had nothing is run, and nothing is lost: the next look finds it undone.
        """
        async with self.looking:
            with contextlib.suppress(AwayError), self.observed("polls"):
                await self._run_due()

    async def _run_due(self) -> None:
        if await self.halted():
            return
        for slot in await self.asked():
            await self._attempt(slot)
            await self.answered(slot)
        now = self.clock.now()
        for slot in due_slots(self.timetable, self.calendar, now - self.timetable.catch_up, now):
            if not await self.runs.done(slot.job, slot.due):
                await self._attempt(slot)

    async def run_intraday(self) -> None:
        """Poll the prices of this moment, if the exchanges trade and somebody wants to know."""
        with self.observed("intraday"):
            await self._run_intraday()

    async def _run_intraday(self) -> None:
        slot = self.intraday.slot(self.calendar, self.clock.now())
        with contextlib.suppress(AwayError):
            if slot is not None and await self.followed() and not await self.halted():
                await self._attempt(slot)

    async def run_digests(self) -> None:
        """Leave the digests that are due."""
        try:
            with self.observed("digests"):
                if not await self.halted():
                    await self.digests(self.clock.now())
        except AwayError:
            return
        except Exception:
            log.exception("digests failed; tried again in a minute")

    async def run_upkeep(self) -> None:
        """Look after the database, also while polls stand still because administrators want it."""
        try:
            with self.observed("upkeep"):
                await self.upkeep(self.clock.now())
        except AwayError:
            return
        except Exception:
            log.exception("upkeep failed; tried again later")

    async def _attempt(self, slot: Slot) -> None:
        try:
            await self.poll(slot)
        except AwayError:
            raise
        except Exception:
            # The slot stays undone: the next look at the clock tries it again, or a later price.
            log.exception("slot failed; tried again later", job=slot.job, batch=slot.batch)


def wake(scheduler: AsyncIOScheduler) -> None:
    """Have every job look now and reckon anew from there.

    A scheduler goes by the machine's clock: one that was put back by a day would not look for a day.
    """
    for job in scheduler.get_jobs():
        job.modify(next_run_time=datetime.now(MARKET_ZONE))


def _unseen(_: str) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


async def _nothing() -> Sequence[Slot]:
    return ()


async def _forgotten(_: Slot) -> None:
    return None


async def _idle(_: datetime) -> None:
    return None


async def _never() -> bool:
    return False


async def _until_stopped(look: Callable[[], Awaitable[None]]) -> None:
    """Look, unless a shutdown ends it: that is no failure, and the scheduler would log one with a traceback."""
    with contextlib.suppress(asyncio.CancelledError):
        await look()

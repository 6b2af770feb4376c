"""The running service: page, chats, timetable and outbox side by side until it is told to stop."""

import asyncio
import signal
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import structlog

from bot.channels.base import Channel, Chat
from bot.commands import load_commands
from bot.commands.answer import Answerer
from bot.commands.base import Desk
from bot.digest import DigestRun, enqueue_digests
from bot.messages.digest import Edition
from bot.outbox import Drain
from bot.poll import PollReport, Slot, poll
from bot.schedule import Clock, Schedule, Timetable, closed_session
from bot.sources.base import Source
from bot.subscriptions import SESSION_CLOSE, evening_digest_due
from signals.core.calendar import MARKET_ZONE, CalendarEndedError
from signals.core.field import SHARES, Axis
from signals.core.market import FINANCING_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.profile import exchange_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Polls and digests as the timetable asks for them."""

    desk: Desk
    sources: Sequence[Source]
    timetable: Timetable
    clock: Clock

    def schedule(self) -> Schedule:
        """The timetable with what it starts."""
        world = self.desk.world
        return Schedule(
            timetable=self.timetable,
            calendar=world.calendar,
            runs=world.store.runs,
            clock=self.clock,
            poll=self.poll,
            digests=self.digests,
        )

    async def poll(self, slot: Slot) -> None:
        """Run one slot of the timetable."""
        report = await poll(self.desk.world, self.sources, slot, self.clock.now())
        self.desk.health.note(report)
        log.info("polled", **_summary(report))

    async def digests(self, now: datetime) -> None:
        """Leave the digests whose time has come."""
        calendar = self.desk.world.calendar
        closed = closed_session(calendar, now, SESSION_CLOSE)
        if closed is not None:
            evening = DigestRun(edition=Edition.EVENING, day=closed, now=now)
            await enqueue_digests(
                self.desk.world, self.desk.limits, evening, lambda one: evening_digest_due(one, closed, now)
            )
        today = now.astimezone(MARKET_ZONE).date()
        if await self._morning_due(today, now):
            morning = DigestRun(edition=Edition.MORNING, day=calendar.before(today), now=now)
            await enqueue_digests(self.desk.world, self.desk.limits, morning)

    async def _morning_due(self, today: date, now: datetime) -> bool:
        """On a session, from the digest's minute on once the figures are there, or at the latest minute."""
        calendar, at = self.desk.world.calendar, now.astimezone(MARKET_ZONE).time()
        try:
            if not calendar.is_session(today) or not self.timetable.morning_digest <= at < SESSION_CLOSE:
                return False
            if at >= self.timetable.morning_digest_latest:
                return True
            return complete(await self.desk.world.store.market.panel(calendar, calendar.before(today), now))
        except CalendarEndedError:
            return False


def complete(panel: Panel) -> bool:
    """Whether margin and both exchanges' share counts of the last session are out."""
    exchanges = [exchange_of(code) for code in panel.subjects[Axis.FUND]]
    told = panel.values(SHARES)[-1] > 0
    shares = all(any(told[at] for at, one in enumerate(exchanges) if one == name) for name in set(exchanges))
    margin = FINANCING_BALANCE.on(panel).values[-1, panel.column(Axis.MARKET, BOTH_EXCHANGES)]
    return shares and bool(np.isfinite(margin))


def _summary(report: PollReport) -> dict[str, Any]:
    return {
        "job": report.slot.job,
        "day": report.slot.day.isoformat(),
        "tables": report.taken.new,
        "refused": len(report.taken.refused),
        "waiting": report.waiting,
        "skipped": len(report.skipped),
        "alerts": report.alerts,
        "deliveries": report.deliveries,
    }


async def serve(desk: Desk, channels: Sequence[Channel], drain: Drain, *others: Coroutine[Any, Any, None]) -> None:
    """Answer people, drain the outbox and run `others` until a signal asks to stop or one of them fails."""
    registry = load_commands()
    answer = Answerer(desk=desk, registry=registry)
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    async with asyncio.TaskGroup() as group:
        chats = [group.create_task(one.serve(answer, registry.menu())) for one in channels if isinstance(one, Chat)]
        running = [*chats, group.create_task(drain.run()), *(group.create_task(one) for one in others)]
        await stopped.wait()
        for task in running:
            task.cancel()

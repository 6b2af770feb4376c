"""What the timetable asks for: polls, digests, and what administrators hear of them."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from typing import Any

import numpy as np
import structlog
from prometheus_client import CollectorRegistry

from bot.admin.publishers import recall_orders
from bot.admin.timetable import answered, asked_slots
from bot.commands.base import Desk
from bot.digest import DigestRun, batch_of, ends_week, enqueue_digests
from bot.health import RECALLED, Change
from bot.intraday import Intraday
from bot.messages.catalogue import Catalogue
from bot.messages.digest import Edition, HeadPicture
from bot.metrics import Metrics
from bot.notices import tell_admins
from bot.poll import PollReport, Slot, poll
from bot.schedule import Clock, Schedule, Timetable, closed_session
from bot.sessions_ahead import SessionsAhead
from bot.sources.datum import Datum, Round
from bot.store.audit import Deed
from bot.store.changes import Kind
from bot.store.sweeps import Keeping
from bot.subscriptions import ALL_FUNDS, SESSION_CLOSE, Subscription, evening_digest_due
from bot.tracing import of_run
from bot.upkeep import Upkeep
from signals.core.calendar import MARKET_ZONE, CalendarEndedError
from signals.core.constituents import lay_baskets
from signals.core.detector import Topic
from signals.core.field import SHARES, Axis
from signals.core.market import FINANCING_BALANCE
from signals.core.panel import BOTH_EXCHANGES, Panel
from signals.core.profile import exchange_of

log = structlog.get_logger(__name__)

MONTHLY_CAUGHT_UP = 12
"""Monthly data that nobody was ever asked for, fetched in one evening slot: they must not hold up the shares."""

CALENDAR_DAYS_LEAST = 45
"""With fewer days of the trading calendar left an operator has something to do."""


class CalendarExtendedError(Exception):
    """The service works by a calendar that has grown meanwhile: start it again with the new one."""


@dataclass(frozen=True, kw_only=True)
class Worker:
    """Polls and digests as the timetable asks for them."""

    desk: Desk
    data: Sequence[Datum]
    timetable: Timetable
    clock: Clock
    intraday: Intraday = field(default_factory=Intraday)
    admins: Sequence[str] = ()
    """Chats that are told when a source breaks or is back, as ``channel:chat``."""
    head: HeadPicture | None = None
    """Draws what stands at the head of digests."""
    metrics: Metrics = field(default_factory=lambda: Metrics(CollectorRegistry()))
    sessions_ahead: SessionsAhead | None = None
    """Who is asked for the sessions to come when few are left."""
    keeping: Keeping = field(default_factory=Keeping)
    """For how long what grows with time is kept."""
    extended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once sessions to come are stored: only a new start works by them."""

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
            intraday=self.intraday,
            followed=self._followed,
            asked=self._asked,
            answered=self._answered,
            halted=self._halted,
            upkeep=self.upkeep,
            observed=self.metrics.job,
        )

    async def upkeep(self, now: datetime) -> None:
        """Tidy the database and tell of dead letters, if that is due."""
        world = (await self.desk.present()).world
        await Upkeep(world=world, keeping=self.keeping, admins=self.admins).look(now)

    async def _asked(self) -> list[Slot]:
        """The slots that an administrator wants run now."""
        return asked_slots((await self.desk.office.tuned()).overrides) if self.desk.office else []

    async def _answered(self, slot: Slot) -> None:
        await self.desk.world.store.changes.make(Kind.SLOTS, answered(slot), Deed("service", self.clock.now()))

    async def _halted(self) -> bool:
        """Whether polls and digests stand still: administrators want it, or what they find could not be kept."""
        if not await self.desk.world.store.recovered():
            return True
        maintenance = (await self.desk.present()).maintenance
        return maintenance is not None and not maintenance.polls

    async def _followed(self) -> bool:
        """Whether anybody wants to hear of prices within the session, by topic or by a rule of his own."""
        store = self.desk.world.store
        return await store.subscriptions.any_wants(Topic.INTRADAY) or await store.rules.any_intraday()

    async def remember(self) -> None:
        """Learn from the ledger how publishers have fared, and which failures are no news any more."""
        now = self.clock.now()
        midnight = now.astimezone(MARKET_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        fetches = await self.desk.world.store.fetches.since(now - RECALLED, now)
        self.desk.health.recall(fetches)
        self.desk.world.upstreams.remember((one.host, one.outcome, one.at) for one in fetches if one.at >= midnight)
        if self.desk.office is not None:
            recall_orders(self.desk.world.upstreams, (await self.desk.office.tuned()).overrides)

    async def poll(self, slot: Slot) -> None:
        """Run one slot of the timetable."""
        with of_run(slot.batch):
            await self._poll(slot)

    async def _poll(self, slot: Slot) -> None:
        with self.metrics.polling(slot.job):
            world = (await self.desk.present()).world
            report = await poll(world, await self._wanted(slot), slot, self.clock.now())
        changes = self.desk.health.note(report)
        self.metrics.note(report, changes)
        if slot.round.within_session:
            self._calm(report)
        else:
            log.info("polled", **_summary(report))
        if slot.round is Round.CLOSE:
            await self.desk.world.store.market.forget_spot(slot.day)
        if changes:
            await self._tell(f"health/{slot.batch}", lambda texts: _said(changes, texts))
        left = (self.desk.world.calendar.last - slot.day).days
        if slot.round is Round.WEEKLY and left < CALENDAR_DAYS_LEAST and not await self.look_ahead():
            await self._tell(
                f"calendar/{slot.day.isoformat()}", lambda texts: [texts.text("admin-calendar", days=left)]
            )

    def _calm(self, report: PollReport) -> None:
        """A source that gives nothing usable is not asked every minute, and only news is logged."""
        world = self.desk.world
        for source in report.collected.broken:
            world.upstreams.postpone(source, self.clock.now() + world.upstreams.manners.rest)
        if report.deliveries or report.alerts or report.collected.broken:
            log.info("polled", **_summary(report))

    async def look_ahead(self) -> bool:
        """Ask for the sessions to come; whether there are any now, of which the admin hears once."""
        if self.sessions_ahead is None:
            return False
        last = await self.sessions_ahead.extend(self.desk.world.calendar, self.clock.now())
        if last is None:
            return False
        told = last.isoformat()
        log.info("calendar extended", last=told)
        await self._tell(f"calendar/to/{told}", lambda texts: [texts.text("admin-calendar-extended", last=told)])
        self.extended.set()
        return True

    async def _wanted(self, slot: Slot) -> list[Datum]:
        """What the slot asks for; at the close also what is asked for weekly and nobody has ever given.

        What only some readers need is left out where there are none; weights that nobody was ever asked for
        are fetched in the evening, a few at a time, instead of a month after the first start.
        """
        wanted = [one for one in self.data if slot.round in one.rounds]
        if any(one.for_followers for one in wanted) and not await self._hood_followed():
            wanted = [one for one in wanted if not one.for_followers]
        if slot.round is Round.CLOSE:
            served = await self.desk.world.store.fetches.served(self.clock.now())
            never = [one for one in self.data if Round.WEEKLY in one.rounds and one.name not in served]
            wanted += [one for one in never if one not in wanted]
        if slot.round is Round.EVENING:
            asked = await self.desk.world.store.fetches.asked(self.clock.now())
            never = [one for one in self.data if Round.MONTHLY in one.rounds and one.name not in asked]
            wanted += [one for one in never if one not in wanted][:MONTHLY_CAUGHT_UP]
        return wanted

    async def _hood_followed(self) -> bool:
        """Whether somebody follows a fund on an index whose weights are known."""
        world, now = self.desk.world, self.clock.now()
        panel = await self.desk.panels.latest(now, now.astimezone(MARKET_ZONE).date())
        weighed = panel.derive(lay_baskets).weights.keys()
        lists = await world.store.watchlists.codes()
        funds = {code for one in await world.store.subscriptions.active() for code in one.funds(lists)}
        if ALL_FUNDS in funds:
            return bool(weighed)
        return any(panel.profiles[code].index_key in weighed for code in funds & panel.profiles.keys())

    async def _tell(self, batch: str, lines: Callable[[Catalogue], list[str]]) -> None:
        await tell_admins(self.desk.world, self.admins, batch, self.clock.now(), lines)

    async def digests(self, now: datetime) -> None:
        """Leave the digests whose time has come."""
        desk = await self.desk.present()
        calendar, active = desk.world.calendar, await desk.world.store.subscriptions.active()

        async def enqueue(digest: DigestRun, due: Callable[[Subscription], bool] = lambda _: True) -> None:
            with of_run(batch_of(digest)):
                left = await enqueue_digests(desk.world, desk.limits, digest, due, active=active, head=self.head)
                self.metrics.digests(digest.edition, left)
                if left:
                    log.info("digests left", edition=digest.edition, day=digest.day.isoformat(), deliveries=left)

        newest = closed_session(calendar, now, SESSION_CLOSE)
        # A minute shortly before the close can fall after the next one where clocks are put back between the two.
        closed = calendar.window(newest, 2) if newest is not None else ()
        for day in closed:
            evening = DigestRun(edition=Edition.EVENING, day=day, now=now, overtaken=day != newest)
            weekly = ends_week(calendar, day)
            await enqueue(evening, partial(evening_digest_due, session=day, now=now, weekly=weekly))
        today = now.astimezone(MARKET_ZONE).date()
        if await self._morning_due(today, now):
            latest = datetime.combine(today, self.timetable.morning_digest_latest, MARKET_ZONE)
            await enqueue(DigestRun(edition=Edition.MORNING, day=calendar.before(today), now=now, planned=latest))

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


def _said(changes: Sequence[Change], texts: Catalogue) -> list[str]:
    return [
        texts.text("admin-broken", source=one.source, reason=one.reason)
        if one.reason
        else texts.text("admin-back", source=one.source)
        for one in changes
    ]


def _summary(report: PollReport) -> dict[str, Any]:
    return {
        "job": report.slot.job,
        "day": report.slot.day.isoformat(),
        "tables": report.collected.taken.new,
        "refused": len(report.collected.taken.refused),
        "waiting": report.collected.waiting,
        "served": report.collected.served,
        "skipped": len(report.skipped),
        "alerts": report.alerts,
        "rule_hits": report.rule_hits,
        "deliveries": report.deliveries,
    }

"""One poll, a straight line: fetch, gate, store, look, decide, and leave a message for whoever wants it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

import structlog

from bot.alerts import Alert, Pace, decide
from bot.fanout import Fanout
from bot.intake import Intake, Taken
from bot.sights import look
from bot.sources.base import NotPublishedError, Source, SourceError
from bot.store.database import Database
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.detector import Detector
from signals.core.panel import Panel
from signals.core.snapshot import Snapshot

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class World:
    """What a poll works with: everything but the sources and the moment."""

    store: Database
    calendar: TradingCalendar
    detectors: Mapping[str, Detector]
    remind_sessions: int = 0
    """Sessions of silence after which a running episode is told again; 0 = never."""
    pause_seconds: float = 0.0
    """Between two questions to publishers, for politeness."""


CLOSE_POLL, EVENING_POLL, MORNING_POLL = POLLS = ("poll/close", "poll/evening", "poll/morning")
"""The jobs of a session, as the ledger of runs names them."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One run of a job that the timetable asks for; the ledger knows it by job and due time."""

    job: str
    due: datetime
    day: date
    """The session that the figures are asked for."""


@dataclass(kw_only=True)
class PollReport:
    """What one poll did, for the log, `/status` and the operator."""

    slot: Slot
    asked: list[str] = field(default_factory=list)
    """Sources that were asked, by name."""
    failures: dict[str, str] = field(default_factory=dict)
    """Why a source had no table; those that have only not published yet are in `waiting`."""
    waiting: list[str] = field(default_factory=list)
    taken: Taken = field(default_factory=Taken)
    skipped: list[str] = field(default_factory=list)
    """Detectors whose figures are not out for the session: not judged."""
    alerts: int = 0
    deliveries: int = 0

    @property
    def broken(self) -> dict[str, str]:
        """Why each source that was asked gave nothing that can be used, by its name."""
        return self.failures | {one.snapshot.source: f"{one.gate}: {one.detail}" for one in self.taken.refused}


async def poll(world: World, sources: Iterable[Source], slot: Slot, now: datetime) -> PollReport:
    """Ask the sources for one session and tell what is worth telling, as known at `now`.

    1. Every source is asked in a worker thread; one that fails is reported, the others go on.
    2. Tables pass the gates or are quarantined; raw truth is stored before anything is computed.
    3. The panel holds what is known at `now` up to the session, and nothing later.
    4. Detectors whose needs are published for the session look at it; others are skipped.
    5. What they see becomes alerts only where it is new against what was told.
    6. Alerts, one grouped delivery per subscriber, and the ledger entry are one transaction: a poll that
       is killed and run again neither loses nor repeats anything.
    """
    report = PollReport(slot=slot)
    snapshots = await _read(world, sources, slot.day, now, report)
    report.taken = await Intake(world.store.market).take(snapshots, asked=slot.day)
    panel = await world.store.market.panel(world.calendar, slot.day, now)
    sights, report.skipped = await asyncio.to_thread(look, panel, world.detectors.values(), slot.day)
    told = await world.store.alerts.told([sight.kind for sight in sights])
    alerts = decide(sights, told, _pace(world, slot.day))
    report.alerts = len(alerts)
    report.deliveries = await world.store.outbox.record(
        batch=f"{slot.job}/{slot.due.isoformat()}",
        alerts=alerts,
        asof=now,
        deliveries=await _fanout(world, panel, alerts, now),
        run=(slot.job, slot.due),
    )
    return report


async def _read(
    world: World, sources: Iterable[Source], day: date, now: datetime, report: PollReport
) -> list[Snapshot]:
    snapshots = []
    over = day < now.astimezone(MARKET_ZONE).date()
    for source in sources:
        if over and not source.past:
            continue
        if source.settles and await world.store.market.settled(source.name, day):
            continue
        await asyncio.sleep(world.pause_seconds)
        report.asked.append(source.name)
        try:
            snapshots.append(await asyncio.to_thread(source.read, day, now))
        except NotPublishedError:
            report.waiting.append(source.name)
        except SourceError as error:
            report.failures[source.name] = str(error)
        except Exception as defect:
            log.exception("defect in a source", source=source.name)
            report.failures[source.name] = f"defect: {type(defect).__name__}"
    return snapshots


def _pace(world: World, day: date) -> Pace:
    remind = None
    if world.remind_sessions:
        remind = world.calendar.window(day, world.remind_sessions + 1)[0]
    return Pace(edge=world.calendar.before(day), remind=remind)


async def _fanout(world: World, panel: Panel, alerts: Sequence[Alert], now: datetime) -> Fanout:
    store = world.store
    answered = {alert.follows for alert in alerts if alert.follows is not None}
    return Fanout(
        subscriptions=await store.subscriptions.active(),
        watchlists=await store.watchlists.codes(),
        reached={one: await store.outbox.reached(one) for one in answered},
        detectors=world.detectors,
        profiles=panel.profiles,
        now=now,
        demo=panel.demo,
    )

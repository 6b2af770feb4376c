"""One poll, a straight line: fetch, gate, store, look, decide, and leave a message for whoever wants it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.alerts import Alert, Pace, decide
from bot.asking import Asker, Collected
from bot.collect import Collector
from bot.fanout import Fanout
from bot.rules import RuleNews
from bot.rulings import Rulings
from bot.sights import look
from bot.sources.datum import Datum, Round
from bot.sources.upstreams import Upstreams
from bot.store.database import Database
from bot.studies import Studies
from signals.core.calendar import TradingCalendar
from signals.core.detector import WINDOW_SESSIONS, Detector
from signals.core.panel import Panel
from signals.core.themes import Theme


@dataclass(frozen=True, kw_only=True)
class World:
    """What a poll works with: everything but the sources and the moment."""

    store: Database
    calendar: TradingCalendar
    detectors: Mapping[str, Detector]
    remind_sessions: int = 0
    """Sessions of silence after which a running episode is told again; 0 = never."""
    cooldown_sessions: int = 0
    """Sessions after which a kind that begins anew about the same subject is told again; 0 = at once."""
    silent_below: float = 0.0
    """Alerts weaker than this arrive without a sound."""
    themes: tuple[Theme, ...] = ()
    """What the market talks of, and the stocks that stand for it."""
    upstreams: Upstreams = field(default_factory=Upstreams)
    """How publishers are treated."""
    studies: Studies = field(default_factory=Studies)
    """What followed signals in the past."""
    rules: Rulings = field(default_factory=Rulings)
    """Judges the subscribers' own rules."""
    paces: Mapping[str, float] = field(default_factory=dict)
    """Messages a second that channels take; those that are not here take any number."""


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One run of a job that the timetable asks for; the ledger knows it by job and due time."""

    round: Round
    due: datetime
    day: date
    """The session that the figures are asked for."""

    @property
    def job(self) -> str:
        """Its name in the ledger."""
        return job_of(self.round)

    @property
    def batch(self) -> str:
        """The name of what it leaves in the outbox."""
        return f"{self.job}/{self.due.isoformat()}"


def job_of(one: Round) -> str:
    """How the ledger of runs names the polls of a round."""
    return f"poll/{one}"


@dataclass(kw_only=True)
class PollReport:
    """What one poll did, for the log, `/status` and the operator."""

    slot: Slot
    collected: Collected = field(default_factory=Collected)
    skipped: list[str] = field(default_factory=list)
    """Detectors whose figures are not out for the session: not judged."""
    alerts: int = 0
    rule_hits: int = 0
    """Funds for which a subscriber's own rule had something to tell."""
    rule_corrections: int = 0
    """Funds for which what a rule told was taken back."""
    deliveries: int = 0

    def told(self) -> dict[str, int]:
        """How much was told, by what it was."""
        return {
            "alert": self.alerts,
            "rule_hit": self.rule_hits,
            "rule_correction": self.rule_corrections,
            "delivery": self.deliveries,
        }


async def poll(world: World, data: Iterable[Datum], slot: Slot, now: datetime) -> PollReport:
    """Ask for the data of one session and tell what is worth telling, as known at `now`.

    1. Sources are asked in worker threads, the first choice first; one that fails is reported, the others go on.
    2. Tables pass the gates or are quarantined; raw truth is stored before anything is computed.
    3. The panel holds what is known at `now` up to the session, and nothing later.
    4. Detectors whose needs are published for the session look at it; others are skipped.
    5. What they see becomes alerts only where it is new against what was told; beside it stands what followed
       such signals in the past. Subscribers' own rules are judged beside them.
    6. Alerts, hits of rules, one grouped delivery per subscriber, and the ledger entry are one transaction: a poll that
       is killed and run again neither loses nor repeats anything. A poll within a session has no entry:
       the price of a missed minute is gone.
    """
    asker = Asker(store=world.store, upstreams=world.upstreams, now=now)
    collected = await Collector(asker=asker, day=slot.day).collect(data)
    report = PollReport(slot=slot, collected=collected)
    panel = await _panel(world, slot, now)
    try:
        await _tell(world, panel, slot, now, report)
    finally:
        panel.release()
    return report


async def _tell(world: World, panel: Panel, slot: Slot, now: datetime, report: PollReport) -> None:
    """Look, decide, and leave what is worth telling in one transaction (4 to 6)."""
    intraday = slot.round.within_session
    sights, report.skipped = await asyncio.to_thread(look, panel, world.detectors.values(), slot.day, intraday=intraday)
    told = await world.store.alerts.told([sight.kind for sight in sights])
    alerts = decide(sights, told, _pace(world, slot.day))
    report.alerts = len(alerts)
    rules = await world.rules.judge(world.store, panel, slot.day, intraday=intraday)
    report.rule_hits, report.rule_corrections = len(rules.findings), len(rules.withdrawn)
    report.deliveries = await world.store.outbox.record(
        batch=slot.batch,
        alerts=alerts,
        asof=now,
        deliveries=await _fanout(world, panel, alerts, rules, batch=slot.batch, now=now),
        run=None if intraday else (slot.job, slot.due),
        rules=rules,
    )


async def _panel(world: World, slot: Slot, now: datetime) -> Panel:
    """Within a session a poll looks every minute: it lays no more than what its detectors look back on."""
    market = world.store.market
    if not slot.round.within_session:
        return await market.panel(world.calendar, slot.day, now)
    sessions = max((one.window for one in world.detectors.values() if one.intraday), default=1)
    if await world.store.rules.any_intraday():
        sessions = WINDOW_SESSIONS
    return await market.panel(world.calendar, slot.day, now, sessions=sessions, spot=True)


def _pace(world: World, day: date) -> Pace:
    remind = None
    if world.remind_sessions:
        remind = world.calendar.window(day, world.remind_sessions + 1)[0]
    cooled = world.calendar.window(day, world.cooldown_sessions + 1)[0] if world.cooldown_sessions else None
    return Pace(edge=world.calendar.before(day), remind=remind, cooled=cooled)


async def _fanout(
    world: World, panel: Panel, alerts: Sequence[Alert], rules: RuleNews, *, batch: str, now: datetime
) -> Fanout:
    store = world.store
    answered = {alert.follows for alert in alerts if alert.follows is not None}
    news = [alert.signal for alert in alerts if alert.tells_of_a_signal]
    return Fanout(
        batch=batch,
        subscriptions=await store.subscriptions.active(),
        watchlists=await store.watchlists.codes(),
        reached={one: await store.outbox.reached(one) for one in answered},
        detectors=world.detectors,
        profiles=panel.profiles,
        evidence=await asyncio.to_thread(world.studies.evidence, panel, world.detectors, news),
        rules=rules,
        now=now,
        silent_below=world.silent_below,
        demo=panel.demo,
    )

"""The composition root: turns settings into the objects that do the work, and knows every concrete class."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from importlib.metadata import version
from types import MappingProxyType

from prometheus_client import CollectorRegistry

from bot.app_sources import manners_of
from bot.channels.base import Channel, Managers
from bot.channels.telegram import TelegramChannel
from bot.commands.base import Desk, NewSubscriber, Tempo
from bot.detecting import detectors_of
from bot.intake import Intake
from bot.intraday import Intraday
from bot.local import roles_of
from bot.messages.digest import DigestLimits
from bot.metrics import Metrics
from bot.offices import office_of
from bot.outbox import Pace
from bot.panels import Panels
from bot.pictures.heads import DigestHead
from bot.pictures.studio import Studio
from bot.poll import World
from bot.rulings import RulePlan, Rulings
from bot.schedule import Clock, Timetable
from bot.scrape import Scrape
from bot.sessions_ahead import with_stored
from bot.sources.demo import demo_snapshots
from bot.sources.upstreams import Upstreams
from bot.store.database import Database
from bot.store.market import PACKAGED_SOURCE
from bot.store.sweeps import Keeping
from bot.store.watchlists import Watchlist
from bot.studies import Studies, StudyPlan
from bot.subscriptions import Language
from config.index_map import load_index_map, profile_tables
from config.lists import load_themes, load_watchlists
from config.sessions import load_calendar
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE, TradingCalendar
from signals.core.snapshot import DEMO_SOURCE, Dataset, Snapshot
from signals.core.themes import Theme
from signals.study.evidence import Terms

VERSION = version("etf-flow-bot")


class MixedMarketsError(Exception):
    """A database holds the demo market and was to take a real one, or the other way round."""


def themes_of() -> tuple[Theme, ...]:
    """The packaged themes."""
    return tuple(Theme(name=one.name, title=one.title, stocks=frozenset(one.codes)) for one in load_themes())


def calendar_of(settings: Settings) -> TradingCalendar:
    """The packaged sessions and the operator's own."""
    return load_calendar(settings.calendar)


def timetable_of(settings: Settings) -> Timetable:
    """The day's times as plain values."""
    table = settings.timetable
    return Timetable(
        close=table.close,
        evening=table.evening,
        morning=table.morning,
        morning_digest=table.morning_digest,
        morning_digest_latest=table.morning_digest_latest,
        weekly=table.weekly,
        monthly=table.monthly,
        catch_up=timedelta(hours=table.catch_up_hours),
    )


def intraday_of(settings: Settings) -> Intraday:
    """How closely a session is followed."""
    table = settings.intraday
    return Intraday(interval_seconds=table.interval_seconds, iopv_readings=table.iopv_readings)


def limits_of(settings: Settings) -> DigestLimits:
    """How long digests may grow."""
    return DigestLimits(notable_funds=settings.digest.notable_funds, max_funds=settings.digest.max_funds)


def studies_of(settings: Settings) -> Studies:
    """What is told of the past of signals."""
    table = settings.study
    horizons = sorted({*Terms().horizons, table.horizon_days})
    terms = Terms(horizons=tuple(horizons), resamples=table.resamples, least_count=table.least_count)
    return Studies(StudyPlan(lines=table.enabled, horizon_sessions=table.horizon_days, terms=terms))


def rulings_of(settings: Settings) -> Rulings:
    """Who judges subscribers' own rules, and how many they may have."""
    table = settings.rules
    return Rulings(
        RulePlan(
            max_rules=table.max_rules,
            cooldown_sessions=table.cooldown_sessions,
            daily_cap=table.daily_cap,
            absurd_share=table.absurd_share,
            trial_sessions=table.trial_sessions,
        )
    )


def pace_of(settings: Settings) -> Pace:
    """How the outbox is drained."""
    box = settings.outbox
    return Pace(batch=box.batch, at_once=box.at_once, lease_seconds=box.lease_seconds, idle_seconds=box.idle_seconds)


def keeping_of(settings: Settings) -> Keeping:
    """For how long what grows with time is kept."""
    return Keeping(**settings.keeping.model_dump())


@asynccontextmanager
async def opened(settings: Settings, *, exclusive: bool = True) -> AsyncIterator[World]:
    """The world over the settings' database, migrated and seeded; closed at the end.

    A reader beside the running service opens with `exclusive=False` and seeds nothing.
    """
    detectors, calendar = detectors_of(settings), calendar_of(settings)
    store = Database(settings.database, exclusive=exclusive)
    await store.open()
    try:
        world = World(
            store=store,
            calendar=await with_stored(calendar, store),
            detectors=detectors,
            remind_sessions=settings.alerts.remind_sessions,
            cooldown_sessions=settings.alerts.cooldown_sessions,
            silent_below=settings.alerts.silent_below,
            themes=themes_of(),
            upstreams=Upstreams(manners_of(settings)),
            paces={TelegramChannel.kind: settings.telegram.messages_per_second},
            studies=studies_of(settings),
            rules=rulings_of(settings),
        )
        if exclusive:
            await _seed(world)
        yield world
    finally:
        await store.close()


async def _seed(world: World) -> None:
    """The lists and the index map that come with the program; the database owns the lists from then on."""
    start = datetime.combine(world.calendar.first, datetime.min.time(), MARKET_ZONE)
    lists = [
        Watchlist(name=one.name, title_zh=one.title.zh, title_en=one.title.en, codes=one.codes, position=number)
        for number, one in enumerate(load_watchlists())
    ]
    await world.store.watchlists.seed(lists, start)
    tables = profile_tables(load_index_map())
    await world.store.market.add(
        Snapshot(
            dataset=Dataset.PROFILE,
            source=PACKAGED_SOURCE,
            scope=f"since {day.isoformat()}",
            day=day,
            fetched_at=start,
            known_at=start,
            table=table,
        )
        for day, table in tables.items()
    )


async def require_market(world: World, *, demo: bool) -> None:
    """Raise MixedMarketsError unless the database is empty or holds a market of the wanted kind."""
    sources = await world.store.market.sources()
    generated = {one for one in sources if one.startswith(DEMO_SOURCE)}
    if demo and sources - generated:
        raise MixedMarketsError("this database holds a real market; give the demo another one (--database)")
    if not demo and generated:
        raise MixedMarketsError("this database holds the demo market (演示数据); use another one (--database)")


async def load_demo(world: World, done: Callable[[int, int], None] = lambda _, __: None) -> None:
    """Put this version's demo market into the database, once; `done` hears how many of how many tables are in."""
    await require_market(world, demo=True)
    job, slot = f"demo market {VERSION}", datetime.combine(world.calendar.first, datetime.min.time(), MARKET_ZONE)
    if await world.store.runs.done(job, slot):
        return
    snapshots = await asyncio.to_thread(demo_snapshots, world.calendar)
    await Intake(world.store.market).take(snapshots, done=lambda number: done(number, len(snapshots)))
    await world.store.runs.finish(job, slot, slot, f"{len(snapshots)} tables")


def desk_of(
    settings: Settings,
    world: World,
    clock: Clock,
    invite: Callable[[str], str] = lambda _: "",
    managers: Managers | None = None,
) -> Desk:
    """What chat commands work with; `invite` makes links that say ``/start WORD``."""
    studio = Studio()
    return Desk(
        world=world,
        panels=Panels(world.store.market, world.calendar),
        limits=limits_of(settings),
        newcomer=NewSubscriber(
            language=Language(settings.language),
            watchlists=frozenset(settings.subscribers.default_watchlists),
            evening_digest=settings.timetable.evening_digest,
            max_watched=settings.subscribers.max_watched,
            max_chats=settings.subscribers.max_chats,
        ),
        now=clock.now,
        version=VERSION,
        studio=studio,
        head=DigestHead(studio=studio, detectors=world.detectors) if settings.digest.picture else None,
        invite=invite,
        demo=settings.source == "demo",
        roles=roles_of(settings),
        managers=managers or Managers(),
        tempo=Tempo(burst=settings.abuse.burst, per_minute=settings.abuse.per_minute),
        office=office_of(settings, world, timetable_of(settings), limits_of(settings)),
    )


def scrape_of(world: World, clock: Clock, channels: Mapping[str, Channel] = MappingProxyType({})) -> Scrape:
    """What a Prometheus server is answered, with counters of its own."""
    limiters = {kind: one.limiter for kind, one in channels.items()}
    return Scrape(metrics=Metrics(CollectorRegistry()), world=world, now=clock.now, version=VERSION, limiters=limiters)

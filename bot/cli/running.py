"""`etfbot run` and `etfbot demo`: the service, and the service on a market of its own."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import date, datetime, time
from functools import partial
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console
from starlette.applications import Starlette

from bot.app import (
    desk_of,
    intraday_of,
    keeping_of,
    limits_of,
    load_demo,
    opened,
    pace_of,
    require_market,
    scrape_of,
    timetable_of,
)
from bot.app_channels import Channels, channels_of
from bot.app_sources import data_of, sessions_ahead_of
from bot.channels.base import Managers
from bot.channels.console import ConsoleChannel
from bot.channels.telegram import TelegramChannel
from bot.channels.web import WebChannel
from bot.channels.web_rooms import LOCAL_CHAT
from bot.cli.importing import import_folder
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.cli.progress import bar
from bot.clockwatch import ClockWatch, Righting
from bot.commands.base import Desk
from bot.crew import Crew
from bot.digest import DigestRun, write_digest
from bot.garbage import collect_seldom
from bot.leading import Role
from bot.local import local_admins, previews_of, rooms_of
from bot.messages.digest import Edition
from bot.messages.wishes import DigestWishes
from bot.metrics import Metrics
from bot.outbox import Drain
from bot.poll import World
from bot.readiness import Readiness
from bot.replay import DigestTimes, Replay, ReplayClock
from bot.robots import adopt_robots
from bot.schedule import Clock, ClockFrom, SystemClock, wake
from bot.scrape import Scrape
from bot.service import serve
from bot.store.errors import AwayError
from bot.store.trouble import PROBE_SECONDS
from bot.subscriptions import Language, Subscription
from bot.warming import warm_beside
from bot.web.app import create_app
from bot.web.probes import create_probes
from bot.web.server import serve_page
from bot.web.telegram_hook import with_hook
from bot.worker import CALENDAR_DAYS_LEAST, CalendarExtendedError, Worker
from config.lists import load_watchlists
from config.sessions import days_left
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE

DEMO_DATABASE = "sqlite:///etfbot-demo.db"
DEMO_FIRST, DEMO_LAST = date(2025, 2, 5), date(2025, 2, 11)
DEMO_EVENING = datetime(2025, 2, 11, 18, 21, tzinfo=MARKET_ZONE)
DEMO_MORNING = datetime(2025, 2, 12, 9, 20, tzinfo=MARKET_ZONE)
DEMO_WEEK_END = date(2025, 2, 7)
DEMO_WEEK_NOTE = datetime(2025, 2, 7, 18, 21, tzinfo=MARKET_ZONE)

log = structlog.get_logger(__name__)


async def run(
    *,
    role: Annotated[Role, typer.Option("--role", help="What this process takes on; others on PostgreSQL.")] = Role.ALL,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Run the service until it is told to stop."""
    settings = settings_of(database, source, debug=debug)
    if role is not Role.ALL and settings.database.startswith("sqlite"):
        raise RefusedError(
            f"--role {role} shares the work of several processes, and SQLite has one only: use PostgreSQL"
        )
    while await _run_until_the_calendar_grows(settings, role):
        log.info("starting anew with the extended calendar")


async def _run_until_the_calendar_grows(settings: Settings, role: Role = Role.ALL) -> bool:
    """Serve; true where the service has learned of sessions by which only a new start works."""
    again = False
    async with opened(settings) as world:
        await require_market(world, demo=settings.source == "demo")
        if settings.source == "demo":
            await _load_demo(world)
            await _serve(settings, world, ClockFrom(DEMO_MORNING))
            return False
        if settings.archive.folder is not None and settings.source == "archive":
            await import_folder(world, settings.archive.folder, Console(stderr=True))
        try:
            await _serve(settings, world, SystemClock(), role=role)
        except* CalendarExtendedError:
            again = True
    return again


async def demo(
    *,
    once: Annotated[bool, typer.Option("--once", help="Print the two digests of the reference day and exit.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show the main job on the demo market (演示数据): digests and alerts, on the chat page and here."""
    settings = settings_of(database or ("sqlite:///:memory:" if once else DEMO_DATABASE), source or "demo", debug=debug)
    if settings.source != "demo":
        raise typer.BadParameter(f"etfbot demo shows the demo market; etfbot run shows {settings.source}")
    async with opened(settings) as world:
        await _load_demo(world)
        if once:
            await _print_digests(settings, world)
            return
        clock = ReplayClock(at=DEMO_EVENING)
        await _serve(settings, world, clock, _replay_demo(settings, world, clock))


def demo_funds() -> frozenset[str]:
    """The funds that the demo's readers follow."""
    return frozenset(code for one in load_watchlists() if one.demo for code in one.codes)


async def _load_demo(world: World) -> None:
    with bar(1) as progress:
        progress.at("演示数据 demo market")
        await load_demo(world, lambda done, all_: progress.within(all_)(done))


async def _print_digests(settings: Settings, world: World) -> None:
    printer = ConsoleChannel(Console())
    for edition, at in ((Edition.EVENING, DEMO_EVENING), (Edition.MORNING, DEMO_MORNING)):
        digest_run = DigestRun(edition=edition, day=DEMO_LAST, now=at)
        wishes = DigestWishes(funds=demo_funds(), language=Language(settings.language))
        message = await write_digest(world, limits_of(settings), digest_run, wishes)
        for part in printer.render(message):
            typer.echo(part.markup + "\n")


async def _replay_demo(settings: Settings, world: World, clock: ReplayClock) -> None:
    """Let the sessions around the reference day pass, then time goes on; the service sends what comes of it."""
    for kind, chat in (("console", "demo"), ("web", LOCAL_CHAT)):
        await _subscribe(world, kind, chat, Language(settings.language))
    job = Replay(
        world=world,
        timetable=timetable_of(settings),
        clock=clock,
        digests=DigestTimes(evening=DEMO_EVENING.time(), morning=DEMO_MORNING.time(), first=DEMO_LAST),
        limits=limits_of(settings),
    )
    async for report in job.run(DEMO_FIRST, DEMO_LAST):
        log.debug("polled", job=report.slot.job, day=report.slot.day.isoformat(), alerts=report.alerts)
    clock.then = ClockFrom(DEMO_MORNING)


async def _subscribe(world: World, channel: str, chat: str, language: Language) -> None:
    if await world.store.subscriptions.find(channel, chat) is None:
        reader = Subscription(
            id=0, channel=channel, chat=chat, language=language, watched=demo_funds(), evening_digest=time(18, 21)
        )
        await world.store.subscriptions.save(reader, DEMO_EVENING)


async def _serve(
    settings: Settings, world: World, clock: Clock, *others: Coroutine[Any, Any, None], role: Role = Role.ALL
) -> None:
    collect_seldom()
    channels = channels_of(settings, world.store, clock)
    links = {"invite": channels.telegram.invitation} if channels.telegram is not None else {}
    kinds = channels.by_kind()
    desk = desk_of(settings, world, clock, managers=Managers(kinds), **links)
    scrape = scrape_of(world, clock, kinds)
    # Who only sends computes nothing: compiled kernels would be a third of his memory.
    running = [*others, *([warm_beside()] if role is not Role.WORKER else [])]
    going_on = set[str]()
    sending = scrape.metrics.sending
    ready = Readiness(role=role, store=world.store, going_on=going_on, stalled=sending.stalled)
    page = _page(settings, desk, channels, scrape, ready) if role.serves else None
    if settings.health.port:
        asked = create_probes(ready, scrape, host=settings.health.host)
        running.append(serve_page(asked, settings.health.host, settings.health.port, what="health"))
    if page is not None:
        running.append(serve_page(page, settings.web.host, settings.web.port))
        typer.echo(f"http://{settings.web.host}:{settings.web.port}  (Ctrl+C ends it)", err=True)
    duties = [partial(_keep_time, settings, clock, desk, scrape.metrics)] if settings.source != "demo" else []
    if channels.wecom is not None:
        await adopt_robots(world.store, channels.wecom.robots, desk.newcomer, clock.now())
    # Where people reach it over HTTP, a process hears them itself; Telegram's long polling is the leader's alone.
    over_http = {WebChannel.kind, *((TelegramChannel.kind,) if settings.telegram.webhook_url else ())}
    heard, led = over_http if role.serves else set(), kinds.keys() - over_http if role.leads else set()
    crew = Crew(
        world.store.crew,
        [one.limiter for one in kinds.values()],
        drains=role.sends,
        speaks=lambda: bool(heard) or world.store.leadership.held,
    )
    running.append(crew.run())
    halted = partial(_sends_halted, desk)
    drain = Drain(world.store.outbox, kinds, clock.now, pace_of(settings), halted=halted, crew=crew, metrics=sending)
    try:
        await serve(
            desk,
            [one for one in kinds.values() if one.kind in heard | led],
            drain if role.sends else None,
            *running,
            led=led,
            duties=duties if role.leads else (),
            going_on=going_on,
        )
    finally:
        await channels.aclose()


def _page(settings: Settings, desk: Desk, channels: Channels, scrape: Scrape, ready: Readiness) -> Starlette | None:
    """What is served over HTTP: the page if it is enabled, and the path to which Telegram brings updates if it does."""
    page = None
    if channels.web is not None:
        page = create_app(
            channels.web,
            desk.world.store.chat,
            demo=settings.source == "demo",
            host=settings.web.host,
            password=settings.web.password.get_secret_value() or None,
            allowed_hosts=settings.web.allowed_hosts,
            rooms=rooms_of(settings),
            admins=local_admins(desk.roles),
            previews=previews_of(channels.telegram),
            scrape=scrape,
            ready=ready,
        )
    if channels.telegram is not None and settings.telegram.webhook_url:
        page = with_hook(page, channels.telegram.take, settings.telegram.webhook_secret.get_secret_value())
    return page


async def _sends_halted(desk: Desk) -> bool:
    """Whether administrators hold messages back, or cannot be asked."""
    try:
        maintenance = (await desk.present()).maintenance
    except AwayError:
        return True
    return maintenance is not None and not maintenance.sends


async def _keep_time(settings: Settings, clock: Clock, desk: Desk, metrics: Metrics) -> None:
    """Run what is due now, then whatever the timetable asks for, until cancelled.

    Raises CalendarExtendedError once sessions to come are known that the running service does not work by.
    """
    worker = Worker(
        desk=desk,
        data=data_of(settings, desk.world.calendar),
        timetable=timetable_of(settings),
        clock=clock,
        intraday=intraday_of(settings),
        admins=tuple(dict.fromkeys((*settings.owners, *settings.admins))),
        metrics=metrics,
        head=desk.head,
        sessions_ahead=sessions_ahead_of(settings, desk.world),
        keeping=keeping_of(settings),
    )
    while True:
        with suppress(AwayError):
            await worker.remember()
            break
        await asyncio.sleep(PROBE_SECONDS)
    left = days_left(desk.world.calendar, clock.now().astimezone(MARKET_ZONE).date())
    if left < CALENDAR_DAYS_LEAST:
        with suppress(AwayError):
            if await worker.look_ahead():
                raise CalendarExtendedError
        log.warning("the trading calendar ends soon; etfbot calendar FILE fetches what follows", days_left=left)
    schedule = worker.schedule()
    scheduler = schedule.scheduler()
    righting = Righting(
        world=desk.world,
        now=clock.now,
        lease_seconds=settings.outbox.lease_seconds,
        metrics=metrics,
        wake=partial(wake, scheduler),
        looking=schedule.looking,
    )
    await righting.straighten()
    watching = asyncio.create_task(ClockWatch(now=clock.now, jumped=righting).run())
    scheduler.start()
    try:
        await schedule.run_due()
        await worker.extended.wait()
        raise CalendarExtendedError
    finally:
        watching.cancel()
        scheduler.shutdown(wait=False)

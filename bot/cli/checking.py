"""`etfbot doctor` and `migrate`: is everything in order, and what to do where it is not."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import date
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app import calendar_of, opened
from bot.app_channels import channels_of
from bot.app_sources import data_of
from bot.cli.fetching import probe_all
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.deliveries import SendFailedError
from bot.poll import World
from bot.schedule import SystemClock, closed_session
from bot.sources.datum import sources_in
from bot.store.errors import InUseError
from bot.subscriptions import SESSION_CLOSE
from bot.worker import CALENDAR_DAYS_LEAST
from config.sessions import days_left
from config.settings import Settings
from signals.core.calendar import MARKET_ZONE
from signals.core.snapshot import Dataset


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    what: str
    fine: bool
    says: str


async def migrate(*, database: DatabaseOption = None, source: SourceOption = None, debug: DebugOption = False) -> None:
    """Bring the database to the newest schema."""
    settings = settings_of(database, source, debug=debug)
    async with opened(settings):
        typer.echo("the database is up to date")


async def doctor(
    *,
    live: Annotated[bool, typer.Option("--live", help="Ask every publisher once, too.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Check configuration, database, calendar, sources and tokens; say what to do."""
    settings = settings_of(database, source, debug=debug)
    table = Table("", "", "")
    failed = 0
    async for one in _findings(settings):
        failed += not one.fine
        table.add_row("[green]✓[/]" if one.fine else "[red]✗[/]", one.what, one.says)
    Console().print(table)
    if live:
        failed += await _probe(settings)
    if failed:
        raise RefusedError(f"{failed} thing{'s' if failed > 1 else ''} to mend, see above")


async def _probe(settings: Settings) -> int:
    calendar, now = calendar_of(settings), SystemClock().now()
    day = closed_session(calendar, now, SESSION_CLOSE)
    if day is None:
        raise RefusedError(f"the trading calendar ends on {calendar.last}: no session can be asked for")
    # A list of prices within the session is the list of closes, which is probed.
    sources = [one for one in sources_in(data_of(settings, calendar)) if one.dataset is not Dataset.SPOT]
    one_of_a_kind = {(type(one), one.host): one for one in reversed(sources)}
    return await probe_all([*reversed(one_of_a_kind.values())], day, now, Console())


async def _findings(settings: Settings) -> AsyncIterator[Finding]:
    yield Finding("configuration", fine=True, says=f"source {settings.source}, language {settings.language}")
    async with AsyncExitStack() as stack:
        try:
            world, says = await stack.enter_async_context(opened(settings)), "opened, schema up to date"
        except InUseError as running:
            world, says = await stack.enter_async_context(opened(settings, exclusive=False)), f"fine; {running}"
        yield Finding("database", fine=True, says=says)
        yield _calendar(world, SystemClock().now().astimezone(MARKET_ZONE).date())
        yield Finding("detectors", fine=True, says=f"{len(world.detectors)} loaded")
        yield await _lists(settings, world)
        yield await _data(settings, world)
        yield await _telegram(settings, world)
        yield _page(settings)


def _calendar(world: World, today: date) -> Finding:
    left = days_left(world.calendar, today)
    says = f"sessions until {world.calendar.last}, {left} days"
    if left >= CALENDAR_DAYS_LEAST:
        return Finding("calendar", fine=True, says=says)
    return Finding(
        "calendar", fine=False, says=f"{says}: etfbot calendar FILE fetches what follows; set calendar to that file"
    )


async def _lists(settings: Settings, world: World) -> Finding:
    known = await world.store.watchlists.codes()
    missing = [name for name in settings.subscribers.default_watchlists if name not in known]
    if missing:
        return Finding(
            "watchlists",
            fine=False,
            says=f"subscribers.default_watchlists names {', '.join(missing)}; there are {', '.join(known)}",
        )
    return Finding("watchlists", fine=True, says=f"{len(known)} lists")


async def _data(settings: Settings, world: World) -> Finding:
    newest = await world.store.market.newest(Dataset.DAILY, SystemClock().now())
    if newest is not None:
        return Finding("data", fine=True, says=f"quotes up to {newest[0]}")
    hints = {
        "akshare": "none yet; etfbot run asks for them after the next close",
        "archive": "none yet; etfbot import DIR",
        "demo": "none yet; etfbot demo makes them",
    }
    return Finding("data", fine=True, says=hints[settings.source])


async def _telegram(settings: Settings, world: World) -> Finding:
    channel = channels_of(settings, world.store, SystemClock()).telegram
    if channel is None:
        return Finding("telegram", fine=True, says="off; set ETFBOT_TELEGRAM__TOKEN to switch it on")
    try:
        name = await channel.whoami()
    except SendFailedError as failure:
        return Finding(
            "telegram", fine=False, says=f"{failure}: check telegram.token, telegram.proxy, telegram.base_url"
        )
    finally:
        await channel.aclose()
    return Finding("telegram", fine=True, says=f"@{name}")


def _page(settings: Settings) -> Finding:
    if not settings.web.enabled:
        return Finding("chat page", fine=True, says="off")
    return Finding("chat page", fine=True, says=f"http://{settings.web.host}:{settings.web.port}")

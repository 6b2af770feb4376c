"""`etfbot backfill`: what signals need of the past, before the service starts for the first time."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app import opened, require_market
from bot.app_sources import data_of
from bot.asking import Asker
from bot.backfill import Backfill, Errand
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, day_of, settings_of
from bot.cli.progress import bar
from bot.poll import World
from bot.schedule import SystemClock, closed_session
from bot.sources.datum import Datum
from bot.sources.upstreams import Outcome
from bot.subscriptions import SESSION_CLOSE

_REQUEST_SECONDS = 1.0
"""What a request takes besides the pause after it; for the estimate only."""


async def backfill(
    *,
    days: Annotated[int, typer.Option("--days", min=2, max=2000, help="Sessions to go back.")] = 250,
    start: Annotated[
        date | None, typer.Option("--from", parser=day_of, metavar="YYYY-MM-DD", help="Every session from here on.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and ask nobody.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Fetch past sessions, politely; may be stopped and started again at any point."""
    settings = settings_of(database, source, debug=debug)
    async with opened(settings) as world:
        await require_market(world, demo=False)
        data, clock = data_of(settings, world.calendar), SystemClock()
        if not data:
            raise RefusedError("nothing is asked of publishers with this source; say --source akshare")
        errands = await _plan(world, data, clock.now(), days, start)
        _show(errands, world.upstreams.manners.pause_seconds)
        if errands and not dry_run:
            await _run(world, errands, clock.now())


async def _plan(world: World, data: Iterable[Datum], now: datetime, days: int, start: date | None) -> list[Errand]:
    end = closed_session(world.calendar, now, SESSION_CLOSE)
    if end is None:
        raise RefusedError(f"the trading calendar ends on {world.calendar.last}: which days were sessions is not known")
    first = start or world.calendar.window(end, days)[0]
    if first > end:
        raise typer.BadParameter(f"--from {first} is after the last closed session, {end}")
    job = Backfill(market=world.store.market, calendar=world.calendar)
    return await job.plan(data, max(first, world.calendar.first), end, whole=start is not None)


def _show(errands: list[Errand], pause_seconds: float) -> None:
    console = Console()
    if not errands:
        console.print("nothing is missing")
        return
    table = Table("what", "from", "first", "last", "requests")
    for name in dict.fromkeys(one.datum.name for one in errands):
        some = [one for one in errands if one.datum.name == name]
        requests = sum(one.requests for one in some)
        first, last = min(one.start for one in some), max(one.end for one in some)
        table.add_row(name, some[0].source.name, first.isoformat(), last.isoformat(), str(requests))
    console.print(table)
    total = sum(one.requests for one in errands)
    minutes = total * (pause_seconds + _REQUEST_SECONDS) / 60
    console.print(f"{total} requests, about {max(1, round(minutes))} minutes")


async def _run(world: World, errands: list[Errand], now: datetime) -> None:
    job = Backfill(market=world.store.market, calendar=world.calendar)
    asker, many = Asker(store=world.store, upstreams=world.upstreams, now=now), Counter[Outcome]()
    with bar(len(errands)) as progress:
        async for errand, outcome in job.run(errands, asker):
            progress.at(f"{errand.datum.name} {errand.start}")
            progress.step()
            many[outcome] += 1
    typer.echo(f"{asker.found.taken.new} new tables; " + ", ".join(f"{n} {one}" for one, n in sorted(many.items())))
    for name, reason in (asker.found.broken | asker.found.left_alone).items():
        typer.echo(f"{name}: {reason}", err=True)
    if many[Outcome.TABLE] == 0:
        raise RefusedError("no publisher could be asked")

"""`etfbot import`: an archive folder into the database, with a bar and a report per table."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bot.app import opened, require_market
from bot.cli.options import DatabaseOption, DebugOption, SourceOption, settings_of
from bot.cli.progress import bar
from bot.intake import Intake, RefusedTable, Taken
from bot.poll import World
from bot.schedule import SystemClock
from bot.sources.archive import LAYOUTS, ArchiveReader, ArchiveTable
from bot.sources.archive_files import archive_files
from signals.core.calendar import TradingCalendar

ARCHIVE_SOURCE = "archive"


async def take(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder of tidy tables.")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take an archive folder into the database; says what was taken, what refused and why."""
    settings = settings_of(database, source, debug=debug, **{"archive.folder": str(folder)})
    async with opened(settings) as world:
        await require_market(world, demo=False)
        await import_folder(world, folder, Console())


async def import_folder(world: World, folder: Path, out: Console) -> None:
    """Take every table of an archive folder in; running it again changes nothing."""
    files, unused = archive_files(folder, LAYOUTS)
    reader = ArchiveReader(source=ARCHIVE_SOURCE, calendar=world.calendar, now=SystemClock().now())
    intake = Intake(world.store.market)
    with bar(len(files)) as progress:
        for name, path in files.items():
            progress.at(path.name)
            table = await asyncio.to_thread(reader.read, name, path)
            taken = await intake.take(table.snapshots, done=progress.within(len(table.snapshots)))
            progress.step()
            _report(table, taken, world.calendar, out)
    for name in unused:
        out.print(f"{name}: not used, no table has that name", highlight=False, soft_wrap=True)


def _report(table: ArchiveTable, taken: Taken, calendar: TradingCalendar, out: Console) -> None:
    known = taken.tables - taken.new - len(taken.refused)
    counts = {"new": taken.new, "known already": known, "refused": len(taken.refused)}
    told = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count or what == "new")
    out.print(f"{table.name}: {table.rows:,} rows in {taken.tables:,} tables, {told}", highlight=False, soft_wrap=True)
    for left in table.left_out:
        out.print(
            f"  {left.rows:,} rows left out: {left.reason} (first: {left.example})", highlight=False, soft_wrap=True
        )
    for line in refusals(taken.refused, calendar):
        out.print(f"  {line}", highlight=False, soft_wrap=True)


def refusals(refused: Sequence[RefusedTable], calendar: TradingCalendar) -> list[str]:
    """Every refused table by name; a run of sessions for which one gate closed is one line."""
    lines, refused = [], sorted(refused, key=lambda one: (one.snapshot.scope, one.snapshot.day))
    while refused:
        first, length = refused[0], 1
        while length < len(refused) and _follows(refused[length], refused[length - 1], calendar):
            length += 1
        until = f" … {refused[length - 1].snapshot.day} ({length} sessions)" if length > 1 else ""
        lines.append(f"refused {first.snapshot.scope} {first.snapshot.day}{until} by {first.gate}: {first.detail}")
        refused = refused[length:]
    return lines


def _follows(one: RefusedTable, before: RefusedTable, calendar: TradingCalendar) -> bool:
    same = (one.gate, one.snapshot.scope) == (before.gate, before.snapshot.scope)
    return same and calendar.between(before.snapshot.day, one.snapshot.day)[1:] == (one.snapshot.day,)

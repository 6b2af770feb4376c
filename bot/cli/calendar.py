"""`etfbot calendar`: the sessions after the known ones, as SZSE lists them, into the operator's file."""

import asyncio
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from bot.app import calendar_of, sessions_of
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.sources.base import NotPublishedError, SourceError
from bot.sources.direct.sessions import SzseSessions
from config.sessions import load_calendar

MONTHS_AHEAD = 12


async def calendar(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written anew; name it in the setting calendar.")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask SZSE for the sessions after the known ones and write them to a file."""
    settings = settings_of(database, source, debug=debug)
    known = calendar_of(settings)
    found = await asyncio.to_thread(_sessions_after, sessions_of(settings), known.last)
    if not found:
        raise RefusedError(f"SZSE has not published any session after {known.last} yet; it does around 22 December")
    packaged = load_calendar()
    lines = [day.isoformat() for day in (*known.sessions, *found) if day > packaged.last]
    written = file.with_name(f"{file.name}.part")
    try:
        written.write_text("\n".join([*lines, ""]), encoding="utf-8")
        load_calendar(written)
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)
    typer.echo(f'{len(found)} sessions until {found[-1]} are in {file}; set calendar = "{file}" and start again')


def _sessions_after(publisher: SzseSessions, last: date) -> list[date]:
    """The sessions of the months that are published, as far as they follow each other."""
    found: list[date] = []
    for year, month in _months(last):
        try:
            found += [day for day in publisher.month(year, month) if day > last]
        except NotPublishedError:
            break
        except SourceError as error:
            raise RefusedError(str(error)) from error
    return found


def _months(last: date) -> Iterator[tuple[int, int]]:
    """The month of the last known session, and those after it."""
    for ahead in range(MONTHS_AHEAD + 1):
        years, month = divmod(last.month - 1 + ahead, 12)
        yield last.year + years, month + 1

"""`etfbot calendar`: the sessions after the known ones, as they are published, into the operator's file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.app import calendar_of
from bot.app_sources import sessions_of
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.sessions_ahead import sessions_of_any
from bot.sources.base import SourceError
from config.sessions import load_calendar


async def calendar(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Written anew; name it in the setting calendar.")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Ask SZSE, or Sina in its place, for the sessions after the known ones and write them to a file."""
    settings = settings_of(database, source, debug=debug)
    known = calendar_of(settings)
    try:
        found = await asyncio.to_thread(sessions_of_any, sessions_of(settings), known)
    except SourceError as error:
        raise RefusedError(str(error)) from error
    if not found:
        raise RefusedError(f"no session after {known.last} is published yet; the exchanges do around 22 December")
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

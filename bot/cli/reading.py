"""`etfbot digest`, `signals`, `export`: what is known of one session, printed."""

import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from bot.app import limits_of, opened, timetable_of
from bot.channels.console import ConsoleChannel
from bot.cli.options import (
    AsofOption,
    DatabaseOption,
    DayOption,
    DebugOption,
    RefusedError,
    SourceOption,
    settings_of,
)
from bot.digest import DigestRun, write_digest
from bot.export import export_rows, signal_object, write_csv, write_json
from bot.messages.digest import Edition
from bot.messages.names import Named
from bot.messages.sentences import Teller
from bot.messages.wishes import DigestWishes
from bot.offices import office_of
from bot.poll import World
from bot.preferences import Layout, Length, Section
from bot.schedule import SystemClock
from bot.sights import signals_seen
from bot.subscriptions import Language
from config.settings import Settings
from signals.core.panel import Panel
from signals.core.signal import Signal


class Form(StrEnum):
    """Shapes of an export."""

    CSV = "csv"
    JSON = "json"


@asynccontextmanager
async def _session(settings: Settings, day: date, asof: datetime | None) -> AsyncIterator[tuple[World, Panel]]:
    """The world with the thresholds in force, and what was known of the sessions up to a day; raises RefusedError when that is nothing."""
    async with opened(settings, exclusive=False) as world:
        if not world.calendar.is_session(day):
            raise RefusedError(f"{day} is no session; the one before is {world.calendar.before(day)}")
        panel = await world.store.market.panel(world.calendar, day, asof or SystemClock().now())
        if not panel.origins:
            raise RefusedError(f"nothing is known of {day} or the sessions before it; import some (etfbot import DIR)")
        office = office_of(settings, world, timetable_of(settings), limits_of(settings))
        yield (await office.tuned()).world, panel


async def digest(
    *,
    day: DayOption,
    asof: AsofOption = None,
    lang: Annotated[Language, typer.Option("--lang", help="Language.")] = Language.ZH,
    watchlist: Annotated[str | None, typer.Option("--watchlist", metavar="NAME", help="Whose funds are mine.")] = None,
    edition: Annotated[Edition, typer.Option("--edition", help="Which note.")] = Edition.EVENING,
    sections: Annotated[
        str, typer.Option("--sections", metavar="A,B", help=f"Of {', '.join(Section)}; default: all.")
    ] = ",".join(Section),
    length: Annotated[Length, typer.Option("--length", help="How much it says.")] = Length.FULL,
    layout: Annotated[Layout, typer.Option("--layout", help="How figures are set.")] = Layout.LINES,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Print the digest of a session."""
    settings = settings_of(database, source, debug=debug)
    async with _session(settings, day, asof) as (world, _):
        lists = await world.store.watchlists.codes()
        wanted = [watchlist] if watchlist else settings.subscribers.default_watchlists
        for name in wanted:
            if name not in lists:
                raise RefusedError(f"there is no watchlist {name!r}; there are {', '.join(lists)}")
        funds = frozenset().union(*(lists[name] for name in wanted))
        wishes = DigestWishes(funds=funds, language=lang, sections=_sections(sections), length=length, layout=layout)
        run = DigestRun(edition=edition, day=day, now=asof or SystemClock().now())
        message = await write_digest(world, limits_of(settings), run, wishes)
        for part in ConsoleChannel(Console()).render(message):
            typer.echo(part.markup)


def _sections(text: str) -> frozenset[Section]:
    """Sections by their names; raises RefusedError that names what is none."""
    try:
        return frozenset(Section(word.strip()) for word in text.split(",") if word.strip())
    except ValueError as error:
        raise RefusedError(f"{error}; there are {', '.join(Section)}") from None


async def signals(
    *,
    day: DayOption,
    asof: AsofOption = None,
    code: Annotated[str | None, typer.Option("--code", metavar="CODE", help="Only this fund.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Print what every detector sees on its newest complete session up to a day."""
    settings = settings_of(database, source, debug=debug)
    moment = asof or SystemClock().now()
    async with _session(settings, day, asof) as (world, panel):
        named = Named(panel.profiles)
        teller = Teller(Language(settings.language), world.detectors, day, named)
        for one in signals_seen(panel, world.detectors.values()):
            if code in (None, one.subject.code):
                typer.echo(_line(one, named, teller, moment, as_json=as_json))


def _line(one: Signal, named: Named, teller: Teller, asof: datetime, *, as_json: bool) -> str:
    if as_json:
        return json.dumps(signal_object(one, named, asof, None), ensure_ascii=False)
    return f"{one.subject.code} {named.of(one.subject, teller.words)}  {one.kind}  {teller.sentence(one)}"


async def export(
    *,
    day: DayOption,
    asof: AsofOption = None,
    form: Annotated[Form, typer.Option("--format", help="Shape.")] = Form.CSV,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Print one row per fund with every computed quantity; empty where unknown."""
    settings = settings_of(database, source, debug=debug)
    async with _session(settings, day, asof) as (world, panel):
        rows = export_rows(panel, list(world.detectors.values()))
        (write_csv if form is Form.CSV else write_json)(rows, sys.stdout)

"""`etfbot admin`: running the service from the command line, beside the running service too."""

import json
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

import typer

from bot.admin.errors import CannotError
from bot.admin.office import Office
from bot.admin.wording import change_lines
from bot.app import limits_of, opened, timetable_of
from bot.channels.legible import legible
from bot.cli.options import RefusedError, settings_of
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.names import Named
from bot.offices import office_of
from bot.poll import World
from bot.schedule import SystemClock
from bot.store.audit import Deed
from bot.store.changes import ChangedMeanwhileError, Kind, NothingToUndoError, States
from bot.subscriptions import Language
from signals.core.calendar import MARKET_ZONE
from signals.core.panel import Panel

JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
DryOption: TypeAlias = Annotated[bool, typer.Option("--dry-run", help="Show what would change and save nothing.")]


@dataclass(frozen=True, kw_only=True)
class Counter:
    """A command at the office: who says it, and in which words it is answered."""

    office: Office
    deed: Deed
    texts: Catalogue
    running: frozenset[str]
    """Administrators and owners, as ``channel:person``."""

    @property
    def world(self) -> World:
        """The service by the files alone."""
        return self.office.world

    async def panel(self) -> Panel:
        """What is known now."""
        calendar, today = self.world.calendar, self.deed.now.astimezone(MARKET_ZONE).date()
        day = calendar.at_or_before(min(today, calendar.last))
        return await self.world.store.market.panel(calendar, day, self.deed.now)

    async def names(self) -> Callable[[str], str]:
        """Looks up what a fund is called."""
        return Named((await self.panel()).profiles).fund

    async def change(self, kind: Kind, after: States, *, dry_run: bool, more: Iterable[str] = ()) -> None:
        """Show what a change makes of what, and make it; raises CannotError where it makes nothing."""
        changes = self.world.store.changes
        draft = await changes.draft(kind, after, self.deed)
        names = await self.names() if kind is Kind.WATCHLISTS else str
        lines = change_lines(kind, draft.before, draft.after, self.texts, names)
        if not lines:
            await changes.drop(draft.id, self.deed)
            raise CannotError("admin-nothing-changes")
        tell([*lines, *more])
        if dry_run:
            await changes.drop(draft.id, self.deed)
            return
        await changes.confirm(draft.id, self.deed)
        tell([self.texts.text("admin-saved")])


@asynccontextmanager
async def at_the_office(database: str | None, source: str | None, *, debug: bool) -> AsyncIterator[Counter]:
    """The office over the settings' database; what cannot be done is raised as RefusedError."""
    settings = settings_of(database, source, debug=debug)
    texts = catalogue(Language.EN)
    async with opened(settings, exclusive=False) as world:
        office = office_of(settings, world, timetable_of(settings), limits_of(settings))
        try:
            running = frozenset({*settings.admins, *settings.owners})
            yield Counter(office=office, deed=deed_of_cli(), texts=texts, running=running)
        except CannotError as error:
            raise RefusedError(error.said(texts)) from error
        except ChangedMeanwhileError as error:
            raise RefusedError(texts.text("admin-draft-stale")) from error
        except NothingToUndoError as error:
            raise RefusedError(texts.text("admin-undo-none")) from error


def deed_of_cli() -> Deed:
    """Who says a command, and when."""
    return Deed(f"cli:{os.environ.get('USER') or os.getuid()}", SystemClock().now())


async def undone(counter: Counter, kind: Kind) -> None:
    """Take the newest change of a kind back and say what that makes of what."""
    change = await counter.world.store.changes.undo(kind, counter.deed)
    names = await counter.names() if kind is Kind.WATCHLISTS else str
    tell([*change_lines(kind, change.before, change.after, counter.texts, names), counter.texts.text("admin-undone")])


def tell(lines: Iterable[str]) -> None:
    """Lines that a terminal shows as they are."""
    for one in lines:
        typer.echo(legible(one))


def tell_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """One object a line; moments in ISO form."""
    for one in rows:
        typer.echo(json.dumps(one, ensure_ascii=False, default=str))

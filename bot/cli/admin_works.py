"""`etfbot admin source`, `slot`, `maintenance`, `audit` and `backup`."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bot.admin.maintenance import ended, maintained
from bot.admin.publishers import asked_again, recalled, rested, sources_seen
from bot.admin.timetable import planned, run_again, skip
from bot.admin.wording import audit_line, moment_text, slot_line, source_line
from bot.app import opened
from bot.cli.admin import Counter, JsonOption, at_the_office, deed_of_cli, tell, tell_json
from bot.cli.options import DatabaseOption, DebugOption, SourceOption, settings_of
from bot.store.changes import Kind, States

HostArgument: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="A host or a source, as they are listed.")]
RoundArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="ROUND", help="close, evening, morning, weekly or monthly.")
]


async def sources(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show how each source fared when it was asked last."""
    async with at_the_office(database, source, debug=debug) as counter:
        await recalled(counter.world, (await counter.office.tuned()).overrides, counter.deed.now)
        seen = await sources_seen(counter.world, counter.deed.now)
        if as_json:
            tell_json(asdict(one) for one in seen)
        else:
            tell([source_line(one, counter.texts) for one in seen] or ["no source was asked within a week"])


async def rest_source(
    name: HostArgument,
    *,
    minutes: Annotated[int, typer.Option("--minutes", min=1, help="For how long.")] = 60,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Leave a host or a source alone for a while."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _order(counter, Kind.SOURCES, await rested(counter.world, name, minutes, counter.deed.now))
        tell([counter.texts.text("admin-source-rested")])


async def ask_source(
    name: HostArgument,
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Have a host or a source asked again with the next poll."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _order(counter, Kind.SOURCES, await asked_again(counter.world, name, counter.deed.now))
        tell([counter.texts.text("admin-source-asked")])


async def slots(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show what is due on the day (or the next one that has something), and what of it is done."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await planned(counter.office, counter.deed.now)
        if as_json:
            tell_json(
                {
                    "job": one.slot.job,
                    "due": one.slot.due.isoformat(),
                    "day": one.slot.day.isoformat(),
                    "finished_at": one.run and one.run.finished_at.isoformat(),
                    "report": one.run and one.run.report,
                    "asked": one.asked,
                }
                for one in found
            )
        else:
            lines = [slot_line(one, counter.deed.now, counter.texts) for one in found]
            tell(lines or [counter.texts.text("admin-slot-empty")])


async def run_slot(
    name: RoundArgument,
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Have the running service run the newest slot of a round again."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _order(counter, Kind.SLOTS, run_again(counter.office, name, counter.deed.now))
        tell([counter.texts.text("admin-slot-ordered")])


async def skip_slot(
    name: RoundArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it stands in the ledger.")],
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="The slot at this time of day.")] = "",
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Leave out the next slot of a round."""
    async with at_the_office(database, source, debug=debug) as counter:
        slot = await skip(counter.office, name, at, reason, counter.deed)
        tell([counter.texts.text("admin-slot-skipped", round=slot.round.value, at=moment_text(slot.due))])


async def maintenance(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show whether maintenance is on, and what stands still."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _tell_maintenance(counter, as_json=as_json)


async def begin_maintenance(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What people who ask are told.")] = "",
    *,
    polls: Annotated[bool, typer.Option(help="Polls and digests go on.")] = True,
    sends: Annotated[bool, typer.Option(help="Messages go out.")] = True,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Begin maintenance, or change what stands still."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _order(counter, Kind.MAINTENANCE, maintained(text, polls=polls, sends=sends))
        await _tell_maintenance(counter, as_json=False)


async def end_maintenance(
    *, database: DatabaseOption = None, source: SourceOption = None, debug: DebugOption = False
) -> None:
    """End maintenance; what was missed is caught up."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _order(counter, Kind.MAINTENANCE, ended())
        await _tell_maintenance(counter, as_json=False)


async def audit(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Entries.")] = 20,
    before: Annotated[int | None, typer.Option("--before", metavar="ID", help="Those before this one.")] = None,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show who changed what, newest first."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.audit.recent(limit, before)
        if as_json:
            tell_json({**asdict(one), "at": one.at.isoformat()} for one in found)
        else:
            tell([audit_line(one) for one in found] or [counter.texts.text("admin-audit-none")])


async def backup(
    *,
    folder: Annotated[Path | None, typer.Option("--folder", help="Instead of the setting backup.folder.")] = None,
    keep: Annotated[int | None, typer.Option("--keep", min=1, help="Instead of the setting backup.keep.")] = None,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Copy the database file, check the copy, and keep the newest ones; for PostgreSQL use pg_dump."""
    async with at_the_office(database, source, debug=debug) as counter:
        office = counter.office
        made = await counter.world.store.backups.make(
            folder or office.backup_folder, keep or office.backups_kept, counter.deed
        )
        size = f"{made.size_bytes / 1e6:.1f}"
        tell([counter.texts.text("admin-backup-made", name=str(made.path), size=size, dropped=made.dropped)])


async def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A copy that backup made.")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Put a copy in the place of the database, which is copied before; the service must be stopped."""
    settings = settings_of(database, source, debug=debug)
    deed = deed_of_cli()
    async with opened(settings) as world:
        before = await world.store.backups.restore(file, settings.backup.folder, settings.backup.keep, deed)
    async with opened(settings) as world:
        await world.store.audit.write(deed.who, "restore", str(before.path), str(file), deed.now)
    tell([f"{file} is in place; what was there before is in {before.path}"])


async def _order(counter: Counter, kind: Kind, after: States) -> None:
    await counter.world.store.changes.make(kind, after, counter.deed)


async def _tell_maintenance(counter: Counter, *, as_json: bool) -> None:
    on, texts = (await counter.office.tuned()).maintenance, counter.texts
    if as_json:
        tell_json([{"on": on is not None, **(asdict(on) if on else {})}])
        return
    if on is None:
        tell([texts.text("admin-maintenance-is-off")])
        return
    words = {True: texts.text("admin-goes-on"), False: texts.text("admin-stands-still")}
    state = texts.text("admin-maintenance-state", polls=words[on.polls], sends=words[on.sends])
    tell([texts.text("admin-maintenance-is-on"), state, on.text or texts.text("maintenance")])

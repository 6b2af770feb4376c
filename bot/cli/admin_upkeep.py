"""`etfbot admin dead`, `tidy` and `move`."""

from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from typing import Annotated, TypeAlias

import typer

from bot.admin.dead import group_line, letter_line, meant, retried_lines
from bot.app import keeping_of
from bot.cli.admin import Counter, DryOption, JsonOption, at_the_office, deed_of_cli, tell, tell_json
from bot.cli.options import DatabaseOption, DebugOption, RefusedError, SourceOption, settings_of
from bot.cli.progress import bar
from bot.store.database import Database
from bot.store.dead import DeadFilter, LetterKind
from bot.store.tidying import worth_saying

ReasonOption: TypeAlias = Annotated[
    str | None, typer.Option("--reason", metavar="TEXT", help="Those whose reason holds this text.")
]
ChannelOption: TypeAlias = Annotated[str | None, typer.Option("--channel", metavar="NAME", help="Of this channel.")]
KindOption: TypeAlias = Annotated[
    LetterKind | None, typer.Option("--kind", help="Alerts, digests, broadcasts, or notices to administrators.")
]
NumberOption: TypeAlias = Annotated[int | None, typer.Option("--id", min=1, metavar="N", help="One letter.")]
AllOption: TypeAlias = Annotated[bool, typer.Option("--all", help="Every dead letter.")]


async def letters(
    *,
    reason: ReasonOption = None,
    channel: ChannelOption = None,
    kind: KindOption = None,
    number: NumberOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Letters to list.")] = 50,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Count the messages that were given up by reason, and list the newest."""
    async with at_the_office(database, source, debug=debug) as counter:
        dead, texts = counter.world.store.dead, counter.texts
        wanted = await _wanted(counter, reason, channel, kind, number)
        found = await dead.listed(wanted, limit)
        if as_json:
            tell_json({**asdict(one), "ended_at": one.ended_at.isoformat()} for one in found)
            return
        groups = await dead.groups(wanted)
        tell([group_line(one, texts) for one in groups] or [texts.text("dead-none")])
        tell(letter_line(one, texts) for one in found)


async def retry(
    *,
    reason: ReasonOption = None,
    channel: ChannelOption = None,
    kind: KindOption = None,
    number: NumberOption = None,
    everything: AllOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Send messages again that were given up; not those of paused readers, nor digests that a later one replaces."""
    async with at_the_office(database, source, debug=debug) as counter:
        wanted = await _wanted(counter, reason, channel, kind, number)
        _require_choice(wanted, everything=everything)
        retried = await counter.world.store.dead.retry(wanted, counter.deed)
        tell(retried_lines(retried, counter.texts))


async def drop(
    *,
    reason: ReasonOption = None,
    channel: ChannelOption = None,
    kind: KindOption = None,
    number: NumberOption = None,
    everything: AllOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Delete messages that were given up."""
    async with at_the_office(database, source, debug=debug) as counter:
        wanted = await _wanted(counter, reason, channel, kind, number)
        _require_choice(wanted, everything=everything)
        count = await counter.world.store.dead.drop(wanted, counter.deed)
        tell([counter.texts.text("dead-dropped", count=count)])


async def tidy(
    *,
    dry_run: DryOption = False,
    compact: Annotated[
        bool,
        typer.Option("--compact", help="Give freed room back to the disk (SQLite); needs as much beside it."),
    ] = False,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Let go what is older than the settings keep, as the service does every night."""
    settings = settings_of(database, source, debug=debug)
    async with at_the_office(database, source, debug=debug) as counter:
        tidying, now = counter.world.store.tidying, counter.deed.now
        detectors = (await counter.office.tuned()).world.detectors.values()
        ending = frozenset(one.name for one in detectors if one.tell_end)
        counts = await tidying.tidy(keeping_of(settings), now, ending, dry_run=dry_run)
        if as_json:
            tell_json([counts])
        else:
            head = counter.texts.text("tidy-would" if dry_run else "tidy-done")
            lines = [f"{name} {count}" for name, count in worth_saying(counts).items()]
            tell([head, *(lines or [counter.texts.text("tidy-nothing")])])
        if not dry_run and worth_saying(counts):
            said = ", ".join(f"{name} {count}" for name, count in worth_saying(counts).items())
            await counter.world.store.audit.write(counter.deed.who, "tidy", "", said, now)
        if compact and not dry_run:
            before, after = (f"{size / 1e6:.1f}" for size in await tidying.compact())
            if not as_json:
                tell([counter.texts.text("tidy-compacted", before=before, after=after)])


async def move(
    target: Annotated[str, typer.Argument(metavar="URL", help="An empty database: sqlite:///FILE or postgresql://….")],
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Copy the whole database into another one, SQLite or PostgreSQL; the service must be stopped."""
    settings = settings_of(database, source, debug=debug)
    here, there = Database(settings.database), Database(target)
    async with AsyncExitStack() as stack:
        for one in (here, there):
            await one.open()
            stack.push_async_callback(one.close)
        with bar(100) as progress:

            def told(table: str, done: float) -> None:
                progress.at(table)
                progress.reached(round(100 * done))

            counts = await here.move_to(there, told)
        deed = deed_of_cli()
        await there.audit.write(deed.who, "move", "", "", deed.now)
    tell([*(f"{name} {count}" for name, count in counts.items() if count), "set `database` to the new one, then start"])


async def _wanted(
    counter: Counter, reason: str | None, channel: str | None, kind: LetterKind | None, number: int | None
) -> DeadFilter:
    there = await counter.world.store.dead.groups(DeadFilter())
    wanted = meant([channel] if channel else [], there)
    if reason is not None:
        held = frozenset(one.reason for one in there if reason.casefold() in one.reason.casefold())
        wanted = replace(wanted, reasons=held)
    return replace(wanted, kind=kind, number=number)


def _require_choice(wanted: DeadFilter, *, everything: bool) -> None:
    if wanted == DeadFilter() and not everything:
        raise RefusedError("say which: --reason, --channel, --kind or --id; or --all")

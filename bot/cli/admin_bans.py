"""`etfbot admin ban`."""

from dataclasses import asdict
from typing import Annotated, TypeAlias

import typer

from bot.admin.bans import banned, lifted
from bot.admin.wording import ban_line
from bot.cli.admin import JsonOption, at_the_office, tell, tell_json
from bot.cli.options import DatabaseOption, DebugOption, SourceOption

WhoArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="WHO", help="A person or a chat as CHANNEL:ID, or a subscriber as #NUMBER.")
]


async def show(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """List who is not answered any more, and why."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.bans.all()
        if as_json:
            tell_json(asdict(one) for one in found)
        else:
            tell([ban_line(one) for one in found] or [counter.texts.text("admin-bans-none")])


async def add(
    who: WhoArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept and shown to administrators.")],
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Answer a person or a chat no longer; his subscription stays as it is."""
    async with at_the_office(database, source, debug=debug) as counter:
        one = await banned(counter.world.store, who, reason, counter.running, counter.deed)
        tell([counter.texts.text("admin-banned", who=one.who, reason=one.reason)])


async def remove(
    who: WhoArgument,
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Answer him again."""
    async with at_the_office(database, source, debug=debug) as counter:
        one = await lifted(counter.world.store, who, counter.deed)
        tell([counter.texts.text("admin-ban-lifted", who=one)])

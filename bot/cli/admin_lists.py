"""`etfbot admin list`: watchlists."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from bot.admin import lists
from bot.admin.errors import CannotError
from bot.cli.admin import Counter, DryOption, JsonOption, at_the_office, tell, tell_json, undone
from bot.cli.options import DatabaseOption, DebugOption, SourceOption
from bot.store.changes import Kind, States
from bot.store.watchlists import Watchlist

NameArgument: TypeAlias = Annotated[str, typer.Argument(metavar="NAME", help="The list.")]
FundsArgument: TypeAlias = Annotated[list[str], typer.Argument(metavar="FUND...", help="Codes or names.")]
ZhOption: TypeAlias = Annotated[str, typer.Option("--zh", metavar="TITLE", help="Its Chinese title.")]
EnOption: TypeAlias = Annotated[str, typer.Option("--en", metavar="TITLE", help="Its English title.")]
PlaceArgument: TypeAlias = Annotated[int, typer.Argument(metavar="PLACE", min=1, help="Counted from 1.")]


async def show(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="One list; all by default.")] = "",
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show the lists, or the funds of one."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.watchlists.all()
        chosen = [lists.list_of(found, name)] if name else found
        followers = await counter.world.store.readers.followers()
        if as_json:
            tell_json({**asdict(one), "followers": followers.get(one.name, 0)} for one in chosen)
            return
        tell(_line(counter, one, followers.get(one.name, 0)) for one in chosen)
        if name:
            names = await counter.names()
            tell(f"{at}. {code} {names(code)}" for at, code in enumerate(chosen[0].codes, 1))


async def create(
    name: NameArgument,
    *,
    zh: ZhOption = "",
    en: EnOption = "",
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make an empty list."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.watchlists.all()
        await _save(counter, lists.created(found, name, zh, en), dry_run=dry_run)


async def rename(
    name: NameArgument,
    *,
    zh: ZhOption = "",
    en: EnOption = "",
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Give a list other titles."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _save(counter, lists.renamed(await _one(counter, name), zh, en), dry_run=dry_run)


async def add(
    name: NameArgument,
    funds: FundsArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Put funds at the end of a list."""
    async with at_the_office(database, source, debug=debug) as counter:
        codes = await _codes(counter, " ".join(funds))
        await _save(counter, lists.added(await _one(counter, name), codes), dry_run=dry_run)


async def remove(
    name: NameArgument,
    funds: FundsArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take funds out of a list."""
    async with at_the_office(database, source, debug=debug) as counter:
        one = await _one(counter, name)
        others = [word for word in funds if word not in one.codes]
        found = await _codes(counter, " ".join(others)) if others else []
        codes = [*(word for word in funds if word in one.codes), *found]
        await _save(counter, lists.removed(one, codes), dry_run=dry_run)


async def take(
    name: NameArgument,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Codes or names, one a line or set apart.")],
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Make a list of the funds in a file; with one unknown word nothing is saved."""
    async with at_the_office(database, source, debug=debug) as counter:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise CannotError("admin-file-unreadable", name=file.name) from None
        codes = await _codes(counter, text)
        await _save(counter, lists.replaced(await _one(counter, name), codes), dry_run=dry_run)


async def move(
    name: NameArgument,
    place: PlaceArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Move a list among the others."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.watchlists.all()
        await _save(counter, lists.moved(found, lists.list_of(found, name), place), dry_run=dry_run)


async def place(
    name: NameArgument,
    fund: Annotated[str, typer.Argument(metavar="FUND", help="Code or name.")],
    at: PlaceArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Move a fund within a list."""
    async with at_the_office(database, source, debug=debug) as counter:
        one = await _one(counter, name)
        code = fund if fund in one.codes else (await _codes(counter, fund))[0]
        await _save(counter, lists.placed(one, code, at), dry_run=dry_run)


async def publish(
    name: NameArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Offer a list to subscribers."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _save(counter, lists.offered(await _one(counter, name), hidden=False), dry_run=dry_run)


async def unpublish(
    name: NameArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Offer a list no more; whoever follows it goes on to."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _save(counter, lists.offered(await _one(counter, name), hidden=True), dry_run=dry_run)


async def delete(
    name: NameArgument,
    *,
    dry_run: DryOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Delete a list; undo brings it back."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _save(counter, lists.deleted(await _one(counter, name)), dry_run=dry_run)


async def undo(*, database: DatabaseOption = None, source: SourceOption = None, debug: DebugOption = False) -> None:
    """Take the last change of the lists back."""
    async with at_the_office(database, source, debug=debug) as counter:
        await undone(counter, Kind.WATCHLISTS)


async def _one(counter: Counter, name: str) -> Watchlist:
    return lists.list_of(await counter.world.store.watchlists.all(), name)


async def _codes(counter: Counter, text: str) -> list[str]:
    return lists.read_funds((await counter.panel()).profiles, text)


async def _save(counter: Counter, after: States, *, dry_run: bool) -> None:
    await counter.change(Kind.WATCHLISTS, after, dry_run=dry_run)


def _line(counter: Counter, one: Watchlist, followers: int) -> str:
    text = "admin-list-line-hidden" if one.hidden else "admin-list-line"
    return counter.texts.text(
        text, name=one.name, zh=one.title_zh, en=one.title_en, funds=len(one.codes), followers=followers
    )

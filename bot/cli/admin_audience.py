"""`etfbot admin subscriber` and `broadcast`."""

from dataclasses import asdict
from typing import Annotated, Any, TypeAlias

import typer

from bot.admin import broadcasting
from bot.admin.broadcasting import Wish, message_of
from bot.admin.errors import CannotError
from bot.admin.wording import moment_text, reader_line, sending_line
from bot.channels.console import ConsoleChannel
from bot.cli.admin import Counter, JsonOption, at_the_office, tell, tell_json
from bot.cli.options import DatabaseOption, DebugOption, SourceOption
from bot.deliveries import State
from bot.messages.catalogue import catalogue
from bot.store.broadcasts import Broadcast
from bot.subscriptions import Language, Subscription

NumberArgument: TypeAlias = Annotated[int, typer.Argument(metavar="ID", min=1, help="As it is listed.")]

_SENDINGS = 10


async def counts(
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Count subscribers by channel and by list."""
    async with at_the_office(database, source, debug=debug) as counter:
        readers = counter.world.store.readers
        channels, lists = await readers.counts(), await readers.followers()
        if as_json:
            tell_json([*(asdict(one) for one in channels), *({"list": name, "active": n} for name, n in lists.items())])
            return
        tell(f"{one.channel}: {one.active} active, {one.paused} paused" for one in channels)
        tell(f"list {name}: {count}" for name, count in sorted(lists.items()))


async def find(
    word: Annotated[str, typer.Argument(metavar="[WORD]", help="Of a title or a chat; all by default.")] = "",
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 50,
    offset: Annotated[int, typer.Option("--offset", min=0)] = 0,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """List subscribers."""
    async with at_the_office(database, source, debug=debug) as counter:
        found = await counter.world.store.readers.search(word, limit, offset)
        if as_json:
            tell_json(asdict(one) for one in found)
        else:
            tell(reader_line(one, counter.texts) for one in found)


async def show(
    number: NumberArgument,
    *,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show a subscriber's settings and last deliveries, without their words."""
    async with at_the_office(database, source, debug=debug) as counter:
        mine = await _subscriber(counter, number)
        sendings = await counter.world.store.readers.sendings(number, _SENDINGS)
        settings = {name: _plain(value) for name, value in asdict(mine).items()}
        if as_json:
            tell_json([{**settings, "deliveries": [asdict(one) for one in sendings]}])
            return
        tell(f"{name}: {value}" for name, value in settings.items())
        tell(sending_line(one, counter.texts) for one in sendings)


async def pause(
    number: NumberArgument,
    *,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT")] = "",
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Stop a subscriber's deliveries; his settings are kept."""
    async with at_the_office(database, source, debug=debug) as counter:
        mine = await _subscriber(counter, number)
        words = reason or catalogue(mine.language).text("admin-paused-by-admin")
        await counter.world.store.readers.pause(number, words, counter.deed)
        tell([f"#{number} {counter.texts.text('admin-reader-paused')}"])


async def resume(
    number: NumberArgument,
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Let a subscriber's deliveries go on."""
    async with at_the_office(database, source, debug=debug) as counter:
        await _subscriber(counter, number)
        await counter.world.store.readers.resume(number, counter.deed)
        tell([f"#{number} {counter.texts.text('admin-reader-active')}"])


async def broadcasts(
    *,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000)] = 10,
    as_json: JsonOption = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """List broadcasts, and how far they have come."""
    async with at_the_office(database, source, debug=debug) as counter:
        store = counter.world.store.broadcasts
        rows = [(one, await store.progress(one)) for one in await store.recent(limit)]
        if as_json:
            tell_json({**asdict(one), "deliveries": {str(key): n for key, n in many.items()}} for one, many in rows)
        else:
            tell(_line(counter, one, many) for one, many in rows)


async def send(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The words; line breaks are kept.")],
    *,
    channel: Annotated[str, typer.Option("--channel", metavar="NAME", help="Readers of one channel only.")] = "",
    watchlist: Annotated[str, typer.Option("--list", metavar="NAME", help="Readers who follow one list only.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Send it; without this it is only shown.")] = False,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Show words as readers will see them, and send them with --yes."""
    async with at_the_office(database, source, debug=debug) as counter:
        wish = Wish(text=broadcasting.checked(text), channel=channel, watchlist=watchlist)
        one, count, spread = await broadcasting.draft(counter.world, wish, counter.deed)
        for language in Language:
            for part in ConsoleChannel().render(message_of(wish.text, catalogue(language))):
                typer.echo(part.markup)
        if not yes:
            await broadcasting.cancel(counter.world, one.id, counter.deed)
            takes = f", in about {spread.minutes} min" if spread.minutes else ""
            tell([f"{count} readers would get this{takes}; say it again with --yes to send it"])
            return
        sent = await broadcasting.send(counter.world, one.id, counter.deed)
        tell([counter.texts.text("admin-broadcast-sent", number=str(one.id), count=sent)])


async def cancel(
    number: NumberArgument,
    *,
    database: DatabaseOption = None,
    source: SourceOption = None,
    debug: DebugOption = False,
) -> None:
    """Take back what of a broadcast is not out yet."""
    async with at_the_office(database, source, debug=debug) as counter:
        spared = await broadcasting.cancel(counter.world, number, counter.deed)
        tell([counter.texts.text("admin-broadcast-cancelled", number=str(number), count=spared)])


async def _subscriber(counter: Counter, number: int) -> Subscription:
    mine = await counter.world.store.subscriptions.get(number)
    if mine is None:
        raise CannotError("admin-reader-none", word=f"#{number}")
    return mine


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, frozenset) else value


def _line(counter: Counter, one: Broadcast, many: dict[State, int]) -> str:
    return counter.texts.text(
        "admin-broadcast-line",
        number=str(one.id),
        at=moment_text(one.created_at),
        state=counter.texts.text(f"broadcast-{one.state.value}"),
        sent=many[State.SENT],
        pending=many[State.PENDING] + many[State.SENDING],
        dead=many[State.DEAD],
        text=one.text.replace("\n", " "),
    )

"""Words to many readers: the message as each of them gets it, and its way into the queue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.admin.errors import CannotError
from bot.deliveries import Priority
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.model import Heading, Message, paragraph
from bot.poll import World
from bot.spreading import Spread
from bot.store.audit import Deed
from bot.store.broadcasts import Broadcast, BroadcastSettledError, BroadcastState
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Subscription
from bot.tracing import of_run

log = structlog.get_logger(__name__)

"""After everything that figures caused."""

TEXT_MAX = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be told to whom."""

    text: str
    channel: str = ""
    watchlist: str = ""


def read_wish(text: str) -> Wish:
    """Words with the filters before them: ``channel=telegram list=宽基 words``.

    Raises CannotError when no words are left, or too many.
    """
    found = {"channel": "", "watchlist": ""}
    rest = text.strip()
    while True:
        word, _, after = rest.partition(" ")
        name, equals, value = word.partition("=")
        if not equals or name.lower() not in _FILTERS:
            break
        found[_FILTERS[name.lower()]], rest = value, after.strip()
    return Wish(text=checked(rest), **found)


def checked(text: str) -> str:
    """The words; raises CannotError when there are none, or too many."""
    words = text.strip()
    if not words:
        raise CannotError("admin-broadcast-empty")
    if len(words) > TEXT_MAX:
        raise CannotError("admin-broadcast-long", limit=TEXT_MAX)
    return words


async def readers_of(world: World, channel: str, watchlist: str) -> list[Subscription]:
    """The active subscribers that a filter leaves."""
    return [
        one
        for one in await world.store.subscriptions.active()
        if channel in ("", one.channel) and (not watchlist or watchlist in one.watchlists)
    ]


async def draft(world: World, wish: Wish, deed: Deed) -> tuple[Broadcast, int, Spread]:
    """Keep the words until they are confirmed; with how many readers they have now, and how long those take.

    Raises CannotError where a filter names nothing that there is.
    """
    if wish.watchlist and wish.watchlist not in await world.store.watchlists.codes():
        raise CannotError("admin-list-unknown", word=wish.watchlist, some="—")
    readers = await readers_of(world, wish.channel, wish.watchlist)
    if not readers:
        raise CannotError("admin-broadcast-nobody")
    one = await world.store.broadcasts.draft(wish.text, wish.channel, wish.watchlist, deed)
    return one, len(readers), Spread.over(readers, world.paces)


def message_of(text: str, texts: Catalogue) -> Message:
    """The message as readers get it; the words are never markup."""
    return Message(blocks=(Heading(texts.text("broadcast-title"), 1), paragraph(*text.splitlines())))


async def send(world: World, number: int, deed: Deed) -> int:
    """Put a draft on its way and say to how many; a second time it raises CannotError."""
    one = await _found(world, number)
    if one.state is not BroadcastState.DRAFT:
        raise CannotError("admin-broadcast-settled", number=number)
    readers = await readers_of(world, one.channel, one.watchlist)
    try:
        spread = Spread.over(readers, world.paces)
        sent = await world.store.broadcasts.send(number, _deliveries(one, readers, spread, deed.now), deed)
    except BroadcastSettledError:
        raise CannotError("admin-broadcast-settled", number=number) from None
    with of_run(one.batch):
        log.debug("broadcast left", deliveries=sent)
    return sent


async def cancel(world: World, number: int, deed: Deed) -> int:
    """Take back what is not out yet; how many readers are spared."""
    await _found(world, number)
    try:
        return await world.store.broadcasts.cancel(number, deed)
    except BroadcastSettledError:
        raise CannotError("admin-broadcast-settled", number=number) from None


async def _found(world: World, number: int) -> Broadcast:
    one = await world.store.broadcasts.find(number)
    if one is None:
        raise CannotError("admin-broadcast-unknown", number=number)
    return one


def _deliveries(one: Broadcast, readers: Sequence[Subscription], spread: Spread, now: datetime) -> list[NewDelivery]:
    messages = {language: message_of(one.text, catalogue(language)) for language in {each.language for each in readers}}
    return [
        NewDelivery(
            batch=one.batch,
            subscription_id=each.id,
            message=messages[each.language],
            due_at=spread.due_at(each, one.batch, now),
            priority=Priority.BROADCAST,
        )
        for each in readers
    ]


_FILTERS = {"channel": "channel", "渠道": "channel", "list": "watchlist", "列表": "watchlist"}

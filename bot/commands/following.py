"""Follow funds and published lists: what a chat adds to its own, and how lists are called in links and buttons."""

import base64
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.commands.base import SaidWrongError, Talk
from bot.commands.chats import blank, save
from bot.messages.catalogue import Catalogue
from bot.messages.model import Button
from bot.store.watchlists import Watchlist
from bot.subscriptions import Subscription
from signals.core.text import Text

FUND_LINK, LIST_LINK = "sub_", "list_"
"""Begin the word behind `/start` in links that watch a fund, or follow a list."""

LINK_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")

DEMO_LIST = "演示"

SLUG_MAX = 40
"""Characters that a list's name may take in a link or a button."""


async def watched_more(talk: Talk, codes: Iterable[str]) -> Subscription:
    """Watch funds too; who does not listen yet, listens from now on. Raises SaidWrongError beyond the limit."""
    mine = talk.subscription or blank(talk)
    watched = mine.watched | {*codes}
    most = talk.desk.newcomer.max_watched
    if len(watched) > most:
        raise SaidWrongError(talk.texts.text("watch-too-many", limit=most))
    return await save(talk, replace(mine, watched=watched, active=True, paused_reason=""))


def kept(mine: Subscription) -> Subscription:
    """Settings of a chat that never subscribed are kept for when it does; they do not subscribe it."""
    return mine if mine.id else replace(mine, active=False)


async def followed(talk: Talk, one: Watchlist, *, on: bool, listening: bool = True) -> Subscription:
    """Follow a list, or no longer; to follow it is to listen, unless it is only being chosen."""
    mine = talk.subscription or blank(talk)
    names = mine.watchlists | {one.name} if on else mine.watchlists - {one.name}
    if on and listening:
        return await save(talk, replace(mine, watchlists=names, active=True, paused_reason=""))
    return await save(talk, kept(replace(mine, watchlists=names)))


async def published(talk: Talk) -> list[Watchlist]:
    """The lists that are offered, in their order; the one of the demo market in that market only."""
    return [one for one in await talk.desk.world.store.watchlists.offered() if _of_this_market(talk, one)]


async def known(talk: Talk) -> list[Watchlist]:
    """What is offered, and behind it what the chat follows although it is no longer offered."""
    mine = talk.subscription.watchlists if talk.subscription else frozenset()
    withdrawn = [one for one in await talk.desk.world.store.watchlists.all() if one.hidden and one.name in mine]
    return [*await published(talk), *withdrawn]


def _of_this_market(talk: Talk, one: Watchlist) -> bool:
    return talk.desk.demo or one.name != DEMO_LIST


def title_of(one: Watchlist, texts: Catalogue) -> str:
    """What a list is called."""
    return texts.of(Text(one.title_zh, one.title_en))


def titles(names: frozenset[str], lists: Sequence[Watchlist], texts: Catalogue) -> str:
    """The followed lists of all in a row; a dash for none."""
    return texts.text("exchange-join").join(title_of(one, texts) for one in lists if one.name in names) or "—"


def slug(one: Watchlist, lists: Sequence[Watchlist]) -> str:
    """The list's name in letters that a link may hold: its English title if no other has it, else its name coded."""
    plain = _latin(one.title_en)
    if plain and [_latin(each.title_en) for each in lists].count(plain) == 1:
        return plain
    return _coded(one.name)


def find_list(word: str, lists: Sequence[Watchlist], texts: Catalogue) -> Watchlist:
    """The list of this name, title or slug; raises SaidWrongError with all that there are."""
    said = word.strip().lower()
    for one in lists:
        names = {one.name, one.title_zh, one.title_en, slug(one, lists), _coded(one.name)}
        if said in {name.lower() for name in names} or word in names:
            return one
    known = texts.text("exchange-join").join(title_of(one, texts) for one in lists) or "—"
    button = Button(texts.text("button-lists"), "/lists")
    raise SaidWrongError(texts.text("lists-unknown", word=word, known=known), ((button,),))


def _latin(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:SLUG_MAX]


def _coded(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode("ascii").rstrip("=")[:SLUG_MAX]

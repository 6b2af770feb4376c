"""Who is not answered any more: named by whoever runs the service, with a reason; never one who runs it himself."""

import re

from bot.admin.errors import CannotError
from bot.store.audit import Deed
from bot.store.bans import Ban
from bot.store.database import Database

REASON_MAX = 200

_WHO = re.compile(r"[a-z]+:\S{1,64}")
_NUMBER = re.compile(r"#(\d{1,9})")


async def banned(store: Database, who: str, reason: str, running: frozenset[str], deed: Deed) -> Ban:
    """Ban a person or a chat; `running` are those who run the service. Raises CannotError that says why not."""
    one = await _meant(store, who)
    if one in running:
        raise CannotError("admin-ban-runs", who=one)
    if not reason.strip():
        raise CannotError("admin-ban-why", who=one)
    await store.bans.add(one, " ".join(reason.split())[:REASON_MAX], deed)
    return next(each for each in await store.bans.all() if each.who == one)


async def lifted(store: Database, who: str, deed: Deed) -> str:
    """Answer somebody again; raises CannotError where he is not banned."""
    one = await _meant(store, who)
    if not await store.bans.remove(one, deed):
        raise CannotError("admin-ban-none", who=one)
    return one


async def _meant(store: Database, word: str) -> str:
    """The name of a ban: as ``channel:id``, or the chat of a subscriber as ``#number``."""
    if found := _NUMBER.fullmatch(word):
        mine = await store.subscriptions.get(int(found[1]))
        if mine is None:
            raise CannotError("admin-reader-none", word=word)
        return f"{mine.channel}:{mine.chat}"
    if _WHO.fullmatch(word) is None:
        raise CannotError("admin-ban-who", word=word)
    return word

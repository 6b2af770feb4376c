"""Group robots: nobody can subscribe them by talking, so they subscribe by being set up."""

from collections.abc import Iterable
from datetime import datetime

from bot.channels.wecom import WecomChannel
from bot.commands.base import NewSubscriber
from bot.store.database import Database
from bot.subscriptions import Subscription


async def adopt_robots(store: Database, robots: Iterable[str], newcomer: NewSubscriber, now: datetime) -> list[str]:
    """Subscribe every robot that never was, with what a newcomer begins with; returns their names.

    One that is known keeps what was set for it; paused because its key was refused, it is tried again.
    """
    added, offered = [], {one.name for one in await store.watchlists.offered()}
    for name in robots:
        known = await store.subscriptions.find(WecomChannel.kind, name)
        if known is None:
            added.append(name)
            await store.subscriptions.save(_new(name, newcomer, newcomer.watchlists & offered), now)
        elif known.paused_reason:
            await store.subscriptions.resume(known.id, now)
    return added


def _new(name: str, newcomer: NewSubscriber, lists: frozenset[str]) -> Subscription:
    return Subscription(
        id=0,
        channel=WecomChannel.kind,
        chat=name,
        title=name,
        language=newcomer.language,
        watchlists=lists,
        evening_digest=newcomer.evening_digest,
    )

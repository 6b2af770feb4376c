"""A chat's own subscription: what it begins with, how it is stored, and the trail of its changes."""

from dataclasses import asdict

from bot.commands.base import Talk
from bot.subscriptions import Subscription


def blank(talk: Talk) -> Subscription:
    """What a chat that never subscribed would begin with."""
    newcomer = talk.desk.newcomer
    return Subscription(
        id=0,
        channel=talk.incoming.channel,
        chat=talk.incoming.address.chat,
        thread=talk.incoming.address.thread,
        language=talk.language,
        watchlists=newcomer.watchlists,
        evening_digest=newcomer.evening_digest,
    )


async def save(talk: Talk, subscription: Subscription) -> Subscription:
    """Store a chat's wishes, and who changed which of them from what to what."""
    store = talk.desk.world.store
    saved = await store.subscriptions.save(subscription, talk.now)
    before, after = _changes(talk.subscription, saved)
    await store.audit.write(f"{saved.channel}:{saved.chat}", "subscription", before, after, talk.now)
    return saved


def _changes(before: Subscription | None, after: Subscription) -> tuple[str, str]:
    old, new = asdict(before) if before else {}, asdict(after)
    changed = [name for name in new if old.get(name) != new[name]]
    was, now = (", ".join(f"{name}={_words(one.get(name))}" for name in changed) for one in (old, new))
    return was, now


def _words(value: object) -> str:
    return " ".join(sorted(map(str, value))) if isinstance(value, frozenset) else str(value)

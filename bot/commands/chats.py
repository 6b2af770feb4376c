"""A chat's own subscription: what it begins with, how it is stored, and the trail of its changes."""

from dataclasses import asdict, replace
from datetime import datetime, time

from bot.channels.base import ChatKind
from bot.commands.base import Right, SaidWrongError, Talk
from bot.deliveries import Address
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
    """Store a chat's wishes, and who changed which of them from what to what; what waits is judged by the new ones.

    Raises SaidWrongError where the speaker has subscribed as many groups as one person may.
    """
    store, said = talk.desk.world.store, talk.incoming
    begins = subscription.id == 0 and said.kind is not ChatKind.PRIVATE and bool(said.speaker.id)
    if begins and len(await store.managing.begun(said.channel, said.speaker.id)) >= talk.desk.newcomer.max_chats:
        raise SaidWrongError(talk.texts.text("chats-too-many", limit=talk.desk.newcomer.max_chats))
    if subscription.id == 0:
        offered = {one.name for one in await store.watchlists.offered()}
        subscription = replace(subscription, watchlists=subscription.watchlists & offered)
    called = said.title or (said.speaker.name if said.kind is ChatKind.PRIVATE else "")
    saved = await store.subscriptions.save(replace(subscription, title=called or subscription.title), talk.now)
    if begins:
        await store.managing.began(said.channel, said.speaker.id, saved.id)
    if talk.subscription is not None and _told_when(saved) != _told_when(talk.subscription):
        await store.outbox.held.judge_again(saved.id, talk.now)
    before, after = _changes(talk.subscription, saved)
    await store.audit.write(f"{saved.channel}:{saved.chat}", "subscription", before, after, talk.now)
    return saved


async def manages(talk: Talk, there: Subscription) -> bool:
    """Whether the speaker may set up another chat from his own.

    A group or a channel where its server says so; where nobody can talk back, whoever runs the service.
    """
    said, desk = talk.incoming, talk.desk
    if desk.managers.speechless(there.channel):
        return desk.roles.right(said) is not Right.ANYONE
    address = Address(there.chat, there.thread)
    return there.channel == said.channel and await desk.managers.manages(there.channel, address, said.speaker.id)


def _told_when(one: Subscription) -> tuple[object, ...]:
    """What decides which alerts are kept from a reader, and until when."""
    return one.zone, one.quiet, one.urgent_passes, one.daily_cap


def _changes(before: Subscription | None, after: Subscription) -> tuple[str, str]:
    """What is different, without what the chat is called: names of people are no matter of the trail."""
    old, new = asdict(before) if before else {}, asdict(after)
    changed = [name for name in new if old.get(name) != new[name] and name != "title"]
    was, now = (", ".join(f"{name}={_words(one.get(name))}" for name in changed) for one in (old, new))
    return was, now


def _words(value: object) -> str:
    """A value as administrators read it; settings within settings come as mappings."""
    match value:
        case None:
            return "-"
        case frozenset():
            return " ".join(sorted(map(str, value)))
        case dict():
            return "-".join(map(_words, value.values()))
        case tuple():
            return " ".join(map(_words, value))
        case time() | datetime():
            return value.isoformat(timespec="minutes")
    return str(value)

"""Who listens: the settings of every chat; a chat that is gone keeps them."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import RowMapping, Text, cast, exists, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.deliveries import Address
from bot.preferences import Colours, Layout, Length, Mute, QuietHours, Section
from bot.store.connections import Connections, insert
from bot.store.errors import StoreError
from bot.store.tables import SUBSCRIPTIONS
from bot.subscriptions import Language, Subscription
from signals.core.detector import Topic

_ADDRESS = ("channel", "chat", "thread")


class SubscriptionStore:
    """Subscriptions by id and by address."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    async def find(self, channel: str, chat: str, thread: str = "") -> Subscription | None:
        """The subscription of an address."""
        found = await self._where(
            SUBSCRIPTIONS.c.channel == channel, SUBSCRIPTIONS.c.chat == chat, SUBSCRIPTIONS.c.thread == thread
        )
        return found[0] if found else None

    async def get(self, subscription_id: int) -> Subscription | None:
        """The subscription of this id."""
        found = await self._where(SUBSCRIPTIONS.c.id == subscription_id)
        return found[0] if found else None

    async def active(self) -> list[Subscription]:
        """Those that are not paused, oldest first."""
        return await self._where(SUBSCRIPTIONS.c.active)

    async def save(self, subscription: Subscription, now: datetime) -> Subscription:
        """Store every setting and return what is stored; id 0 makes a new one.

        A new one whose address is known already replaces the settings there. Raises StoreError when there
        is no subscription of this id or its address belongs to another.
        """
        values = {**_settings(subscription), "updated_at": now}
        async with self._connections.write() as connection:
            new = insert(connection, SUBSCRIPTIONS).values({**values, "created_at": now})
            saving = (
                update(SUBSCRIPTIONS)
                .where(SUBSCRIPTIONS.c.id == subscription.id)
                .values(values)
                .returning(SUBSCRIPTIONS)
                if subscription.id
                else new.on_conflict_do_update(index_elements=_ADDRESS, set_=values).returning(SUBSCRIPTIONS)
            )
            try:
                saved = (await connection.execute(saving)).mappings().first()
            except IntegrityError:
                raise StoreError(
                    f"{subscription.channel} {subscription.chat} {subscription.thread} has a subscription of its own"
                ) from None
        if saved is None:
            raise StoreError(f"there is no subscription {subscription.id}")
        return subscription_of(saved)

    async def pause(self, subscription_id: int, reason: str, now: datetime) -> None:
        """Stop deliveries; nothing is forgotten."""
        async with self._connections.write() as connection:
            await pause(connection, subscription_id, reason, now)

    async def pause_chat(self, channel: str, chat: str, reason: str, now: datetime) -> int:
        """Stop deliveries to a chat and all its threads; returns how many subscriptions that stopped."""
        mine = SUBSCRIPTIONS.c.channel == channel, SUBSCRIPTIONS.c.chat == chat, SUBSCRIPTIONS.c.active
        values = {"active": False, "paused_reason": reason, "updated_at": now}
        async with self._connections.write() as connection:
            return (await connection.execute(update(SUBSCRIPTIONS).where(*mine).values(values))).rowcount

    async def move_chat(self, channel: str, chat: str, to: str, now: datetime) -> int:
        """Follow a chat and all its threads to its new id, all or none; returns how many subscriptions moved.

        What was paused because the old chat took nothing more is delivered again. A subscription whose place is
        taken there is paused: that other one gets its own.
        """
        mine = SUBSCRIPTIONS.c.channel == channel, SUBSCRIPTIONS.c.chat == chat
        moved = 0
        async with self._connections.write() as connection:
            rows = (await connection.execute(select(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.thread).where(*mine))).all()
            for row in rows:
                if not await move(connection, row.id, Address(to, row.thread), now):
                    await pause(connection, row.id, f"the chat has moved to {to}, which has settings of its own", now)
                    continue
                back = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == row.id, SUBSCRIPTIONS.c.paused_reason != "")
                await connection.execute(back.values(active=True, paused_reason="", held_until=None))
                moved += 1
        return moved

    async def resume(self, subscription_id: int, now: datetime) -> None:
        """Deliver again."""
        values = {"active": True, "paused_reason": "", "held_until": None, "updated_at": now}
        async with self._connections.write() as connection:
            await connection.execute(update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription_id).values(values))

    async def changed_since(self, moment: datetime) -> dict[int, datetime]:
        """When settings were stored last, of the subscriptions whose settings were since a moment."""
        query = select(SUBSCRIPTIONS.c.id, SUBSCRIPTIONS.c.updated_at).where(SUBSCRIPTIONS.c.updated_at > moment)
        async with self._connections.read() as connection:
            return {row.id: row.updated_at for row in await connection.execute(query)}

    async def any_wants(self, topic: Topic) -> bool:
        """Whether an active subscription has chosen a topic."""
        # A topic is one plain word in a JSON list of such words, on both databases.
        chosen = cast(SUBSCRIPTIONS.c.topics, Text).like(f'%"{topic.value}"%')
        query = select(SUBSCRIPTIONS.c.id).where(SUBSCRIPTIONS.c.active, chosen).limit(1)
        async with self._connections.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def _where(self, *conditions: Any) -> list[Subscription]:
        query = select(SUBSCRIPTIONS).where(*conditions).order_by(SUBSCRIPTIONS.c.id)
        async with self._connections.read() as connection:
            return [subscription_of(row) for row in (await connection.execute(query)).mappings()]


async def pause(connection: AsyncConnection, subscription_id: int, reason: str, now: datetime) -> None:
    """Stop a subscription's deliveries, inside a transaction."""
    values = {"active": False, "paused_reason": reason, "updated_at": now}
    await connection.execute(update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription_id).values(values))


async def hold(connection: AsyncConnection, subscription_id: int, until: datetime) -> None:
    """Deliver nothing to a subscription before a moment, inside a transaction."""
    held = update(SUBSCRIPTIONS).where(SUBSCRIPTIONS.c.id == subscription_id)
    await connection.execute(held.values(held_until=until))


async def move(connection: AsyncConnection, subscription_id: int, to: Address, now: datetime) -> bool:
    """Follow a chat to its new address, inside a transaction; False when another subscription lives there."""
    other = SUBSCRIPTIONS.alias()
    taken = exists().where(
        other.c.channel == SUBSCRIPTIONS.c.channel,
        other.c.chat == to.chat,
        other.c.thread == to.thread,
        other.c.id != subscription_id,
    )
    moving = (
        update(SUBSCRIPTIONS)
        .where(SUBSCRIPTIONS.c.id == subscription_id, ~taken)
        .values(chat=to.chat, thread=to.thread, updated_at=now)
    )
    return (await connection.execute(moving)).rowcount == 1


def _settings(subscription: Subscription) -> dict[str, Any]:
    return {
        "channel": subscription.channel,
        "chat": subscription.chat,
        "thread": subscription.thread,
        "active": subscription.active,
        "paused_reason": subscription.paused_reason,
        "language": subscription.language.value,
        "zone": subscription.zone,
        "topics": sorted(topic.value for topic in subscription.topics),
        "watched": sorted(subscription.watched),
        "watchlists": sorted(subscription.watchlists),
        "evening_digest": subscription.evening_digest,
        "morning_digest": subscription.morning_digest,
        "least_strength": subscription.least_strength,
        "title": subscription.title,
        "weekly_digest": subscription.weekly_digest,
        "sections": sorted(section.value for section in subscription.sections),
        "length": subscription.length.value,
        "layout": subscription.layout.value,
        "colours": subscription.colours.value,
        "dark_pictures": subscription.dark_pictures,
        "silent_digest": subscription.silent_digest,
        "pin_digest": subscription.pin_digest,
        "quiet_from": subscription.quiet and subscription.quiet.start,
        "quiet_until": subscription.quiet and subscription.quiet.until,
        "urgent_passes": subscription.urgent_passes,
        "daily_cap": subscription.daily_cap,
        "mutes": [[mute.what, mute.until and mute.until.isoformat()] for mute in subscription.mutes],
        "members_set_up": subscription.members_set_up,
    }


# Thousands of subscribers choose among few sets.
@cache
def _topics(names: tuple[str, ...]) -> frozenset[Topic]:
    return frozenset(map(Topic, names))


@cache
def _sections(names: tuple[str, ...]) -> frozenset[Section]:
    return frozenset(map(Section, names))


def subscription_of(row: RowMapping) -> Subscription:
    """The subscription of a row of its table."""
    return Subscription(
        id=row["id"],
        channel=row["channel"],
        chat=row["chat"],
        thread=row["thread"],
        active=row["active"],
        paused_reason=row["paused_reason"],
        language=Language(row["language"]),
        zone=row["zone"],
        topics=_topics(tuple(row["topics"])),
        watched=frozenset(row["watched"]),
        watchlists=frozenset(row["watchlists"]),
        evening_digest=row["evening_digest"],
        morning_digest=row["morning_digest"],
        least_strength=row["least_strength"],
        title=row["title"],
        weekly_digest=row["weekly_digest"],
        sections=_sections(tuple(row["sections"])),
        length=Length(row["length"]),
        layout=Layout(row["layout"]),
        colours=Colours(row["colours"]),
        dark_pictures=row["dark_pictures"],
        silent_digest=row["silent_digest"],
        pin_digest=row["pin_digest"],
        quiet=QuietHours(row["quiet_from"], row["quiet_until"]) if row["quiet_from"] is not None else None,
        urgent_passes=row["urgent_passes"],
        daily_cap=row["daily_cap"],
        mutes=tuple(Mute(what, datetime.fromisoformat(until) if until else None) for what, until in row["mutes"]),
        members_set_up=row["members_set_up"],
    )

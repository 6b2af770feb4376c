"""The producer of digests: one per subscriber, edition and session, however often it is asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from bot.messages.digest import DigestLimits, DigestWriter, Edition
from bot.messages.model import Message
from bot.poll import World
from bot.store.outbox import NewDelivery
from bot.subscriptions import Language, Subscription
from signals.core.calendar import MARKET_ZONE

DIGEST_PRIORITY = 2


@dataclass(frozen=True, kw_only=True)
class DigestRun:
    """Which digest of which session is written when."""

    edition: Edition
    day: date
    """The session that it is about."""
    now: datetime


async def writer_of(world: World, limits: DigestLimits, run: DigestRun) -> DigestWriter:
    """The writer over what is known at the run's moment."""
    panel = await world.store.market.panel(world.calendar, run.day, run.now)
    return await asyncio.to_thread(
        DigestWriter,
        panel,
        world.detectors,
        limits,
        edition=run.edition,
        today=run.now.astimezone(MARKET_ZONE).date(),
        themes=world.themes,
    )


async def write_digest(
    world: World, limits: DigestLimits, run: DigestRun, funds: frozenset[str], language: Language
) -> Message:
    """One digest, for whoever asks."""
    writer = await writer_of(world, limits, run)
    written = await asyncio.to_thread(writer.write, funds, language)
    writer.release()
    return written


def takes(subscription: Subscription, edition: Edition) -> bool:
    """Whether a subscriber reads an edition at all."""
    return subscription.morning_digest if edition is Edition.MORNING else subscription.evening_digest is not None


async def enqueue_digests(
    world: World, limits: DigestLimits, run: DigestRun, due: Callable[[Subscription], bool] = lambda _: True
) -> int:
    """Leave a digest for every active reader of the edition who is due it and has none of this session yet.

    Returns how many were left.
    """
    batch = f"digest/{run.edition}/{run.day.isoformat()}"
    served = await world.store.outbox.subscribers_of(batch)
    active = await world.store.subscriptions.active()
    readers = [one for one in active if one.id not in served and takes(one, run.edition) and due(one)]
    if not readers:
        return 0
    writer, lists = await writer_of(world, limits, run), await world.store.watchlists.codes()
    written = await asyncio.to_thread(lambda: [writer.write(one.funds(lists), one.language) for one in readers])
    writer.release()
    return await world.store.outbox.enqueue(
        [
            NewDelivery(
                batch=batch, subscription_id=reader.id, message=message, due_at=run.now, priority=DIGEST_PRIORITY
            )
            for reader, message in zip(readers, written, strict=True)
        ]
    )

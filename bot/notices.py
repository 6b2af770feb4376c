"""What administrators are told: a source that breaks or is back, a calendar that ends soon; once each."""

from collections.abc import Callable, Iterable
from datetime import datetime

from bot.deliveries import Priority
from bot.messages.catalogue import Catalogue, catalogue
from bot.messages.model import Heading, Message, Paragraph, line
from bot.poll import World
from bot.store.new_deliveries import NewDelivery


async def tell_admins(
    world: World, admins: Iterable[str], batch: str, now: datetime, lines: Callable[[Catalogue], list[str]]
) -> int:
    """Leave a message for every administrator (``channel:chat``) who is subscribed; how many were left.

    `lines` says it in the words of a language. The same batch is told once, however often it is asked.
    """
    deliveries = []
    for admin in admins:
        channel, _, chat = admin.partition(":")
        reader = await world.store.subscriptions.find(channel, chat)
        if reader is None or not reader.active:
            continue
        texts = catalogue(reader.language)
        message = Message(
            blocks=(Heading(texts.text("admin-title"), 1), Paragraph(tuple(line(one) for one in lines(texts))))
        )
        deliveries.append(
            NewDelivery(batch=batch, subscription_id=reader.id, message=message, due_at=now, priority=Priority.NOTICE)
        )
    return await world.store.outbox.enqueue(deliveries) if deliveries else 0

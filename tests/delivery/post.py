"""A store, a real channel and its drain over a Bot API server, all on one hurried clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, select

from bot.channels.telegram import TelegramChannel
from bot.deliveries import Priority, State
from bot.messages.catalogue import catalogue
from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS
from bot.subscriptions import Language, Subscription
from tests.builders import LAST_DAY, moment
from tests.delivery.hurry import clock_from
from tests.fakes.bot_api_load import LoadApi

START = moment(LAST_DAY, "18:21")
"""When the loop's clock shows 0."""

READ_TIMEOUT_SECONDS = 2.0

REPEATED = catalogue(Language.ZH).text("may-be-repeated")


@dataclass
class Post:
    """Whoever leaves messages for chats, and looks at what becomes of them."""

    store: Database
    channel: TelegramChannel
    drain: Drain
    batches: int = 0

    def __post_init__(self) -> None:
        self.now = clock_from(START)

    async def subscribe(self, chats: Sequence[str], **wishes: object) -> dict[str, int]:
        """New subscribers; returns their ids by chat."""
        defaults = {"evening_digest": None, "morning_digest": False, "weekly_digest": False} | wishes
        made = [Subscription(id=0, channel="telegram", chat=chat, **defaults) for chat in chats]  # type: ignore[arg-type]
        return {one.chat: (await self.store.subscriptions.save(one, START)).id for one in made}

    async def leave(
        self, messages: Sequence[tuple[int, Message]], priority: Priority = Priority.ALERT, batch: str = ""
    ) -> None:
        """A batch of messages, due now, by subscription."""
        self.batches += 1
        name = batch or f"batch {self.batches}"
        now = self.now()
        await self.store.outbox.enqueue(
            [
                NewDelivery(batch=name, subscription_id=one, message=message, due_at=now, priority=priority)
                for one, message in messages
            ]
        )

    async def rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        """What a query of the store finds."""
        async with self.store.outbox._connections.read() as connection:
            return (await connection.execute(query)).all()

    async def over(self) -> bool:
        """Whether every message is at its end; those for paused subscriptions wait."""
        waits = DELIVERIES.c.state.in_([State.PENDING, State.SENDING])
        mine = SUBSCRIPTIONS.c.id == DELIVERIES.c.subscription_id
        return not await self.rows(select(DELIVERIES.c.id).where(waits, mine, SUBSCRIPTIONS.c.active).limit(1))

    async def until(self, true: Callable[[], Awaitable[bool]], seconds: float, every: float = 1.0) -> None:
        """Let the drain work until something holds; fails after so many seconds of the loop's clock."""
        async with asyncio.timeout(seconds):
            while not await true():
                await asyncio.sleep(every)


@asynccontextmanager
async def post_over(api: LoadApi, path: Path, pace: Pace | None = None) -> AsyncIterator[Post]:
    """A post whose drain runs; at the end it is stopped as a service stops it."""
    store = Database(f"sqlite:///{path}")
    await store.open()
    channel = TelegramChannel(api.token, base_url=api.base_url, read_timeout_seconds=READ_TIMEOUT_SECONDS)
    drain = Drain(store.outbox, {channel.kind: channel}, clock_from(START), pace or Pace())
    draining = asyncio.create_task(drain.run())
    try:
        yield Post(store, channel, drain)
        assert not draining.done()
    finally:
        draining.cancel()
        with suppress(asyncio.CancelledError):
            await draining
        await channel.aclose()
        await store.close()

"""A store, a real channel and its drain over a Bot API server, all on one hurried clock."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Row, Select, event, insert, select
from sqlalchemy.exc import ProgrammingError

from bot.channels.base import Answer
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address, Priority, State
from bot.messages.catalogue import catalogue
from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.subscriptions import _settings, subscription_of
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
    now: Callable[[], datetime]
    batches: int = 0

    async def subscribe(self, places: Iterable[Address], **wishes: object) -> dict[Address, int]:
        """New subscribers; returns their ids."""
        defaults = {"evening_digest": None, "morning_digest": False, "weekly_digest": False} | wishes
        made = [
            Subscription(id=0, channel="telegram", chat=one.chat, thread=one.thread, **defaults)  # type: ignore[arg-type]
            for one in places
        ]
        rows = [{**_settings(one), "created_at": START, "updated_at": START} for one in made]
        async with self.store.outbox._connections.write() as connection:
            await connection.execute(insert(SUBSCRIPTIONS), rows)
        return {Address(one.chat, one.thread): one.id for one in (await self.subscriptions()).values()}

    async def subscriptions(self) -> dict[int, Subscription]:
        """All of them by id, the paused ones too."""
        query = select(SUBSCRIPTIONS)
        async with self.store.outbox._connections.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {row["id"]: subscription_of(row) for row in rows}

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
            while not await true():  # noqa: ASYNC110 - it is the store that is asked
                await asyncio.sleep(every)


@cache
def _blank() -> bytes:
    """A migrated database with nothing in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "blank.db")

        async def migrate() -> None:
            database = Database(f"sqlite:///{path}")
            await database.open()
            await database.close()

        asyncio.run(migrate())
        return path.read_bytes()


def fresh(path: Path) -> Path:
    """A file with an empty database in it."""
    path.write_bytes(_blank())
    return path


@asynccontextmanager
async def post_over(
    api: LoadApi,
    path: Path,
    *,
    answer: Answer | None = None,
    killed: bool = False,
    start: datetime = START,
    pace: Pace | None = None,
) -> AsyncIterator[Post]:
    """A post whose drain runs and, with an `answer`, whose channel listens.

    At the end it is stopped as a service stops it or, if it is to be `killed`, as a process that is gone.
    """
    store = Database(f"sqlite:///{path}")
    files: list[Any] = []
    event.listen(store.outbox._connections._engine.sync_engine, "connect", lambda one, _: files.append(one))
    await store.open()
    channel = TelegramChannel(api.token, base_url=api.base_url, read_timeout_seconds=READ_TIMEOUT_SECONDS)
    drain = Drain(store.outbox, {channel.kind: channel}, clock_from(start), pace or Pace())
    running = [asyncio.create_task(drain.run())]
    if answer is not None:
        running.append(asyncio.create_task(channel.serve(answer, ())))
    try:
        yield Post(store, channel, drain, clock_from(start))
        assert not any(one.done() for one in running)
        if killed:
            for one in files:
                one._connection._connection.close()
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await channel.aclose()
        with suppress(*([ProgrammingError] if killed else [])):
            await store.close()

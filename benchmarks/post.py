"""A post office for benchmarks: a database with readers and a message for each, and workers that send them."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime
from multiprocessing.synchronize import Event, Semaphore

from sqlalchemy import func, insert, select, update
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot.channels.base import Part
from bot.channels.telegram import TelegramChannel
from bot.deliveries import Address, State
from bot.garbage import collect_seldom
from bot.limiter import Limiter, Quotas
from bot.logs import configure
from bot.messages.model import Heading, Message, paragraph
from bot.outbox import Drain, Pace
from bot.store.connections import Connections
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from bot.store.tables import DELIVERIES, SUBSCRIPTIONS
from bot.store.url import database_url
from bot.subscriptions import Subscription

AT_ONCE = 128
"""Messages that are with the server at once."""

TOKEN = "123456:benchmark"  # noqa: S105 - of nobody
_FIRST_CHAT = 1000
_ROWS = 2000
_LOOK_SECONDS = 0.1

MESSAGE = Message(
    blocks=(
        Heading("软件ETF 560850 连续5日净流入"),
        paragraph(
            "截至2月11日连续5个交易日净流入，合计1.23亿元，为跟踪同一指数的基金中第一。",
            "区间涨幅 3.2%，溢价率 0.12%。",
        ),
    )
)


class LibraryChannel(TelegramChannel):
    """The same messages over python-telegram-bot as it comes, with a pool as large as ours."""

    def __init__(self, base_url: str) -> None:
        super().__init__(TOKEN, base_url=base_url)
        self.limiter = Limiter(Quotas())
        self._library = ExtBot(TOKEN, base_url=base_url, request=HTTPXRequest(connection_pool_size=AT_ONCE))

    async def send(self, address: Address, part: Part) -> str:
        """One message."""
        sent = await self._library.send_message(address.chat, part.markup, parse_mode="HTML")
        return str(sent.message_id)


def our_channel(base_url: str) -> TelegramChannel:
    """The channel of the product, its limiter off."""
    channel = TelegramChannel(TOKEN, base_url=base_url, pool=AT_ONCE)
    channel.limiter = Limiter(Quotas())
    return channel


def as_a_service() -> None:
    """Say what goes wrong alone, and look for garbage as a service does; the same for all that is compared."""
    configure("warning", "console", ())
    collect_seldom()


async def readers(url: str, number: int) -> None:
    """A database with so many readers, each in a chat of his own."""
    store = Database(url)
    await store.open()
    await store.subscriptions.save(_reader(_FIRST_CHAT), datetime.now(UTC))
    await store.close()
    connections = Connections(database_url(url))
    async with connections.write() as connection:
        row = dict((await connection.execute(select(SUBSCRIPTIONS))).mappings().one())
        row.pop("id")
        for start in range(1, number, _ROWS):
            rows = [{**row, "chat": str(_FIRST_CHAT + at)} for at in range(start, min(start + _ROWS, number))]
            await connection.execute(insert(SUBSCRIPTIONS), rows)
    await connections.close()


async def leave(url: str, number: int) -> None:
    """One message for each of the first readers."""
    now, store = datetime.now(UTC), Database(url, exclusive=False)
    await store.open()
    left = [NewDelivery(batch="bench", subscription_id=at + 1, message=MESSAGE, due_at=now) for at in range(number)]
    await store.outbox.enqueue(left)
    await store.close()


class Office:
    """A database whose messages can be sent again and again."""

    def __init__(self, url: str) -> None:
        self._url = url

    def send(self, base_url: str, number: int, *, library: bool = False) -> int:
        """Send the first messages with one worker in this process; returns how many."""
        return asyncio.run(self._send(base_url, number, library=library))

    def wait(self, number: int) -> int:
        """Let workers that are there send the first messages; returns how many."""
        return asyncio.run(self._wait(number))

    async def _send(self, base_url: str, number: int, *, library: bool) -> int:
        channel = LibraryChannel(base_url) if library else our_channel(base_url)
        async with self._opened() as store, _draining(store, channel):
            return await self._again(number)

    async def _wait(self, number: int) -> int:
        async with self._opened():
            return await self._again(number)

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Database]:
        store = Database(self._url, exclusive=False)
        await store.open()
        yield store
        await store.close()

    async def _again(self, number: int) -> int:
        """Put the messages back into the queue and wait until they are sent."""
        connections, sent = Connections(database_url(self._url)), 0
        fresh = {"state": State.PENDING, "attempts": 0, "parts_sent": 0, "remote_ids": "", "ended_at": None}
        async with connections.write() as connection:
            await connection.execute(update(DELIVERIES).where(DELIVERIES.c.id <= number).values(fresh))
        done = select(func.count()).where(DELIVERIES.c.id <= number, DELIVERIES.c.state == State.SENT)
        while sent < number:
            await asyncio.sleep(_LOOK_SECONDS)
            async with connections.read() as connection:
                sent = (await connection.execute(done)).scalar_one()
        await connections.close()
        return sent


@contextmanager
def crew(url: str, base_url: str, workers: int) -> Iterator[None]:
    """So many processes that send what is left in a database, for as long as the block lasts."""
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Semaphore(0)
    processes = [context.Process(target=_work, args=(url, base_url, stop, ready), daemon=True) for _ in range(workers)]
    for one in processes:
        one.start()
    for _ in processes:
        ready.acquire()
    try:
        yield
    finally:
        stop.set()
        for one in processes:
            one.join()


def _work(url: str, base_url: str, stop: Event, ready: Semaphore) -> None:
    as_a_service()

    async def work() -> None:
        store = Database(url, exclusive=False)
        await store.open()
        async with _draining(store, our_channel(base_url)):
            ready.release()
            await asyncio.to_thread(stop.wait)
        await store.close()

    asyncio.run(work())


@asynccontextmanager
async def _draining(store: Database, channel: TelegramChannel) -> AsyncIterator[None]:
    pace = Pace(batch=2 * AT_ONCE, at_once=AT_ONCE, idle_seconds=0.05)
    drain = Drain(store.outbox, {channel.kind: channel}, lambda: datetime.now(UTC), pace)
    working = asyncio.create_task(drain.run())
    yield
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await channel.aclose()


def _reader(chat: int) -> Subscription:
    return Subscription(id=0, channel="telegram", chat=str(chat), watched=frozenset({"560850"}))

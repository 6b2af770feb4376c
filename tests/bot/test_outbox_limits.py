"""How the consumer of deliveries lives with what a channel allows: nobody is held up by others, and nothing forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Part
from bot.deliveries import Address, SendFailedError
from bot.limiter import Limiter, Quota, Quotas
from bot.messages.model import Message, plain
from bot.outbox import Drain, Pace
from bot.store.database import Database
from bot.store.new_deliveries import NewDelivery
from tests.bot.office import NOW, REPEATED, SOON, Office
from tests.bot.readers import Recorder, reader

pytestmark = pytest.mark.anyio

HOUR_SECONDS = 3600.0


@pytest.fixture
def office(store: Database) -> Iterator[Office]:
    with capture_logs():
        yield Office(store)


@asynccontextmanager
async def draining(office: Office, pace: Pace) -> AsyncIterator[None]:
    drain = Drain(office.store.outbox, {"test": office.channel}, office.clock.now, pace)
    task = asyncio.create_task(drain.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _leave_in_topics(office: Office, chat: str, topics: int) -> None:
    for topic in range(topics):
        subscription = await reader(office.store, chat, thread=str(topic))
        letter = NewDelivery(batch="topics", subscription_id=subscription.id, message=plain(f"{topic}"), due_at=NOW)
        assert await office.store.outbox.enqueue([letter]) == 1


def _one_in_an_hour(chat: str) -> list[Quota]:
    return [Quota(chat, 1, HOUR_SECONDS)] if chat.startswith("-") else []


async def test_a_group_that_has_had_all_it_may_takes_no_hand_from_others(office: Office) -> None:
    office.channel.limiter = Limiter(Quotas(None, _one_in_an_hour))
    await _leave_in_topics(office, "-1", 6)
    for chat in "abcde":
        await office.leave(chat, chat)
    async with draining(office, Pace(batch=2, idle_seconds=0.01)):
        arrived = [await asyncio.wait_for(office.channel.arrivals.get(), 10) for _ in range(6)]
    assert sorted(arrived) == sorted(["<0>", *(f"<{chat}>" for chat in "abcde")])


async def test_what_waits_too_long_for_its_turn_takes_none(office: Office) -> None:
    office.channel.limiter = limiter = Limiter(Quotas(Quota("*", 1, 1.0)))
    await office.leave("a", "a")
    async with limiter.turn("z", 0), draining(office, Pace(lease_seconds=0.2, idle_seconds=HOUR_SECONDS)):
        async with asyncio.timeout(10):
            while not limiter.waiting:  # noqa: ASYNC110 - the limiter tells nobody
                await asyncio.sleep(0.01)
            while await office.states() != {"pending": 1}:  # noqa: ASYNC110 - nor does the store
                await asyncio.sleep(0.01)
    waits = asyncio.create_task(_turn(limiter))
    await asyncio.wait_for(waits, 10)
    assert office.channel.sent == []
    (left,) = await office.store.outbox.claim(office.clock.at, 10, 60)
    assert left.attempts == 1


async def _turn(limiter: Limiter) -> None:
    async with limiter.turn("y", 0):
        pass


class Gallery(Recorder):
    """A channel on which every message is an album of three pictures and a text."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup="album", album=(b"1", b"2", b"3")), Part(markup="text")]


Afterwards = Callable[[Office], Coroutine[None, None, None]]


async def _sent(office: Office) -> None:
    await office.work()
    assert len(office.channel.sent) == 2


async def _killed_on_the_way(office: Office) -> None:
    (one,) = await office.store.outbox.claim(office.clock.at, 1, 60)
    assert await office.store.outbox.marks.begin(one.id, one.attempts)


async def _answer_lost(office: Office) -> None:
    office.channel.failures = {1: SendFailedError("lost", unknown=True)}
    await office.drain.once()
    assert office.channel.sent == []


@pytest.mark.parametrize(("so_far", "left"), [(_sent, 1), (_killed_on_the_way, 2), (_answer_lost, 2)])
async def test_a_new_process_counts_what_the_server_may_have(store: Database, so_far: Afterwards, left: int) -> None:
    office = Office(store, Gallery())
    await office.leave("-1", "picture")
    await so_far(office)
    allowed = 5
    limiter = office.channel.limiter = Limiter(Quotas(None, lambda chat: [Quota(chat, allowed, HOUR_SECONDS)]))
    office.clock.at += timedelta(seconds=1)
    await office.drain._remember("test")
    got = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            while True:
                async with limiter.turn("-1", 0):
                    got += 1
    assert got == left


async def test_the_word_ahead_of_what_comes_again_takes_a_turn_of_its_own(office: Office) -> None:
    office.channel.failures = {1: SendFailedError("lost", unknown=True)}
    await office.leave("a", "one\ntwo")
    await office.work()
    # What was lost is the first of three.
    office.channel.limiter = Limiter(Quotas(Quota("*", 3, HOUR_SECONDS)))
    office.clock.at += SOON
    async with draining(office, Pace(idle_seconds=0.01, lease_seconds=HOUR_SECONDS)):
        arrived = [await asyncio.wait_for(office.channel.arrivals.get(), 10) for _ in range(2)]
        assert arrived == [f"<{REPEATED}>", "<one>"]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(office.channel.arrivals.get(), 0.2)
        assert office.channel.sent[-1] == (Address("a"), "<one>")

"""The consumer of deliveries while it runs: side by side, over slow and absent servers, and to its end."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot import breaker
from bot.channels.base import Part
from bot.deliveries import Address, SendFailedError
from bot.limiter import Limiter, Quota, Quotas
from bot.messages.model import Message
from bot.outbox import Drain, Pace
from bot.store.database import Database
from tests.bot.office import NOW, REPEATED, SOON, Office
from tests.bot.readers import Recorder
from tests.bot.serving import Hand

pytestmark = pytest.mark.anyio


@pytest.fixture
def office(store: Database) -> Iterator[Office]:
    with capture_logs():
        yield Office(store)


@dataclass
class Slow(Recorder):
    """Takes its time by the office's clock."""

    clock: Hand = field(default_factory=lambda: Hand(NOW))
    seconds: float = 10.0

    async def send(self, address: Address, part: Part) -> str:
        self.clock.at += timedelta(seconds=self.seconds)
        return await super().send(address, part)


async def test_a_slow_channel_begins_nothing_that_would_outlive_its_lease(office: Office) -> None:
    office.channel = Slow(clock=office.clock)
    for number in range(12):
        await office.leave(str(number), f"{number}")
    began = office.clock.at
    assert await office.drain.once() == 12
    assert office.clock.at - began <= timedelta(seconds=60)
    assert len(office.channel.markups) == 5
    for _ in range(3):
        await office.work(timedelta(minutes=1))
    assert sorted(office.channel.markups) == sorted(f"<{number}>" for number in range(12))
    assert await office.states() == {"sent": 12}


async def test_chats_are_sent_to_side_by_side(office: Office) -> None:
    together = asyncio.Barrier(5)

    class Meeting(Recorder):
        async def send(self, address: Address, part: Part) -> str:
            await together.wait()
            return await super().send(address, part)

    office.channel = Meeting()
    for chat in "abcde":
        await office.leave(chat, chat)
    assert sorted(await asyncio.wait_for(office.work(), 30)) == [f"{chat}: <{chat}>" for chat in "abcde"]


async def test_a_channel_is_used_no_faster_than_it_allows(office: Office) -> None:
    office.channel.limiter = Limiter(Quotas(Quota("*", 2, 1.0)))
    for chat in "abcde":
        await office.leave(chat, chat)
    loop = asyncio.get_running_loop()
    began = loop.time()
    await office.work()
    assert loop.time() - began >= 2.0


class Hanging(Recorder):
    """Never answers."""

    async def send(self, address: Address, part: Part) -> str:
        del address, part
        await asyncio.Event().wait()
        return ""


async def test_a_channel_that_hangs_does_not_hold_up_the_others(office: Office) -> None:
    await office.leave("a", "one", channel="hanging")
    await office.leave("b", "two")
    channels = {"hanging": Hanging(), "test": office.channel}
    draining = asyncio.create_task(
        Drain(office.store.outbox, channels, office.clock.now, Pace(idle_seconds=0.01, grace_seconds=0.1)).run()
    )
    try:
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<two>"
        await office.leave("b", "three")
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<three>"
    finally:
        draining.cancel()
        with suppress(asyncio.CancelledError):
            await draining


async def test_draining_goes_on_until_it_is_cancelled(office: Office) -> None:
    drain = Drain(office.store.outbox, {"test": office.channel}, office.clock.now, Pace(idle_seconds=0.01))
    draining = asyncio.create_task(drain.run())
    for number in range(3):
        await office.leave("a", f"{number}")
        assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == f"<{number}>"
    draining.cancel()
    with pytest.raises(asyncio.CancelledError):
        await draining


async def test_what_was_sent_before_a_restart_counts(office: Office) -> None:
    allowed = Quotas(None, lambda chat: [Quota(chat, 2, 3600.0)])
    await office.leave("a", "one\ntwo")
    await office.leave("b", "three")
    await office.work()
    office.channel.limiter = Limiter(allowed)
    office.clock.at += timedelta(seconds=30)
    for chat in "ab":
        await office.leave(chat, f"more for {chat}")
    office.channel.arrivals = asyncio.Queue()
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(office.channel.arrivals.get(), 60) == "<more for b>"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(office.channel.arrivals.get(), 0.3)
    assert office.channel.limiter.waiting == 1
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


async def test_more_chats_than_hands_are_all_sent_to(office: Office) -> None:
    for number in range(9):
        await office.leave(str(number), str(number))
    drain = Drain(office.store.outbox, {"test": office.channel}, office.clock.now, Pace(batch=2, idle_seconds=5.0))
    draining = asyncio.create_task(drain.run())
    seen = {await asyncio.wait_for(office.channel.arrivals.get(), 4) for _ in range(9)}
    assert seen == {f"<{number}>" for number in range(9)}
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


@dataclass
class Held(Recorder):
    """Takes a message and answers when it is let."""

    there: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, address: Address, part: Part) -> str:
        self.there.set()
        await self.let.wait()
        return await super().send(address, part)


async def _stopped(draining: "asyncio.Task[None]") -> None:
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


async def test_what_is_on_its_way_when_the_service_stops_is_waited_for_and_nothing_more_begun(office: Office) -> None:
    held = office.channel = Held()
    await office.leave("a", "one\ntwo")
    draining = asyncio.create_task(office.drain.run())
    await asyncio.wait_for(held.there.wait(), 5)
    stopping = asyncio.create_task(_stopped(draining))
    await asyncio.sleep(0.05)
    assert not stopping.done()
    held.let.set()
    await asyncio.wait_for(stopping, 5)
    assert await office.states() == {"pending": 1}
    office.channel = Recorder()
    assert await office.work() == ["a: <two>"]


async def test_what_waits_for_its_turn_when_the_service_stops_can_be_had_at_once(office: Office) -> None:
    office.channel.limiter = Limiter(Quotas(Quota("*", 1, 3600.0)))
    await office.leave("a", "one")
    await office.leave("b", "two")
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(office.channel.arrivals.get(), 5) == "<one>"
    async with asyncio.timeout(5):
        while not office.channel.limiter.waiting:  # noqa: ASYNC110 - the limiter tells nobody
            await asyncio.sleep(0.01)
    await _stopped(draining)
    assert await office.states() == {"sent": 1, "pending": 1}
    (left,) = await office.store.outbox.claim(office.clock.at, 10, 60)
    assert left.attempts == 1


class Gallery(Recorder):
    """A channel on which every message is an album of three pictures."""

    def render(self, message: Message, *, plain: bool = False) -> list[Part]:
        return [Part(markup="album", album=(b"1", b"2", b"3"))]


async def test_an_album_takes_as_much_as_its_pictures(store: Database) -> None:
    channel = Gallery(limiter=Limiter(Quotas(Quota("*", 4, 3600.0))))
    office = Office(store, channel)
    for chat in "ab":
        await office.leave(chat, chat)
    draining = asyncio.create_task(office.drain.run())
    assert await asyncio.wait_for(channel.arrivals.get(), 60) == "album"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(channel.arrivals.get(), 0.3)
    assert channel.limiter.waiting == 1
    draining.cancel()
    with suppress(asyncio.CancelledError):
        await draining


@dataclass
class Probed(Recorder):
    """A channel whose server can be away."""

    away: bool = True
    unknown: bool = False
    probes: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    async def probe(self) -> None:
        self.probes.put_nowait(None)
        if self.away:
            raise SendFailedError("away")

    async def send(self, address: Address, part: Part) -> str:
        if self.away:
            self.calls += 1
            raise SendFailedError("away", unknown=self.unknown)
        return await super().send(address, part)


@pytest.mark.parametrize("unknown", [False, True])
async def test_a_server_that_is_away_is_asked_without_messages_until_it_is_back(
    office: Office, monkeypatch: pytest.MonkeyPatch, *, unknown: bool
) -> None:
    monkeypatch.setattr(breaker, "FIRST_REST_SECONDS", 0.01)
    monkeypatch.setattr(breaker, "LONGEST_REST_SECONDS", 0.01)
    office.channel = channel = Probed(unknown=unknown)
    for number in range(30):
        await office.leave(str(number), f"{number}")
    pace = Pace(batch=10, idle_seconds=0.001)
    draining = asyncio.create_task(Drain(office.store.outbox, {"test": channel}, office.clock.now, pace).run())
    for _ in range(5):
        await asyncio.wait_for(channel.probes.get(), 60)
    # As many as were in hand when it was found out.
    failed = channel.calls
    assert breaker.TRIP_AFTER <= failed <= pace.batch
    channel.away = False
    office.clock.at += SOON
    arrived = [await asyncio.wait_for(channel.arrivals.get(), 60) for _ in range(30 + failed * unknown)]
    assert {one for one in arrived if one != f"<{REPEATED}>"} == {f"<{number}>" for number in range(30)}
    await _stopped(draining)


async def test_what_may_go_out_only_once_more_waits_for_a_server_that_answers(office: Office) -> None:
    office.channel = channel = Probed(unknown=True)
    await office.leave("a", "one")
    for _ in range(10):
        await office.work(timedelta(minutes=31))
    assert channel.calls == 1
    channel.away = False
    assert await office.work(timedelta(minutes=38)) == [f"a: <{REPEATED}>", "a: <one>"]
    assert await office.states() == {"sent": 1}


async def test_a_server_that_can_be_asked_by_a_message_only_gets_one_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "FIRST_REST_SECONDS", 0.01)
    monkeypatch.setattr(breaker, "LONGEST_REST_SECONDS", 0.01)
    for number in range(30):
        await office.leave(str(number), f"{number}")
    office.channel.gone = {str(number): SendFailedError("away") for number in range(20)}
    pace = Pace(batch=10, idle_seconds=0.001)
    draining = asyncio.create_task(Drain(office.store.outbox, {"test": office.channel}, office.clock.now, pace).run())
    arrived = {await asyncio.wait_for(office.channel.arrivals.get(), 60) for _ in range(10)}
    assert arrived == {f"<{number}>" for number in range(20, 30)}
    assert office.channel.calls == 30
    await _stopped(draining)

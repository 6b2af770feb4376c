"""The consumer of deliveries while the database comes and goes: nothing is lost, nothing goes out twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.channels.base import Part
from bot.deliveries import Address, State
from bot.messages.catalogue import catalogue
from bot.messages.model import plain
from bot.outbox import Drain, Pace
from bot.store import connections, outbox, trouble
from bot.store.database import Database
from bot.store.errors import AwayError
from bot.store.new_deliveries import NewDelivery
from bot.subscriptions import Language
from tests.bot.readers import Recorder, reader
from tests.bot.serving import Hand
from tests.builders import LAST_DAY, moment
from tests.store.disks import Disk, locked_by_another, server_of_its_own, small_disk, start

pytestmark = pytest.mark.anyio

NOW = moment(LAST_DAY, "18:21")
READERS = 30
SAID = ["the database cannot be used", "the database is back"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr(trouble, "PROBE_SECONDS", 0.05)
    monkeypatch.setattr(connections, "FIRST_WAIT_SECONDS", 0.02)
    monkeypatch.setattr(connections, "LONGEST_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(outbox, "OTHERS_SECONDS", 0.1)
    monkeypatch.setattr(connections, "_PRAGMAS", ("busy_timeout=100", *connections._PRAGMAS[1:]))


class Eventful(Recorder):
    """A channel on which something happens in the middle of a sending, when the server has the message."""

    def __init__(self, at: int, happens: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._at, self._happens = at, happens

    async def send(self, address: Address, part: Part) -> str:
        remote_id = await super().send(address, part)
        if self.calls == self._at:
            await self._happens()
        await asyncio.sleep(0.005)
        return remote_id


async def leave(store: Database, readers: int = READERS) -> Counter[str]:
    """A message of three parts for each reader; what is to arrive, and how often."""
    letters = [
        NewDelivery(
            batch="evening",
            subscription_id=(await reader(store, f"{number}")).id,
            message=plain(f"{number}.1\n{number}.2\n{number}.3"),
            due_at=NOW,
        )
        for number in range(readers)
    ]
    assert await store.outbox.enqueue(letters) == readers
    return Counter(f"<{number}.{part}>" for number in range(readers) for part in (1, 2, 3))


@asynccontextmanager
async def draining(store: Database, channel: Recorder, clock: Hand | None = None) -> AsyncIterator[asyncio.Task[None]]:
    hand = clock or Hand(NOW)
    drain = Drain(store.outbox, {"test": channel}, hand.now, Pace(batch=8, idle_seconds=0.02, grace_seconds=2))
    running = asyncio.create_task(drain.run())
    yield running
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def until(seen: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(6_000):  # a minute: a busy machine starts a server slowly
        with suppress(AwayError):
            if await seen():
                return
        await asyncio.sleep(0.01)
    pytest.fail("what was waited for did not come")


def as_repeat() -> str:
    """The word ahead of a message that may have arrived."""
    return f"<{catalogue(Language.ZH).text('may-be-repeated')}>"


async def all_sent(store: Database) -> bool:
    many = await store.outbox.counts()
    return many[State.SENT] == sum(many.values()) and not store._connections.behind


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "small"
    folder.mkdir()
    with small_disk(folder) as made:
        if made is None:
            pytest.skip("this user may not make a file system")
        yield made


async def opened(url: str) -> Database:
    store = Database(url)
    await store.open()
    return store


async def test_a_disk_that_fills_up_while_sending_stops_it_and_nothing_goes_out_twice(disk: Disk) -> None:
    store = await opened(f"sqlite:///{disk.folder / 'store.db'}")
    expected = await leave(store)

    async def fills() -> None:
        disk.fill()

    channel = Eventful(5, fills)
    with capture_logs() as said:
        async with draining(store, channel) as running:
            await until(lambda: noticed(store))
            await settled(channel)
            stopped_at = channel.calls
            await asyncio.sleep(0.3)
            assert channel.calls == stopped_at < 3 * READERS, "nothing more is sent than what was in hand"
            assert not running.done()
            disk.free()
            await until(lambda: all_sent(store))
    assert Counter(channel.markups) == expected
    assert [one["event"] for one in said if "database" in one["event"]] == SAID
    await store.close()


async def noticed(store: Database) -> bool:
    return store._connections.behind > 0 and store._connections.trouble.ailment is not None


async def settled(channel: Recorder) -> None:
    """What was in hand has gone out."""
    calls = -1
    while channel.calls != calls:
        calls = channel.calls
        await asyncio.sleep(0.2)


async def test_nothing_is_sent_whose_claim_cannot_be_stored(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = await opened(f"sqlite:///{file}")
    expected, channel = await leave(store), Recorder()
    with capture_logs() as said:
        with locked_by_another(file):
            async with draining(store, channel) as running:
                await until(lambda: ails(store))
                await asyncio.sleep(0.5)
                assert channel.sent == []
                assert not running.done()
        async with draining(store, channel):
            await until(lambda: all_sent(store))
    assert Counter(channel.markups) == expected
    assert [one["event"] for one in said if "database" in one["event"]] == SAID
    await store.close()


async def ails(store: Database) -> bool:
    return store._connections.trouble.ailment is not None


async def test_a_lock_in_the_middle_is_waited_for_longer_than_a_lease(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store, clock = await opened(f"sqlite:///{file}"), Hand(NOW)
    expected, begun = await leave(store), asyncio.Event()

    async def locks() -> None:
        begun.set()
        await until(lambda: ails(store))

    channel = Eventful(5, locks)
    with capture_logs() as said:
        async with draining(store, channel, clock):
            await begun.wait()
            with locked_by_another(file):
                await until(lambda: noticed(store))
                await settled(channel)
                clock.at += timedelta(minutes=30)
            await until(lambda: all_sent(store))
    # What had begun just as its lease ended is said to be a repeat, though it is none.
    said_again = as_repeat()
    assert Counter(one for one in channel.markups if one != said_again) == expected
    assert [one["event"] for one in said if "database" in one["event"]] == SAID
    await store.close()


@pytest.mark.pg
async def test_a_server_that_goes_away_while_sending_and_comes_back(server: Any) -> None:
    store, clock = await opened(server.get_uri()), Hand(NOW)
    expected = await leave(store)

    stopped = asyncio.Event()

    async def stops() -> None:
        await asyncio.to_thread(server.stop)
        stopped.set()

    channel = Eventful(5, stops)
    with capture_logs() as said:
        async with draining(store, channel, clock) as running:
            await until(lambda: noticed(store))
            await settled(channel)
            clock.at += timedelta(minutes=30)
            stopped_at = channel.calls
            await asyncio.sleep(0.3)
            assert channel.calls == stopped_at < 3 * READERS
            assert not running.done()
            await stopped.wait()
            await asyncio.to_thread(start, server)
            await until(lambda: all_sent(store))
    said_again = as_repeat()
    assert Counter(one for one in channel.markups if one != said_again) == expected
    assert [one["event"] for one in said if "database" in one["event"]] == SAID
    await store.close()


@pytest.fixture
def server() -> Iterator[Any]:
    with server_of_its_own() as made:
        yield made


async def test_a_part_that_was_stored_without_a_word_is_not_counted_twice(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leave(store, 2)
    one, other = await store.outbox.claim(NOW, 2, 60)
    write, lost = store._connections.write, [1, 1]

    @asynccontextmanager
    async def without_a_word() -> AsyncIterator[Any]:
        async with write() as connection:
            yield connection
        if lost:
            lost.pop()
            raise AwayError("the answer to COMMIT did not come")

    monkeypatch.setattr(store._connections, "write", without_a_word)
    await store.outbox.marks.taken(one.id, 1, "m1")
    lost.append(1)
    await store.outbox.marks.sent(other.id, NOW, "m3")
    await store.outbox.marks.taken(one.id, 2, "m2")
    assert not store._connections.behind
    await store.outbox.put_back(one)
    (again,) = await store.outbox.claim(NOW, 1, 60)
    assert (again.id, again.parts_sent) == (one.id, 2)

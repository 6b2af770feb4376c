"""Several processes share what a channel allows, and deal out the chats."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import DateTime, cast, func, update

from bot import crew as crew_module
from bot.crew import Crew
from bot.limiter import Limiter, Quota, Quotas
from bot.store.crew import ALONE, GONE_AFTER, CrewStore, Place
from bot.store.database import Database
from bot.store.tables import CREW
from tests.store.samples import NOW, letters, subscribers

pytestmark = pytest.mark.anyio

ON_POSTGRESQL = pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.pg)], indirect=True)


def member(store: Database) -> CrewStore:
    """A process over the same database."""
    return CrewStore(store._connections, shared=True)


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_on_sqlite_a_process_is_alone(store: Database) -> None:
    assert await store.crew.here(drains=True) == ALONE
    await store.crew.leave()


@ON_POSTGRESQL
async def test_each_process_has_a_place_of_its_own_among_those_that_drain(store: Database) -> None:
    leader, *workers = (member(store) for _ in range(4))
    await leader.here(drains=False)
    for one in workers:
        await one.here(drains=True)
    places = [await one.here(drains=True) for one in workers]
    assert sorted(one.number for one in places) == [0, 1, 2]
    assert {(one.drains, one.speaks) for one in places} == {(3, 4)}
    await workers[0].leave()
    assert {await one.here(drains=True) for one in workers[1:]} == {Place(0, 2, 3), Place(1, 2, 3)}


@ON_POSTGRESQL
async def test_a_process_that_says_nothing_for_a_while_is_gone(store: Database) -> None:
    one, other = member(store), member(store)
    await other.here(drains=True)
    assert (await one.here(drains=True)).drains == 2
    async with store._connections.write() as connection:
        long_ago = cast(func.now(), DateTime(timezone=True)) - (GONE_AFTER + timedelta(seconds=1))
        await connection.execute(update(CREW).values(seen_at=long_ago))
    assert await one.here(drains=True) == Place(0, 1, 1)
    assert (await other.here(drains=True)).drains == 2


@ON_POSTGRESQL
async def test_every_chat_is_some_process_s_and_no_other_s(store: Database) -> None:
    everybody = await subscribers(store, 60)
    await store.outbox.enqueue(letters(everybody))
    claims = [await store.outbox.claim(NOW, 100, 60, place=Place(number, 3, 3)) for number in range(3)]
    assert sorted(one.subscription_id for claim in claims for one in claim) == sorted(everybody)
    assert all(len(claim) >= 8 for claim in claims)


@ON_POSTGRESQL
async def test_who_comes_to_others_waits_until_they_use_less(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(crew_module, "SETTLE_SECONDS", 0.2)
    limiters = [Limiter(Quotas(Quota("*", 30, 1.0))) for _ in range(2)]
    first, second = (Crew(member(store), [one], drains=True) for one in limiters)
    running = [asyncio.create_task(first.run())]
    assert await first.settled() == Place(0, 1, 1)
    running.append(asyncio.create_task(second.run()))
    assert (await second.settled()).drains == 2
    await _until(lambda: {first.place, second.place} == {Place(0, 2, 2), Place(1, 2, 2)})
    assert [await _lets_out_at_once(one) for one in limiters] == [15, 15]
    running[1].cancel()
    with suppress(asyncio.CancelledError):
        await running[1]
    await _until(lambda: first.place.drains == 1)
    assert await _lets_out_at_once(limiters[0]) == 15
    running[0].cancel()
    with suppress(asyncio.CancelledError):
        await running[0]


@ON_POSTGRESQL
async def test_who_neither_drains_nor_speaks_takes_nothing(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "BEAT_SECONDS", 0.02)
    leads = False
    standby_crew = Crew(member(store), [], drains=False, speaks=lambda: leads)
    standby = asyncio.create_task(standby_crew.run())
    worker = member(store)
    await asyncio.sleep(0.1)
    assert await worker.here(drains=True) == Place(0, 1, 1)
    leads = True
    await _until(lambda: standby_crew.place.speaks == 2)
    assert await worker.here(drains=True) == Place(0, 1, 2)
    standby.cancel()
    with suppress(asyncio.CancelledError):
        await standby
    assert await worker.here(drains=True) == Place(0, 1, 1)


async def _until(so: Callable[[], bool]) -> None:
    for _ in range(500):
        if so():
            return
        await asyncio.sleep(0.01)
    pytest.fail("it never came to be so")


async def _lets_out_at_once(limiter: Limiter) -> int:
    """How many messages to different chats go out before one has to wait."""
    async with asyncio.TaskGroup() as group:
        hold = asyncio.Event()
        out: list[str] = []

        async def send(chat: str) -> None:
            async with limiter.turn(chat, 1):
                out.append(chat)
                await hold.wait()

        sending = [group.create_task(send(str(number))) for number in range(40)]
        await asyncio.sleep(0.05)
        count = len(out)
        for one in sending:
            one.cancel()
    return count

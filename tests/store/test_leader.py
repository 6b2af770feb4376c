"""One process leads; when it is gone, however it went, another does within seconds."""

import asyncio
import os
import signal
import sys
from contextlib import suppress

import pytest
from sqlalchemy import text

from bot.store.database import Database
from bot.store.leader import CHECK_SECONDS

pytestmark = pytest.mark.anyio

postgresql = pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.pg)], indirect=True)

TAKEN_OVER_SECONDS = 10.0
"""What is promised."""

_LEADING = """
import asyncio, sys
from bot.store.database import Database

async def lead():
    store = Database(sys.argv[1], exclusive=False)
    await store.leadership.take()
    print("leads", flush=True)
    await asyncio.Event().wait()

asyncio.run(lead())
"""


async def _takes(store: Database) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS / 2):
            await store.leadership.take()
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_a_process_that_is_alone_leads_and_never_loses_it(store: Database) -> None:
    assert await _takes(store)
    assert store.leadership.held
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(store.leadership.lost(), 0.1)
    await store.leadership.give_up()
    assert not store.leadership.held


@postgresql
async def test_one_of_several_leads_until_it_gives_up(store: Database, store_url: str) -> None:
    other = Database(store_url)
    try:
        assert await _takes(store)
        assert not await _takes(other)
        assert (store.leadership.held, other.leadership.held) == (True, False)
        await store.leadership.give_up()
        await store.leadership.give_up()
        assert await _takes(other)
        assert not await _takes(store)
    finally:
        await other.close()


@postgresql
async def test_a_leader_whose_connection_is_cut_knows_it(store: Database, store_url: str) -> None:
    other = Database(store_url)
    try:
        await store.leadership.take()
        losing = asyncio.create_task(store.leadership.lost())
        async with other._connections.write() as connection:
            await connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted "
                    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
                )
            )
        await asyncio.wait_for(losing, TAKEN_OVER_SECONDS)
        assert not store.leadership.held
        await asyncio.wait_for(other.leadership.take(), TAKEN_OVER_SECONDS)
    finally:
        await other.close()


@postgresql
async def test_who_is_killed_is_followed_within_ten_seconds(store: Database, store_url: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _LEADING, store_url, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
    )
    try:
        assert process.stdout is not None
        said = await asyncio.wait_for(process.stdout.readuntil(b"leads\n"), 60)
        assert b"this process leads" in said
        assert not await _takes(store)
        process.send_signal(signal.SIGKILL)
        await asyncio.wait_for(store.leadership.take(), TAKEN_OVER_SECONDS)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@postgresql
async def test_nobody_leads_while_the_database_is_out_of_reach(store: Database) -> None:
    gone = Database("postgresql://postgres@127.0.0.1:1/nowhere")
    assert not await _takes(gone)
    await gone.close()

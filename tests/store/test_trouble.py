"""A database that is full, locked, read-only or gone: refused in one word, said once, and well again by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncpg.exceptions import CannotConnectNowError, UniqueViolationError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import capture_logs

from bot.store import connections, trouble
from bot.store.connections import Connections
from bot.store.database import Database
from bot.store.errors import AwayError, StoreError
from bot.store.trouble import PROBE_SECONDS, Ailment, Trouble, ailment_of
from bot.store.url import database_url
from tests.store.disks import Allowance, Disk, locked_by_another, server_of_its_own, small_disk, start
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for seconds here."""
    monkeypatch.setattr(trouble, "PROBE_SECONDS", 0.0)
    pragmas = ("busy_timeout=100", *connections._PRAGMAS[1:])
    monkeypatch.setattr(connections, "_PRAGMAS", pragmas)


@pytest.fixture(params=["file system", "allowance"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    if request.param == "allowance":
        allowance = Allowance(tmp_path)
        yield allowance
        allowance.free()
        return
    folder = tmp_path / "small"
    folder.mkdir()
    with small_disk(folder) as made:
        if made is None:
            pytest.skip("this user may not make a file system")
        yield made


@pytest.fixture
async def on_disk(disk: Disk) -> AsyncIterator[Database]:
    database = Database(f"sqlite:///{disk.folder / 'store.db'}")
    await database.open()
    yield database
    disk.free()
    await database.close()


async def says_much(store: Database) -> None:
    """What no full disk has room for."""
    await store.chat.add("me", "me", {"text": "x" * (2 << 20)}, NOW)


async def until_recovered(store: Database) -> None:
    for _ in range(500):
        if await store.recovered():
            return
        await asyncio.sleep(0.02)
    pytest.fail("the database did not come back")


async def test_a_full_disk_is_said_once_leaves_all_as_it_was_and_is_over_by_itself(
    on_disk: Database, disk: Disk
) -> None:
    await on_disk.runs.finish("close", NOW, NOW, "")
    disk.fill()
    with capture_logs() as said:
        for _ in range(5):
            with pytest.raises(AwayError, match=r"full|disk I/O error"):
                await says_much(on_disk)
            assert not await on_disk.recovered()
        assert await on_disk.runs.done("close", NOW), "what is there can be read"
        assert await on_disk.chat.last_id(["me"]) == 0
        disk.free()
        await until_recovered(on_disk)
        await says_much(on_disk)
    assert [one["event"] for one in said] == ["the database cannot be used", "the database is back"]
    assert said[0]["ailment"] in (Ailment.FULL, Ailment.BROKEN)
    assert await on_disk.chat.last_id(["me"]) > 0


async def test_somebody_elses_lock_is_said_once_and_those_who_queue_wait_for_it_once(tmp_path: Path) -> None:
    file = tmp_path / "store.db"
    store = Database(f"sqlite:///{file}")
    await store.open()
    with capture_logs() as said:
        with locked_by_another(file):
            marks = [store.runs.finish("close", NOW, NOW, str(number)) for number in range(50)]
            outcomes = await asyncio.gather(*marks, return_exceptions=True)
            assert {type(one) for one in outcomes} == {AwayError}
            assert not await store.runs.done("close", NOW)
            assert not await store.recovered()
        await until_recovered(store)
        await store.runs.finish("close", NOW, NOW, "")
    assert [one["event"] for one in said] == ["the database cannot be used", "the database is back"]
    assert said[0]["ailment"] == Ailment.LOCKED
    assert store._connections.trouble.times == 2, "the first of many, and the look after them"
    await store.close()


async def test_a_file_that_may_only_be_read_is_no_defect(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    store = Database(url)
    await store.open()
    await store.close()
    reading = Connections(database_url(url))
    async with reading.read() as connection:
        await connection.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(AwayError, match="readonly"):
        async with reading.write() as connection:
            await connection.execute(text("DELETE FROM runs"))
    assert reading.trouble.ailment is Ailment.READ_ONLY
    await reading.close()


@pytest.mark.pg
async def test_a_server_that_stops_and_starts_is_met_again(server: Any) -> None:
    store = Database(server.get_uri())
    await store.open()
    await store.runs.finish("close", NOW, NOW, "")
    with capture_logs() as said:
        server.stop()
        for _ in range(5):
            with pytest.raises(AwayError):
                await store.runs.done("close", NOW)
            with pytest.raises(AwayError):
                await store.runs.finish("evening", NOW, NOW, "")
        assert not await store.recovered()
        start(server)
        await until_recovered(store)
        assert await store.runs.done("close", NOW)
        assert not await store.runs.done("evening", NOW)
    assert [one["event"] for one in said] == ["the database cannot be used", "the database is back"]
    assert said[0]["ailment"] == Ailment.GONE
    await store.close()


@pytest.fixture
def server() -> Iterator[Any]:
    with server_of_its_own() as made:
        yield made


async def test_a_command_says_by_itself_what_fails(tmp_path: Path) -> None:
    file = tmp_path / "store.db"

    async def opened(*, exclusive: bool) -> Database:
        store = Database(f"sqlite:///{file}", exclusive=exclusive)
        await store.open()
        return store

    await (await opened(exclusive=True)).close()
    store = await opened(exclusive=False)
    with capture_logs() as said, locked_by_another(file), pytest.raises(StoreError, match="database is locked"):
        await store.runs.finish("close", NOW, NOW, "")
    assert said == []
    await store.close()


def refused(error: Exception) -> DBAPIError:
    return DBAPIError("SELECT 1", {}, error)


@pytest.mark.parametrize(
    ("error", "ailment"),
    [
        (CannotConnectNowError("the database system is starting up"), Ailment.GONE),
        (ConnectionRefusedError(111, "refused"), Ailment.GONE),
        (FileNotFoundError(2, "no socket"), Ailment.GONE),
        (refused(CannotConnectNowError("shutting down")), Ailment.GONE),
        (UniqueViolationError("twice"), None),
        (refused(UniqueViolationError("twice")), None),
        (IntegrityError("INSERT", {}, UniqueViolationError("twice")), None),
        (refused(FileNotFoundError(2, "said by a driver of what was asked")), None),
    ],
)
def test_only_errors_of_the_database_itself_are_trouble(error: Exception, ailment: Ailment | None) -> None:
    assert ailment_of(error) is ailment


def test_whoever_is_told_to_look_is_the_only_one_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trouble, "PROBE_SECONDS", PROBE_SECONDS)
    at = [100.0]
    one = Trouble(clock=lambda: at[0])
    assert one.take_look()
    assert not one.take_look()
    at[0] += PROBE_SECONDS
    assert one.take_look()

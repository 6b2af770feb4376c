import asyncio
import os
import sys
from pathlib import Path

import pytest

from bot.store.audit import Deed
from bot.store.database import Database, StoreError
from tests.store.samples import NOW

pytestmark = pytest.mark.anyio

_HOLDER = """
import asyncio, sys
from bot.store.database import Database

async def hold():
    database = Database(sys.argv[1])
    await database.open()
    print("open", flush=True)
    sys.stdin.readline()
    await database.close()

asyncio.run(hold())
"""


class Holder:
    """Another process that has a database open until it is let go or killed."""

    def __init__(self, url: str) -> None:
        self._url = url

    async def __aenter__(self) -> "Holder":
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _HOLDER, self._url, stdin=pipe, stdout=pipe
        )
        assert self.process.stdout is not None
        assert await self.process.stdout.readline() == b"open\n"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.process.returncode is None:
            await self.process.communicate(b"\n")

    async def kill(self) -> None:
        self.process.kill()
        await self.process.wait()


@pytest.fixture
def file_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'etf.db'}"


async def test_what_was_written_is_there_after_a_restart(url: str) -> None:
    for _ in range(3):
        database = Database(url)
        await database.open()
        await database.runs.finish("close", NOW, NOW, "done")
        await database.close()
    again = Database(url)
    await again.open()
    assert [run.report for run in await again.runs.recent(5)] == ["done"]
    await again.close()


async def test_closing_twice_does_no_harm(url: str) -> None:
    database = Database(url)
    await database.open()
    await database.close()
    await database.close()


async def test_a_second_process_on_the_same_file_is_refused(file_url: str) -> None:
    async with Holder(file_url) as holder:
        with pytest.raises(StoreError, match=rf"etf\.db is in use by another process \(id {holder.process.pid}\)"):
            await Database(file_url).open()


async def test_a_file_is_free_again_once_its_process_has_closed_it(file_url: str) -> None:
    async with Holder(file_url):
        pass
    database = Database(file_url)
    await database.open()
    await database.close()


async def test_a_file_is_free_again_once_its_process_was_killed(file_url: str) -> None:
    async with Holder(file_url) as holder:
        await holder.kill()
        database = Database(file_url)
        await database.open()
        await database.close()


async def test_a_command_that_only_reads_may_look_beside_the_service(file_url: str) -> None:
    async with Holder(file_url):
        reader = Database(file_url, exclusive=False)
        await reader.open()
        assert await reader.runs.recent(5) == []
        await reader.close()


async def test_a_command_that_only_reads_makes_no_database(file_url: str) -> None:
    with pytest.raises(StoreError, match="there is no database"):
        await Database(file_url, exclusive=False).open()


async def test_a_command_that_only_reads_does_not_migrate(url: str, tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreError, match="has schema none"):
        await Database(url, exclusive=False).open()


async def test_two_databases_in_memory_do_not_meet() -> None:
    one, other = Database("sqlite://"), Database("sqlite://")
    await one.open()
    await other.open()
    await one.runs.finish("close", NOW, NOW, "")
    assert await other.runs.recent(5) == []
    await one.close()
    await other.close()


async def test_memory_serves_many_tasks_at_once() -> None:
    database = Database("sqlite://")
    await database.open()
    writes = (database.audit.write("admin", str(number), "", "", NOW) for number in range(20))
    await asyncio.gather(*writes, *(database.audit.recent(5) for _ in range(20)))
    assert len(await database.audit.recent(50)) == 20
    await database.close()


@pytest.mark.pg
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
async def test_several_processes_may_open_one_postgresql_at_once(url: str) -> None:
    databases = [Database(url) for _ in range(4)]
    opened = await asyncio.gather(*(database.open() for database in databases), return_exceptions=True)
    await asyncio.gather(*(database.close() for database in databases))
    assert opened == [None] * 4


async def test_a_file_that_is_no_database_is_refused_and_given_back(tmp_path: Path) -> None:
    path = tmp_path / "etf.db"
    path.write_text("date,code,close\n" * 200)
    for _ in range(2):
        with pytest.raises(StoreError, match=r"cannot open sqlite:///.*etf\.db: file is not a database"):
            await Database(f"sqlite:///{path}").open()


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreError, match="cannot open"):
        await Database(f"sqlite:///{tmp_path / 'data' / 'etf.db'}").open()


@pytest.mark.parametrize("place", ["127.0.0.1:1", "?host=/nowhere"])
async def test_a_server_that_is_not_there_is_said_without_the_password(place: str) -> None:
    text = f"postgresql://me:s3cret@{place}/etf" if ":" in place else f"postgresql://me:s3cret@/etf{place}"
    with pytest.raises(StoreError, match="cannot open postgresql://") as refused:
        await Database(text).open()
    assert "s3cret" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.pg
async def test_a_database_that_is_not_there_is_said(server: str) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        await Database(server.replace("/postgres?", "/nowhere?")).open()


async def test_a_cancelled_write_leaves_the_store_usable(store: Database) -> None:
    writes = [asyncio.create_task(store.audit.write("admin", str(number), "", "", NOW)) for number in range(30)]
    await asyncio.sleep(0)
    for write in writes[::2]:
        write.cancel()
    await asyncio.gather(*writes, return_exceptions=True)
    await store.audit.write("admin", "after", "", "", NOW)
    kept = {entry.what for entry in await store.audit.recent(50)}
    assert {"after", *(str(number) for number in range(1, 30, 2))} <= kept


async def test_nobody_else_may_read_the_file_and_what_stands_beside_it(tmp_path: Path) -> None:
    old = os.umask(0o022)
    try:
        database = Database(f"sqlite:///{tmp_path}/etfbot.db")
        await database.open()
        files = sorted(tmp_path.iterdir())  # noqa: ASYNC240 - a folder of the test
        assert {one.name for one in files} >= {"etfbot.db", "etfbot.db-wal", "etfbot.db.lock"}
        assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
        copy = await database.backups.make(tmp_path / "backups", 3, Deed("cli:me", NOW))
        assert copy.path.stat().st_mode & 0o777 == 0o600
        assert copy.path.parent.stat().st_mode & 0o777 == 0o700
        await database.close()
    finally:
        os.umask(old)

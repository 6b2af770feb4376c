"""Back-ups: whole, beside a busy writer, as many as are kept; none of what is no file."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.store.audit import Deed
from bot.store.backup import NotAFileError
from bot.store.database import Database
from bot.store.errors import StoreError
from tests.store.samples import NOW, letters, subscribers

pytestmark = pytest.mark.anyio


async def test_a_copy_is_whole_and_the_newest_are_kept(store: Database, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    if "postgresql" in str(store._url):
        with pytest.raises(NotAFileError, match="pg_dump"):
            await store.backups.make(folder, 2, Deed("cli:me", NOW))
        return
    readers = await subscribers(store, 20)

    async def write() -> None:
        for number in range(20):
            await store.outbox.enqueue(letters(readers, f"batch {number}"))

    writing = asyncio.create_task(write())
    made = [await store.backups.make(folder, 2, Deed("cli:me", NOW + timedelta(minutes=at))) for at in range(3)]
    await writing
    assert [one.dropped for one in made] == [0, 0, 1]
    assert store.backups.kept(folder) == [made[2].path, made[1].path]
    assert sorted(folder.iterdir()) == sorted([made[2].path, made[1].path])
    assert made[2].path.stat().st_size == made[2].size_bytes
    with closing(sqlite3.connect(made[2].path)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert copy.execute("SELECT count(*) FROM subscriptions").fetchone() == (20,)
        assert copy.execute("SELECT count(*) % 20 FROM deliveries").fetchone() == (0,), "whole transactions only"
    entries = await store.audit.recent(9)
    assert [(one.who, one.what) for one in entries] == [("cli:me", "backup")] * 3
    assert str(made[2].path) in entries[0].after


async def test_a_copy_opens_as_a_database_of_its_own(store: Database, tmp_path: Path) -> None:
    if "postgresql" in str(store._url):
        pytest.skip("no file to copy")
    await subscribers(store, 2)
    made = await store.backups.make(tmp_path / "copies", 1, Deed("cli:me", NOW))
    copy = Database(f"sqlite:///{made.path}")
    await copy.open()
    assert len(await copy.subscriptions.active()) == 2
    await copy.close()


async def test_a_folder_that_cannot_be_written_is_named(store: Database, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(StoreError, match=r"no back-up was made|pg_dump"):
        await store.backups.make(tmp_path / "file", 1, Deed("cli:me", NOW))
    assert await store.audit.recent(1) == []


async def test_a_copy_is_put_back_and_what_was_there_is_copied_before(store: Database, tmp_path: Path) -> None:
    deed = Deed("cli:me", NOW)
    if "postgresql" in str(store._url):
        with pytest.raises(NotAFileError, match="pg_dump"):
            await store.backups.restore(tmp_path / "x.db", tmp_path, 2, deed)
        return
    await subscribers(store, 2)
    old = await store.backups.make(tmp_path / "copies", 5, deed)
    await subscribers(store, 5)
    (tmp_path / "broken.db").write_bytes(old.path.read_bytes()[:10_000])
    for name in ("broken.db", "missing.db"):
        with pytest.raises(StoreError, match=r"no (whole )?copy"):
            await store.backups.restore(tmp_path / name, tmp_path / "copies", 5, deed)
        assert len(await store.subscriptions.active()) == 5
    before = await store.backups.restore(old.path, tmp_path / "copies", 5, Deed("cli:me", NOW + timedelta(minutes=1)))
    assert len(await store.subscriptions.active()) == 2
    with closing(sqlite3.connect(before.path)) as copy:
        assert copy.execute("SELECT count(*) FROM subscriptions").fetchone() == (5,)


async def test_memory_is_no_file(tmp_path: Path) -> None:
    memory = Database("sqlite:///:memory:")
    await memory.open()
    with pytest.raises(NotAFileError):
        await memory.backups.make(tmp_path, 1, Deed("cli:me", NOW))
    await memory.close()

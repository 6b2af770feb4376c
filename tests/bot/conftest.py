"""A store on a real SQLite file for every test, copied from one that is migrated once, to save time."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database with nothing in it."""
    path = tmp_path_factory.mktemp("blank") / "blank.db"

    async def migrate() -> None:
        database = Database(f"sqlite:///{path}")
        await database.open()
        await database.close()

    asyncio.run(migrate())
    return path


@pytest.fixture
async def store(blank: Path, tmp_path: Path) -> AsyncIterator[Database]:
    """An open store with nothing in it."""
    path = shutil.copy(blank, tmp_path / "store.db")
    database = Database(f"sqlite:///{path}")
    await database.open()
    yield database
    await database.close()

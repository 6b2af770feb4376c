"""The demo market in a database file, made once per run of the tests; and shorter pieces of it, to save time."""

import asyncio
import atexit
import shutil
import sqlite3
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

from bot.app import load_demo, opened
from config.settings import load_settings


@cache
def demo_database() -> Path:
    """A database file with the whole demo market."""
    path = _folder() / "demo.db"
    settings = load_settings({}, path.parent, {"database": f"sqlite:///{path}", "source": "demo"})

    async def load() -> None:
        async with opened(settings) as world:
            await load_demo(world)

    asyncio.run(load())
    return path


@cache
def recent_database() -> Path:
    """The same without the tables before the autumn of 2024: quicker, and rich enough for every signal."""
    path = Path(shutil.copy(demo_database(), _folder() / "recent.db"))
    cut(path, before=date(2024, 9, 20))
    return path


def cut(path: Path, *, before: date = date.min, after: date = date.max, asof: datetime | None = None) -> None:
    """Take tables out of a database file: of days before and after, and what became known later than `asof`."""
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM snapshots WHERE dataset != 'etf_profile' AND day < ?", [before.isoformat()])
        connection.execute("DELETE FROM snapshots WHERE day > ?", [after.isoformat()])
        if asof is not None:
            known = f"{asof.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"
            connection.execute("DELETE FROM snapshots WHERE known_at > ?", [known])
    connection.close()


@cache
def _folder() -> Path:
    folder = tempfile.mkdtemp(prefix="demo-market-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Path(folder)

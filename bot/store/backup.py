"""Copies of the database file that are made while it is used, and looked at before they count."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL

from bot.store.audit import Deed, audited
from bot.store.connections import Connections
from bot.store.errors import StoreError
from bot.store.lock import make_private
from bot.store.url import is_memory, is_sqlite
from signals.core.calendar import MARKET_ZONE


class NotAFileError(StoreError):
    """The database is none that can be copied as a file: PostgreSQL has pg_dump for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A copy that was found whole."""

    path: Path
    size_bytes: int
    dropped: int
    """Older copies that made room for it."""


class BackupStore:
    """Copies of one database."""

    def __init__(self, url: URL, connections: Connections) -> None:
        self._url = url
        self._connections = connections

    async def make(self, folder: Path, keep: int, deed: Deed) -> Backup:
        """Copy the database into a folder, check the copy, and keep the newest `keep` of them.

        Raises NotAFileError, or StoreError when the copy cannot be made or is not whole; older copies stay then.
        """
        if not is_sqlite(self._url) or is_memory(self._url):
            raise NotAFileError(
                "only a database file is copied here; for PostgreSQL: pg_dump --format=custom --file=etfbot.dump DATABASE-URL"
            )
        source = Path(self._url.database or "")
        try:
            made = await asyncio.to_thread(_copy, source, folder, keep, deed.now)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"no back-up was made: {error}") from error
        async with audited(self._connections, deed) as trail:
            trail.what, trail.after = "backup", f"{made.path} ({made.size_bytes} bytes)"
        return made

    async def restore(self, file: Path, folder: Path, keep: int, deed: Deed) -> Backup:
        """Put a copy in the place of what is in the database, which is copied itself before; that copy is returned.

        Nobody else may be at work. The schema is that of the copy: open the database anew. Raises as `make` does,
        and StoreError when the file is no whole copy; nothing is lost then.
        """
        source = Path(self._url.database or "")
        if is_sqlite(self._url) and not is_memory(self._url):
            await asyncio.to_thread(_require_whole, file)
        before = await self.make(folder, keep, deed)
        try:
            await asyncio.to_thread(_put_back, file, source)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"{file} was not put back: {error}") from error
        return before

    def kept(self, folder: Path) -> list[Path]:
        """The copies of this database in a folder, newest first."""
        return _kept(Path(self._url.database or ""), folder)


def _copy(source: Path, folder: Path, keep: int, now: datetime) -> Backup:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / f"{source.stem}-{now.astimezone(MARKET_ZONE):%Y%m%d-%H%M%S}.db"
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    make_private(part)
    try:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(part)) as other:
            one.backup(other)
            # A copy is one file: without the log beside it that the service's own database has.
            other.execute("PRAGMA journal_mode=DELETE")
            (said,) = other.execute("PRAGMA integrity_check").fetchone()
        if said != "ok":
            raise StoreError(f"the copy is not whole: {said}")
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    old = _kept(source, folder)[keep:]
    for one_file in old:
        one_file.unlink()
    return Backup(path=target, size_bytes=target.stat().st_size, dropped=len(old))


def _require_whole(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as copy:
            (said,) = copy.execute("PRAGMA integrity_check").fetchone()
            known = copy.execute("SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
    except sqlite3.Error as error:
        raise StoreError(f"{file} is no copy of a database: {error}") from error
    if said != "ok" or known != (1,):
        raise StoreError(f"{file} is no whole copy of a database of this program")


def _put_back(file: Path, database: Path) -> None:
    with closing(sqlite3.connect(file)) as one, closing(sqlite3.connect(database)) as other:
        one.backup(other)


def _kept(source: Path, folder: Path) -> list[Path]:
    return sorted(folder.glob(f"{source.stem}-*-*.db"), reverse=True)

"""The store as one thing: opened at start, closed at the end, and a drawer for each kind of memory."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.store.alerts import AlertStore
from bot.store.audit import AuditLog
from bot.store.backup import BackupStore
from bot.store.bans import Bans
from bot.store.broadcasts import BroadcastStore
from bot.store.changes import ChangeStore
from bot.store.chat import ChatLog
from bot.store.clocks import ClockStore
from bot.store.connections import Connections, one_at_a_time
from bot.store.crew import CrewStore
from bot.store.dead import DeadStore
from bot.store.errors import AwayError, StoreError
from bot.store.fetches import FetchLedger
from bot.store.forgetting import Forgetting
from bot.store.imports import ImportStore
from bot.store.leader import Leadership
from bot.store.lock import FileLock, make_private
from bot.store.managing import Managing
from bot.store.market import MarketStore
from bot.store.moving import move
from bot.store.outbox import Outbox
from bot.store.queue import QueueStore
from bot.store.readers import ReaderStore
from bot.store.rules import RuleStore
from bot.store.runs import RunLedger
from bot.store.schema import newest, require_head, upgrade
from bot.store.sessions import SessionStore
from bot.store.subscriptions import SubscriptionStore
from bot.store.tidying import Tidying
from bot.store.uploads import UploadStore
from bot.store.url import database_url, is_memory, is_sqlite, shown
from bot.store.watchlists import WatchlistStore

__all__ = ["Database", "StoreError"]


class Database:
    """A SQLite file (or ``:memory:``) or a PostgreSQL database, by URL.

    A SQLite file belongs to one process: `open` refuses a second one. A command that only reads, or writes one
    short transaction that the owner need not know of, opens with `exclusive=False` beside the running service and
    never migrates. Raises StoreError for a wrong URL.
    """

    def __init__(self, url: str, *, exclusive: bool = True) -> None:
        self._url = database_url(url)
        self._exclusive = exclusive
        self._connections = Connections(self._url)
        self._lock: FileLock | None = None
        self.market = MarketStore(self._connections)
        self.quarantine = self.market.quarantine
        self.alerts = AlertStore(self._connections)
        self.subscriptions = SubscriptionStore(self._connections)
        self.watchlists = WatchlistStore(self._connections)
        self.rules = RuleStore(self._connections)
        self.outbox = Outbox(self._connections)
        self.clocks = ClockStore(self._connections)
        self.queue = QueueStore(self._connections)
        self.runs = RunLedger(self._connections)
        self.sessions = SessionStore(self._connections)
        self.fetches = FetchLedger(self._connections)
        self.audit = AuditLog(self._connections)
        self.chat = ChatLog(self._connections)
        self.crew = CrewStore(self._connections, shared=not is_sqlite(self._url))
        self.leadership = Leadership(self._connections, shared=not is_sqlite(self._url))
        self.bans = Bans(self._connections)
        self.managing = Managing(self._connections)
        self.imports = ImportStore(self._connections)
        self.forgetting = Forgetting(self._connections)
        self.uploads = UploadStore(self._connections)
        self.changes = ChangeStore(self._connections)
        self.broadcasts = BroadcastStore(self._connections)
        self.dead = DeadStore(self._connections)
        self.readers = ReaderStore(self._connections)
        self.tidying = Tidying(self._url, self._connections)
        self.backups = BackupStore(self._url, self._connections)

    async def open(self) -> None:
        """Take the file and bring its schema to the newest.

        Raises StoreError when another process has it, the schema is newer than this program, or the
        database cannot be reached.
        """
        try:
            self._take_file()
            await self._settle_schema()
        except AwayError as error:
            await self.close()
            raise StoreError(f"cannot open {shown(self._url)}: {error.why}") from None
        except StoreError:
            await self.close()
            raise
        except (OSError, DBAPIError) as error:
            await self.close()
            raise StoreError(f"cannot open {shown(self._url)}: {_reason(error)}") from None
        self._connections.trouble.speaks = self._exclusive

    async def recovered(self) -> bool:
        """Whether the database takes what it is given, as far as is known; work that could not be kept is not begun."""
        return await self._connections.recovered()

    async def check(self) -> None:
        """Raise StoreError unless the schema is this program's, and what the driver raises when nobody answers."""
        async with self._connections.read() as connection:
            found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        if found != newest():
            raise StoreError(f"the database has schema {found or 'none'}, this program needs {newest()}")

    async def move_to(self, other: "Database", told: Callable[[str, float], None]) -> dict[str, int]:
        """Copy everything into an empty database, as `moving.move` says; both are open."""
        return await move(self._connections, other._connections, told)  # noqa: SLF001 - one of its own kind

    async def close(self) -> None:
        """Close the connections and give the file back; may be called twice."""
        await self.leadership.give_up()
        await self._connections.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def _take_file(self) -> None:
        if not is_sqlite(self._url) or is_memory(self._url):
            return
        path = Path(self._url.database or "")
        if not self._exclusive:
            if not path.is_file():
                raise StoreError(f"there is no database {path}")
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path.with_name(f"{path.name}.lock"))
        lock.acquire()
        self._lock = lock
        make_private(path)

    async def _settle_schema(self) -> None:
        if not self._exclusive and not is_memory(self._url):
            async with self._connections.read() as connection:
                await connection.run_sync(require_head)
            return
        async with self._connections.write() as connection:
            await one_at_a_time(connection, "migration")
            await connection.run_sync(upgrade)


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).splitlines() or [type(cause).__name__])[0]

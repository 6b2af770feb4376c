"""A database that cannot be had for a while: known from its errors, said once when it begins and once when it is over."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum

import structlog
from asyncpg.exceptions import InterfaceError, PostgresError
from sqlalchemy.exc import DBAPIError

from bot.store.errors import AwayError

PROBE_SECONDS = 2.0
"""Between two tries whether it is over."""

log = structlog.get_logger(__name__)


class Ailment(StrEnum):
    """What ails a database."""

    FULL = "full"
    """There is no room left for what is written; it can be read."""
    LOCKED = "locked"
    """Another process writes and does not end."""
    READ_ONLY = "read-only"
    BROKEN = "broken"
    """The disk fails to read or to write."""
    GONE = "gone"
    """The server, or the file, is not there."""


_SQLITE = {
    5: Ailment.LOCKED,
    6: Ailment.LOCKED,
    8: Ailment.READ_ONLY,
    10: Ailment.BROKEN,
    13: Ailment.FULL,
    14: Ailment.GONE,
}
"""By the primary result code."""

_POSTGRESQL = {
    "53100": Ailment.FULL,
    "25006": Ailment.READ_ONLY,
    "53": Ailment.GONE,
    "57P": Ailment.GONE,
    "58": Ailment.BROKEN,
    "08": Ailment.GONE,
}
"""By the beginning of the SQLSTATE; the first that fits."""

_OVER_WHEN_READ = frozenset({Ailment.GONE})
_OVER_WHEN_WRITTEN = frozenset({Ailment.GONE, Ailment.LOCKED})
"""What a transaction that ends well proves to be over. One that had nothing to write says nothing of a full disk."""


def ailment_of(error: Exception) -> Ailment | None:
    """What an error says of the database; None where it speaks of what was asked."""
    cause = getattr(error, "orig", None) or error
    code, state = getattr(cause, "sqlite_errorcode", None), getattr(cause, "sqlstate", None)
    if isinstance(code, int):
        return _SQLITE.get(code & 0xFF)
    if isinstance(state, str) and (found := [what for start, what in _POSTGRESQL.items() if state.startswith(start)]):
        return found[0]
    cut = isinstance(error, DBAPIError) and error.connection_invalidated
    if cut or (not isinstance(error, DBAPIError) and isinstance(cause, (OSError, InterfaceError))):
        return Ailment.GONE
    return None


class Trouble:
    """Whether the database can be had; `speaks` only in a service, for a command says by itself what fails."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.speaks = False
        self._clock = clock
        self._ailment: Ailment | None = None
        self._why = ""
        self._times = 0
        self._since = 0.0
        self._looked_at = 0.0
        self._over_at = float("-inf")

    @property
    def ailment(self) -> Ailment | None:
        """What ails it now; None = all is well."""
        return self._ailment

    @property
    def times(self) -> int:
        """How often it was met."""
        return self._times

    @property
    def over_for_seconds(self) -> float:
        """How long the last trouble is over."""
        return self._clock() - self._over_at

    @contextmanager
    def watching(self, *, writing: bool) -> Iterator[None]:
        """Around a transaction: raises AwayError in the place of what says that the database cannot be had."""
        try:
            yield
        except (DBAPIError, OSError, PostgresError, InterfaceError) as error:
            ailment = ailment_of(error)
            if ailment is None:
                raise
            cause = getattr(error, "orig", None) or error
            why = (str(cause).splitlines() or [type(cause).__name__])[0]
            self._begins(ailment, why)
            raise AwayError(why) from error
        if self._ailment in (_OVER_WHEN_WRITTEN if writing else _OVER_WHEN_READ):
            self.ends()

    def spare_the_wait(self, times: int) -> None:
        """Raise AwayError where it was found locked since it was met so often: one wait tells for all who queue."""
        if self._ailment is Ailment.LOCKED and self._times != times:
            raise AwayError(self._why)

    def take_look(self) -> bool:
        """Whether it is time to try again; whoever is told so tries."""
        if self._clock() - self._looked_at < PROBE_SECONDS:
            return False
        self._looked_at = self._clock()
        return True

    def ends(self) -> None:
        """The database takes again what it is given."""
        if self._ailment is None:
            return
        self._ailment, self._over_at = None, self._clock()
        if self.speaks:
            log.info("the database is back", seconds=round(self._clock() - self._since, 1))

    def _begins(self, ailment: Ailment, why: str) -> None:
        self._looked_at, self._why = self._clock(), why
        self._times += 1
        if self._ailment is None:
            self._since = self._clock()
            if self.speaks:
                log.error("the database cannot be used", ailment=ailment.value, why=why)
        self._ailment = ailment

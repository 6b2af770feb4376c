"""One process at a time, and one user: a lock file beside a database file that nobody else may read."""

import fcntl
import os
from pathlib import Path

from bot.store.errors import InUseError


def make_private(path: Path) -> None:
    """Make a file that is not there yet, for its owner alone; what SQLite puts beside it has the same rights."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


class FileLock:
    """Held until released or until the process ends, however it ends; the file itself stays."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock; raises InUseError, naming the process that has it."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode("ascii", "replace").strip() or "unknown"
            os.close(descriptor)
            raise InUseError(
                f"{self._path.name.removesuffix('.lock')} is in use by another process (id {holder}); stop that one first"
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; does nothing when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

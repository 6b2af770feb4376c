"""An event loop whose clock stands still while anything works, and jumps to what comes next when nothing does.

`tests.bot.virtual` does that for code that waits for timers alone. Here the work is real: SQLite writes its file, only
that nobody waits for a thread, and bytes go through sockets. So an hour of back-offs takes no time, and neither a slow
disk nor a busy machine ever makes anybody late.
"""

import asyncio
import gc
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import Any, TypeVar

import aiosqlite.core
import pytest
from structlog.testing import capture_logs

T = TypeVar("T")

_STUCK_SECONDS = 20.0
"""Of the wall: nothing that works is silent for so long."""

_GRACE_SECONDS, _LONG_GRACE_SECONDS, _LONG_JUMP_SECONDS = 0.0002, 0.004, 0.9
"""Of the wall, before a jump: bytes on their way between two sockets of this process may need a moment."""


class _Jobs(SimpleQueue[Any]):
    """What a connection's thread has to do is done at once, and its answer comes with the loop's next round."""

    def put_nowait(self, job: Any) -> None:
        future, work = job
        if future is None:
            super().put_nowait(job)
            return
        loop = future.get_loop()
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - the loop gets it, as the thread would give it
            loop.call_soon(aiosqlite.core.set_exception, future, error)
            return
        loop.call_soon(aiosqlite.core.set_result, future, result)
        if result is aiosqlite.core._STOP_RUNNING_SENTINEL:
            super().put_nowait((None, lambda: result))


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Tells the loop that it has slept, once everything is still."""

    slept_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is not None and timeout <= 0:
            return list(super().select(0))
        if timeout is None:
            found = list(super().select(_STUCK_SECONDS))
            assert found, "everybody waits for something that never comes"
            return found
        long = timeout > _LONG_JUMP_SECONDS
        found = list(super().select(0)) or list(super().select(_LONG_GRACE_SECONDS if long else _GRACE_SECONDS))
        if not found:
            self.slept_seconds += timeout
        return found


class HurriedLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order as soon as all work is done."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.slept_seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> "asyncio.Future[Any]":  # type: ignore[override]
        """Nobody waits for a thread here either."""
        del executor
        future: asyncio.Future[Any] = self.create_future()
        try:
            self.call_soon(aiosqlite.core.set_result, future, func(*args))
        except Exception as error:  # noqa: BLE001 - whoever asked gets it
            self.call_soon(aiosqlite.core.set_exception, future, error)
        return future


@contextmanager
def _at_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aiosqlite.core, "SimpleQueue", _Jobs)
        yield


def hurried(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What comes of some work on a loop of its own, whose clock begins at 0; what it logs is left unsaid."""
    with _at_once(), capture_logs(), asyncio.Runner(loop_factory=HurriedLoop) as runner:
        result = runner.run(work())
    gc.collect()
    return result


def clock_from(start: datetime) -> Callable[[], datetime]:
    """The time of day by the running loop's clock."""
    return lambda: start + timedelta(seconds=asyncio.get_running_loop().time())

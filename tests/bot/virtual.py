"""An event loop whose clock jumps to whatever comes next: an hour of waiting takes no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):  # type: ignore[misc,valid-type]
    """Tells the loop how long it would have slept, instead of sleeping."""

    slept_seconds = 0.0

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("everybody waits for something that never comes")
        self.slept_seconds += timeout
        return list(super().select(0))


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs timers in their order without waiting for any."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.slept_seconds


def run(work: Coroutine[Any, Any, T]) -> T:
    """What comes of some work on a loop of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)

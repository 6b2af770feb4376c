"""Kernels are compiled beside the work, and whatever goes wrong with that is a line in the log."""

import asyncio
import threading
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from bot.warming import warm_beside, warm_up

pytestmark = pytest.mark.anyio


def test_compiled_kernels_are_not_worth_a_line() -> None:
    with capture_logs() as lines:
        warm_up(lambda: None)
    assert lines == []


def test_that_they_cannot_be_compiled_is_said_once_with_the_reason() -> None:
    with capture_logs() as lines:
        warm_up(lambda: "ModuleNotFoundError: No module named 'numba'")
    (line,) = lines
    assert line["log_level"] == "warning"
    assert "numba" in line["why"]


async def test_work_goes_on_beside_the_compiler() -> None:
    working = threading.Event()

    def compiler(_: Callable[[], bool]) -> str | None:
        return None if working.wait(30) else "nobody worked"

    with capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            group.create_task(warm_beside(compiler))
            await asyncio.sleep(0)
            working.set()
    assert lines == []


async def test_a_service_that_stops_stops_the_compiler_and_says_nothing() -> None:
    started, over = threading.Event(), threading.Event()

    def compiler(stopped: Callable[[], bool]) -> str | None:
        started.set()
        while not stopped():
            pass
        over.set()
        return "stopped before all were compiled"

    with capture_logs() as lines:
        task = asyncio.create_task(warm_beside(compiler))
        await asyncio.to_thread(started.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await asyncio.to_thread(over.wait, 30)
    assert lines == []

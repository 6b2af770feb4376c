"""Every producer, run again and again over the same data, by one process or by two at once, tells each thing once."""

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.outbox import Drain, Pace
from bot.store.database import Database
from tests.bot.readers import FAR_AHEAD, Recorder
from tests.delivery.days import ROBOTS, batches, prepared, ruled_on, told

pytestmark = pytest.mark.anyio

often = pytest.mark.parametrize("times", [2, pytest.param(5, marks=pytest.mark.slow)])
five_times = pytest.mark.parametrize("times", [pytest.param(5, marks=pytest.mark.slow)])

READERS = ("li", "wang")
DIGESTED = sorted([*READERS, *ROBOTS])


def on(*backends: str) -> pytest.MarkDecorator:
    params = [pytest.param(one, marks=pytest.mark.pg) if one == "postgresql" else one for one in backends]
    return pytest.mark.parametrize("store_url", params, indirect=True)


@asynccontextmanager
async def opened(url: str, processes: int = 1) -> AsyncIterator[list[Database]]:
    """The store as so many processes see it, each of which has just been started."""
    async with AsyncExitStack() as stack:
        made = []
        for _ in range(processes):
            store = Database(url)
            stack.push_async_callback(store.close)
            await store.open()
            made.append(store)
        yield made


async def outcome(
    url: str, *, times: int, processes: int = 1, at_once: int = 1, apart: timedelta = timedelta()
) -> dict[str, Any]:
    """What is left behind where each step is done so many times, each time at once by some, and then sent."""
    channel = Recorder()
    with capture_logs():
        async with opened(url) as [store]:
            days = await prepared(store)
        for step in days.steps():
            for time in range(times):
                async with opened(url, processes) as stores:
                    await asyncio.gather(*(step(one, time * apart) for one in stores for _ in range(at_once)))
                    await sent(stores, channel)
    async with opened(url) as [store]:
        return {
            "told": await told(store),
            "batches": await batches(store),
            "rules": await ruled_on(store),
            "arrived": Counter((address.chat, text) for address, text in channel.sent),
        }


async def sent(stores: list[Database], channel: Recorder) -> None:
    """Let every process send what waits."""
    drains = [
        Drain(one.outbox, {"test": channel, "wecom": channel}, lambda: FAR_AHEAD - timedelta(days=1), Pace())
        for one in stores
    ]
    while sum(await asyncio.gather(*(one.once() for one in drains))):
        pass


@pytest.fixture(scope="module")
async def once(anyio_backend: str, blank: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What two undisturbed days leave behind."""
    there = shutil.copy(blank, tmp_path_factory.mktemp("once") / "once.db")
    return await outcome(f"sqlite:///{there}", times=1)


async def test_two_days_have_something_of_everything(once: dict[str, Any]) -> None:
    assert Counter((kind, code, reason) for kind, code, _, reason, _, _ in once["told"]) == {
        ("intraday_rise", "510300", "new"): 2,
        ("inflow_streak", "510300", "new"): 4,
        ("inflow_streak", "159915", "new"): 2,
        ("inflow_streak", "159915", "corrected"): 2,
    }
    assert once["rules"] == [("159915", True)]
    by_batch: dict[str, list[str]] = {}
    for batch, chat in once["batches"]:
        by_batch.setdefault(batch, []).append(chat)
    assert by_batch == {
        "digest/evening/2025-02-07": DIGESTED,
        "poll/intraday/2025-02-11T10:00:00+08:00": [*READERS],
        "health/poll/evening/2025-02-11T22:00:00+08:00": ["boss"],
        "poll/evening/2025-02-11T22:00:00+08:00": DIGESTED,
        "digest/evening/2025-02-11": DIGESTED,
        "poll/morning/2025-02-12T08:50:00+08:00": [*READERS],
        "digest/morning/2025-02-11": DIGESTED,
        "broadcast/1": ["boss", *DIGESTED],
    }


@on("sqlite")
@often
async def test_what_is_done_again_after_a_restart_tells_nothing_more(
    store_url: str, once: dict[str, Any], times: int
) -> None:
    assert await outcome(store_url, times=times) == once


@on("sqlite", "postgresql")
@five_times
async def test_what_is_done_again_a_minute_later_tells_nothing_more(
    store_url: str, once: dict[str, Any], times: int
) -> None:
    """A source that is still broken is new to a process that has just started: administrators hear of it again."""
    later = await outcome(store_url, times=times, apart=timedelta(minutes=1))
    assert (later["told"], later["rules"]) == (once["told"], once["rules"])
    heard = [
        {(chat, text): many for (chat, text), many in one["arrived"].items() if chat != "boss"} for one in (later, once)
    ]
    assert heard[0] == heard[1]


@on("sqlite", "postgresql")
@five_times
async def test_what_is_done_twice_at_once_is_told_once(store_url: str, once: dict[str, Any], times: int) -> None:
    assert await outcome(store_url, times=times, at_once=2) == once


@on("postgresql")
@often
async def test_what_two_processes_do_at_once_is_told_once(store_url: str, once: dict[str, Any], times: int) -> None:
    assert await outcome(store_url, times=times, processes=2) == once

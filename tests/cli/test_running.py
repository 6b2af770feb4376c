"""The service at the end of its calendar, started as `etfbot run` does, on a clock that a test sets."""

import asyncio
import os
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import aiohttp
import pytest

from bot.app import opened
from bot.cli import running
from config.sessions import load_calendar
from config.settings import Settings, load_settings
from tests.bot.serving import Hand
from tests.builders import moment
from tests.fakes.exchange_calendar import SzseMonthList, year_of_sessions
from tests.fakes.upstream import Upstream
from tests.web.served import free_port

pytestmark = pytest.mark.anyio

SUNDAY = moment(date(2026, 12, 27), "03:00")
"""Nothing is due, and nothing is to be caught up with."""


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def months() -> SzseMonthList:
    return SzseMonthList([*load_calendar().sessions[-30:], *year_of_sessions(2027)])


@pytest.fixture
def settings(months: SzseMonthList, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """A live service whose only publisher is the exchange's calendar."""
    monkeypatch.setattr(running, "SystemClock", lambda: Hand(SUNDAY))
    with Upstream(months) as upstream:
        for name, value in upstream.environment.items():
            monkeypatch.setenv(name, value)
        said = {"database": f"sqlite:///{tmp_path / 'store.db'}", "source": "akshare", "web": {"port": free_port()}}
        yield load_settings({}, tmp_path, said)


async def test_a_service_near_the_end_of_its_calendar_starts_anew_with_what_the_exchange_has_published(
    settings: Settings, months: SzseMonthList
) -> None:
    async with asyncio.timeout(60):
        assert await running._run_until_the_calendar_grows(settings)
        async with opened(settings) as world:
            assert world.calendar.last == date(2027, 12, 31)
        asked = len(months.asked)
        assert not await served_until_asked_to_stop(settings, left=369)
    assert len(months.asked) == asked


async def test_a_service_whose_exchange_has_published_nothing_goes_on_as_it_is(
    settings: Settings, months: SzseMonthList
) -> None:
    months.sessions = load_calendar().sessions[-30:]
    async with asyncio.timeout(60):
        assert not await served_until_asked_to_stop(settings, left=4)


async def served_until_asked_to_stop(settings: Settings, left: int) -> bool:
    """Run until its page tells how many days of the calendar are left, and stop it then; whether it wants to go on."""
    service = asyncio.create_task(running._run_until_the_calendar_grows(settings))
    async with aiohttp.ClientSession() as http:
        while f"etfbot_calendar_left_days {left}.0" not in await metrics(http, settings.web.port):
            assert not service.done(), service.result()
            await asyncio.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)
    return await service


async def metrics(http: aiohttp.ClientSession, port: int) -> str:
    try:
        async with http.get(f"http://127.0.0.1:{port}/metrics") as answer:
            return await answer.text()
    except aiohttp.ClientConnectionError:
        return ""

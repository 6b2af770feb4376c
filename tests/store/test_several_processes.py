"""Several processes share a PostgreSQL database: one listens, another sends; who leads may be killed at any time."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from bot.messages.model import plain
from bot.store.database import Database
from bot.store.outbox import NewDelivery
from tests.builders import CALENDAR, moment
from tests.fakes.bot_api import BotApi

pytestmark = pytest.mark.anyio

LI = 7001
STARTED_SECONDS = 120.0
TAKEN_OVER_SECONDS = 10.0
"""What is promised."""


class Process:
    """`etfbot run` in a role, and what it says."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.leads = asyncio.Event()
        self.stands_by = asyncio.Event()
        self.said = ""

    async def listen(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.said += line.decode()
            if b"this process leads" in line and b"no more" not in line:
                self.leads.set()
            if b"stands by" in line:
                self.stands_by.set()

    async def until_it_leads(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self.leads.wait(), seconds)
        except TimeoutError:
            pytest.fail(f"it does not lead: {self.said}")

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return await asyncio.wait_for(self.process.wait(), STARTED_SECONDS)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A market of one figure."""
    folder = tmp_path / "archive"
    folder.mkdir()
    (folder / "etf_shares.csv").write_text("code,date,shares\n510500,2025-02-11,2e9\n", "utf-8")
    return folder


@asynccontextmanager
async def running(folder: Path, url: str, api: BotApi, role: str) -> AsyncIterator[Process]:
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ETFBOT_DATABASE": url,
        "ETFBOT_SOURCE": "archive",
        "ETFBOT_ARCHIVE__FOLDER": str(folder),
        "ETFBOT_WEB__ENABLED": "false",
        "ETFBOT_TELEGRAM__TOKEN": api.token,
        "ETFBOT_TELEGRAM__BASE_URL": api.base_url,
        "ETFBOT_TELEGRAM__POLL_TIMEOUT_SECONDS": "1",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run", "--role", role, env=environment, stderr=asyncio.subprocess.PIPE, cwd=folder
    )
    told = Process(process)
    listening = asyncio.create_task(told.listen())
    try:
        yield told
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await listening


@pytest.mark.parametrize("store_url", [pytest.param("postgresql", marks=pytest.mark.pg)], indirect=True)
async def test_the_next_leads_when_the_leader_is_killed_and_a_worker_sends(
    store: Database, store_url: str, archive: Path
) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi())
        first = await stack.enter_async_context(running(archive, store_url, api, "leader"))
        await first.until_it_leads(STARTED_SECONDS)
        second, worker = [
            await stack.enter_async_context(running(archive, store_url, api, role)) for role in ("leader", "worker")
        ]
        assert "ETF" in (await api.ask(LI, "/start"))[0].text
        await api.ask(LI, "订阅")
        mine = await store.subscriptions.find("telegram", str(LI))
        assert mine is not None
        await asyncio.wait_for(second.stands_by.wait(), STARTED_SECONDS)
        assert not second.leads.is_set()

        await first.end(signal.SIGKILL)
        await second.until_it_leads(TAKEN_OVER_SECONDS)
        assert "帮助" in (await api.ask(LI, "/help"))[0].text

        before = len(api.sent(LI))
        letter = NewDelivery(
            batch="told", subscription_id=mine.id, message=plain("由工作进程送达"), due_at=moment(CALENDAR.first)
        )
        assert await store.outbox.enqueue([letter]) == 1
        await api.until(lambda: len(api.sent(LI)) > before, "the delivery")
        assert api.sent(LI)[-1].text == "由工作进程送达"
        assert worker.process.returncode is None
        assert [await one.end() for one in (second, worker)] == [0, 0]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
async def test_on_sqlite_there_is_one_process_and_it_says_so(store_url: str, archive: Path) -> None:
    async with BotApi() as api, running(archive, store_url, api, "worker") as refused:
        assert await asyncio.wait_for(refused.process.wait(), STARTED_SECONDS) != 0
    assert "use PostgreSQL" in refused.said

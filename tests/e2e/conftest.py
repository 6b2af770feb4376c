"""A real browser on a real page; every tab must end without a complaint in its console."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from bot.channels.telegram import TelegramChannel
from bot.channels.web_rooms import DEMO_ROOMS
from tests.fakes.bot_api import BotApi
from tests.web.served import Served, served

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
async def chromium(anyio_backend: str) -> AsyncIterator["Browser"]:
    playwright = pytest.importorskip("playwright.async_api", reason="the browser tests need the package playwright")
    program = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if program is None:
        pytest.skip("the browser tests need Chromium")
    # Chromium refuses to run as root with its sandbox; the pages are our own.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        await browser.close()


class Located(Protocol):
    """Something that is served."""

    @property
    def url(self) -> str: ...


@dataclass
class Tabs:
    """Opens tabs of one page and gathers what their consoles complain about."""

    browser: "Browser"
    served: Located
    complaints: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, **settings: Any) -> AsyncIterator["Page"]:
        """A tab of its own browser profile, on a phone unless told otherwise, with its history loaded."""
        defaults = {"viewport": PHONE, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
        context = await self.browser.new_context(**(defaults | settings))
        tab = await context.new_page()
        tab.on("console", lambda said: self._complain(said.type, said.text))
        tab.on("pageerror", lambda error: self._complain("error", str(error)))
        tab.on("dialog", lambda dialog: self._complain("error", f"dialog {dialog.message}"))
        await tab.goto(self.served.url)
        await tab.locator("#entries[aria-busy=false]").wait_for(state="attached")
        try:
            yield tab
        finally:
            await context.close()

    def _complain(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(text)

    def forgive(self, *words: str) -> None:
        """Complaints that a test causes on purpose."""
        self.complaints[:] = [one for one in self.complaints if not any(word in one for word in words)]


@pytest.fixture
async def page() -> AsyncIterator[Served]:
    async with served() as one:
        yield one


@pytest.fixture
async def several(anyio_backend: str) -> AsyncIterator[Served]:
    """The demo's page: several people, an owner among them, and Telegram to be looked at."""
    previews = {"telegram": TelegramChannel("1:preview")}
    settings = {"demo": True, "rooms": DEMO_ROOMS, "admins": {"me"}, "previews": previews}
    async with served(settings=settings) as one:
        yield one


@pytest.fixture
async def tabs(chromium: "Browser", page: Served) -> AsyncIterator[Tabs]:
    opened = Tabs(chromium, page)
    yield opened
    assert opened.complaints == []


@pytest.fixture
async def api(anyio_backend: str) -> AsyncIterator[BotApi]:
    async with BotApi() as server:
        yield server


@pytest.fixture
async def telegram(api: BotApi) -> AsyncIterator[TelegramChannel]:
    channel = TelegramChannel(api.token, base_url=api.base_url)
    yield channel
    await channel.aclose()
